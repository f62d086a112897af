package sources

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// ComposeMount is a bind mount: a path of the host, as it is written, and where the
// container sees it.
type ComposeMount struct {
	Source, Target string
	ReadOnly       bool

	// Text is what Coolify writes there before it starts compose, as it stands: compose itself
	// knows no such field (coolify bootstrap/helpers/parsers.php).
	Text ComposeText
}

// composeMounts reads a service's volumes, in the short form or the long.
func (d *Document) composeMounts(n *yaml.Node, dir string) []ComposeMount {
	var out []ComposeMount
	for _, v := range nodes.Items(n) {
		if source, target, ok := cutMount(nodes.Text(v)); ok {
			target, options, _ := cutMount(target)
			readOnly := slices.Contains(strings.Split(options, ","), "ro")
			out = append(out, ComposeMount{Source: ComposePath(dir, source), Target: target, ReadOnly: readOnly})
		} else if source := nodes.Text(nodes.Field(v, "source")); source != "" {
			m := ComposeMount{Source: ComposePath(dir, source), Target: nodes.Text(nodes.Field(v, "target")), ReadOnly: nodes.Text(nodes.Field(v, "read_only")) == "true"}
			if content := nodes.Field(v, "content"); content != nil {
				m.Text = d.composeText(content)
			}
			out = append(out, m)
		}
	}
	return out
}

// cutMount cuts the short form of a mount at its first colon, that of ${NAME:-default} aside.
func cutMount(text string) (before, after string, ok bool) {
	depth := 0
	for i, c := range text {
		switch {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == ':' && depth <= 0:
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
}

func (d *Document) composeText(n *yaml.Node) ComposeText {
	n = nodes.Follow(n)
	return ComposeText{keys.NewText(nodes.Text(n)), func(line, column, end int) Position { return d.Inside(n, line, column, end) }}
}
