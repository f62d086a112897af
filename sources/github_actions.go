package sources

import (
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// buildActions are those that take "build-args" as docker/build-push-action does.
var buildActions = map[string]bool{
	"docker/build-push-action": true, "depot/build-push-action": true, "useblacksmith/build-push-action": true,
}

// tags are those of an image, which a step of docker/metadata-action may make (${{ steps.meta.outputs.tags }}).
func (s workflowScope) tags(text string) []string {
	if m := stepOutput.FindStringSubmatch(text); m != nil {
		text = s.images[m[1]]
	}
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ',' })
}

// stepOutput matches the tags that another step makes.
var stepOutput = regexp.MustCompile(`^\s*\$\{\{\s*steps\.([\w-]+)\.outputs\.tags\s*\}\}\s*$`)

// buildPush follows a step that builds an image: no shell comes between, and its context is the whole repository where none
// is named (docker/build-push-action: action.yml). An empty context is git's, whose root that is as well.
func (w *workflowReader) buildPush(s workflowScope, uses, with *yaml.Node) {
	root := w.repo.rootOf(s.doc.File.Path)
	image := &CIImage{Context: root}
	if n := nodes.Field(with, "context"); n != nil {
		if t := s.expand(n); t.known && !strings.Contains(t.text, "://") && !path.IsAbs(t.text) {
			image.Context = path.Join(root, t.text)
		} else {
			image = nil
		}
	}
	if n := nodes.Field(with, "file"); n != nil && image != nil {
		if t := s.expand(n); t.known {
			image.Dockerfile = path.Join(root, t.text)
		} else {
			image = nil
		}
	} else if image != nil {
		image.Dockerfile = path.Join(image.Context, "Dockerfile")
	}
	if n := nodes.Field(with, "target"); n != nil && image != nil {
		if t := s.expand(n); t.known {
			image.Target = t.text
		} else {
			image = nil
		}
	}
	v := CIVariables{Kind: CIBuildArgs, Part: "build-args", Image: image, Tags: s.tags(nodes.Text(nodes.Field(with, "tags")))}
	args := nodes.Field(with, "build-args")
	if args != nil && args.Kind == yaml.ScalarNode {
		items, ok := inputItems(args.Value)
		if !ok {
			w.note(NoteUnreadable, s.doc.Position(args), "the build arguments have a quote that does not end; the action refuses them")
		}
		for _, item := range items {
			name, value, has := strings.Cut(item.text, "=")
			if !has || strings.Contains(name, "${{") {
				v.Open = v.Open || strings.Contains(item.text, "${{")
				continue
			}
			start := item.start + len(name) + 1
			v.Variables = append(v.Variables, s.part(args, strings.TrimSpace(name), value, start))
		}
	}
	if image != nil {
		v.App = image.Context
	}
	if len(v.Variables) > 0 || image != nil {
		w.add(&s, v)
	}
}

// part is a variable whose text begins at a byte of a scalar's.
func (s *workflowScope) part(n *yaml.Node, name, text string, start int) CIVariable {
	e := *s.eval
	e.contexts = s.context
	t := e.expand(text, func(from, to int) Position { return s.doc.within(n, n.Value, start+from, start+to) })
	if s.doc.File.repo.matters(name) {
		s.eval.conditions = e.conditions
	}
	return t.variable(name, s.doc.within(n, n.Value, start, start+len(text)))
}

// inputItem is one item of a list that an action is given as a text.
type inputItem struct {
	text  string
	start int // of its text in the whole
}

// inputItems are the items of such a list, as Docker's actions read it: CSV with relaxed quotes, in which a comma parts
// nothing here, and neither a shell nor a comment counts (docker/actions-toolkit: Util.getInputList with ignoreComma). A quote
// counts where an item, or what stands behind a comma, begins with it: "K=v" loses them, K="v" keeps them. It is false where
// one does not end.
func inputItems(text string) ([]inputItem, bool) {
	var out []inputItem
	for i := 0; i < len(text); {
		var b strings.Builder
		start := -1
		for { // the fields of a record
			field := i
			if i < len(text) && text[i] == '"' {
				if unquoted, next, ok := quotedField(text, i); ok {
					if start < 0 {
						start = i + 1
					}
					b.WriteString(unquoted)
					i = next
				} else if next < 0 {
					return out, false
				}
			}
			if field == i {
				for i < len(text) && text[i] != ',' && text[i] != '\n' && text[i] != '\r' {
					i++
				}
				if start < 0 {
					start = field
				}
				b.WriteString(text[field:i])
			}
			if i >= len(text) || text[i] != ',' {
				break
			}
			b.WriteByte(',')
			i++
		}
		for i < len(text) && (text[i] == '\n' || text[i] == '\r') {
			i++
		}
		item := b.String()
		if trimmed := strings.TrimSpace(item); trimmed != "" {
			out = append(out, inputItem{trimmed, start + strings.Index(item, trimmed)})
		}
	}
	return out, true
}

// quotedField is the field that begins with the quote at i, and where it ends. It is false where the quote is one of the text
// because something else follows the one that closes it, and next is -1 where none closes it.
func quotedField(text string, i int) (field string, next int, ok bool) {
	var b strings.Builder
	for k := i + 1; k < len(text); k++ {
		if text[k] != '"' {
			b.WriteByte(text[k])
			continue
		}
		switch {
		case k+1 < len(text) && text[k+1] == '"':
			b.WriteByte('"')
			k++
		case k+1 == len(text) || text[k+1] == ',' || text[k+1] == '\n' || text[k+1] == '\r':
			return b.String(), k + 1, true
		default:
			return "", i, false
		}
	}
	return "", -1, false
}

// givenByName matches a variable with its value among what an action, or a program, is given: a line of a list, an argument.
var givenByName = regexp.MustCompile(`(?m)(?:^|[\s,])(?:-{1,2}[A-Za-z][\w-]*[= ])?["']?([A-Za-z_][\w.]*)(?:=|:[ \t]+)("[^"\n]*"|'[^'\n]*'|\$\{\{[^\n]*?\}\}|[^\s,"']+)`)

// inputs follows a step that is an action of somebody else's: what it is given by the name of a variable ("envkey_NAME" of those
// that write a file), or in a list of NAME=value.
func (w *workflowReader) inputs(s workflowScope, uses, with *yaml.Node) {
	v := CIVariables{Kind: CIInputs, Part: "with"}
	nodes.Pairs(with, func(key, value *yaml.Node) {
		if value == nil || value.Kind != yaml.ScalarNode {
			return
		}
		name := strings.TrimPrefix(nodes.Text(key), "envkey_")
		if w.repo.matters(name) {
			v.Variables = append(v.Variables, s.expand(value).variable(name, s.doc.Position(value)))
			return
		}
		for _, m := range givenByName.FindAllStringSubmatchIndex(value.Value, -1) {
			name, from, to := value.Value[m[2]:m[3]], m[4], m[5]
			if to-from > 1 && (value.Value[from] == '"' || value.Value[from] == '\'') {
				from, to = from+1, to-1
			}
			text := value.Value[from:to]
			if !w.repo.matters(name) || !strings.Contains(text, "${{") && strings.Contains(text, "$") {
				continue
			}
			v.Variables = append(v.Variables, s.part(value, name, text, from))
		}
	})
	if len(v.Variables) > 0 {
		w.add(&s, v)
	}
}
