package sources

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// helmfileTemplate matches what a helmfile is called that is a template, which helmfile fills in since v1 only by this
// name (helmfile: docs/proposals/towards-1.0.md).
var helmfileTemplate = regexp.MustCompile(`^helmfile(?:\.[\w.-]+)?\.ya?ml\.gotmpl$`)

func isHelmfileTemplate(name string) bool {
	return helmfileTemplate.MatchString(path.Base(name)) ||
		path.Base(path.Dir(name)) == "helmfile.d" && (strings.HasSuffix(name, ".yaml.gotmpl") || strings.HasSuffix(name, ".yml.gotmpl"))
}

// What stands for the braces of an expression while a helmfile is parsed, in as many bytes: a plain scalar may begin
// with it.
const openBraces, closeBraces = "¤", "¬"

// withoutBraces makes YAML of a template that is YAML but for its expressions. One that has statements on lines of
// their own is none then either.
func withoutBraces(b []byte) []byte {
	b = bytes.ReplaceAll(b, []byte("{{"), []byte(openBraces))
	return bytes.ReplaceAll(b, []byte("}}"), []byte(closeBraces))
}

// giveBraces puts the expressions back.
func giveBraces(n *yaml.Node, depth int) {
	if n == nil || depth > 1000 {
		return
	}
	n.Value = strings.NewReplacer(openBraces, "{{", closeBraces, "}}").Replace(n.Value)
	for _, c := range n.Content {
		giveBraces(c, depth+1)
	}
}
