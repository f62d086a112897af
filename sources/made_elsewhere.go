package sources

import (
	"bytes"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// ForeignObject is an object that Terraform, Ansible or Pulumi makes, or changes, in a cluster, by what is not read as one.
type ForeignObject struct {
	ClusterEdit
	At    Position
	Bears bool // what may be a key stands in it
}

// ForeignObjects are those of the repository, in order of place.
func (r *Repository) ForeignObjects() []ForeignObject {
	var out []ForeignObject
	for _, f := range r.Files() {
		b, err := f.peek()
		switch {
		case err != nil || f.Example:
		case f.IsTerraform() && terraformMakes.Match(b):
			out = append(out, r.terraformMade(f)...)
		case f.isYAML() && bytes.Contains(b, []byte("k8s:")) && !f.IsCompose():
			for _, d := range f.Documents() {
				out = append(out, r.ansibleMade(d)...)
			}
		case f.isYAML() && strings.HasPrefix(path.Base(f.Path), "Pulumi.") || f.isYAML() && bytes.Contains(b, []byte("type: kubernetes:")):
			for _, d := range f.Documents() {
				out = append(out, r.pulumiMade(d)...)
			}
		}
	}
	return out
}

// namesKey says whether a text tells of a key, by a name that may be part of a path.
func (r *Repository) namesKey(text string) bool {
	return r.tellsOfKey(text) || strings.Contains(text, ".") && r.tellsOfKey(strings.ReplaceAll(text, ".", " "))
}

// foreign is one that is made by something.
func foreign(by, kind, name, namespace string, bears bool, at Position) ForeignObject {
	for _, part := range []*string{&name, &namespace} {
		if strings.Contains(*part, unknownWord) || strings.Contains(*part, "{{") || strings.Contains(*part, "${") {
			*part = ""
		}
	}
	return ForeignObject{ClusterEdit{Verb: by, Kind: kind, Name: name, Namespace: namespace}, at, bears}
}

// pulumiMade are the resources of a program of Pulumi's in YAML (pulumi.com/docs: languages-sdks/yaml).
func (r *Repository) pulumiMade(d *Document) []ForeignObject {
	var out []ForeignObject
	nodes.Pairs(nodes.Field(d.Root, "resources"), func(name, resource *yaml.Node) {
		of := nodes.Text(nodes.Field(resource, "type"))
		text, err := yaml.String(resource)
		if err != nil || !strings.HasPrefix(of, "kubernetes:") {
			return
		}
		metadata := nodes.Field(resource, "properties", "metadata")
		kind := strings.TrimSuffix(of[strings.LastIndexByte(of, ':')+1:], "Patch")
		out = append(out, foreign("Pulumi's resource "+Shown(name.Value), kind, nodes.Text(nodes.Field(metadata, "name")), nodes.Text(nodes.Field(metadata, "namespace")), r.namesKey(text), d.Position(name)))
	})
	return out
}
