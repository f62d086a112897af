package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/decrypt"
)

// scriptEnv is what a script takes its variables from: the dotenv files of the repository that it
// reads, or that sops gives it ("source .env", "eval "$(sops -d secrets.env)"", "export $(cat .env |
// xargs)", "sops exec-env secrets.env …", a Makefile's "include .env"). Of what the script sets by
// itself nothing is known.
type scriptEnv struct {
	repo   *Repository
	script string
	files  []*File
	set    map[string]bool
	held   map[string][]*File // the files whose text a variable of the script holds
}

// givenValue is a variable of a dotenv file that a script is given.
type givenValue struct {
	Text   keys.Text       // absent where the file is locked
	Locked *decrypt.Locked // why the text is not known
	At     Position
}

// lookup is the variable's definition; nil where none is known, or where two files differ.
func (e *scriptEnv) lookup(name string) *givenValue {
	if e.set[name] {
		return nil
	}
	var found *givenValue
	for _, f := range e.files {
		for _, v := range f.Dotenv() {
			if v.Name != name {
				continue
			}
			given := &givenValue{Text: v.Value, At: v.In(f.Path)}
			if given.Locked = f.Locked(); given.Locked != nil {
				given.Text = keys.Text{}
			}
			if found != nil && (found.At.File != f.Path) && (found.Locked != nil || given.Locked != nil || !found.Text.Equal(given.Text)) {
				return nil
			}
			found = given
		}
	}
	return found
}

// Dotenv are the definitions of a dotenv file, decrypted where that can be done. Those of a file that
// is locked have their places, and no text that counts.
func (f *File) Dotenv() []Variable {
	plain, err := f.Plain()
	if err != nil {
		return nil
	}
	variables := ParseDotenv(plain)
	if !f.Encrypted() || f.Locked() != nil {
		return variables
	}
	disk, _ := f.Disk() // the places are those of the encrypted file
	at := map[string]Variable{}
	for _, v := range ParseDotenv(disk) {
		at[v.Name] = v
	}
	for i, v := range variables {
		on := at[v.Name]
		variables[i].Line, variables[i].Column, variables[i].EndColumn = on.Line, on.Column, on.EndColumn
	}
	return variables
}

// read goes through the script.
func (e *scriptEnv) read(file *syntax.File) {
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CallExpr:
			for _, a := range n.Assigns {
				e.assign(a, len(n.Args) > 0)
			}
			e.call(n.Args)
		case *syntax.DeclClause: // export, local, readonly
			for _, a := range n.Args {
				e.assign(a, false)
				if a.Naked && a.Value != nil {
					e.take(e.printed(a.Value))
				}
			}
		}
		return true
	})
}

// assign remembers that the script sets a variable; one that stands before a command is that command's.
func (e *scriptEnv) assign(a *syntax.Assign, prefix bool) {
	if a.Name == nil || a.Naked || prefix {
		return
	}
	name := a.Name.Value
	e.set[name] = true
	if a.Value != nil {
		e.held[name] = e.printed(a.Value)
	}
}

func (e *scriptEnv) take(files []*File) {
	for _, f := range files {
		if !slices.Contains(e.files, f) {
			e.files = append(e.files, f)
		}
	}
}

// call takes up the files that a command makes variables of.
func (e *scriptEnv) call(args []*syntax.Word) {
	if len(args) < 2 {
		return
	}
	switch wordText(args[0]) {
	case ".", "source":
		if f := e.dotenv(wordText(args[1])); f != nil {
			e.take([]*File{f})
		}
		e.take(e.printed(args[1]))
	case "eval", "export":
		for _, a := range args[1:] {
			e.take(e.printed(a))
		}
	case "read":
		for _, a := range args[1:] {
			e.set[wordText(a)] = true
		}
	}
}

// execEnv reads "sops exec-env FILE COMMAND".
func (e *scriptEnv) execEnv(args []*syntax.Word) (*File, string) {
	var words []string
	for _, a := range args[1:] {
		if w := wordText(a); !strings.HasPrefix(w, "-") {
			words = append(words, w)
		}
	}
	if len(words) < 2 || words[0] != "exec-env" {
		return nil, ""
	}
	return e.dotenv(words[1]), strings.Join(words[2:], " ")
}

// prints are the programs that print a file as it is, or without its comments.
var prints = map[string]bool{"cat": true, "grep": true, "egrep": true, "sops": true}

// printed are the dotenv files whose text a command in the word prints, or a variable in it holds.
func (e *scriptEnv) printed(word *syntax.Word) []*File {
	var out []*File
	syntax.Walk(word, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.ParamExp:
			if n.Param != nil {
				out = append(out, e.held[n.Param.Value]...)
			}
		case *syntax.CallExpr:
			if len(n.Args) < 2 || !prints[wordText(n.Args[0])] {
				return true
			}
			for _, a := range n.Args[1:] {
				if f := e.dotenv(wordText(a)); f != nil {
					out = append(out, f)
				}
			}
		}
		return true
	})
	return out
}

// dotenv is the dotenv file of the repository that a script means by a word; nil where there is none. A
// relative one is looked for where the script lies and in all directories above it, since scripts
// change to one of them first; of several files it may be any.
func (e *scriptEnv) dotenv(word string) *File {
	var found *File
	for _, f := range e.lookedFor(word) {
		if f.IsDotenv() {
			if found != nil {
				return nil
			}
			found = f
		}
	}
	return found
}

func (e *scriptEnv) lookedFor(word string) []*File {
	if at := strings.LastIndexAny(word, "$}"); at >= 0 { // "${ROOT}/.env", "$(dirname "$0")/.env"
		rest, ok := strings.CutPrefix(word[at+1:], "/")
		if !ok {
			return nil
		}
		word = rest
	}
	if word == "" || path.IsAbs(word) {
		return nil
	}
	var out []*File
	for dir := path.Dir(e.script); ; dir = path.Dir(dir) {
		if f := e.repo.File(path.Join(dir, word)); f != nil && !slices.Contains(out, f) {
			out = append(out, f)
		}
		if dir == "." || dir == "/" {
			return out
		}
	}
}

var makeInclude = regexp.MustCompile(`(?m)^-?include[ \t]+(\S+)[ \t]*$`)

// newScriptEnv reads what a script, or a Makefile, is given.
func (r *Repository) newScriptEnv(script string, b []byte) *scriptEnv {
	e := &scriptEnv{repo: r, script: script, set: map[string]bool{}, held: map[string][]*File{}}
	if isMakefile(script) {
		for _, m := range makeInclude.FindAllSubmatch(b, -1) {
			if f := e.dotenv(string(m[1])); f != nil {
				e.take([]*File{f})
			}
		}
		return e
	}
	if file, err := parseBash(script, b); err == nil {
		e.read(file)
	}
	e.take(r.givenByExecEnv(script))
	return e
}

// givenByExecEnv are the dotenv files that another script, or a Makefile, runs the script with.
func (r *Repository) givenByExecEnv(script string) []*File {
	var out []*File
	for _, f := range r.scripts {
		b, err := f.Disk()
		if err != nil || f.Path == script || !bytes.Contains(b, []byte("exec-env")) || !bytes.Contains(b, []byte(path.Base(script))) {
			continue
		}
		caller := &scriptEnv{repo: r, script: f.Path}
		for _, command := range commands(f.Path, b, "exec-env") {
			file, err := parseBash(f.Path, command.text)
			if err != nil {
				continue
			}
			syntax.Walk(file, func(n syntax.Node) bool {
				if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 2 && wordText(call.Args[0]) == "sops" {
					if given, run := caller.execEnv(call.Args); given != nil && slices.ContainsFunc(strings.Fields(run), func(w string) bool {
						return slices.Contains(caller.lookedFor(w), r.File(script))
					}) {
						out = append(out, given)
					}
				}
				return true
			})
		}
	}
	return out
}

func parseBash(name string, b []byte) (*syntax.File, error) {
	return syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(bytes.NewReader(b), name)
}
