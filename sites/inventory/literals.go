package inventory

import (
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
	"github.com/keylint/keylint/substitute"
)

// readLiteral reads a value, with $(NAME) for what is declared before it.
func (inv *Inventory) readLiteral(c *Container, v *Binding, n *yaml.Node) {
	if n != nil {
		v.Inside = func(line, column, end int) sources.Position { return c.Object.Inside(n, line, column, end) }
	}
	name := v.locate
	v.locate = func() Placement {
		at := name().at
		if n != nil {
			at = c.Object.Locate(n)
		}
		return Stands(at, sources.Step{At: at, Text: "env " + v.Name})
	}
	text := nodes.Text(n)
	if whole, ok := wholeReference(text); ok && c.Env[whole] != nil {
		from, here := c.Env[whole], v.locate
		v.Value, v.Entry, v.Broken = from.Value, from.Entry, from.Broken
		v.locate = func() Placement {
			p := here()
			p.Written, p.Trace = from.Written(), append(p.Trace, from.Trace()...)
			return p
		}
		return
	}
	if whole, ok := wholeReference(text); ok {
		if v.Value = c.fromOpen(whole); !v.Value.IsAbsent() {
			return
		}
	}
	if isOfGroup(c.Object, "tekton.dev") && tektonVariable.MatchString(text) {
		v.Value = keys.Unknown("it is filled in when the task runs")
		return
	}
	v.Value = inv.Repo.Standins().Resolve(keys.NewText(text))
	if !v.Value.IsKnown() {
		return
	}
	expanded, unknown := c.expandReferences(text, func(t keys.Text) string { return t.Reveal() })
	if unknown == "" && expanded != text && !inv.Repo.Spend(expandCost*len(expanded)) {
		unknown = "to put it together is " + sources.TooMuch
		inv.Repo.Note(sources.NoteBound, v.At(), "to put variables together is "+sources.TooMuch+"; some are taken for unknown")
	}
	if unknown != "" {
		v.Value = keys.Unknown(unknown)
	} else if expanded != text {
		v.Value = keys.Known(keys.NewText(expanded))
		if handed, _ := c.expandReferences(inv.Repo.Hand(keys.Known(keys.NewText(text))), inv.Repo.Standins().Shown); handed != expanded {
			inv.Repo.HandMade(v.Value.Text(), handed)
		}
	}
}

// tektonVariable matches what Tekton puts something in the place of (tekton.dev/docs: pipelines/variables).
var tektonVariable = regexp.MustCompile(`\$\((?:params|inputs|tasks|workspaces|context|results|steps)[.\[]`)

// wholeReference is the name in "$(NAME)".
func wholeReference(s string) (string, bool) {
	if strings.HasPrefix(s, "$(") && strings.IndexByte(s, ')') == len(s)-1 {
		return s[2 : len(s)-1], true
	}
	return "", false
}

// maxVariable bounds a variable in bytes (linux: MAX_ARG_STRLEN), expandCost is what a byte costs of one that is put together of others.
const (
	maxVariable = 128 << 10
	expandCost  = 16
)

// expandReferences replaces $(NAME) as the kubelet does: "$$" is a "$" that starts no
// reference, and a reference to what is not declared stays as it is
// (kubernetes/third_party/forked/golang/expansion). as is what stands for a text. The second result says why the
// text cannot be known.
func (c *Container) expandReferences(s string, as func(keys.Text) string) (string, string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if b.Len() > maxVariable {
			return "", "it is longer than what Linux gives a program"
		}
		if s[i] != '$' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		if s[i+1] == '$' {
			b.WriteByte('$')
			i++
			continue
		}
		end := strings.IndexByte(s[i:], ')')
		if s[i+1] != '(' || end < 0 {
			b.WriteByte('$')
			continue
		}
		name := s[i+2 : i+end]
		v := c.Env[name]
		switch open := c.fromOpen(name); {
		case v == nil && !open.IsAbsent():
			return "", open.Reason()
		case v == nil:
			b.WriteString(s[i : i+end+1])
		case v.Value.IsKnown():
			b.WriteString(as(v.Value.Text()))
		default:
			return "", v.Value.Reason()
		}
		i += end
	}
	return b.String(), ""
}

// assigned is where the command, or a file that it sources, sets a variable: its value, where that stands there, or else its name.
func (c *Container) assigned(change substitute.Change, shown []PodFile) sources.Position {
	for _, text := range []string{change.Value.Text().Reveal(), change.Name} {
		for i, word := range c.Command {
			if line, column, ok := standsIn(word, text); ok && c.insideWord != nil {
				return c.insideWord(i, line, column, column+len(text))
			}
		}
		for _, f := range shown {
			if line, column, ok := standsIn(f.Value.Text().Reveal(), text); ok && f.Inside != nil {
				return f.Inside(line, column, column+len(text))
			}
		}
	}
	return sources.Position{File: c.Carrier.File}
}

// standsIn is where one text begins in another.
func standsIn(whole, text string) (line, column int, ok bool) {
	for n, l := range strings.Split(whole, "\n") {
		if at := strings.Index(l, text); text != "" && at >= 0 {
			return n + 1, at + 1, true
		}
	}
	return 0, 0, false
}
