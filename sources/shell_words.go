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
