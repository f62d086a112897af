package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/decrypt"
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
	Variable string          // the one that the value is, "ANON_KEY" of "$ANON_KEY"; empty where it is none
	Text     keys.Text       // the value where it stands in the script itself, or in a dotenv file that the script reads; absent elsewhere
	Locked   *decrypt.Locked // of a file that is encrypted, why the text is not known
	At       Position        // where a person would edit it
}

var createSecret = []byte("create secret generic")

// ScriptSecrets finds them in the repository's scripts, in order of place.
func (r *Repository) ScriptSecrets() []ScriptSecret {
	sort.Slice(r.scripts, func(i, j int) bool { return r.scripts[i].Path < r.scripts[j].Path })
	var out []ScriptSecret
	for _, f := range r.scripts {
		if b, err := f.Disk(); err == nil && bytes.Contains(b, createSecret) {
			out = append(out, r.readScript(f.Path, b)...)
		}
	}
	return out
}

// readScript parses the script; where it is no shell (a Makefile), each command with
// kubectl by itself.
func (r *Repository) readScript(name string, b []byte) []ScriptSecret {
	env := r.newScriptEnv(name, b)
	var out []ScriptSecret
	for _, c := range commands(name, b, string(createSecret)) {
		if file, err := parseBash(name, c.text); err == nil {
			out = append(out, env.secrets(file, c.line)...)
		}
	}
	return out
}

// command is a piece of a script that is shell by itself.
type command struct {
	text []byte
	line int // how many lines stand before it
}

// commands are a script as a whole, or where it is no shell, as a Makefile, each command of it that
// has the words.
func commands(name string, b []byte, words string) []command {
	if !isMakefile(name) {
		if _, err := parseBash(name, b); err == nil {
			return []command{{text: b}}
		}
	}
	var out []command
	lines := strings.Split(string(b), "\n")
	for i := 0; i < len(lines); i++ {
		start := i
		for strings.HasSuffix(lines[i], "\\") && i+1 < len(lines) {
			i++
		}
		text := strings.Join(lines[start:i+1], "\n")
		if strings.Contains(strings.ReplaceAll(text, "\\\n", " "), words) {
			out = append(out, command{text: []byte(unmake(text)), line: start})
		}
	}
	return out
}

func isMakefile(name string) bool {
	base := strings.ToLower(path.Base(name))
	return base == "makefile" || path.Ext(base) == ".mk"
}

var makeVariable = regexp.MustCompile(`\$\(([A-Za-z_][A-Za-z0-9_]*)\)`)

// unmake turns a recipe of a Makefile into shell: $(X) is ${X}, $$ is $.
func unmake(recipe string) string {
	recipe = makeVariable.ReplaceAllString(strings.TrimLeft(recipe, "\t @-"), "$${$1}")
	return strings.ReplaceAll(recipe, "$$", "$")
}

// secrets are those that the commands of a piece of the script make, also in a command line that sops is
// given to run.
func (e *scriptEnv) secrets(file *syntax.File, shift int) []ScriptSecret {
	var out []ScriptSecret
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		if given, run := e.execEnv(call.Args); given != nil && wordText(call.Args[0]) == "sops" {
			if inner, err := parseBash(file.Name, []byte(run)); err == nil {
				within := &scriptEnv{repo: e.repo, script: e.script, files: append(slices.Clone(e.files), given)}
				out = append(out, within.secrets(inner, shift+int(call.Pos().Line())-1)...)
			}
		}
		if s, ok := e.kubectlSecret(file.Name, call, shift); ok {
			out = append(out, s)
		}
		return true
	})
	return out
}

// kubectlSecret reads one command.
func (e *scriptEnv) kubectlSecret(file string, call *syntax.CallExpr, shift int) (ScriptSecret, bool) {
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
			s.addLiteral(e, value, where)
		case "--from-file":
			if key, _, ok := strings.Cut(value, "="); ok {
				s.Keys = append(s.Keys, ScriptKey{Name: key, At: where})
			} else {
				s.Open = true
			}
		case "--from-env-file":
			s.Open = !s.addEnvFile(e, value) || s.Open
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

func (s *ScriptSecret) addLiteral(e *scriptEnv, literal string, at Position) {
	name, value, ok := strings.Cut(literal, "=")
	if !ok || name == "" {
		return
	}
	k := ScriptKey{Name: name, At: at}
	if m := shellVariable.FindStringSubmatch(value); m != nil {
		k.Variable = m[1]
		if given := e.lookup(k.Variable); given != nil {
			k.Text, k.Locked, k.At = given.Text, given.Locked, given.At
		}
	} else if !strings.ContainsAny(value, "$`") {
		k.Text = keys.NewText(value)
	}
	s.Keys = append(s.Keys, k)
}

// addEnvFile adds the definitions of a file, which kubectl reads as they stand; ok is false where it is
// not known which file that is.
func (s *ScriptSecret) addEnvFile(e *scriptEnv, word string) bool {
	f := e.dotenv(word)
	if f == nil || f.Encrypted() {
		return false
	}
	b, err := f.Disk()
	if err != nil {
		return false
	}
	for _, v := range ParseRawEnv(b) {
		s.Keys = append(s.Keys, ScriptKey{Name: v.Name, Text: v.Value, At: v.In(f.Path)})
	}
	return true
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
