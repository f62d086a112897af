package sources

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// shellWord is a word of a command. What is not known in it stands as unknown writes it.
type shellWord struct {
	text string
	at   Position
}

const (
	inRepository = "\x03" // begins a path that is the repository's name of it
	unknownBegin = "\x01"
	unknownEnd   = "\x02"
	notKnown     = unknownBegin + unknownEnd
)

// unknown stands for the text of a variable.
func unknown(name string) string { return unknownBegin + name + unknownEnd }

var unknownText = regexp.MustCompile(unknownBegin + `(\w*)` + unknownEnd)

func (w shellWord) known() bool { return !strings.Contains(w.text, unknownBegin) }

// word is a word of which the shell makes one.
func (s *shell) word(st *shellState, w *syntax.Word) shellWord {
	var b strings.Builder
	s.parts(st, &b, w.Parts)
	at := s.at(w)
	at.Column = int(w.Pos().Col())
	return shellWord{strings.ReplaceAll(b.String(), inRepository+inRepository, inRepository), at}
}

// words are those that the shell makes of one: a variable without quotes is split at its blanks,
// and an array gives its own.
func (s *shell) words(st *shellState, w *syntax.Word) []shellWord {
	parts, quoted := w.Parts, false
	if len(parts) == 1 {
		if q, ok := parts[0].(*syntax.DblQuoted); ok {
			parts, quoted = q.Parts, true
		}
	}
	if len(parts) == 1 {
		if p, ok := parts[0].(*syntax.ParamExp); ok && p.Param != nil && p.Exp == nil {
			if p.Param.Value == "@" || p.Param.Value == "*" {
				if st.args == nil {
					return []shellWord{{notKnown, s.at(w)}}
				}
				return st.args
			}
			if v := st.vars[p.Param.Value]; v != nil && len(v.words) > 0 && (p.Index != nil || !quoted) {
				return slices.Clone(v.words)
			}
		}
	}
	one := s.word(st, w)
	return []shellWord{one}
}

func (s *shell) parts(st *shellState, b *strings.Builder, parts []syntax.WordPart) {
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(unescape(p.Value))
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			s.parts(st, b, p.Parts)
		case *syntax.ParamExp:
			b.WriteString(s.parameter(st, p))
		case *syntax.CmdSubst:
			b.WriteString(s.output(st, p.Stmts))
		default:
			b.WriteString(notKnown)
		}
	}
}

func unescape(lit string) string {
	if !strings.Contains(lit, `\`) {
		return lit
	}
	return strings.NewReplacer("\\\n", "", `\\`, `\`, `\`, "").Replace(lit)
}

// parameter is what a variable is put in place of.
func (s *shell) parameter(st *shellState, p *syntax.ParamExp) string {
	if p.Param == nil || p.Excl || p.Length || p.IsSet || p.Slice != nil || p.Repl != nil || p.Names != 0 {
		return notKnown
	}
	text, set := s.variable(st, p.Param.Value)
	if p.Exp == nil {
		return text
	}
	var other string
	if p.Exp.Word != nil {
		other = s.word(st, p.Exp.Word).text
	}
	switch p.Exp.Op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if !set {
			return other
		}
		return text
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		return text
	case syntax.RemSmallSuffix:
		if other == "/*" && !strings.Contains(text, unknownBegin) {
			return path.Dir(text)
		}
	}
	return notKnown
}

// variable is a variable's text; set is false where the script does not set it, and its default
// counts.
func (s *shell) variable(st *shellState, name string) (text string, set bool) {
	switch name {
	case "0", "BASH_SOURCE":
		return inRepository + s.file, true
	case "PWD", "CURDIR":
		return inRepository + st.dir, true
	}
	if len(name) == 1 && name[0] >= '1' && name[0] <= '9' {
		if i := int(name[0] - '1'); i < len(st.args) {
			return st.args[i].text, true
		}
		return notKnown, false
	}
	v := st.vars[name]
	if v == nil || len(v.words) == 0 {
		return unknown(name), v != nil
	}
	texts := make([]string, len(v.words))
	for i, w := range v.words {
		texts[i] = w.text
	}
	return strings.Join(texts, " "), true
}

// output is what commands print, of those that scripts find their own directory with.
func (s *shell) output(st *shellState, list []*syntax.Stmt) string {
	if len(list) == 0 {
		return notKnown
	}
	st = st.clone()
	quiet := *s // what is called in a word makes no deployment
	quiet.command = func(*shellState, []shellWord) {}
	s = &quiet
	s.statements(st, list[:len(list)-1])
	last := list[len(list)-1]
	for {
		binary, ok := last.Cmd.(*syntax.BinaryCmd)
		if !ok {
			break
		}
		switch binary.Op {
		case syntax.AndStmt:
			s.statement(st, binary.X)
			last = binary.Y
		case syntax.OrStmt:
			last = binary.X
		default:
			return notKnown
		}
	}
	call, ok := last.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 {
		return notKnown
	}
	args := []string{}
	for _, a := range call.Args {
		if text := s.word(st, a).text; len(args) == 0 || !strings.HasPrefix(text, "-") {
			args = append(args, text)
		}
	}
	if args[0] == "shell" && len(args) > 1 { // make's $(shell …)
		args = args[1:]
	}
	switch {
	case args[0] == "pwd":
		return inRepository + st.dir
	case args[0] == "git" && slices.Contains(args, "rev-parse"):
		return inRepository + s.repo.rootOf(s.file)
	case len(args) != 2 || strings.Contains(args[1], unknownBegin):
		return notKnown
	case args[0] == "dirname":
		if own, ok := strings.CutPrefix(args[1], inRepository); ok {
			return inRepository + path.Dir(own)
		}
		return path.Dir(args[1])
	case args[0] == "basename":
		return path.Base(strings.TrimPrefix(args[1], inRepository))
	case args[0] == "realpath", args[0] == "readlink":
		if name, ok := st.path(shellWord{text: args[1]}); ok {
			return inRepository + name
		}
	case args[0] == "echo":
		return args[1]
	}
	return notKnown
}

// namedFile is a dotenv file that a script names. It is nil where the repository has none.
type namedFile struct {
	name string
	*File
}

// dotenv is the dotenv file that a word names; false where it names none, or it is not known which.
func (s *shell) dotenv(st *shellState, w shellWord) (namedFile, bool) {
	name, ok := st.path(w)
	if !ok {
		return namedFile{}, false
	}
	f := s.repo.File(name)
	return namedFile{name, f}, f != nil && f.IsDotenv() || f == nil && kindOf(name) == dotenvFile
}

// printed are the dotenv files whose text a word holds: what "cat", "sops -d" or "grep -v" prints
// of them, or a variable that was set to that. ok is false where it holds anything else.
func (s *shell) printed(st *shellState, word *syntax.Word) (files []namedFile, ok bool) {
	ok = true
	add := func(w shellWord) {
		f, named := s.dotenv(st, w)
		if ok = ok && named; named {
			files = append(files, f)
		}
	}
	syntax.Walk(word, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.ParamExp:
			if n.Param != nil {
				v := st.vars[n.Param.Value]
				if v == nil || len(v.files) == 0 {
					ok = false
					return false
				}
				files = append(files, v.files...)
			}
			return false
		case *syntax.Stmt:
			for _, r := range n.Redirs {
				if r.Op == syntax.RdrIn {
					add(s.word(st, r.Word))
				}
			}
		case *syntax.CallExpr:
			if len(n.Args) == 0 {
				return false
			}
			var args []shellWord
			for _, a := range n.Args[1:] {
				args = append(args, s.word(st, a))
			}
			from, prints := printedFiles(wordText(n.Args[0]), args)
			ok = ok && prints
			for _, w := range from {
				add(w)
			}
			return false
		}
		return true
	})
	return files, ok && len(files) > 0
}

// printedFiles are the files of which a command prints all definitions, whatever it does to comments and
// empty lines; false where it prints anything else.
func printedFiles(name string, args []shellWord) (files []shellWord, ok bool) {
	var flags []string
	for _, a := range args {
		if strings.HasPrefix(a.text, "-") {
			flags = append(flags, a.text)
		} else {
			files = append(files, a)
		}
	}
	switch name {
	case "cat":
		return files, true
	case "xargs", "tr", "sort":
		return nil, true
	case "sops":
		if len(files) > 0 && files[0].text == "decrypt" {
			return files[1:], true
		}
		decrypts := slices.ContainsFunc(flags, func(f string) bool { return f == "-d" || f == "--decrypt" })
		return files[max(0, len(files)-1):], decrypts
	case "grep", "egrep": // "grep -v '^#'" leaves comments out
		inverted := slices.ContainsFunc(flags, func(f string) bool {
			return !strings.HasPrefix(f, "--") && strings.Contains(f, "v") || f == "--invert-match"
		})
		if !inverted || len(files) == 0 || !strings.ContainsAny(files[0].text, "#$") {
			return nil, false
		}
		return files[1:], true
	case "sed": // "sed '/^#/d'", "sed 's/#.*//'"
		if len(files) == 0 || !strings.Contains(files[0].text, "#") {
			return nil, false
		}
		return files[1:], true
	}
	return nil, false
}
