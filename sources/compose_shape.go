package sources

import (
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

var composeName = regexp.MustCompile(`^(docker-)?compose([.-][\w.-]+)?\.ya?ml$`)

// composeTop are the fields at the top of a compose file (compose-spec: schema/compose-spec.json).
var composeTop = map[string]bool{
	"version": true, "name": true, "include": true, "services": true, "networks": true, "volumes": true, "secrets": true, "configs": true, "models": true,
}

// servicesMark stands in every file that may have the shape of a compose file.
var servicesMark = []byte("services:")

var servicesField = regexp.MustCompile(`(?m)^services:[ \t]*(?:#.*|\{.*)?\r?$`)

// IsCompose says whether the file is a compose file: by its name, or by its shape, as a stack for Swarm or
// Portainer has it, which may be called anything (stack.yml, supabase.yaml).
func (f *File) IsCompose() bool {
	if f.IsComposeName() {
		return true
	}
	f.shapeOnce.Do(func() { f.composeShape = f.services && f.isYAML() && !f.isValues() && f.hasComposeShape() })
	return f.composeShape
}

// IsComposeName says whether the file is called as a compose file is.
func (f *File) IsComposeName() bool {
	return composeName.MatchString(strings.ToLower(path.Base(f.Path)))
}

// ComposeBase is the compose file that one which is called after it changes: of supabase.override.yml it is
// supabase.yml. It is nil where there is none.
func (f *File) ComposeBase() *File {
	ext := path.Ext(f.Path)
	for stem := strings.TrimSuffix(f.Path, ext); path.Ext(stem) != "" && path.Base(stem) != path.Ext(stem); {
		stem = strings.TrimSuffix(stem, path.Ext(stem))
		for _, ext := range []string{".yml", ".yaml"} {
			if base := f.repo.File(stem + ext); base != nil && !base.Example && base.IsCompose() {
				return base
			}
		}
	}
	return nil
}

// isYAML says whether the file's name is one of YAML, and of no template of it.
func (f *File) isYAML() bool {
	ext := strings.ToLower(path.Ext(f.Path))
	return ext == ".yaml" || ext == ".yml"
}

// isValues says whether the file is called like one with a chart's values, which may have services, too.
func (f *File) isValues() bool { return strings.Contains(strings.ToLower(path.Base(f.Path)), "values") }

// hasComposeShape says whether services that have an image or are built are all that the file is about: what
// other programs call services (Kong, CI systems, Symfony) is a list, or stands among fields of their own.
func (f *File) hasComposeShape() bool {
	b, err := f.peek()
	if err != nil || !servicesField.Match(b) {
		return false
	}
	docs := nodes.Decode(b)
	return len(docs) == 1 && isComposeShape(docs[0].Root, f.ComposeBase() != nil)
}

// isComposeShape says so of a document. One that changes another need not say what runs.
func isComposeShape(root *yaml.Node, changes bool) bool {
	services := nodes.Follow(nodes.Field(root, "services"))
	if services == nil || services.Kind != yaml.MappingNode {
		return false
	}
	foreign, made := false, changes
	nodes.Pairs(root, func(key, _ *yaml.Node) {
		foreign = foreign || !composeTop[key.Value] && !strings.HasPrefix(key.Value, "x-")
	})
	nodes.Pairs(services, func(_, service *yaml.Node) {
		image, build := nodes.Field(service, "image"), nodes.Field(service, "build")
		foreign = foreign || shapeOf(service) != mappingShape || image != nil && shapeOf(image) != scalarShape
		made = made || image != nil || build != nil
	})
	return made && !foreign
}
