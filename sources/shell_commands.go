package sources

import (
	"path"
	"slices"
	"strconv"
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

// plainWrappers run the command that stands behind them and their flags; ownWrappers do so behind words
// of their own.
var (
	plainWrappers = map[string]bool{"exec": true, "command": true, "time": true, "nohup": true, "builtin": true, "npx": true, "bunx": true}
	ownWrappers   = map[string]bool{
		"timeout": true, "nice": true, "ionice": true, "setsid": true, "stdbuf": true, "flock": true, "taskset": true, "unbuffer": true,
		"caffeinate": true, "chrt": true, "systemd-inhibit": true,
	}
	wrapped = map[string]bool{"docker": true, "podman": true, "docker-compose": true, "podman-compose": true, "kubectl": true, "sops": true, "env": true, "sudo": true}
)

// givers run a command with variables that they fetch.
var givers = [][]string{
	{"doppler", "run"}, {"infisical", "run"}, {"chamber", "exec"}, {"aws-vault", "exec"}, {"teller", "run"}, {"phase", "run"}, {"vals", "exec"},
}

// talkers do not run what stands behind them.
var talkers = map[string]bool{
	"echo": true, "printf": true, "grep": true, "man": true, "which": true, "type": true, "alias": true, "log": true, "docker": true,
	"podman": true, "kubectl": true, "test": true, "[": true, "hash": true, "git": true,
}

// wrapper follows a command that runs the one behind it, and returns that one with what it has.
func (s *shell) wrapper(st *shellState, words []shellWord) (*shellState, []shellWord, bool) {
	rest := words[1:]
	switch base := path.Base(words[0].text); {
	case plainWrappers[base]:
		for len(rest) > 0 && strings.HasPrefix(rest[0].text, "-") {
			if base == "command" && strings.ContainsAny(rest[0].text, "vV") {
				return st, nil, true
			}
			rest = rest[1:]
		}
		return st, rest, true
	case base == "env", base == "cross-env", base == "cross-env-shell":
		st, rest = s.env(st.clone(), rest)
		return st, rest, true
	case base == "sudo", base == "doas":
		st, rest = s.sudo(st.clone(), rest)
		return st, rest, true
	case ownWrappers[base], !words[0].known() && len(rest) > 0 && wrapped[path.Base(rest[0].text)]:
		st = st.clone()
		if !words[0].known() { // it may be sudo, or env
			s.unfollow(st, &unfollowed{At: words[0].at, Why: "runs it with a program that is not known"}, true)
		}
		for len(rest) > 0 && !wrapped[path.Base(rest[0].text)] && !shells[path.Base(rest[0].text)] {
			rest = rest[1:]
		}
		return st, rest, true
	}
	return st, nil, false
}

// sudo follows "sudo", which leaves the variables out unless it is told otherwise, here or in its own configuration.
func (s *shell) sudo(st *shellState, words []shellWord) (*shellState, []shellWord) {
	keeps := false
	for len(words) > 0 && strings.HasPrefix(words[0].text, "-") {
		flag := words[0].text
		words = words[1:]
		switch {
		case flag == "-E", flag == "--preserve-env":
			keeps = true
		case slices.Contains([]string{"-u", "-g", "-h", "-p", "-C", "-D", "-T", "-R", "-U", "-r", "-t"}, flag) && len(words) > 0:
			words = words[1:]
		}
	}
	if !keeps {
		for name, v := range st.vars {
			if v.exported && s.matters(name) {
				st.vars[name] = &shellVariable{exported: true}
			}
		}
	}
	return s.given(st, words)
}

// env follows "env A=b command" and "env $(cat prod.env | xargs) command".
func (s *shell) env(st *shellState, words []shellWord) (*shellState, []shellWord) {
	for len(words) > 0 && strings.HasPrefix(words[0].text, "-") {
		flag, value, has := strings.Cut(words[0].text, "=")
		words = words[1:]
		if !has && len(words) > 0 && slices.Contains([]string{"-u", "--unset", "-C", "--chdir", "-S", "--split-string"}, flag) {
			value, words = words[0].text, words[1:]
		}
		switch {
		case flag == "-i", flag == "-", flag == "--ignore-environment":
			inner := st.elsewhere()
			inner.vague, inner.lost = false, st.lost
			st = inner
		case flag == "-u", flag == "--unset":
			delete(st.vars, value)
		case strings.HasPrefix(flag, "-u"):
			delete(st.vars, flag[2:])
		case flag == "-C", flag == "--chdir":
			s.enter(st, shellWord{text: value})
		case flag == "-v", flag == "--debug", flag == "--", flag == "-0":
		default:
			s.unfollow(st, &unfollowed{Why: "starts it with env in a way that keylint cannot follow"}, true)
			if first, more, ok := strings.Cut(value, " "); ok {
				for _, w := range append([]string{first}, strings.Fields(more)...) {
					words = append(words, shellWord{text: w})
				}
			}
		}
	}
	return s.given(st, words)
}

// given follows the assignments that stand before a command.
func (s *shell) given(st *shellState, words []shellWord) (*shellState, []shellWord) {
	for ; len(words) > 0; words = words[1:] {
		w := words[0]
		name, value, assigns := strings.Cut(w.text, "=")
		switch {
		case assigns && !strings.Contains(name, unknownBegin):
			st.vars[name] = s.literal(name, shellWord{text: value, at: w.at, of: w.of}, true)
		case !w.known():
			s.assignments(st, w, true)
		default:
			return st, words
		}
	}
	return st, nil
}

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
