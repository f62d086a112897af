package sources

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// maxSettings bounds the documents of settings that are read. A bundle of an app is larger.
const maxSettings = 256 << 10

// settingsForms are the forms in which an app is told its settings by a document, by the end of its name.
var settingsForms = map[string]func([]byte) []Variable{
	".js": scriptSettings, ".mjs": scriptSettings, ".cjs": scriptSettings, ".json": scriptSettings, ".toml": tomlSettings,
	".yaml": yamlSettings, ".yml": yamlSettings,
}

// settingsForm reads documents of that name; nil where the name tells nothing.
func settingsForm(name string) func([]byte) []Variable {
	lower := strings.ToLower(path.Base(name))
	if isDotenvName(lower) {
		return ParseDotenv
	}
	return settingsForms[path.Ext(lower)]
}

// IsSettingsName says whether a document is one of settings by its name alone: one in YAML may be anything.
func IsSettingsName(name string) bool {
	return settingsForm(name) != nil && !strings.HasPrefix(strings.ToLower(path.Ext(name)), ".y")
}

// IsDotenvName says whether a document of that name is a file of variables.
func IsDotenvName(name string) bool { return isDotenvName(strings.ToLower(path.Base(name))) }

// ParseSettings reads the settings in a document: a file of variables, a script that assigns them or
// their object (window.__ENV = {…}), JSON, TOML, YAML. The form is told by the name, or where that has no end that tells
// one, by what stands there. A setting below others is called by those of their names that say whose it is:
// supabase.anonKey, staging.anonKey.
func ParseSettings(name string, b []byte) []Variable {
	if len(b) > maxSettings {
		return nil
	}
	if parse := settingsForm(name); parse != nil {
		return parse(b)
	}
	switch text := strings.TrimSpace(string(b)); {
	case path.Ext(name) != "":
	case strings.HasPrefix(text, "{"), startsScript.MatchString(text):
		return scriptSettings(b)
	case onlyVariables(text):
		return ParseDotenv(b)
	}
	return nil
}

// startsScript matches the first statement of a script that sets something.
var startsScript = regexp.MustCompile(`^(?:(?:window|globalThis|self)[.\[]|export (?:const|default) )`)

// onlyVariables says whether a text is made of nothing but definitions and comments.
func onlyVariables(text string) bool {
	found := false
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if !variableLine.MatchString(line) {
			return false
		}
		found = true
	}
	return found
}

var variableLine = regexp.MustCompile(`^(?:export\s+)?[A-Za-z_]\w*=`)

// yamlSettings are the texts in documents that are no objects of Kubernetes.
func yamlSettings(b []byte) []Variable {
	docs, _ := nodes.Parse(b)
	lines := splitLines(b)
	var columns columns
	var out []Variable
	var visit func(n *yaml.Node, names []string)
	visit = func(n *yaml.Node, names []string) {
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				visit(n.Content[i+1], append(names[:len(names):len(names)], n.Content[i].Value))
			}
		case yaml.SequenceNode:
			for _, item := range n.Content {
				visit(item, names)
			}
		case yaml.ScalarNode:
			if len(names) == 0 || n.Line < 1 || n.Line > len(lines) {
				return
			}
			v := Variable{Name: settingName(names), Value: keys.NewText(n.Value), Line: n.Line, Column: columns.of(n.Line, lines[n.Line-1], n.Column)}
			if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
				v.Column++
			}
			if strings.HasPrefix(lines[n.Line-1][min(v.Column-1, len(lines[n.Line-1])):], n.Value) {
				v.EndColumn = v.Column + len(n.Value)
			}
			out = append(out, v)
		}
	}
	for _, d := range docs {
		if d.Shift == 0 && nodes.Field(d.Root, "apiVersion") == nil { // behind what is damaged, lines are others
			visit(d.Root, nil)
		}
	}
	return out
}

// settingToken is a string, a word, the head of a table, or a sign.
type settingToken struct {
	kind  byte // 's', 'w', 'h', or the sign itself
	text  string
	start int // of the text, in bytes from the start of the document
	end   int
}

func scriptSettings(b []byte) []Variable { return settingsOf(string(b), scriptToken) }
func tomlSettings(b []byte) []Variable   { return settingsOf(string(b), tomlToken) }

// Each language's own tokens: what stands between others and means nothing, heads, words and strings.
var (
	scriptToken = regexp.MustCompile("(?s)(?P<skip>\\s+|//[^\n]*|/\\*.*?\\*/)|(?P<word>[A-Za-z_$][\\w$]*)|" +
		"\"(?P<double>(?:\\\\.|[^\"\\\\\n])*)\"|'(?P<single>(?:\\\\.|[^'\\\\\n])*)'|`(?P<back>(?:\\\\.|[^`\\\\])*)`|(?P<sign>.)")
	tomlToken = regexp.MustCompile(`(?ms)(?P<skip>\s+|#[^\n]*)|^[ \t]*\[+(?P<head>[^\[\]\n]+)\]+[ \t]*$|(?P<word>[\w-]+)|` +
		`"""\n?(?P<longDouble>.*?)"""|'''\n?(?P<longSingle>.*?)'''|"(?P<double>(?:\\.|[^"\\\n])*)"|'(?P<plain>[^'\n]*)'|(?P<sign>.)`)
)

func settingTokens(text string, form *regexp.Regexp) []settingToken {
	var out []settingToken
	groups := form.SubexpNames()
	for _, at := range form.FindAllStringSubmatchIndex(text, -1) {
		i := 1
		for at[2*i] < 0 {
			i++
		}
		t := settingToken{text: text[at[2*i]:at[2*i+1]], start: at[2*i], end: at[2*i+1]}
		switch groups[i] {
		case "skip":
			continue
		case "head", "word":
			t.kind = groups[i][0]
		case "sign":
			t.kind = t.text[0]
		case "plain", "longSingle":
			t.kind = 's'
		default:
			t.kind, t.text = 's', unescaped(t.text)
		}
		out = append(out, t)
	}
	return out
}

// unescaped is the text of a string as its program has it. What JSON does not know stays as it is written.
func unescaped(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var out string
	inJSON := strings.NewReplacer(`\\`, `\\`, `\'`, `'`, "\\`", "`", `\"`, `\"`, `"`, `\"`).Replace(s)
	if json.Unmarshal([]byte(`"`+inJSON+`"`), &out) != nil {
		return s
	}
	return out
}

// settingsOf finds each name that a string is given to. An expression of which a string is a part only
// is none.
func settingsOf(text string, form *regexp.Regexp) []Variable {
	var out []Variable
	tokens := settingTokens(text, form)
	starts := lineStarts(text)
	var around []string // the names of the objects that are open
	name, table := "", ""
	for i, t := range tokens {
		switch t.kind {
		case 'h':
			table = t.text
		case '{':
			around, name = append(around, name), ""
		case '}':
			around = around[:max(len(around)-1, 0)]
		case ',', ';':
			name = ""
		case ':', '=':
			if name = nameBefore(tokens[:i]); t.kind == ':' && isChoice(tokens[:i]) {
				name = ""
			}
			i += sameOr(tokens[i+1:], name)
			if name == "" || i+1 == len(tokens) || tokens[i+1].kind != 's' || i+2 < len(tokens) && strings.IndexByte("+.?|&[(", tokens[i+2].kind) >= 0 {
				continue
			}
			value := tokens[i+1]
			v := Variable{Name: settingName(append(slices.Concat(strings.Split(table, "."), around), name)), Value: keys.NewText(value.text)}
			v.Line, v.Column = place(starts, value.start)
			if line, column := place(starts, value.end); line == v.Line {
				v.EndColumn = column
			}
			out = append(out, v)
		}
	}
	return out
}

// sameOr counts the tokens before the value in "window.A = window.A || 'value'": nothing else gives the name one.
func sameOr(tokens []settingToken, name string) int {
	for i := 2; i+1 < len(tokens) && i < 12; i++ {
		if t := tokens[i]; (t.kind == '|' || t.kind == '?') && tokens[i-1].kind == t.kind {
			if own := tokens[i-2]; own.text == name && tokens[0].text != "process" {
				return i + 1
			}
			return 0
		} else if t.kind == ',' || t.kind == ';' || t.kind == '=' {
			return 0
		}
	}
	return 0
}

// isChoice says whether a ":" behind the tokens parts the two of "test ? 'one' : 'other'", of which the first is no name.
func isChoice(tokens []settingToken) bool {
	depth := 0
	for i := len(tokens) - 1; i > 0 && i > len(tokens)-50; i-- {
		switch tokens[i].kind {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			depth--
		case ',', ';':
			if depth == 0 {
				return false
			}
		case '?':
			if depth == 0 && tokens[i-1].kind != '?' && i+1 < len(tokens) && tokens[i+1].kind != '.' && tokens[i+1].kind != '?' {
				return true
			}
		}
		if depth < 0 {
			return false
		}
	}
	return false
}

// nameBefore is what is assigned to by a "=" or ":" behind the tokens: a word, a string, or a string in brackets.
func nameBefore(tokens []settingToken) string {
	n := len(tokens)
	if n > 2 && tokens[n-1].kind == ']' && tokens[n-3].kind == '[' {
		n--
	}
	if n > 0 && (tokens[n-1].kind == 's' || tokens[n-1].kind == 'w') {
		return tokens[n-1].text
	}
	return ""
}

// settingName is the last of the names, with those before it that say of which Supabase, or of which
// environment, it is.
func settingName(names []string) string {
	last := len(names) - 1
	var of []string
	for _, name := range names[:last] {
		isSupabase := strings.Contains(strings.ToLower(name), "supabase")
		if isSupabase && !strings.Contains(strings.ToLower(names[last]), "supabase") || keys.Environment(name) != "" {
			of = append(of, name)
		}
	}
	return strings.Join(append(of, names[last]), ".")
}
