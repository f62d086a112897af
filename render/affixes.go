package render

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// affixes are what the kustomizations of the repository put before and behind names.
type affixes struct{ before, behind []string }

// maxAffixes bounds them, because each is tried on every name.
const maxAffixes = 20

func (a *affixes) read(p *planner) {
	add := func(list *[]string, n *yaml.Node) {
		if text := nodes.Text(n); text != "" && len(*list) < maxAffixes && !slices.Contains(*list, text) {
			*list = append(*list, text)
		}
	}
	for _, f := range p.files {
		if !f.IsKustomization() || !f.Mentions("namePrefix") && !f.Mentions("nameSuffix") {
			continue
		}
		for _, d := range f.Documents() {
			add(&a.before, nodes.Field(d.Root, "namePrefix"))
			add(&a.behind, nodes.Field(d.Root, "nameSuffix"))
		}
	}
	for _, d := range p.deployers {
		for _, spec := range [][]string{{"spec"}, {"spec", "source", "kustomize"}} {
			add(&a.before, nodes.Field(d.object.Root, append(spec[:len(spec):len(spec)], "namePrefix")...))
			add(&a.behind, nodes.Field(d.object.Root, append(spec[:len(spec):len(spec)], "nameSuffix")...))
		}
	}
}

// with are the forms that the name of an object may have where it is referred to.
func (a affixes) with(link string) []string {
	kind, name, isName := strings.Cut(link, "|")
	out := []string{link}
	if !isName || kind == "pod" {
		return out
	}
	for _, before := range append([]string{""}, a.before...) {
		for _, behind := range append([]string{""}, a.behind...) {
			if before+behind != "" {
				out = append(out, kind+"|"+before+name+behind)
			}
		}
	}
	return out
}

// without are the forms in which an object may be written that is referred to by the name.
func (a affixes) without(link string) []string {
	kind, name, isName := strings.Cut(link, "|")
	out := []string{link}
	if !isName || kind == "pod" {
		return out
	}
	for _, before := range append([]string{""}, a.before...) {
		for _, behind := range append([]string{""}, a.behind...) {
			if rest, ok := strings.CutPrefix(name, before); ok && before+behind != "" {
				if rest, ok = strings.CutSuffix(rest, behind); ok && rest != "" {
					out = append(out, kind+"|"+rest)
				}
			}
		}
	}
	return out
}
