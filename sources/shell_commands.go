package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/keys"
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
	plainWrappers = map[string]bool{"exec": true, "command": true, "time": true, "nohup": true, "builtin": true, "npx": true}
	ownWrappers   = map[string]bool{
		"timeout": true, "nice": true, "ionice": true, "setsid": true, "stdbuf": true, "flock": true, "taskset": true, "unbuffer": true,
		"caffeinate": true, "chrt": true, "systemd-inhibit": true,
	}
	wrapped = map[string]bool{"docker": true, "podman": true, "docker-compose": true, "podman-compose": true, "kubectl": true, "sops": true, "env": true, "sudo": true}
)

// givers run a command with variables that they fetch.
var givers = [][]string{
	{"doppler", "run"}, {"op", "run"}, {"infisical", "run"}, {"dotenvx", "run"}, {"chamber", "exec"}, {"aws-vault", "exec"},
	{"teller", "run"}, {"phase", "run"}, {"vals", "exec"}, {"dotenv"}, {"env-cmd"},
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
			st.vars[name] = s.literal(name, shellWord{text: value, at: w.at}, true)
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
	st.own = outer.own
	st.args, st.shifted, st.locals, st.returns, st.loop = outer.args, outer.shifted, outer.locals, outer.returns, outer.loop
}

// enter follows a "cd". One whose directory is not known, or is not here, leads to where the
// repository lies on another machine.
func (s *shell) enter(st *shellState, to shellWord) {
	name, ok := st.path(to)
	switch {
	case to.text == "-":
		st.lost = true
	case ok && s.repo.hasDir(name):
		st.dir, st.lost = name, false
	case ok:
		*s.missing++
	}
}

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
		v = s.literal(name, s.word(st, a.Value), exported)
		v.files, _ = s.printed(st, a.Value)
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
// for what may be a key.
func (s *shell) literal(name string, w shellWord, exported bool) *shellVariable {
	v := &shellVariable{exported: exported}
	if s.matters(name) {
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
				if st.vars[name] != nil {
					v := *st.vars[name]
					v.exported = false
					st.vars[name] = &v
				}
				if a.Naked {
					continue
				}
			}
			s.assign(st, a, exports || st.exports)
			if variant == "readonly" || strings.Contains(with, "r") {
				v := *st.vars[name]
				v.readonly = true
				st.vars[name] = &v
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
			if v := st.vars[d.Name]; v != nil {
				is := *v
				is.readonly = true
				st.vars[d.Name] = &is
			}
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

// unrelated are scripts that people read in and that set no key.
var unrelated = map[string]bool{
	"os-release": true, "nvm.sh": true, ".bashrc": true, ".profile": true, ".bash_profile": true, ".zshrc": true, "activate": true,
	"bash_completion": true,
}

// source follows a script or a dotenv file that is read in.
func (s *shell) source(st *shellState, w shellWord, args []shellWord) {
	if w.prints != nil && !w.prints.how.unquotes { // source <(sops -d .env)
		for _, f := range w.prints.files {
			s.take(st, f, w.at, w.prints.how, st.exports)
		}
		return
	}
	if f, ok := s.dotenv(st, w); ok {
		s.take(st, f, w.at, reading{}, st.exports)
		return
	}
	name, known := st.path(w)
	if script := s.repo.script(name); known && script != nil && st.depth < maxShellDepth {
		if b, err := script.Disk(); err == nil && !bytes.Contains(b, []byte("\r")) {
			if file, err := parseBash(name, b); err == nil {
				inner := *s
				inner.file, inner.shift = name, 0
				outer := *st
				var returns []*shellState
				st.depth++
				st.returns, st.loop = &returns, nil
				if len(args) > 0 {
					st.args = slices.Clone(args)
				}
				inner.statements(st, file.Stmts)
				st.join(append(returns, st.clone())...)
				st.depth, st.returns, st.loop = outer.depth, outer.returns, outer.loop
				if len(args) > 0 {
					st.args, st.shifted = outer.args, outer.shifted
				}
				return
			}
		}
	}
	if !unrelated[path.Base(w.text)] {
		s.unfollow(st, &unfollowed{At: w.at, Why: "reads a file that keylint cannot follow"}, true)
	}
}

// take makes variables of a dotenv file.
func (s *shell) take(st *shellState, f namedFile, at Position, how reading, exported bool) {
	if f.File == nil {
		*s.missing++
		s.unfollow(st, &unfollowed{At: at, Why: "reads " + f.name + ", which is not in the repository", From: f.name}, true)
		return
	}
	plain, err := f.Plain()
	variables := f.Dotenv()
	if err != nil || f.Locked() != nil {
		disk, _ := f.Disk()
		for _, v := range variables {
			said := exportsLine(v.Name).Match(disk)
			st.vars[v.Name] = &shellVariable{given: &givenValue{Locked: f.Locked(), At: v.In(f.Path)}, exported: exported || said}
		}
		return
	}
	if !how.words {
		s.run(st, f, plain, exported)
	}
	all := exported
	for _, v := range variables {
		exported := all
		if old := st.vars[v.Name]; old != nil && (how.words && old.readonly || old.array || old.odd || !exported && old.perhaps || st.trapped) {
			st.forget(v.Name, exported)
			continue
		}
		given := &givenValue{Text: v.Value, At: v.In(f.Path)}
		is := st.vars[v.Name]
		switch {
		case how.words && !isWord(plain, v, how):
			st.forget(v.Name, exported || exportsLine(v.Name).Match(plain))
			continue
		case how.words:
			exported = exported || exportsLine(v.Name).Match(plain)
		case is == nil || is.readonly:
			continue
		case is.given != nil && !is.given.Text.Equal(v.Value):
			is.given.At, is.given.Odd = given.At, true
			continue
		case is.given != nil, is.text != nil && keys.NewText(is.text.text).Equal(v.Value):
			exported = is.exported
		default:
			continue
		}
		perhaps := st.perhaps && st.exports && (is == nil || is.unknown())
		if st.vars[v.Name] = (&shellVariable{given: given, exported: exported || is != nil && is.exported}); perhaps {
			st.vars[v.Name] = &shellVariable{exported: true}
		}
	}
}

// run follows a dotenv file as the script that it is to a shell which reads it in. What no shell can read
// is not known.
func (s *shell) run(st *shellState, f namedFile, plain []byte, exported bool) {
	file, err := parseBash(f.Path, plain)
	if err != nil || bytes.Contains(plain, []byte("\r")) || st.depth >= maxShellDepth {
		for _, v := range f.Dotenv() {
			st.forget(v.Name, true)
		}
		return
	}
	inner := *s
	inner.file, inner.shift = f.Path, 0
	inner.command = func(*shellState, []shellWord) {}
	before, depth := st.exports, st.depth
	st.exports = exported
	st.depth++
	inner.statements(st, file.Stmts)
	st.exports, st.depth, st.ended = before, depth, false
}

func exportsLine(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\s*export\s+` + regexp.QuoteMeta(name) + `=`)
}

// isWord says whether a definition is the same where a shell makes words of the file's text: it is the
// only one of its name, and there is nothing in it that a shell, or xargs, or dotenv takes off or puts in place.
func isWord(plain []byte, v Variable, how reading) bool {
	found := 0
	var value string
	for line := range strings.SplitSeq(string(plain), "\n") {
		if how.comments && strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for field := range strings.FieldsSeq(line) {
			if strings.HasPrefix(field, v.Name+"=") {
				found++
				value = strings.TrimPrefix(strings.TrimPrefix(line, "export "), v.Name+"=")
			}
		}
	}
	if how.unquotes && len(value) > 1 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
		value = value[1 : len(value)-1]
	}
	return found == 1 && plainValue.MatchString(value) && keys.NewText(value).Equal(v.Value)
}

var plainValue = regexp.MustCompile(`^[A-Za-z0-9_./+=:@,%-]*$`)

// execEnv follows "sops exec-env FILE COMMAND".
func (s *shell) execEnv(st *shellState, args []shellWord) {
	args = slices.DeleteFunc(slices.Clone(args), func(w shellWord) bool { return strings.HasPrefix(w.text, "-") })
	if len(args) < 2 {
		return
	}
	if f, ok := s.dotenv(st, args[0]); ok {
		s.take(st, f, args[0].at, reading{words: true, comments: true}, true)
	} else {
		s.unfollow(st, &unfollowed{At: args[0].at, Why: "gives it what sops decrypts"}, true)
	}
	s.line(st, args[1])
}

// fromInput follows "while read …; do export …; done < .env"; false where a loop is none of that.
func (s *shell) fromInput(st *shellState, c *syntax.WhileClause, redirs []*syntax.Redirect) bool {
	exports := false
	syntax.Walk(c, func(n syntax.Node) bool {
		d, ok := n.(*syntax.DeclClause)
		exports = exports || ok && d.Variant.Value == "export"
		return true
	})
	for _, r := range redirs {
		if exports && r.Op == syntax.RdrIn {
			if f, ok := s.dotenv(st, s.word(st, r.Word)); ok && exportsAll(c) {
				s.take(st, f, s.at(r.Word), reading{words: true, comments: true}, true)
				return true
			}
		}
	}
	if exports && len(redirs) > 0 {
		s.unfollow(st, &unfollowed{At: s.at(c), Why: "sets variables in a way that keylint cannot follow"}, true)
	}
	return false
}

// exportsAll says that a loop exports each line that it reads, but for comments and empty ones.
func exportsAll(c *syntax.WhileClause) bool {
	exports := 0
	for _, stmt := range c.Do {
		switch cmd := stmt.Cmd.(type) {
		case *syntax.DeclClause:
			if len(cmd.Args) != 1 || cmd.Args[0].Value == nil {
				return false
			}
			switch wordText(cmd.Args[0].Value) {
			case "${line}", "${l}", "${LINE}", "${k}=${v}", "${key}=${value}", "${name}=${value}", "${KEY}=${VALUE}":
				exports++
			default:
				return false
			}
		case *syntax.BinaryCmd: // [[ "$k" =~ ^# ]] && continue
			skips, ok := cmd.Y.Cmd.(*syntax.CallExpr)
			if cmd.Op != syntax.AndStmt || !ok || len(skips.Args) != 1 || wordText(skips.Args[0]) != "continue" || !aboutComments(cmd.X) {
				return false
			}
		default:
			return false
		}
	}
	return exports == 1
}

// aboutComments says whether a test asks for a "#", or for nothing at all.
func aboutComments(stmt *syntax.Stmt) bool {
	ok := !stmt.Negated
	syntax.Walk(stmt, func(n syntax.Node) bool {
		if lit, is := n.(*syntax.Lit); is && strings.Trim(lit.Value, "^#*[]-z \\") != "" {
			ok = ok && slices.Contains([]string{"k", "key", "KEY", "line", "l", "LINE", "name", "continue"}, lit.Value)
		}
		return ok
	})
	return ok
}
