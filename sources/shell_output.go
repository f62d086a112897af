package sources

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// printedText is the text of dotenv files that a word holds.
type printedText struct {
	files  []namedFile
	how    reading
	quoted bool
}

// reading says what becomes of a file's text on the way.
type reading struct {
	words    bool // it is taken as words, and not as a script
	unquotes bool // quotes are taken off ("xargs")
	comments bool // comments are left out
}

// output is what commands print, of those that scripts find their own directory with.
func (s *shell) output(st *shellState, list []*syntax.Stmt) string {
	if len(list) == 0 {
		return notKnown
	}
	st = st.clone()
	quiet := *s // what is called in a word makes no deployment
	quiet.command, quiet.written = func(*shellState, []shellWord) {}, nil
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
	args, flags := []string{}, ""
	for _, a := range call.Args {
		if text := s.word(st, a).text; len(args) == 0 || !strings.HasPrefix(text, "-") {
			args = append(args, text)
		} else {
			flags += text
		}
	}
	if st.functions[args[0]] != nil {
		return notKnown
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
	case args[0] == "echo" && (flags == "" || flags == "-n") && !strings.ContainsAny(args[1], " \t\n\\*?["):
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

// printed is what a word holds of dotenv files: what "cat", "sops -d" or "grep -v" prints of them, or a variable that
// was set to that. ok is false where it holds anything else.
func (s *shell) printed(st *shellState, word *syntax.Word) (text *printedText, ok bool) {
	text = &printedText{}
	parts := word.Parts
	if len(parts) == 1 {
		if q, is := parts[0].(*syntax.DblQuoted); is {
			text.quoted, parts = true, q.Parts
		}
	}
	if len(parts) != 1 {
		return nil, false
	}
	var list []*syntax.Stmt
	switch p := parts[0].(type) {
	case *syntax.ParamExp:
		if v := st.vars[p.Param.Value]; isPlain(p) && p.Index == nil && v != nil && v.files != nil {
			of := *v.files
			of.quoted = text.quoted
			return &of, true
		}
		return nil, false
	case *syntax.CmdSubst:
		list = p.Stmts
	case *syntax.ProcSubst:
		list = p.Stmts
	}
	if len(list) != 1 || !s.prints(st, text, list[0]) || len(text.files) == 0 {
		return nil, false
	}
	return text, true
}

// prints adds what a command prints of dotenv files; false where it prints anything else.
func (s *shell) prints(st *shellState, text *printedText, stmt *syntax.Stmt) bool {
	var from []shellWord
	for _, r := range stmt.Redirs {
		switch {
		case r.Op == syntax.RdrIn:
			from = append(from, s.word(st, r.Word))
		case r.N == nil || r.N.Value != "2":
			return false
		}
	}
	switch c := stmt.Cmd.(type) {
	case *syntax.BinaryCmd:
		return c.Op == syntax.Pipe && len(from) == 0 && s.prints(st, text, c.X) && s.prints(st, text, c.Y)
	case *syntax.CallExpr:
		if len(c.Args) == 0 || len(c.Assigns) > 0 {
			return false
		}
		name, args := wordText(c.Args[0]), []shellWord{}
		for _, a := range c.Args[1:] {
			args = append(args, s.word(st, a))
		}
		files, ok := printedFiles(name, args, &text.how)
		if !ok || st.functions[name] != nil {
			return false
		}
		for _, w := range append(from, files...) {
			f, named := s.dotenv(st, w)
			if !named {
				return false
			}
			text.files = append(text.files, f)
		}
		return true
	}
	return false
}

// printedFiles are the files of which a command prints all definitions, whatever it does to comments and
// empty lines; false where it prints anything else.
func printedFiles(name string, args []shellWord, how *reading) (files []shellWord, ok bool) {
	flags := ""
	for _, a := range args {
		if strings.HasPrefix(a.text, "-") {
			flags += a.text
		} else {
			files = append(files, a)
		}
	}
	switch name {
	case "cat":
		return files, flags == ""
	case "xargs":
		how.unquotes = flags != "-0" && !strings.HasPrefix(flags, "-d")
		return nil, len(files) == 0 || strings.Trim(flags, "-") == "d" && len(files) == 1 || strings.HasPrefix(flags, "-n") || strings.HasPrefix(flags, "-L")
	case "tr":
		if len(files) == 0 {
			return nil, false
		}
		return nil, slices.Contains([]string{`\n`, `\r`, `\r\n`}, files[0].text) && (flags == "" && len(files) == 2 && files[1].text == " " || flags == "-d" && files[0].text == `\r`)
	case "sort":
		return nil, len(files) == 0
	case "sops":
		if len(files) > 0 && files[0].text == "decrypt" {
			return files[1:], true
		}
		decrypts := slices.ContainsFunc(args, func(a shellWord) bool { return a.text == "-d" || a.text == "--decrypt" })
		return files[max(0, len(files)-1):], decrypts
	case "grep", "egrep": // "grep -v '^#'" leaves comments out
		if !strings.Contains(flags, "v") || strings.Trim(flags, "-vEhP") != "" || len(files) == 0 || !commentLines(files[0].text) {
			return nil, false
		}
		how.comments = how.comments || strings.Contains(files[0].text, "#")
		return files[1:], true
	case "sed": // "sed '/^#/d'", "sed 's/#.*//'"
		if len(files) == 0 || strings.Trim(flags, "-eEr") != "" || !sedComments.MatchString(files[0].text) {
			return nil, false
		}
		how.comments = how.comments || strings.Contains(files[0].text, "#")
		return files[1:], true
	}
	return nil, false
}

var (
	blanks      = strings.NewReplacer("[[:space:]]", " ", "[[:blank:]]", " ", `\s`, " ", `\t`, " ", "[ ]", " ", "#.*", "#")
	sedComments = regexp.MustCompile(`^(?:/\^(?:\\s\*|\[\[:space:\]\]\*| \*)?#/ ?d|/\^(?:\\s\*|\[\[:space:\]\]\*)?\$/ ?d|s/(?:\\s\*|\[\[:space:\]\]\*| \*)?#\.\*\$?//g?|[; ])+$`)
)

// commentLines says that a pattern matches comments and empty lines alone.
func commentLines(pattern string) bool {
	pattern = strings.NewReplacer(`\|`, "|", "(", "", ")", "", `\(`, "", `\)`, "").Replace(blanks.Replace(pattern))
	if strings.Trim(pattern, "^$# *+|") != "" {
		return false
	}
	for one := range strings.SplitSeq(pattern, "|") {
		if !strings.Contains(strings.ReplaceAll(one, "#*", ""), "#") && !(strings.HasPrefix(one, "^") && strings.HasSuffix(one, "$")) {
			return false
		}
	}
	return true
}
