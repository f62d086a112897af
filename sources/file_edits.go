package sources

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// redirected are the files that the output of a command goes to.
func (s *shell) redirected(st *shellState, words []shellWord, redirs []*syntax.Redirect) []ClusterEdit {
	var out []ClusterEdit
	verb := path.Base(words[0].text)
	if !words[0].known() {
		verb = "a command"
	}
	write := func(to shellWord, appends bool) {
		e := s.writesTo(st, verb, to)
		if e == nil {
			return
		}
		if e.Line = words[0].at.Line; appends {
			if text, _, ok := s.says(st, words, redirs); ok {
				e.touches = func(r *Repository, _ string) bool { return r.appendsKey(text) }
			}
		}
		out = append(out, *e)
	}
	for _, r := range redirs {
		switch r.Op {
		case syntax.RdrOut, syntax.RdrAll, syntax.RdrClob, syntax.AppOut, syntax.AppAll:
			if r.N == nil || r.N.Value == "1" {
				write(s.word(st, r.Word), r.Op == syntax.AppOut || r.Op == syntax.AppAll)
			}
		}
	}
	if verb == "tee" {
		appends := slices.ContainsFunc(words, func(w shellWord) bool { return w.text == "-a" || w.text == "--append" })
		for _, w := range words[1:] {
			if !strings.HasPrefix(w.text, "-") {
				write(w, appends)
			}
		}
	}
	return out
}

// appendsKey says whether a text that is put behind another may set a key there: it is called so, or how it is called is not known.
func (r *Repository) appendsKey(text string) bool {
	for line := range strings.Lines(text) {
		name, _, _ := strings.Cut(strings.Replace(line, ":", "=", 1), "=")
		if strings.Contains(name, unknownBegin) || r.tellsOfKey(line) {
			return true
		}
	}
	return false
}

// writesTo is that a file of the repository is written; nil where it is none.
func (s *shell) writesTo(st *shellState, verb string, to shellWord) *ClusterEdit {
	name, ok := st.path(to)
	if !ok || s.repo.File(name) == nil {
		return nil
	}
	return &ClusterEdit{Verb: verb, File: name, writes: true}
}

// rewrites are the files that a program writes by itself.
func (s *shell) rewrites(st *shellState, words []shellWord) []ClusterEdit {
	var out []ClusterEdit
	verb := path.Base(words[0].text)
	add := func(touches func(*Repository, string) bool, to ...shellWord) {
		for _, w := range to {
			if e := s.writesTo(st, verb, w); e != nil {
				e.touches = touches
				out = append(out, *e)
			} else if name, ok := st.path(w); ok && s.repo.File(name) == nil {
				*s.missing++
			}
		}
	}
	var plain []shellWord
	for i := 1; i < len(words); i++ {
		if w := words[i]; !strings.HasPrefix(w.text, "-") {
			plain = append(plain, w)
		} else if (w.text == "-o" || w.text == "-O" || w.text == "--output") && i+1 < len(words) && (verb == "curl" || verb == "wget" || verb == "sops") {
			i++
			add(nil, words[i])
		}
	}
	switch verb {
	case "cp", "mv", "install", "scp", "rsync":
		if len(plain) < 2 {
			return nil
		}
		to := plain[len(plain)-1]
		if name, ok := st.path(to); ok && s.repo.hasDir(name) {
			for _, from := range plain[:len(plain)-1] {
				into := to
				into.text = path.Join(to.text, path.Base(from.text))
				add(nil, into)
			}
		} else {
			add(nil, to)
		}
	default:
		if p := editProgramOf(words); p != nil && p.inPlace {
			add(p.touches, p.files...)
		}
	}
	return out
}
