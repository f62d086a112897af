package render

import (
	"fmt"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// environments reads what a chart that is not at hand will surely make environment
// variables of: mappings and lists of the values with variables that only Supabase has.
// Each becomes the environment of a container of a workload that is called as the
// release.
func (r *release) environments(g *graph) []*Object {
	var containers []*yaml.Node
	places := map[*yaml.Node]func(*yaml.Node) place{}
	for _, l := range r.layers {
		eachMapping(l.root, 0, func(n *yaml.Node) {
			env := environmentIn(n, g.repo.Names())
			if env == nil {
				return
			}
			c := mapping("name", scalar(fmt.Sprintf("of-%s-%d", r.name, len(containers))), "env", env)
			containers = append(containers, c)
			places[c] = l.place
		})
	}
	if len(containers) == 0 {
		return nil
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Content: containers}
	root := mapping("apiVersion", scalar("apps/v1"), "kind", scalar("Deployment"),
		"metadata", mapping("name", scalar(r.name)),
		"spec", mapping("template", mapping("spec", mapping("containers", list))))
	o := newObject(g.repo, root, r.at.File, fromLayers{containers, places})
	o.Namespace = r.namespace
	return []*Object{o}
}

// fromLayers is the origin of such a workload.
type fromLayers struct {
	containers []*yaml.Node
	places     map[*yaml.Node]func(*yaml.Node) place
}

func (f fromLayers) find(_ *Object, n *yaml.Node) (place, bool) {
	if n.Line == 0 {
		return place{}, false
	}
	for _, c := range f.containers {
		if _, _, ok := pathTo(c, n); ok {
			return f.places[c](n), true
		}
	}
	return place{}, false
}

// maxValuesDepth bounds the search, and with it aliases that contain themselves.
const maxValuesDepth = 20

func eachMapping(n *yaml.Node, depth int, visit func(*yaml.Node)) {
	n = nodes.Follow(n)
	if n == nil || depth > maxValuesDepth {
		return
	}
	if n.Kind == yaml.MappingNode {
		visit(n)
		pairs(n, func(_, value *yaml.Node) { eachMapping(value, depth+1, visit) })
		return
	}
	for _, c := range n.Content {
		eachMapping(c, depth+1, visit)
	}
}

// environmentIn is the environment that a mapping holds, as a container has it: the
// mapping itself where its keys are variables, or a list of name and value below "env" or
// such. It is nil where no variable is Supabase's alone.
func environmentIn(n *yaml.Node, names keys.Names) *yaml.Node {
	env := &yaml.Node{Kind: yaml.SequenceNode}
	ours := false
	add := func(name, value *yaml.Node) {
		item := mapping("name", name, "value", value)
		if value != nil && value.Kind == yaml.MappingNode {
			from := nodes.Field(value, "valueFrom")
			if from == nil {
				from = value // bjw-s' common library: {secretKeyRef: {…}} at once
			}
			if nodes.Field(from, "secretKeyRef") == nil && nodes.Field(from, "configMapKeyRef") == nil {
				if item = mapping("name", name, "value", nodes.Field(value, "value")); nodes.Field(value, "value") == nil {
					return
				}
			} else {
				item = mapping("name", name, "valueFrom", from)
			}
		}
		ours = ours || names.Of(name.Value).Strong
		env.Content = append(env.Content, item)
	}
	pairs(n, func(key, value *yaml.Node) {
		if key == nil || value == nil {
			return
		}
		if value.Kind != yaml.SequenceNode {
			add(key, value)
			return
		}
		for _, item := range value.Content {
			item = nodes.Follow(item)
			if name := nodes.Field(item, "name"); name != nil && names.Of(name.Value).Strong {
				list := &yaml.Node{Kind: yaml.SequenceNode, Content: value.Content}
				env, ours = list, true
				return
			}
		}
	})
	if !ours {
		return nil
	}
	return env
}
