package sources

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// skaffold reads what Skaffold builds (skaffold.dev/docs/references/yaml).
type skaffold struct {
	repo *Repository
	out  []CIVariables
}

// Skaffolds are the arguments that Skaffold gives to the builds of its artifacts, those of its profiles among them.
func (r *Repository) Skaffolds() []CIVariables {
	s := &skaffold{repo: r}
	for _, f := range r.Files() {
		if f.Example || !f.IsManifest() || !strings.Contains(strings.ToLower(path.Base(f.Path)), "skaffold") || !f.Mentions("skaffold/v") {
			continue
		}
		for _, d := range f.Documents() {
			if !strings.HasPrefix(nodes.Text(nodes.Field(d.Root, "apiVersion")), "skaffold/") {
				continue
			}
			s.artifacts(d, f.Path, "", nodes.Field(d.Root, "build", "artifacts"))
			for _, profile := range nodes.Items(nodes.Field(d.Root, "profiles")) {
				name := Shown(nodes.Text(nodes.Field(profile, "name")))
				s.artifacts(d, f.Path+" profile "+name, name, nodes.Field(profile, "build", "artifacts"))
			}
		}
	}
	return s.out
}

func (s *skaffold) artifacts(d *Document, by, environment string, list *yaml.Node) {
	for _, a := range nodes.Items(list) {
		if len(s.out) >= maxCIVariables {
			s.repo.Note(NoteBound, d.File.At(), fmt.Sprintf("more than %d artifacts: the rest is not read", maxCIVariables))
			return
		}
		image := nodes.Text(nodes.Field(a, "image"))
		v := CIVariables{Kind: CIBuildArgs, File: d.File.Path, By: by + " artifact " + Shown(path.Base(image)), Part: "buildArgs", Environment: environment, Tags: []string{image}}
		builder := nodes.Field(a, "docker")
		if kaniko := nodes.Field(a, "kaniko"); kaniko != nil {
			builder = kaniko
		}
		if builder == nil && hasOtherBuilder(a) {
			continue
		}
		v.Image = s.image(d, a, builder)
		if v.Image != nil {
			v.App = v.Image.Context
		}
		nodes.Pairs(nodes.Field(builder, "buildArgs"), func(key, value *yaml.Node) {
			name := nodes.Text(key)
			if !isArgument(name) {
				v.Open = true
				return
			}
			at := d.Position(key)
			if value != nil {
				at = d.Position(value)
			}
			v.Variables = append(v.Variables, skaffoldValue(by, name, value, at).variable(name, at))
		})
		if v.Image != nil || len(v.Variables) > 0 {
			s.out = append(s.out, v)
		}
	}
}

// hasOtherBuilder says whether an artifact is built by something that reads no Dockerfile.
func hasOtherBuilder(artifact *yaml.Node) bool {
	for _, name := range []string{"bazel", "jib", "jibMaven", "jibGradle", "ko", "buildpacks", "buildpack", "custom"} {
		if nodes.Field(artifact, name) != nil {
			return true
		}
	}
	return false
}

// image is what an artifact is built of; nil where that is not known. The Dockerfile is looked for in the context, and then beside the
// configuration (skaffold pkg/skaffold/docker: NormalizeDockerfilePath).
func (s *skaffold) image(d *Document, artifact, builder *yaml.Node) *CIImage {
	dir, dockerfile, target := nodes.Text(nodes.Field(artifact, "context")), nodes.Text(nodes.Field(builder, "dockerfile")), nodes.Text(nodes.Field(builder, "target"))
	if strings.Contains(dir+dockerfile+target, "{{") || path.IsAbs(dir) || path.IsAbs(dockerfile) {
		return nil
	}
	if dockerfile == "" {
		dockerfile = "Dockerfile"
	}
	image := &CIImage{Context: path.Join(d.File.Dir(), dir), Target: target}
	image.Dockerfile = path.Join(image.Context, dockerfile)
	if beside := path.Join(d.File.Dir(), dockerfile); s.repo.File(image.Dockerfile) == nil && s.repo.File(beside) != nil {
		image.Dockerfile = beside
	}
	return image
}

// skaffoldVariable matches a template that is a variable of the environment, as it is.
var skaffoldVariable = regexp.MustCompile(`^\s*\{\{\s*\.([A-Za-z_]\w*)\s*\}\}\s*$`)

// skaffoldValue is what an argument is given. One without a value is what the environment has of its name, as for docker.
func skaffoldValue(by, name string, value *yaml.Node, at Position) ciText {
	given := func(name string) ciText {
		return givenBy("the environment of whoever runs Skaffold gives it", "as", by, name)
	}
	switch {
	case value == nil || value.Tag == "!!null":
		return given(name)
	case value.Kind != yaml.ScalarNode:
		return ciUnknown("no text stands there")
	}
	if m := skaffoldVariable.FindStringSubmatch(value.Value); m != nil {
		return given(m[1])
	}
	if strings.Contains(value.Value, "{{") {
		return ciUnknown("a template makes it, of what the environment of whoever runs Skaffold has")
	}
	return ciKnown(value.Value, at)
}
