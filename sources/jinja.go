package sources

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// JinjaVariable is a definition in a template of a file of variables.
type JinjaVariable struct {
	Variable
	Filled keys.Text // the text that Jinja fills in; absent where it is written there
	Chosen bool      // a condition, a loop or a second definition decides what it is
}

var (
	jinja      = regexp.MustCompile(`(?s)\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}`)
	jinjaBlock = regexp.MustCompile(`^\{%[-+]?\s*(\w+)`)
)

// jinjaBlocks are the statements that have an end; what stands between is there once, never, or several times
// (jinja.palletsprojects.com: templates, list of control structures).
var jinjaBlocks = map[string]bool{"if": true, "for": true, "macro": true, "call": true, "filter": true, "block": true, "raw": true}

// jinjaOthers are those that bring in text, or definitions, of other files.
var jinjaOthers = map[string]bool{"include": true, "extends": true, "import": true, "from": true}

// ParseJinjaEnv reads a template of a file of variables: what parse makes of it, with what Jinja fills in apart. whole is false
// where it may define more than that. Ansible replaces nothing else of the text
// (docs.ansible.com: playbook_guide/playbooks_templating).
func ParseJinjaEnv(b []byte, parse func([]byte) []Variable) (out []JinjaVariable, whole bool) {
	plain, inBlock := bytes.Clone(b), make([]bool, len(b))
	whole = true
	depth, last := 0, 0
	between := func(end int) {
		for i := last; i < end; i++ {
			inBlock[i] = depth > 0
		}
	}
	for _, m := range jinja.FindAllIndex(b, -1) {
		between(m[0])
		last = m[1]
		fill := byte(' ')
		text, word := b[m[0]:m[1]], ""
		if w := jinjaBlock.FindSubmatch(text); w != nil {
			word = string(w[1])
		}
		switch {
		case bytes.HasPrefix(text, []byte("{{")):
			fill = 'J'
		case jinjaOthers[word] || word == "for":
			whole = false
		}
		if end, ok := strings.CutPrefix(word, "end"); ok && jinjaBlocks[end] {
			depth = max(depth-1, 0)
		} else if jinjaBlocks[word] {
			depth++
		}
		for i := m[0]; i < m[1]; i++ {
			if plain[i] != '\n' {
				plain[i] = fill
			}
			inBlock[i] = depth > 0
		}
	}
	between(len(b))
	starts, times := lineStarts(string(b)), map[string]int{}
	for _, v := range parse(plain) {
		line := starts[v.Line-1]
		at, end := line+v.Column-1, line+v.EndColumn-1
		if !bytes.Equal(plain[line:at], b[line:at]) { // its name is filled in, or a condition stands before it
			whole = false
			continue
		}
		is := JinjaVariable{Variable: v, Chosen: inBlock[line] || v.EndColumn == 0}
		if v.EndColumn > 0 && jinja.Match(b[at:end]) {
			is.Filled = keys.NewText(string(b[at:end]))
		}
		times[v.Name]++
		out = append(out, is)
	}
	for i := range out {
		out[i].Chosen = out[i].Chosen || times[out[i].Name] > 1
	}
	return out, whole
}
