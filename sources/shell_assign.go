package sources

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/keys"
)

// assign sets a variable.
func (s *shell) assign(st *shellState, a *syntax.Assign, exported bool) {
	if a.Name == nil {
		return
	}
	name := a.Name.Value
	old := st.vars[name]
	if old != nil && old.readonly {
		if !a.Naked {
			if exported && !old.exported { // it is so by "export", and not by "set -a"
				st.vars[name] = &shellVariable{exported: true, perhaps: true, readonly: true}
			}
			return
		}
		exported = exported || old.exported
	}
	// What can be told of it is that it may be exported.
	may := st.perhaps && exported && st.exports && (old == nil || !old.exported) || !exported && old != nil && old.perhaps
	exported = exported || old != nil && old.exported
	v := &shellVariable{exported: exported}
	switch {
	case a.Naked:
		if old != nil {
			known := *old
			known.exported = exported
			v = &known
		} else if st.locals == nil && !st.vague && s.matters(name) {
			v = &shellVariable{exported: exported}
		}
	case a.Index != nil:
	case a.Array != nil:
		for _, e := range a.Array.Elems {
			if e.Value != nil && e.Index == nil {
				v.words = append(v.words, s.words(st, e.Value)...)
			}
		}
	case a.Value != nil:
		word := s.word(st, a.Value)
		word.of = st.lastOf(word.text)
		v = s.literal(name, word, exported)
		v.files, _ = s.printed(st, a.Value)
		v.sameAs(st.vars[onlyVariable(a.Value)])
		if st.vague && s.matters(name) && expands(a.Value) {
			v = &shellVariable{exported: exported}
		}
	default:
		v = s.literal(name, shellWord{at: s.at(a)}, exported)
	}
	switch {
	case a.Append && old != nil && old.text == nil && len(old.words) > 0 && a.Array != nil:
		v = &shellVariable{exported: exported, words: append(slices.Clone(old.words), v.words...)}
	case a.Append && old != nil && old.text != nil && v.text != nil:
		v = s.literal(name, shellWord{text: old.text.text + v.text.text, at: v.text.at}, exported)
	case a.Append && a.Array == nil:
		v = &shellVariable{exported: exported}
	}
	if old != nil && old.odd {
		s.unfollow(st, &unfollowed{At: s.at(a), Why: "sets a variable that is declared in a way that keylint cannot follow"}, true)
		v = &shellVariable{exported: exported, odd: true}
	}
	if may {
		v = &shellVariable{exported: true, perhaps: true}
	}
	if v.array = a.Array != nil || a.Index != nil || old != nil && old.array; v.array && a.Array == nil || st.trapped && s.matters(name) {
		v = &shellVariable{exported: exported, perhaps: true, array: v.array}
	}
	if old != nil {
		v.readonly, v.odd = v.readonly || old.readonly, v.odd || old.odd
	}
	st.vars[name] = v
}

// onlyVariable is the variable that a word is, as it is; empty where it is anything else.
func onlyVariable(w *syntax.Word) string {
	parts := w.Parts
	if len(parts) == 1 {
		if q, ok := parts[0].(*syntax.DblQuoted); ok {
			parts = q.Parts
		}
	}
	if len(parts) == 1 {
		if p, ok := parts[0].(*syntax.ParamExp); ok && isPlain(p) && p.Index == nil {
			return p.Param.Value
		}
	}
	return ""
}

// sameAs makes the value that of another variable, where that may be a key: it stands where that one's does.
func (v *shellVariable) sameAs(other *shellVariable) {
	if v.given == nil && other != nil && other.given != nil && !other.odd && !other.array {
		v.given, v.text, v.words = other.given, nil, nil
	}
}

// expands says whether a word has a variable or a command's output in it.
func expands(w *syntax.Word) bool {
	found := false
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.ParamExp, *syntax.CmdSubst:
			found = true
		}
		return true
	})
	return found
}

// literal is a variable with a value that stands in the script. A command makes words of it, but
// for what may be a key, by its name or its form.
func (s *shell) literal(name string, w shellWord, exported bool) *shellVariable {
	v := &shellVariable{exported: exported}
	if s.matters(name) || keys.HasForm(keys.NewText(w.text)) {
		if w.known() && !strings.Contains(w.text, inRepository) {
			v.given = &givenValue{Text: keys.NewText(w.text), At: w.at}
		}
		return v
	}
	v.text = &w
	if !w.known() {
		v.words = []shellWord{w}
	}
	for text := range strings.FieldsSeq(w.text) {
		if w.known() {
			v.words = append(v.words, shellWord{text: text, at: w.at})
		}
	}
	return v
}

// declare follows "export", "local", "readonly" and their kin.
func (s *shell) declare(st *shellState, c *syntax.DeclClause) {
	variant := c.Variant.Value
	if st.functions[variant] != nil {
		s.unfollow(st, &unfollowed{At: s.at(c), Why: "has a function called " + variant}, true)
		return
	}
	exports, hides := variant == "export", variant != "export" && variant != "readonly" && st.locals != nil
	with, without := "", ""
	for _, a := range c.Args {
		if !a.Naked || a.Value == nil {
			continue
		}
		switch text := wordText(a.Value); {
		case strings.HasPrefix(text, "--"):
		case strings.HasPrefix(text, "-"):
			with += text[1:]
		case strings.HasPrefix(text, "+"):
			without += text[1:]
		}
	}
	if strings.ContainsAny(with, "pfF") {
		return
	}
	odd := strings.ContainsAny(with, "iulcn") && variant != "export"
	takesBack := variant == "export" && strings.Contains(with, "n") || strings.Contains(without, "x")
	exports = (exports || strings.Contains(with, "x")) && !takesBack
	hides = hides && !strings.Contains(with, "g")
	if strings.Contains(with, "n") && variant != "export" { // it stands for another
		s.unfollow(st, &unfollowed{At: s.at(c), Why: "has a variable that stands for another"}, true)
	}
	for _, a := range c.Args {
		switch {
		case a.Naked && a.Value != nil && strings.HasPrefix(wordText(a.Value), "-"), a.Naked && a.Value != nil && strings.HasPrefix(wordText(a.Value), "+"):
			if wordText(a.Value) == "-" && variant == "local" { // "local -": options are the function's own
				st.own = true
			}
		case a.Name != nil:
			name := a.Name.Value
			old := st.vars[name]
			if hides {
				if _, done := st.locals[name]; !done {
					st.locals[name] = old
				}
				if old == nil || a.Naked { // set to nothing, or to what it hides
					st.vars[name] = &shellVariable{exported: old != nil && old.exported}
				}
			}
			if odd {
				st.forget(name, exports || st.exports)
				st.vars[name].odd = true
			}
			if takesBack {
				st.change(name, func(v *shellVariable) { v.exported = false })
				if a.Naked {
					continue
				}
			}
			s.assign(st, a, exports || st.exports)
			if variant == "readonly" || strings.Contains(with, "r") {
				st.change(name, func(v *shellVariable) { v.readonly = true })
			}
		case a.Value != nil: // export $(grep -v '^#' .env | xargs)
			w := s.word(st, a.Value)
			w.prints, _ = s.printed(st, a.Value)
			s.assignments(st, w, exports || st.exports)
			if variant == "readonly" || strings.Contains(with, "r") {
				s.protect(st, w)
			}
		}
	}
}

// protect makes what a word sets readonly.
func (s *shell) protect(st *shellState, w shellWord) {
	if w.prints == nil {
		s.unfollow(st, &unfollowed{At: w.at, Why: "protects variables in a way that keylint cannot follow"}, true)
		st.trapped = true
		return
	}
	for _, f := range w.prints.files {
		if f.File == nil {
			st.trapped = true
			continue
		}
		for _, d := range f.Dotenv() {
			st.change(d.Name, func(v *shellVariable) { v.readonly = true })
		}
	}
}

// assignments follows a word that holds assignments.
func (s *shell) assignments(st *shellState, w shellWord, exported bool) {
	if name, value, ok := strings.Cut(w.text, "="); ok && w.known() {
		st.vars[name] = s.literal(name, shellWord{text: value, at: w.at}, exported || st.vars[name] != nil && st.vars[name].exported)
		return
	}
	if w.prints == nil || w.prints.quoted || st.vars["IFS"] != nil {
		s.unfollow(st, &unfollowed{At: w.at, Why: "sets variables in a way that keylint cannot follow"}, exported)
		return
	}
	how := w.prints.how
	how.words = true
	for _, f := range w.prints.files {
		s.take(st, f, w.at, how, exported)
	}
}
