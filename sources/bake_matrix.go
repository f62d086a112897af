package sources

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// bakeWays are the combinations of a matrix, each with what its variables are; false where they are not known, or too many
// (docs.docker.com/build/bake/matrices).
func bakeWays(matrix hclsyntax.Expression) ([]map[string]hclsyntax.Expression, bool) {
	object, ok := matrix.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil, false
	}
	ways := []map[string]hclsyntax.Expression{{}}
	for _, item := range object.Items {
		name := keyOf(item)
		list, ok := item.ValueExpr.(*hclsyntax.TupleConsExpr)
		if name == "" || !ok || len(list.Exprs) == 0 || len(ways)*len(list.Exprs) > maxMatrix {
			return nil, false
		}
		var next []map[string]hclsyntax.Expression
		for _, way := range ways {
			for _, x := range list.Exprs {
				with := maps.Clone(way)
				with[name] = x
				next = append(next, with)
			}
		}
		ways = next
	}
	return ways, true
}

// keyOf is the name of an item of an object; empty where that is not plain.
func keyOf(item hclsyntax.ObjectConsItem) string {
	k, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr)
	if !ok {
		return literal(item.KeyExpr)
	}
	if name := hcl.ExprAsKeyword(k.Wrapped); name != "" {
		return name
	}
	return literal(k.Wrapped)
}

// attributeOf is what stands in an object under names that lead into it; nil where nothing does.
func attributeOf(x hclsyntax.Expression, names hcl.Traversal) hclsyntax.Expression {
	for _, step := range names {
		name, ok := step.(hcl.TraverseAttr)
		object, is := x.(*hclsyntax.ObjectConsExpr)
		if !ok || !is {
			return nil
		}
		x = nil
		for _, item := range object.Items {
			if keyOf(item) == name.Name {
				x = item.ValueExpr
			}
		}
		if x == nil {
			return nil
		}
	}
	return x
}
