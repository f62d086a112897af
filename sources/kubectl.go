package sources

import (
	"bytes"
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
	Kept     keys.Value      // what a CI job has for it, which whoever runs the job may keep; absent of any other
	At       Position        // where a person would edit it
}

var createSecret = []byte("create secret generic")

// ScriptSecrets finds them in the repository's scripts, in order of place, and in what its workflows run.
func (r *Repository) ScriptSecrets() []ScriptSecret {
	sort.Slice(r.scripts, func(i, j int) bool { return r.scripts[i].Path < r.scripts[j].Path })
	var out []ScriptSecret
	for _, f := range r.scripts {
		if b, err := f.Disk(); err == nil && bytes.Contains(b, createSecret) {
			out = append(out, r.readScript(f, b)...)
		}
	}
	_, made := r.workflows()
	return append(out, made...)
}

// readScript reads what a script, or a Makefile, makes. A key that has another value where it is
// started in another directory has none that is known.
func (r *Repository) readScript(f *File, b []byte) []ScriptSecret {
	var out []ScriptSecret
	for _, p := range r.pieces(f, b, string(createSecret)) {
		starts := follow(r, f, p, kubectlSecret)
		if len(starts) == 0 {
			continue
		}
		made := starts[len(starts)-1].found
		for _, other := range starts[:len(starts)-1] {
			for i := range made {
				if i < len(other.found) {
					made[i].agree(other.found[i])
				}
			}
		}
		out = append(out, made...)
	}
	return out
}

// agree leaves the keys known that another reading of the command has from the same place.
func (s *ScriptSecret) agree(other ScriptSecret) {
	for i := range s.Keys {
		k := &s.Keys[i]
		if i >= len(other.Keys) || other.Keys[i].At != k.At {
			*k = ScriptKey{Name: k.Name, Variable: k.Variable, At: s.At}
		}
	}
}

// kubectlSecret reads a command, if it makes one.
func kubectlSecret(sh *shell, st *shellState, words []shellWord) []ScriptSecret {
	create := slices.IndexFunc(words, func(w shellWord) bool { return w.text == "create" })
	if create < 0 || create+3 >= len(words) || words[create+1].text != "secret" || words[create+2].text != "generic" {
		return nil
	}
	s := ScriptSecret{At: words[create].at}
	for i := 1; i < len(words); i++ {
		if i >= create && i < create+3 {
			continue
		}
		flag, text, has := strings.Cut(words[i].text, "=")
		value := shellWord{text: text, at: words[i].at, of: words[i].of}
		if strings.HasPrefix(flag, "-") && !has && takesValue[flag] && i+1 < len(words) {
			i++
			value = words[i]
		}
		switch flag {
		case "--from-literal":
			s.addLiteral(value)
		case "--from-file":
			if key, _, ok := strings.Cut(value.text, "="); ok {
				s.Keys = append(s.Keys, ScriptKey{Name: key, At: value.at})
			} else {
				s.Open = true
			}
		case "--from-env-file":
			s.Open = !s.addEnvFile(sh, st, value) || s.Open
		case "-n", "--namespace":
			if value.known() {
				s.Namespace = value.text
			}
		default:
			if !words[i].known() {
				s.Open = s.Open || s.Name != ""
			}
			if s.Name == "" && i > create && !strings.HasPrefix(flag, "-") {
				s.Name = words[i].text
			}
		}
	}
	if s.Name == "" || strings.Contains(s.Name, unknownBegin) {
		return nil
	}
	return []ScriptSecret{s}
}

var takesValue = map[string]bool{
	"--from-literal": true, "--from-file": true, "--from-env-file": true, "-n": true, "--namespace": true,
	"--type": true, "-o": true, "--output": true, "--context": true, "--kubeconfig": true,
}

func (s *ScriptSecret) addLiteral(literal shellWord) {
	name, value, ok := strings.Cut(literal.text, "=")
	if !ok || name == "" {
		return
	}
	k := ScriptKey{Name: name, At: literal.at}
	if variable, unknown := (shellWord{text: value}).isUnknown(); unknown {
		k.Variable = variable
		if v := literal.of; v != nil && v.given != nil {
			k.Text, k.Locked, k.At = v.given.Text, v.given.Locked, v.given.At
		}
	} else if !strings.ContainsAny(value, unknownBegin+inRepository) {
		k.Text = keys.NewText(value)
	}
	s.Keys = append(s.Keys, k)
}

// addEnvFile adds the definitions of a file, which kubectl reads as they stand; ok is false where it is
// not known which file that is.
func (s *ScriptSecret) addEnvFile(sh *shell, st *shellState, word shellWord) bool {
	f, ok := sh.dotenv(st, word)
	if ok && f.File == nil {
		*sh.missing++
	}
	if !ok || f.File == nil || f.Encrypted() {
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
