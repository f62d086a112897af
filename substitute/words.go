package substitute

import (
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/keys"
)

// environ shows the machine's variables to the expansion of words.
type environ struct{ m *machine }

func (e environ) Get(name string) expand.Variable {
	m := e.m
	text := func(s string) expand.Variable { return expand.Variable{Set: true, Kind: expand.String, Str: s} }
	switch name {
	case "@", "*":
		return expand.Variable{Set: true, Kind: expand.Indexed, List: m.params}
	case "#":
		return text(strconv.Itoa(len(m.params)))
	case "?":
		return text(strconv.Itoa(int(m.last)))
	case "$", "PPID":
		return text("1")
	case "0":
		return text("sh")
	case "HOME":
		if _, ok := m.vars[name]; !ok && m.program.Home != "" {
			return text(m.program.Home)
		}
	case "PWD":
		return text(m.dir)
	case "IFS", "PATH":
		if _, ok := m.vars[name]; !ok {
			return expand.Variable{}
		}
	}
	if rest, ok := strings.CutPrefix(name, "HOME "); ok { // ~user: never asked of this machine
		return text("/home/" + rest)
	}
	if i, err := strconv.Atoi(name); err == nil {
		if i >= 1 && i <= len(m.params) {
			return text(m.params[i-1])
		}
		return expand.Variable{}
	}
	if v, ok := m.lookup(name); ok {
		return expand.Variable{Set: true, Exported: v.exported, Kind: expand.String, Str: v.text}
	}
	return expand.Variable{}
}

func (e environ) Each(visit func(string, expand.Variable) bool) {
	for name, v := range e.m.vars {
		if !visit(name, expand.Variable{Set: true, Exported: v.exported, Kind: expand.String, Str: v.text}) {
			return
		}
	}
}

// Set implements expand.WriteEnviron, for ${NAME:=default}.
func (e environ) Set(name string, v expand.Variable) error {
	e.m.set(name, v.String())
	return nil
}

// lookup finds a variable. Where the environment may hold more than is known, one that
// is not known to be there is unknown.
func (m *machine) lookup(name string) (variable, bool) {
	v, ok := m.vars[name]
	if !ok && m.open != "" && envName.MatchString(name) {
		value := keys.Unknown(m.open)
		if m.from != "" {
			value = value.From(m.from + "'s " + name)
		}
		v = variable{m.pod.marks.value(Use{m.program.Name, name}, value), true}
		m.vars[name], m.given[name] = v, v
		ok = true
	}
	return v, ok
}

// envName matches what people call environment variables, as against a script's own.
var envName = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// set assigns a variable and keeps whether it is exported.
func (m *machine) set(name, text string) {
	v := m.vars[name]
	m.vars[name] = variable{text, v.exported}
}

func (m *machine) config() *expand.Config {
	return &expand.Config{
		Env:     environ{m},
		NoUnset: m.nounset,
		CmdSubst: func(w io.Writer, cs *syntax.CmdSubst) error {
			out, _ := m.subshell(cs.Stmts, stream{})
			if m.pod.work += len(out.text); m.pod.work > maxWork {
				out.unknown = "a script prints too much to follow"
			}
			if out.unknown != "" {
				out.text = m.pod.marks.unknown(Use{}, out.unknown)
			}
			_, err := io.WriteString(w, out.text)
			return err
		},
		ProcSubst: func(ps *syntax.ProcSubst) (string, error) {
			if ps.Op != syntax.CmdIn {
				return "", errNotFollowed // what is written into it goes anywhere
			}
			out, _ := m.subshell(ps.Stmts, stream{})
			m.pod.commands++
			name := "/dev/fd/" + strconv.Itoa(m.pod.commands)
			m.write(name, out, m.steps)
			return name, nil
		},
	}
}

var errNotFollowed = errors.New("not followed")

// literal expands a word into one string, as for an assignment.
func (m *machine) literal(w *syntax.Word) string {
	if why := m.opaque(w); why != "" {
		return m.pod.marks.unknown(Use{}, why)
	}
	s, err := expand.Literal(m.config(), w)
	return m.expanded(s, err, w)
}

// document expands a here-document.
func (m *machine) document(r *syntax.Redirect) stream {
	s, err := expand.Document(m.config(), r.Hdoc)
	s = m.expanded(s, err, r.Hdoc)
	if r.Op == syntax.DashHdoc {
		lines := strings.SplitAfter(s, "\n")
		for i, line := range lines {
			mark, rest := splitMark(line)
			lines[i] = mark + strings.TrimLeft(rest, "\t")
		}
		s = strings.Join(lines, "")
	}
	return stream{text: s}
}

// fields expands words into a command's arguments.
func (m *machine) fields(words []*syntax.Word) []string {
	var out []string
	for _, w := range words {
		if why := m.opaque(w); why != "" {
			out = append(out, m.pod.marks.unknown(Use{}, why))
			continue
		}
		fields, err := expand.Fields(m.config(), w)
		if err != nil {
			return append(out, m.expanded("", err, w))
		}
		for _, f := range fields {
			out = append(out, m.expanded(f, nil, w))
		}
	}
	return out
}

// expanded checks an expansion: an unset variable under set -u ends the script, and a
// text in which a mark was cut is unknown.
func (m *machine) expanded(s string, err error, w *syntax.Word) string {
	var unset expand.UnsetParameterError
	switch {
	case errors.As(err, &unset):
		name := unset.Node.Param.Value
		m.halt("the shell ends there, because "+name+" is not set", name, unset.Node.Pos().Line())
		return ""
	case err != nil:
		return m.pod.marks.unknown(Use{}, "the shell's expansion of it is not followed")
	case strings.ContainsAny(lineMark.ReplaceAllString(valueMark.ReplaceAllString(s, ""), ""), markRunes):
		return m.pod.marks.unknown(Use{}, "the shell takes a part of a value")
	}
	return s
}

// opaque says why a word's expansion is not followed: with marks in place of values the
// length or a part of one means nothing, and some expansions grow without bound.
func (m *machine) opaque(w *syntax.Word) string {
	why := ""
	if w == nil {
		return why
	}
	size, braces := 0, 0
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst:
			return false // followed by themselves
		case *syntax.Lit:
			braces += strings.Count(n.Value, ",")
			if strings.Contains(n.Value, "..") && strings.Contains(n.Value, "{") {
				why = "a range in braces is not followed"
			}
		case *syntax.ParamExp:
			if n.Param == nil {
				return true
			}
			v := m.vars[n.Param.Value]
			size += len(v.text)
			changes := n.Length || n.Slice != nil || n.Repl != nil || n.Exp != nil && takesPart(n.Exp)
			if changes && (valueMark.MatchString(v.text) || len(v.text) > maxChanged) {
				why = "the shell takes a part of the value of " + n.Param.Value
			}
		}
		return true
	})
	if m.pod.work += size; size > maxText || braces > maxBraces && strings.Contains(wordText(w), "{") {
		return "it is too large to follow"
	}
	return why
}

// takesPart says whether an expansion may give a part of a value, or it in another way. A sign that no mark stands for
// is taken off its ends as it stands there.
func takesPart(e *syntax.Expansion) bool {
	switch e.Op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		sign := ""
		if e.Word != nil {
			sign = e.Word.Lit()
		}
		return sign == "" || strings.ContainsAny(sign, plainSigns+`*?[\`)
	case syntax.UpperFirst, syntax.UpperAll, syntax.LowerFirst, syntax.LowerAll, syntax.OtherParamOps:
		return true
	}
	return false
}

const (
	maxChanged = 64 << 10 // bytes of a value that ${NAME//a/b} and the like are followed over
	maxBraces  = 8        // commas in a word with braces, of which {a,b}{c,d} makes all pairs
)

// wordText is a word's literal text.
func wordText(w *syntax.Word) string {
	var b strings.Builder
	for _, part := range w.Parts {
		if lit, ok := part.(*syntax.Lit); ok {
			b.WriteString(lit.Value)
		}
	}
	return b.String()
}

// matchesAny matches a text against a case's patterns.
func (m *machine) matchesAny(subject string, words []*syntax.Word) status {
	st := failure
	value, _ := m.pod.marks.resolve(subject)
	text, secret := value.Text().Reveal(), m.pod.marks.holdsSecret(subject)
	for _, w := range words {
		pat, err := expand.Pattern(m.config(), w)
		if pat == "*" {
			return success
		}
		if secret && err == nil && !pattern.HasMeta(pat, 0) {
			switch equal, told := m.pod.marks.equal(subject, pat); {
			case told && equal:
				return success
			case told:
				continue
			}
		}
		if err != nil || secret || !value.IsKnown() || valueMark.MatchString(pat) {
			st = unclear
			continue
		}
		expr, err := pattern.Regexp(pat, pattern.EntireString)
		if err != nil {
			st = unclear
			continue
		}
		if re, err := regexp.Compile(expr); err == nil && re.MatchString(text) {
			return success
		}
	}
	return st
}

// call follows a simple command.
func (m *machine) call(c *syntax.CallExpr, in stream) (stream, status) {
	if len(c.Args) == 0 {
		for _, a := range c.Assigns {
			m.assign(a, false)
		}
		return stream{}, success
	}
	args := m.fields(c.Args)
	if m.stop != nil {
		return stream{}, failure
	}
	if len(c.Assigns) == 0 {
		return m.run(args, in)
	}
	saved := map[string]*variable{}
	for _, a := range c.Assigns {
		if v, ok := m.vars[a.Name.Value]; ok {
			saved[a.Name.Value] = &v
		} else {
			saved[a.Name.Value] = nil
		}
		m.assign(a, true)
	}
	out, st := m.run(args, in)
	if m.stop != nil && m.stop.started {
		return out, st // with these it went on
	}
	for name, v := range saved {
		if v == nil {
			delete(m.vars, name)
		} else {
			m.vars[name] = *v
		}
	}
	return out, st
}

// assign follows NAME=word.
func (m *machine) assign(a *syntax.Assign, export bool) {
	if a.Name == nil {
		return
	}
	name := a.Name.Value
	text := ""
	switch {
	case a.Array != nil || a.Index != nil:
		text = m.pod.marks.unknown(Use{}, "arrays are not followed")
	case a.Value != nil:
		text = m.literal(a.Value)
	}
	v := m.vars[name]
	if a.Append {
		text = v.text + text
	}
	m.vars[name] = variable{text, v.exported || export || m.allexport}
}

// declareWords follows what a declaration is given by an expansion: an option, or
// assignments, as in "export $(cat .env)".
func (m *machine) declareWords(w *syntax.Word, export *bool) {
	for _, field := range m.fields([]*syntax.Word{w}) {
		field = withoutLineMarks(field)
		name, value, ok := strings.Cut(field, "=")
		if reason, unknown := m.pod.marks.isUnknown(name); unknown {
			m.forget("it may be set by what a script exports: " + reason)
			return
		}
		switch {
		case strings.HasPrefix(field, "-"):
			*export = *export || strings.Contains(field, "x")
		case ok && isName(name):
			m.vars[name] = variable{value, *export}
		}
	}
}

// setTo gives a variable what a command prints.
func (m *machine) setTo(name string, out stream) {
	if out.unknown != "" {
		out.text = m.pod.marks.unknown(Use{}, out.unknown)
	}
	if name = withoutLineMarks(name); !isName(name) {
		m.forget("it may be set by a script, by a name that cannot be told")
		return
	}
	m.set(name, out.text)
}

// readVariables follows what reads variables off a text: which ones can be told, and not what.
func (m *machine) readVariables(args []string, _ stream) (stream, status) {
	for _, name := range operands(args, "dinNptuCcO") {
		m.setTo(name, stream{unknown: "a script reads it, and what it finds is not followed"})
	}
	return stream{}, unclear
}

// declare follows export, local, readonly and declare.
func (m *machine) declare(c *syntax.DeclClause) {
	export := c.Variant.Value == "export"
	for _, a := range c.Args {
		switch {
		case a.Naked && a.Value != nil && strings.HasPrefix(wordText(a.Value), "-") && strings.Contains(wordText(a.Value), "n") && !export:
			m.forget("it may be set by a script, by another name")
			return
		case a.Naked && a.Name != nil:
			if v, ok := m.lookup(a.Name.Value); ok {
				m.vars[a.Name.Value] = variable{v.text, v.exported || export}
			}
		case a.Name != nil:
			m.assign(a, export)
		case a.Value != nil:
			m.declareWords(a.Value, &export)
		}
	}
}
