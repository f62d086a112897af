package sources

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// githubEnv names the file through which a step sets variables for later ones.
const githubEnv = "GITHUB_ENV"

// written takes up what a command writes to a file of variables.
func (c *ciScript) written(sh *shell, st *shellState, words []shellWord, redirs []*syntax.Redirect) {
	text, line, ok := sh.says(st, words, redirs)
	if !ok {
		text, line = unknown(""), words[0].at.Line // whatever it prints
	}
	if path.Base(words[0].text) == "tee" {
		for _, w := range words[1:] {
			if !strings.HasPrefix(w.text, "-") {
				c.write(st, w, text, line)
			}
		}
		return
	}
	for _, r := range redirs {
		if r.Op == syntax.RdrOut || r.Op == syntax.AppOut || r.Op == syntax.RdrAll || r.Op == syntax.AppAll || r.Op == syntax.RdrClob {
			if r.N == nil || r.N.Value == "1" {
				c.write(st, sh.word(st, r.Word), text, line)
				return // what it stands in is told further out
			}
		}
	}
}

// says is what a command prints: echo, printf, cat with a here-document.
func (s *shell) says(st *shellState, words []shellWord, redirs []*syntax.Redirect) (text string, line int, ok bool) {
	line = words[0].at.Line
	args := words[1:]
	switch path.Base(words[0].text) {
	case "echo":
		escapes := false
		for len(args) > 0 && (args[0].text == "-e" || args[0].text == "-n" || args[0].text == "-ne" || args[0].text == "-en") {
			escapes = escapes || strings.Contains(args[0].text, "e")
			args = args[1:]
		}
		var texts []string
		for _, a := range args {
			texts = append(texts, a.text)
		}
		if text = strings.Join(texts, " ") + "\n"; escapes {
			text = strings.ReplaceAll(text, `\n`, "\n")
		}
		return text, line, true
	case "printf":
		if len(args) == 0 {
			return "", 0, false
		}
		format := strings.ReplaceAll(args[0].text, `\n`, "\n")
		args = args[1:]
		pieces := strings.Split(format, "%s")
		var b strings.Builder
		for first := true; first || len(args) > 0 && len(pieces) > 1; first = false {
			for i, piece := range pieces {
				if i > 0 && len(args) > 0 {
					b.WriteString(args[0].text)
					args = args[1:]
				}
				if b.WriteString(piece); b.Len() > maxCIText {
					return "", 0, false
				}
			}
		}
		return b.String(), line, true
	case "cat", "tee":
		for _, r := range redirs {
			if r.Hdoc != nil {
				doc := s.heredoc(st, r)
				return doc.text, doc.at.Line, true
			}
		}
		if st.input == nil || path.Base(words[0].text) == "cat" {
			return "", 0, false
		}
		if before, is := st.input.Cmd.(*syntax.CallExpr); is && len(before.Args) > 0 {
			var from []shellWord
			for _, a := range before.Args {
				from = append(from, s.words(st, a)...)
			}
			if len(from) > 0 && path.Base(from[0].text) != "tee" {
				return s.says(st, from, st.input.Redirs)
			}
		}
	}
	return "", 0, false
}

// write takes up the variables in a text that goes to a file.
func (c *ciScript) write(st *shellState, to shellWord, text string, line int) {
	name, where := "", ""
	switch target, known := to.isUnknown(); {
	case known && target == githubEnv:
		name = githubEnv
	case to.known() && isDotenvName(strings.ToLower(path.Base(to.text))):
		name = Shown(strings.ReplaceAll(to.text, inRepository, ""))
		if in, ok := st.path(to); ok {
			name, where = in, path.Dir(in)
		}
	default:
		return
	}
	v := c.writes[name]
	if v == nil {
		v = &CIVariables{Kind: CIEnvFile, Part: Shown(name), App: where}
		if name == githubEnv {
			v.Kind, v.App = CIEnvironment, ""
		}
		c.writes[name], c.order = v, append(c.order, name)
	}
	set := func(name string, t ciText, at Position) {
		v.Variables = slices.DeleteFunc(v.Variables, func(o CIVariable) bool { return o.Name == name })
		v.Variables = append(v.Variables, t.variable(name, at))
	}
	text = filledName.ReplaceAllString(text, unknownBegin+"$1"+unknownEnd)
	for i, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); !wholeUnknown.MatchString(l) {
			continue
		}
		t, at := c.worth(st, l, line+i)
		for _, read := range c.w.repo.KeysReadFrom(name) {
			set(read, ciUnknown(cmp.Or(t.why, "the commands decide what it is")), at)
		}
	}
	for _, d := range ParseDotenv([]byte(text)) {
		if !c.w.repo.matters(d.Name) {
			continue
		}
		t, at := c.worth(st, d.Value.Reveal(), line+d.Line-1)
		if t.known && t.at.File == "" {
			t.at = at
		}
		set(d.Name, t, at)
	}
}
