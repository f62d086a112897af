package sources

import (
	"slices"
	"strconv"
	"strings"
)

// builtin follows what the shell does itself; false where the command is none of that.
func (s *shell) builtin(st *shellState, words []shellWord) bool {
	args := words[1:]
	switch words[0].text {
	case "cd", "pushd":
		if len(args) > 0 {
			s.enter(st, args[0])
		}
	case "popd":
		st.lost = true
	case ".", "source":
		if len(args) > 0 {
			s.source(st, args[0], args[1:])
		}
	case "eval":
		for _, a := range args {
			s.line(st, a)
		}
	case "export", "declare", "typeset", "readonly", "local":
		for _, a := range args {
			if name, _, ok := strings.Cut(a.text, "="); ok && !strings.Contains(name, unknownBegin) {
				st.forget(name, true)
			} else if a.known() {
				st.forget(a.text, true)
			} else {
				s.assignments(st, a, true)
			}
		}
	case "set":
		s.set(st, args)
	case "read", "mapfile", "readarray", "getopts", "let", "printf", "wait":
		for _, w := range args {
			if words[0].text == "printf" && (len(args) < 2 || args[0].text != "-v") {
				return false
			}
			name, _, _ := strings.Cut(w.text, "=")
			if st.vars[name] != nil || s.matters(name) {
				st.forget(name, st.exports)
				st.vars[name].array = words[0].text == "mapfile" || words[0].text == "readarray" || words[0].text == "read" && strings.Contains(args[0].text+args[min(1, len(args)-1)].text, "-")
			}
		}
	case "unset":
		for _, w := range args {
			switch v := st.vars[w.text]; {
			case w.text == "-f":
				for _, f := range args {
					delete(st.functions, f.text)
				}
				return true
			case !w.known():
				s.unfollow(st, &unfollowed{At: w.at, Why: "unsets variables in a way that keylint cannot follow"}, true)
			case v == nil || !v.readonly:
				delete(st.vars, w.text)
				if _, local := st.locals[w.text]; local {
					st.forget(w.text, true)
				}
			}
		}
	case "shift":
		n := 1
		if len(args) > 0 {
			n, _ = strconv.Atoi(args[0].text)
		}
		if st.args == nil || n < 1 || n > len(st.args) {
			st.args, st.shifted = nil, st.shifted || st.args != nil
		} else {
			st.args = st.args[n:]
		}
	case "alias":
		for _, w := range args {
			if name, text, ok := strings.Cut(w.text, "="); ok && w.known() {
				if file, err := parseBash(s.file, []byte(text+` "$@"`)); err == nil && len(file.Stmts) > 0 {
					st.functions[name] = file.Stmts[len(file.Stmts)-1]
				}
			}
		}
	case "shopt":
		for _, w := range args {
			st.lastpipe = st.lastpipe || w.text == "lastpipe"
			if w.text == "expand_aliases" {
				s.unfollow(st, &unfollowed{At: w.at, Why: "has aliases, which keylint does not follow"}, true)
			}
		}
	case "trap":
		if len(args) > 1 {
			way := st.clone()
			s.unfollow(way, &unfollowed{At: args[0].at, Why: "runs it in a trap"}, true)
			s.line(way, args[0])
			if slices.ContainsFunc(args[1:], func(w shellWord) bool { return w.text == "DEBUG" || w.text == "ERR" || w.text == "RETURN" }) {
				s.unfollow(st, &unfollowed{At: args[0].at, Why: "has a trap, which keylint does not follow"}, true)
				st.trapped = true
			}
		}
	case "break", "continue":
		if st.loop == nil {
			return true
		}
		if len(args) > 0 && args[0].text != "1" {
			s.unfollow(st, &unfollowed{At: words[0].at, Why: "leaves several loops"}, true)
		}
		left := st.clone()
		if words[0].text == "break" {
			st.loop.breaks = append(st.loop.breaks, left)
		} else {
			st.loop.continues = append(st.loop.continues, left)
		}
		st.ended = true
	case "return":
		if st.returns != nil { // elsewhere it does nothing
			*st.returns = append(*st.returns, st.clone())
			st.ended = true
		}
	case "exit":
		st.ended = true
	default:
		return false
	}
	return true
}

// set follows options and positional parameters.
func (s *shell) set(st *shellState, args []shellWord) {
	for i := 0; i < len(args); i++ {
		w := args[i].text
		if w == "--" || w == "-" || len(w) < 2 || w[0] != '-' && w[0] != '+' {
			if w == "--" || w == "-" {
				i++
			}
			st.args = slices.Clone(args[i:])
			if st.args == nil {
				st.args = []shellWord{}
			}
			return
		}
		letters, all := w[1:], false
		if strings.Contains(letters, "o") && i+1 < len(args) {
			i++
			all = args[i].text == "allexport"
			if !args[i].known() {
				st.exports, st.perhaps = true, true
			}
		}
		if all || strings.Contains(letters, "a") {
			st.exports, st.perhaps = w[0] == '-', false
		}
	}
}
