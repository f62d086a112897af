package sources

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/keylint/keylint/keys"
)

// leavesData says whether a resource's data are among what Terraform does not change once it is made.
func leavesData(ignored *hclsyntax.Attribute) bool {
	if ignored == nil {
		return false
	}
	list, ok := ignored.Expr.(*hclsyntax.TupleConsExpr)
	return !ok || slices.ContainsFunc(list.Exprs, func(x hclsyntax.Expression) bool {
		t, ok := x.(*hclsyntax.ScopeTraversalExpr)
		if !ok {
			return true
		}
		_, data := terraformData[t.Traversal.RootName()]
		return data
	})
}

// leave makes what is in an object that of nobody but the object: it has what the resource says at first only.
func (s *tfScope) leave(o *TerraformObject, r *hclsyntax.Block) {
	o.Open = "gives it what stands there at first, and leaves it to others from then on"
	for i, e := range o.Entries {
		why := fmt.Sprintf("Terraform in %s:%d %s", o.At.File, o.At.Line, o.Open)
		o.Entries[i].Value = keys.UnknownFrom(s.identity(strings.Join(append(slices.Clone(r.Labels), e.Key), ".")), why)
	}
}

// doubtTwins makes what several resources call alike unknown: a count that depends on a variable makes one of them only.
func doubtTwins(made []TerraformObject) {
	type name struct{ kind, namespace, name string }
	first := map[name]*TerraformObject{}
	for i := range made {
		o := &made[i]
		id := name{o.Kind, o.Namespace, o.Name}
		twin := first[id]
		switch {
		case o.Namespace == "": // they may be in several
		case twin == nil:
			first[id] = o
		default:
			twin.doubt(asOther(o.At))
			o.doubt(asOther(twin.At))
		}
	}
}

// doubtClusters makes what a module makes in several clusters unknown: which of them the manifests are for is not known.
func doubtClusters(made []TerraformObject) {
	several := slices.ContainsFunc(made, func(o TerraformObject) bool { return o.provider != made[0].provider })
	for i := range made {
		if several {
			made[i].doubt("is in one of several clusters, and which of them is meant cannot be told")
		}
	}
}

// provider is that of a resource, as the module calls it that is applied.
func (s *tfScope) provider(r *hclsyntax.Block) string {
	name := "kubernetes"
	if a := r.Body.Attributes["provider"]; a != nil {
		name = traversalText(a.Expr)
	}
	for c := s; c.caller != nil; c = c.caller {
		handed, ok := c.call.Attributes["providers"]
		if !ok {
			continue
		}
		if object, ok := handed.Expr.(*hclsyntax.ObjectConsExpr); ok {
			for _, item := range object.Items {
				if key, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr); ok && traversalText(key.Wrapped) == name {
					name = traversalText(item.ValueExpr)
					break
				}
			}
		}
	}
	return name
}

// traversalText is an address as it is written; empty of what is none.
func traversalText(x hclsyntax.Expression) string {
	if t, ok := x.(*hclsyntax.ScopeTraversalExpr); ok {
		return addressOf(t.Traversal)
	}
	return ""
}

func asOther(other Position) string {
	return fmt.Sprintf("has the name of another one, %s:%d, and which of them is made cannot be told", other.File, other.Line)
}

// doubt makes all that is in an object unknown.
func (o *TerraformObject) doubt(why string) {
	o.Open = why
	for i := range o.Entries {
		o.Entries[i].Value = keys.Unknown(fmt.Sprintf("it is in a %s that Terraform makes in %s:%d, which %s", o.Kind, o.At.File, o.At.Line, o.Open))
	}
}
