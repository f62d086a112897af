package sources

import (
	"regexp"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

var ansibleK8s = regexp.MustCompile(`^(?:(?:kubernetes\.core|community\.kubernetes|redhat\.openshift|community\.okd)\.)?k8s$`)

// ansibleMade are those of the tasks in a document (docs.ansible.com: kubernetes.core.k8s).
func (r *Repository) ansibleMade(d *Document) []ForeignObject {
	var out []ForeignObject
	nodes.EachMapping(d.Root, func(task *yaml.Node) {
		nodes.Pairs(task, func(key, arguments *yaml.Node) {
			if !ansibleK8s.MatchString(key.Value) || nodes.Text(nodes.Field(arguments, "state")) == "absent" {
				return
			}
			const by = "a task of Ansible's"
			at := d.Position(key)
			at.Column, at.EndColumn = 0, 0
			for _, field := range []string{"definition", "resource_definition", "inline"} {
				definition := nodes.Field(arguments, field)
				for _, o := range append(nodes.Items(definition), definition) {
					kind, name := nodes.Text(nodes.Field(o, "kind")), nodes.Text(nodes.Field(o, "metadata", "name"))
					if text, err := yaml.String(o); err == nil && kind != "" {
						out = append(out, foreign(by, kind, name, nodes.Text(nodes.Field(o, "metadata", "namespace")), r.namesKey(text), at))
					}
				}
				out = append(out, r.ansibleTexts(by, nodes.Text(definition), at)...)
			}
			source := nodes.Text(nodes.Field(arguments, "template"))
			if path := nodes.Field(arguments, "template", "path"); path != nil {
				source = nodes.Text(path)
			}
			if source == "" {
				return
			}
			w := AnsibleFile{Source: source, base: ansibleBase(d.File.Path), Filled: true}
			for _, name := range r.ansibleSources(&w, d.File.Dir()) {
				if f := r.File(name); f != nil && r.SameTree(w.base, name) {
					if b, err := f.Disk(); err == nil {
						out = append(out, r.ansibleTexts(by, string(b), at)...)
					}
					break
				}
			}
		})
	})
	return out
}

// ansibleTexts are the objects of a text that Jinja fills in.
func (r *Repository) ansibleTexts(by, text string, at Position) []ForeignObject {
	var out []ForeignObject
	bears := r.namesKey(text)
	for _, e := range objectsIn(jinjaAny.ReplaceAllString(text, unknownWord)) {
		out = append(out, foreign(by, e.Kind, e.Name, e.Namespace, bears, at))
	}
	return out
}

var jinjaAny = regexp.MustCompile(`\{\{[^{}]*\}\}|\{%[^{}]*%\}`)
