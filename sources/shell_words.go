package sources

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// shellWord is a word of a command. What is not known in it stands as unknown writes it.
type shellWord struct {
	text   string
	at     Position
	prints *printedText   // what it holds instead, where that is known
	of     *shellVariable // the one that is not known in it
	by     *syntax.Stmt   // the command whose output it names: "<(sops -d values.yaml)"
}

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

const (
	inRepository = "\x03" // begins a path that is the repository's name of it
	unknownBegin = "\x01"
	unknownEnd   = "\x02"
	notKnown     = unknownBegin + unknownEnd
)

// unknown stands for the text of a variable.
func unknown(name string) string { return unknownBegin + name + unknownEnd }

var unknownText = regexp.MustCompile(unknownBegin + `(\w*)` + unknownEnd)

// isUnknown says that nothing is known of a word, and which variable it is, where it is one.
func (w shellWord) isUnknown() (variable string, ok bool) {
	m := unknownText.FindStringSubmatch(w.text)
	if m == nil || m[0] != w.text {
		return "", false
	}
	return m[1], true
}

// lastOf is the last variable of those that are not known in a text.
func (st *shellState) lastOf(text string) *shellVariable {
	all := unknownText.FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return nil
	}
	return st.vars[all[len(all)-1][1]]
}

// freshText is a word that was made before: what was a variable then that has been set anew since is not known by its name any more.
func (st *shellState) freshText(w shellWord) string {
	if w.known() {
		return w.text
	}
	return unknownText.ReplaceAllStringFunc(w.text, func(u string) string {
		if now := st.vars[strings.Trim(u, notKnown)]; now == nil || now == w.of {
			return u
		}
		return notKnown
	})
}

func (st *shellState) fresh(words []shellWord) []shellWord {
	out := slices.Clone(words)
	for i := range out {
		out[i].text = st.freshText(out[i])
	}
	return out
}

func (w shellWord) known() bool { return !strings.Contains(w.text, unknownBegin) }

// word is a word of which the shell makes one.
func (s *shell) word(st *shellState, w *syntax.Word) shellWord {
	var b strings.Builder
	s.parts(st, &b, w.Parts)
	at := s.at(w)
	at.Column = int(w.Pos().Col())
	return shellWord{text: strings.ReplaceAll(b.String(), inRepository+inRepository, inRepository), at: at}
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
		if p, ok := parts[0].(*syntax.ParamExp); ok && isPlain(p) {
			v := st.vars[p.Param.Value]
			switch {
			case p.Index != nil:
				if v != nil && len(v.words) > 0 && v.text == nil && wordText(wordOf(p.Index)) == "@" {
					return st.fresh(v.words)
				}
			case p.Param.Value == "@" || p.Param.Value == "*" && !quoted:
				if st.args == nil {
					return []shellWord{{text: notKnown, at: s.at(w)}}
				}
				return st.fresh(st.args)
			case v != nil && v.text != nil && !quoted && v.text.known():
				return slices.Clone(v.words)
			}
		}
	}
	one := s.word(st, w)
	if one.text == "" && !quoted && !slices.ContainsFunc(w.Parts, isQuoted) {
		return nil
	}
	if len(parts) == 1 {
		if p, ok := parts[0].(*syntax.ProcSubst); ok && p.Op == syntax.CmdIn && len(p.Stmts) == 1 {
			one.by = p.Stmts[0]
		}
	}
	if !one.known() {
		one.prints, _ = s.printed(st, w)
		one.of = st.lastOf(one.text)
	}
	return []shellWord{one}
}

// isPlain says that nothing is done to the variable.
func isPlain(p *syntax.ParamExp) bool {
	return p.Param != nil && p.Exp == nil && !p.Excl && !p.Length && !p.IsSet && p.Slice == nil && p.Repl == nil && p.Names == 0
}

// wordOf is a subscript as a word.
func wordOf(x syntax.ArithmExpr) *syntax.Word {
	if w, ok := x.(*syntax.Word); ok {
		return w
	}
	return &syntax.Word{}
}

func isQuoted(p syntax.WordPart) bool {
	switch p.(type) {
	case *syntax.SglQuoted, *syntax.DblQuoted:
		return true
	}
	return false
}

func (s *shell) parts(st *shellState, b *strings.Builder, parts []syntax.WordPart) {
	for i, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			// A tilde and braces are put in place by the shell.
			if i == 0 && strings.HasPrefix(p.Value, "~") || strings.Contains(p.Value, "{") && strings.ContainsAny(p.Value, ",.") {
				b.WriteString(notKnown)
			}
			b.WriteString(unescape(p.Value))
		case *syntax.SglQuoted:
			if p.Dollar && strings.Contains(p.Value, `\`) {
				b.WriteString(notKnown)
			}
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			s.quoted(st, b, p.Parts)
		default:
			s.expansion(st, b, p)
		}
	}
}

// quoted are the parts of a word between double quotes, and those of a here-document.
func (s *shell) quoted(st *shellState, b *strings.Builder, parts []syntax.WordPart) {
	for _, p := range parts {
		if lit, ok := p.(*syntax.Lit); ok {
			b.WriteString(quotedEscapes.Replace(lit.Value))
		} else {
			s.expansion(st, b, p)
		}
	}
}

// maxShellText bounds what is put into one word: A=$A$A doubles it.
const maxShellText = 32 << 10

func (s *shell) expansion(st *shellState, b *strings.Builder, p syntax.WordPart) {
	put := func(text string) {
		if b.Len()+len(text) > maxShellText {
			text = notKnown
		}
		b.WriteString(text)
	}
	switch p := p.(type) {
	case *syntax.ParamExp:
		put(s.parameter(st, p))
	case *syntax.CmdSubst:
		put(s.output(st, p.Stmts))
	case *syntax.ArithmExp:
		s.arithmetic(st, p)
		b.WriteString(notKnown)
	default:
		b.WriteString(notKnown)
	}
}

var (
	escapes       = strings.NewReplacer("\\\n", "", `\\`, `\`, `\`, "")
	quotedEscapes = strings.NewReplacer("\\\n", "", `\\`, `\`, `\$`, "$", `\"`, `"`, "\\`", "`")
	heredocText   = strings.NewReplacer("\\\n", "", `\\`, `\`, `\$`, "$", "\\`", "`")
)

func unescape(lit string) string { return escapes.Replace(lit) }

// heredoc is the text that a command has of a here-document.
func (s *shell) heredoc(st *shellState, r *syntax.Redirect) shellWord {
	if slices.ContainsFunc(r.Word.Parts, isQuoted) {
		return shellWord{text: wordText(r.Hdoc), at: s.at(r.Hdoc)}
	}
	var b strings.Builder
	for _, p := range r.Hdoc.Parts {
		if lit, ok := p.(*syntax.Lit); ok {
			b.WriteString(heredocText.Replace(lit.Value))
		} else {
			s.expansion(st, &b, p)
		}
	}
	return shellWord{text: strings.ReplaceAll(b.String(), inRepository, ""), at: s.at(r.Hdoc)}
}

// parameter is what a variable is put in place of.
func (s *shell) parameter(st *shellState, p *syntax.ParamExp) string {
	if p.Exp == nil && !isPlain(p) || p.Param == nil || p.Excl || p.Index != nil {
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
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if !set || text == "" {
			st.forget(p.Param.Value, st.exports)
		}
		if !set {
			return other
		}
		fallthrough
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		if !set || text == "" && (p.Exp.Op == syntax.DefaultUnsetOrNull || p.Exp.Op == syntax.AssignUnsetOrNull) {
			return other
		}
		return text
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		return text
	case syntax.RemSmallSuffix:
		if other == "/*" && strings.Contains(text, "/") && !strings.Contains(text, unknownBegin) {
			return path.Dir(text)
		}
	}
	return notKnown
}

// always are variables that every shell has, besides those of the script.
var always = map[string]bool{
	"HOME": true, "USER": true, "LOGNAME": true, "PATH": true, "SHELL": true, "HOSTNAME": true, "UID": true, "EUID": true, "RANDOM": true,
	"SECONDS": true, "LINENO": true, "TERM": true, "LANG": true, "OSTYPE": true, "HOSTTYPE": true, "BASH": true, "BASH_VERSION": true,
	"PPID": true, "IFS": true, "_": true, "?": true, "$": true, "!": true, "#": true, "-": true, "@": true, "*": true,
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
	if n, err := strconv.Atoi(name); err == nil {
		if n <= len(st.args) {
			return st.freshText(st.args[n-1]), true
		}
		return notKnown, st.shifted || slices.ContainsFunc(st.args, func(w shellWord) bool { return !w.known() })
	}
	v := st.vars[name]
	switch {
	case v != nil && v.text != nil:
		return st.freshText(*v.text), true
	case v == nil && always[name]:
		return notKnown, true
	}
	return unknown(name), v != nil || st.vague && s.matters(name)
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
