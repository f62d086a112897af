package chart

import (
	"fmt"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// environments reads what a chart that is not at hand will surely make environment
// variables of: mappings and lists of the values with variables that only Supabase has.
// Each becomes the environment of a container of a workload that is called as the
// release.
func (r *Release) environments(repo *sources.Repository) []*manifest.Object {
	var containers []*yaml.Node
	places := map[*yaml.Node]func(*yaml.Node) manifest.Place{}
	for _, l := range r.Layers {
		nodes.EachMapping(l.root, func(n *yaml.Node) {
			env := environmentIn(n, repo.Names())
			if env == nil {
				return
			}
			c := nodes.Mapping("name", nodes.Scalar(fmt.Sprintf("of-%s-%d", r.Name, len(containers))), "env", env)
			containers = append(containers, c)
			places[c] = l.place
		})
	}
	if len(containers) == 0 {
		return nil
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Content: containers}
	root := nodes.Mapping("apiVersion", nodes.Scalar("apps/v1"), "kind", nodes.Scalar("Deployment"),
		"metadata", nodes.Mapping("name", nodes.Scalar(r.Name)),
		"spec", nodes.Mapping("template", nodes.Mapping("spec", nodes.Mapping("containers", list))))
	o := manifest.New(repo, root, r.At.File, fromLayers{containers, places})
	o.Namespace = r.Namespace
	return []*manifest.Object{o}
}

// fromLayers is the origin of such a workload.
type fromLayers struct {
	containers []*yaml.Node
	places     map[*yaml.Node]func(*yaml.Node) manifest.Place
}

// Find implements manifest.Origin.
func (f fromLayers) Find(_ *manifest.Object, n *yaml.Node) (manifest.Place, bool) {
	if n.Line == 0 {
		return manifest.Place{}, false
	}
	for _, c := range f.containers {
		if _, _, ok := nodes.PathTo(c, n); ok {
			return f.places[c](n), true
		}
	}
	return manifest.Place{}, false
}

// environmentIn is the environment that a mapping holds, as a container has it: the
// mapping itself where its keys are variables, or a list of name and value below "env" or
// such. It is nil where no variable is Supabase's alone.
func environmentIn(n *yaml.Node, names keys.Names) *yaml.Node {
	env := &yaml.Node{Kind: yaml.SequenceNode}
	ours := false
	add := func(name, value *yaml.Node) {
		item := nodes.Mapping("name", name, "value", value)
		if value != nil && value.Kind == yaml.MappingNode {
			from := nodes.Field(value, "valueFrom")
			if from == nil {
				from = value // bjw-s' common library: {secretKeyRef: {…}} at once
			}
			if nodes.Field(from, "secretKeyRef") == nil && nodes.Field(from, "configMapKeyRef") == nil {
				if item = nodes.Mapping("name", name, "value", nodes.Field(value, "value")); nodes.Field(value, "value") == nil {
					return
				}
			} else {
				item = nodes.Mapping("name", name, "valueFrom", from)
			}
		}
		ours = ours || names.Of(name.Value).Strong
		env.Content = append(env.Content, item)
	}
	nodes.Pairs(n, func(key, value *yaml.Node) {
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
