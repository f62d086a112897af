package sources

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// simple follows a command with its assignments.
func (s *shell) simple(st *shellState, call *syntax.CallExpr, redirs []*syntax.Redirect) {
	if len(call.Args) == 0 {
		for _, a := range call.Assigns {
			s.assign(st, a, st.exports)
		}
		return
	}
	name := wordText(call.Args[0])
	var words []shellWord
	for _, a := range call.Args {
		words = append(words, s.words(st, a)...)
	}
	if len(call.Assigns) > 0 { // they are that command's
		for _, a := range call.Assigns {
			if a.Name == nil {
				continue
			}
			before, of := st.vars[a.Name.Value], a.Name.Value
			s.assign(st, a, true)
			set := st.vars[of]
			defer func() {
				switch is := st.vars[of]; {
				case is == nil && before == nil:
				case specials[name], is != set: // sh keeps them, and what is set there may stay
					st.forget(of, before != nil && before.exported || is != set)
				case before == nil:
					delete(st.vars, of)
				default:
					st.vars[of] = before
				}
			}()
		}
	}
	if name == "eval" && st.functions[name] == nil {
		s.evaluate(st, call.Args[1:])
		return
	}
	if len(words) == 0 {
		return
	}
	if s.written != nil {
		s.written(st, words, append(redirs[:len(redirs):len(redirs)], st.redirs...))
	}
	s.invoke(st, words)
	if name := path.Base(words[0].text); shells[name] || name == "ssh" {
		inner := st.child
		if name == "ssh" {
			inner = st.elsewhere
		}
		for _, r := range redirs {
			if r.Hdoc != nil {
				s.line(inner(), s.heredoc(st, r))
			}
		}
	}
}

var shells = map[string]bool{"sh": true, "bash": true, "dash": true, "zsh": true, "ash": true}

// specials are commands of which sh keeps the assignments that stand before them.
var specials = map[string]bool{"eval": true, ".": true, "source": true, "export": true, "readonly": true, "set": true, "unset": true, ":": true}

// invoke follows a command of which all words are there.
func (s *shell) invoke(st *shellState, words []shellWord) {
	own := true // a function of the script may be meant
	for len(words) > 0 {
		if own && st.functions[words[0].text] != nil {
			break
		}
		inner, rest, is := s.wrapper(st, words)
		if !is {
			break
		}
		own = own && words[0].text == "time"
		st, words = inner, rest
	}
	if len(words) == 0 {
		return
	}
	name, rest := words[0].text, words[1:]
	if body := st.functions[name]; body != nil && own {
		s.function(st, name, body, rest)
		return
	}
	if s.builtin(st, words) {
		return
	}
	switch base := path.Base(name); {
	case shells[base] || base == "su":
		inner := st.child()
		if base == "su" {
			inner = st.elsewhere()
			inner.open = &unfollowed{At: words[0].at, Why: "starts it as another user"}
		}
		if i := slices.IndexFunc(rest, func(w shellWord) bool { return strings.HasPrefix(w.text, "-") && strings.HasSuffix(w.text, "c") }); i >= 0 && i+1 < len(rest) {
			s.line(inner, rest[i+1])
		} else {
			s.command(st, words)
		}
		return
	case base == "ssh":
		if len(rest) > 0 {
			s.line(st.elsewhere(), rest[len(rest)-1])
		}
		return
	case base == "sops" && len(rest) > 2 && rest[0].text == "exec-env":
		s.execEnv(st.child(), rest[1:])
		return
	}
	if given, command, loads := s.load(st, words); loads {
		if len(command) > 0 {
			s.invoke(given, command)
		}
		return
	}
	for _, giver := range givers {
		if path.Base(name) == giver[0] && len(rest) >= len(giver) && (len(giver) == 1 || rest[0].text == giver[1]) {
			given := st.clone()
			s.unfollow(given, &unfollowed{At: words[0].at, Why: strings.Join(giver, " ") + " gives it variables"}, true)
			if i := slices.IndexFunc(rest, func(w shellWord) bool { return w.text == "--" }); i >= 0 {
				s.invoke(given, rest[i+1:])
				return
			}
		}
	}
	if i := slices.IndexFunc(rest, func(w shellWord) bool { return wrapped[path.Base(w.text)] }); i >= 0 && !talkers[path.Base(name)] {
		if _, composes := composeArguments(rest[i:]); composes {
			given := st.clone()
			s.unfollow(given, &unfollowed{At: words[0].at, Why: "runs it with " + path.Base(name) + ", which keylint does not know"}, true)
			s.command(given, rest[i:])
			return
		}
	}
	s.command(st, words)
}

// function follows one that the script has. What it returns from goes on behind the call.
func (s *shell) function(st *shellState, name string, body *syntax.Stmt, args []shellWord) {
	st.called[name] = true
	if st.depth >= maxShellDepth || body == unclear {
		s.unfollow(st, &unfollowed{At: s.at(body), Why: "calls " + name + ", which keylint cannot follow"}, true)
		return
	}
	outer := *st
	var returns []*shellState
	st.depth++
	st.own = false
	st.under = append(slices.Clone(st.under), name)
	st.args, st.locals, st.returns, st.loop = append([]shellWord{}, args...), map[string]*shellVariable{}, &returns, nil
	s.statement(st, body)
	st.join(append(returns, st.clone())...)
	for name, v := range st.locals {
		if v == nil {
			delete(st.vars, name)
		} else {
			st.vars[name] = v
		}
	}
	st.depth = outer.depth
	if st.own {
		st.exports, st.perhaps = outer.exports, outer.perhaps
	}
	st.own, st.under = outer.own, outer.under
	st.args, st.shifted, st.locals, st.returns, st.loop = outer.args, outer.shifted, outer.locals, outer.returns, outer.loop
}

// enter follows a "cd". One whose directory is not known, or is not here, leads to where the
// repository lies on another machine.
func (s *shell) enter(st *shellState, to shellWord) {
	name, ok := st.path(to)
	switch {
	case to.text == "-" && st.back != "" && !st.lost:
		st.dir, st.back = st.back, st.dir
		return
	case to.text == "-":
		st.lost = true
	}
	if st.back = st.dir; st.lost {
		st.back = ""
	}
	switch {
	case ok && s.repo.hasDir(name):
		st.dir, st.lost = name, false
	case ok:
		*s.missing++
	}
}

// harmless commands print assignments that have nothing to do with keys.
var harmless = map[string]bool{
	"ssh-agent": true, "minikube": true, "brew": true, "getopt": true, "docker-machine": true, "fnm": true, "pyenv": true,
	"rbenv": true, "starship": true, "dircolors": true, "keychain": true,
}

// evaluate follows "eval".
func (s *shell) evaluate(st *shellState, args []*syntax.Word) {
	if len(args) == 1 {
		if text, ok := s.printed(st, args[0]); ok && text.quoted && !text.how.unquotes {
			for _, f := range text.files {
				s.take(st, f, s.at(args[0]), text.how, st.exports)
			}
			return
		}
	}
	var text []string
	at := Position{}
	for _, a := range args {
		w := s.word(st, a)
		text, at = append(text, w.text), w.at
		var commands []string
		syntax.Walk(a, func(n syntax.Node) bool {
			if c, ok := n.(*syntax.CallExpr); ok && len(c.Args) > 0 {
				commands = append(commands, wordText(c.Args[0]))
			}
			return true
		})
		if len(args) == 1 && len(commands) > 0 && !slices.ContainsFunc(commands, func(c string) bool { return !harmless[c] }) {
			return
		}
	}
	line := shellWord{text: strings.Join(text, " "), at: at}
	if line.known() {
		s.line(st, line)
		return
	}
	s.unfollow(st, &unfollowed{At: at, Why: "sets variables with eval in a way that keylint cannot follow"}, true)
}
