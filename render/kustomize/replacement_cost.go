package kustomize

import (
	"encoding/json"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// maxReplacements bounds how many fields the replacements of a root write.
const maxReplacements = 2_000

// written is a field that a replacement writes, with how long it may be then.
type written struct {
	kind, name string
	field      []string
	size       int
}

// replacementCost is how much the root's replacements write. What one reads may be what others
// wrote before: a field that is put into itself doubles each time.
func (r *Root) replacementCost(largest, objects int) int {
	var before []written
	cost := 0
	for _, k := range r.upward {
		for _, replacement := range k.allReplacements() {
			if replacement.Source == nil {
				continue
			}
			source := written{replacement.Source.Kind, replacement.Source.Name, part.FindAllString(replacement.Source.FieldPath, -1), largest}
			for _, w := range before {
				if w.mayBe(source) {
					source.size = min(source.size+w.size, mostCost)
				}
			}
			for _, target := range replacement.Targets {
				if target == nil || target.Select == nil {
					continue
				}
				matching := objects
				if isName(target.Select.Name) {
					matching = 1
				}
				for _, field := range target.FieldPaths {
					if len(before) == maxReplacements {
						return mostCost
					}
					before = append(before, written{target.Select.Kind, target.Select.Name, part.FindAllString(field, -1), source.size})
					cost = min(cost+times(source.size, matching), mostCost)
				}
			}
		}
	}
	return cost
}

// allReplacements are those of the kustomization itself, of its files and of its transformers, as kustomize decodes them.
func (k *kustomization) allReplacements() []types.Replacement {
	var out []types.Replacement
	add := func(fields []types.ReplacementField) {
		for _, f := range fields {
			out = append(out, f.Replacement)
		}
	}
	var spec types.Kustomization
	if json.Unmarshal(k.safe, &spec) != nil {
		return nil
	}
	add(spec.Replacements)
	for _, text := range spec.Transformers {
		var config struct{ Replacements []types.ReplacementField }
		if yaml.Unmarshal([]byte(text), &config) == nil {
			add(config.Replacements)
		}
	}
	for _, ref := range k.refs {
		if ref.verdict != isFile || ref.field != "replacements" && ref.field != "transformers" {
			continue
		}
		text, err := k.repo.File(ref.name).Handed()
		if err != nil {
			continue
		}
		var one types.Replacement
		var list []types.Replacement
		if yaml.Unmarshal(text, &list) == nil {
			out = append(out, list...)
		} else if yaml.Unmarshal(text, &one) == nil {
			out = append(out, one)
		}
	}
	return out
}

// mayBe says whether what one writes may be a part of what another reads, or the other way round.
func (w written) mayBe(source written) bool {
	if isName(w.kind) && isName(source.kind) && w.kind != source.kind {
		return false
	}
	// A prefix of one of the kustomizations may stand before a name.
	if isName(w.name) && isName(source.name) && !strings.Contains(w.name, source.name) && !strings.Contains(source.name, w.name) {
		return false
	}
	for i := range min(len(w.field), len(source.field)) {
		if a, b := w.field[i], source.field[i]; a != b && isName(a) && isName(b) {
			return false
		}
	}
	return true
}

// name matches what stands for itself in a selector and in the path of a field, where numbers and brackets choose among items.
var name = regexp.MustCompile(`^[A-Za-z_][\w-]*$`)

func isName(text string) bool { return name.MatchString(text) }
