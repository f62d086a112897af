package sources

import (
	"bytes"
	"path"
	"regexp"
	"sort"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/keys"
)

// ScriptSecret is a Secret that a script makes with "kubectl create secret generic".
type ScriptSecret struct {
	Name      string
	Namespace string // empty where the script does not say
	At        Position
	Keys      []ScriptKey
	Open      bool // a file or a directory gives it further data keys
}

// ScriptKey is one of its data keys.
type ScriptKey struct {
	Name     string
	Variable string    // the one that the value is, "ANON_KEY" of "$ANON_KEY"; empty where it is none
	Text     keys.Text // the value where it stands in the script itself; absent elsewhere
	At       Position
}

var createSecret = []byte("create secret generic")

// ScriptSecrets finds them in the repository's scripts, in order of place.
func (r *Repository) ScriptSecrets() []ScriptSecret {
	sort.Slice(r.scripts, func(i, j int) bool { return r.scripts[i].Path < r.scripts[j].Path })
	var out []ScriptSecret
	for _, f := range r.scripts {
		if b, err := f.Disk(); err == nil && bytes.Contains(b, createSecret) {
			out = append(out, readScript(f.Path, b)...)
		}
	}
	return out
}

// readScript parses the script; where it is no shell (a Makefile), each command with
// kubectl by itself.
func readScript(name string, b []byte) []ScriptSecret {
	base := strings.ToLower(path.Base(name))
	if base != "makefile" && path.Ext(base) != ".mk" {
		if out, ok := parseScript(name, b, 0); ok {
			return out
		}
	}
	var out []ScriptSecret
	lines := strings.Split(string(b), "\n")
	for i := 0; i < len(lines); i++ {
		start := i
		for strings.HasSuffix(lines[i], "\\") && i+1 < len(lines) {
			i++
		}
		command := strings.Join(lines[start:i+1], "\n")
		if !strings.Contains(strings.ReplaceAll(command, "\\\n", " "), string(createSecret)) {
			continue
		}
		more, _ := parseScript(name, []byte(unmake(command)), start)
		out = append(out, more...)
	}
	return out
}

var makeVariable = regexp.MustCompile(`\$\(([A-Za-z_][A-Za-z0-9_]*)\)`)

// unmake turns a recipe of a Makefile into shell: $(X) is ${X}, $$ is $.
func unmake(recipe string) string {
	recipe = makeVariable.ReplaceAllString(strings.TrimLeft(recipe, "\t @-"), "$${$1}")
	return strings.ReplaceAll(recipe, "$$", "$")
}

func parseScript(name string, b []byte, shift int) ([]ScriptSecret, bool) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(bytes.NewReader(b), name)
	if err != nil {
		return nil, false
	}
	var out []ScriptSecret
	syntax.Walk(file, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok {
			if s, ok := kubectlSecret(name, call, shift); ok {
				out = append(out, s)
			}
		}
		return true
	})
	return out, true
}

// kubectlSecret reads one command.
func kubectlSecret(file string, call *syntax.CallExpr, shift int) (ScriptSecret, bool) {
	words := make([]string, len(call.Args))
	at := make([]Position, len(call.Args))
	for i, w := range call.Args {
		words[i] = wordText(w)
		at[i] = Position{File: file, Line: int(w.Pos().Line()) + shift, Column: int(w.Pos().Col())}
	}
	create := 0
	for create < len(words) && words[create] != "create" {
		create++
	}
	if create+3 >= len(words) || words[create+1] != "secret" || words[create+2] != "generic" {
		return ScriptSecret{}, false
	}
	s := ScriptSecret{At: at[create]}
	for i := 1; i < len(words); i++ {
		if i >= create && i < create+3 {
			continue
		}
		flag, value, has := strings.Cut(words[i], "=")
		where := at[i]
		if strings.HasPrefix(flag, "-") && !has && takesValue[flag] && i+1 < len(words) {
			i++
			value, where = words[i], at[i]
		}
		switch flag {
		case "--from-literal":
			s.addLiteral(value, where)
		case "--from-file":
			if key, _, ok := strings.Cut(value, "="); ok {
				s.Keys = append(s.Keys, ScriptKey{Name: key, At: where})
			} else {
				s.Open = true
			}
		case "--from-env-file":
			s.Open = true
		case "-n", "--namespace":
			if !strings.Contains(value, "$") {
				s.Namespace = value
			}
		default:
			if s.Name == "" && i > create && !strings.HasPrefix(flag, "-") {
				s.Name = words[i]
			}
		}
	}
	return s, s.Name != "" && !strings.Contains(s.Name, "$")
}

var takesValue = map[string]bool{
	"--from-literal": true, "--from-file": true, "--from-env-file": true, "-n": true, "--namespace": true,
	"--type": true, "-o": true, "--output": true, "--context": true, "--kubeconfig": true,
}

var shellVariable = regexp.MustCompile(`^\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?$`)

func (s *ScriptSecret) addLiteral(literal string, at Position) {
	name, value, ok := strings.Cut(literal, "=")
	if !ok || name == "" {
		return
	}
	k := ScriptKey{Name: name, At: at}
	if m := shellVariable.FindStringSubmatch(value); m != nil {
		k.Variable = m[1]
	} else if !strings.ContainsAny(value, "$`") {
		k.Text = keys.NewText(value)
	}
	s.Keys = append(s.Keys, k)
}

// wordText is a word without its quotes, with "${X}" where it has a variable and "$"
// where it has anything else that the shell works out.
func wordText(w *syntax.Word) string {
	var b strings.Builder
	var add func(parts []syntax.WordPart)
	add = func(parts []syntax.WordPart) {
		for _, p := range parts {
			switch p := p.(type) {
			case *syntax.Lit:
				b.WriteString(strings.ReplaceAll(p.Value, "\\\n", ""))
			case *syntax.SglQuoted:
				b.WriteString(p.Value)
			case *syntax.DblQuoted:
				add(p.Parts)
			case *syntax.ParamExp:
				if p.Param != nil && p.Exp == nil && p.Slice == nil && p.Repl == nil {
					b.WriteString("${" + p.Param.Value + "}")
				} else {
					b.WriteString("$")
				}
			default:
				b.WriteString("$")
			}
		}
	}
	add(w.Parts)
	return b.String()
}
