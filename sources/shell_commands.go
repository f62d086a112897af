package sources

import (
	"path"
	"slices"
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
	if len(call.Assigns) > 0 { // they are that command's
		st = st.clone()
		for _, a := range call.Assigns {
			s.assign(st, a, true)
		}
	}
	switch wordText(call.Args[0]) {
	case "eval":
		s.evaluate(st, call.Args[1:])
		return
	case ".", "source":
		if len(call.Args) > 1 {
			s.source(st, call.Args[1])
		}
		return
	case "env":
		st = s.env(st.clone(), call)
	}
	var words []shellWord
	for _, a := range call.Args {
		words = append(words, s.words(st, a)...)
	}
	s.invoke(st, words)
	if name := path.Base(words[0].text); shells[name] || name == "ssh" {
		for _, r := range redirs {
			if r.Hdoc != nil {
				s.line(st.clone(), shellWord{wordText(r.Hdoc), s.at(r.Hdoc)})
			}
		}
	}
}

var shells = map[string]bool{"sh": true, "bash": true, "dash": true, "zsh": true, "ash": true}

// wrappers run the command that stands behind them and their flags.
var wrappers = map[string]bool{"sudo": true, "exec": true, "command": true, "time": true, "nohup": true, "env": true, "builtin": true}

// givers run a command with variables that they fetch.
var givers = [][]string{
	{"doppler", "run"}, {"op", "run"}, {"infisical", "run"}, {"dotenvx", "run"}, {"chamber", "exec"}, {"aws-vault", "exec"},
	{"teller", "run"}, {"phase", "run"}, {"vals", "exec"}, {"dotenv"},
}

// invoke follows a command of which all words are there.
func (s *shell) invoke(st *shellState, words []shellWord) {
	for len(words) > 1 && wrappers[path.Base(words[0].text)] {
		words = words[1:]
		for len(words) > 1 && (strings.HasPrefix(words[0].text, "-") || strings.Contains(words[0].text, "=") || !words[0].known()) {
			words = words[1:]
		}
	}
	if len(words) == 0 || s.builtin(st, words) {
		return
	}
	name, rest := words[0].text, words[1:]
	if body := st.functions[name]; body != nil {
		s.function(st, name, body, rest)
		return
	}
	switch base := path.Base(name); {
	case shells[base] || base == "su":
		if i := slices.IndexFunc(rest, func(w shellWord) bool { return strings.HasPrefix(w.text, "-") && strings.HasSuffix(w.text, "c") }); i >= 0 && i+1 < len(rest) {
			s.line(st.clone(), rest[i+1])
		}
		return
	case base == "ssh":
		if len(rest) > 0 {
			s.line(st.clone(), rest[len(rest)-1])
		}
		return
	case base == "sops" && len(rest) > 2 && rest[0].text == "exec-env":
		s.execEnv(st.clone(), rest[1:])
		return
	}
	for _, giver := range givers {
		if path.Base(name) == giver[0] && len(rest) >= len(giver) && (len(giver) == 1 || rest[0].text == giver[1]) {
			given := st.clone()
			s.unfollow(given, &unfollowed{At: words[0].at, Why: strings.Join(giver, " ") + " gives it variables"}, true)
			if i := slices.IndexFunc(rest, func(w shellWord) bool { return w.text == "--" }); i >= 0 {
				s.invoke(given, rest[i+1:])
			}
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
	case "set":
		for i, w := range args {
			on := strings.HasPrefix(w.text, "-")
			if long := i > 0 && args[i-1].text[1:] == "o" && w.text == "allexport"; long {
				st.exports = strings.HasPrefix(args[i-1].text, "-")
			} else if on && !strings.HasPrefix(w.text, "--") && strings.Contains(w.text, "a") {
				st.exports = true
			} else if strings.HasPrefix(w.text, "+") && strings.Contains(w.text, "a") {
				st.exports = false
			}
		}
	case "read":
		for _, w := range args {
			st.vars[w.text] = &shellVariable{exported: st.exports}
		}
	case "unset":
		for _, w := range args {
			delete(st.vars, w.text)
		}
	case "shift":
		st.args = nil
	case "exit", "return":
		st.ended = true
	default:
		return false
	}
	return true
}

// function follows one that the script has. What it returns from goes on behind the call.
func (s *shell) function(st *shellState, name string, body *syntax.Stmt, args []shellWord) {
	st.called[name] = true
	if st.depth >= maxShellDepth {
		return
	}
	outer := st.args
	st.depth++
	st.args = append([]shellWord{}, args...)
	s.statement(st, body)
	st.depth--
	st.args, st.ended = outer, false
}

// enter follows a "cd". One whose directory is not known, or is not here, leads to where the
// repository lies on another machine.
func (s *shell) enter(st *shellState, to shellWord) {
	name, ok := st.path(to)
	switch {
	case ok && s.repo.hasDir(name):
		st.dir = name
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
	exported = exported || old != nil && old.exported
	v := &shellVariable{exported: exported}
	switch {
	case a.Naked:
		if old != nil {
			known := *old
			known.exported = exported
			v = &known
		}
	case a.Array != nil:
		for _, e := range a.Array.Elems {
			if e.Value != nil {
				v.words = append(v.words, s.words(st, e.Value)...)
			}
		}
	case a.Value != nil:
		v = s.literal(name, s.word(st, a.Value), exported)
		v.files, _ = s.printed(st, a.Value)
	default:
		v = s.literal(name, shellWord{at: s.at(a)}, exported)
	}
	if a.Append {
		var before []shellWord
		if old != nil {
			before = old.words
		}
		v = &shellVariable{exported: exported, words: append(slices.Clone(before), v.words...)}
	}
	st.vars[name] = v
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
	if w.known() {
		for text := range strings.FieldsSeq(w.text) {
			v.words = append(v.words, shellWord{text, w.at})
		}
		return v
	}
	v.words = []shellWord{w}
	return v
}

// declare follows "export", "local", "readonly" and their kin.
func (s *shell) declare(st *shellState, c *syntax.DeclClause) {
	exports := c.Variant.Value == "export"
	for _, a := range c.Args {
		flag := a.Naked && a.Value != nil && strings.HasPrefix(wordText(a.Value), "-")
		switch {
		case flag:
			exports = exports || wordText(a.Value) == "-x"
		case a.Name != nil:
			s.assign(st, a, exports || st.exports)
		case a.Value != nil: // export $(grep -v '^#' .env | xargs)
			s.assignments(st, a.Value, exports || st.exports)
		}
	}
}

// assignments follows a word that holds assignments.
func (s *shell) assignments(st *shellState, word *syntax.Word, exported bool) {
	files, ok := s.printed(st, word)
	for _, f := range files {
		s.take(st, f, s.at(word), exported)
	}
	if !ok {
		s.unfollow(st, &unfollowed{At: s.at(word), Why: "sets variables in a way that keylint cannot follow"}, exported)
	}
}

// env follows "env $(cat prod.env | xargs) command" and "env A=b command".
func (s *shell) env(st *shellState, call *syntax.CallExpr) *shellState {
	for _, a := range call.Args[1:] {
		w := s.word(st, a)
		name, value, assigns := strings.Cut(w.text, "=")
		switch {
		case strings.HasPrefix(w.text, "-"):
		case assigns:
			st.vars[name] = s.literal(name, shellWord{value, w.at}, true)
		case !w.known():
			s.assignments(st, a, true)
		default:
			return st
		}
	}
	return st
}

// harmless commands print assignments that have nothing to do with keys.
var harmless = map[string]bool{
	"ssh-agent": true, "minikube": true, "brew": true, "getopt": true, "docker-machine": true, "direnv": true, "fnm": true, "pyenv": true,
	"rbenv": true, "mise": true, "starship": true, "dircolors": true, "keychain": true,
}

// evaluate follows "eval".
func (s *shell) evaluate(st *shellState, args []*syntax.Word) {
	var text []string
	at := Position{}
	for _, a := range args {
		if files, ok := s.printed(st, a); ok {
			for _, f := range files {
				s.take(st, f, s.at(a), st.exports)
			}
			return
		}
		w := s.word(st, a)
		text, at = append(text, w.text), w.at
		command := ""
		syntax.Walk(a, func(n syntax.Node) bool {
			if c, ok := n.(*syntax.CallExpr); ok && command == "" && len(c.Args) > 0 {
				command = wordText(c.Args[0])
			}
			return true
		})
		if harmless[command] {
			return
		}
	}
	line := shellWord{strings.Join(text, " "), at}
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
func (s *shell) source(st *shellState, word *syntax.Word) {
	if files, ok := s.printed(st, word); ok { // source <(sops -d .env)
		for _, f := range files {
			s.take(st, f, s.at(word), st.exports)
		}
		return
	}
	w := s.word(st, word)
	if f, ok := s.dotenv(st, w); ok {
		s.take(st, f, s.at(word), st.exports)
		return
	}
	name, known := st.path(w)
	if script := s.repo.script(name); known && script != nil && st.depth < maxShellDepth {
		if b, err := script.Disk(); err == nil {
			if file, err := parseBash(name, b); err == nil {
				inner := *s
				inner.file, inner.shift = name, 0
				st.depth++
				inner.statements(st, file.Stmts)
				st.depth--
				st.ended = false
				return
			}
		}
	}
	if !unrelated[path.Base(w.text)] {
		s.unfollow(st, &unfollowed{At: s.at(word), Why: "reads a file that keylint cannot follow"}, st.exports)
	}
}

// take makes variables of a dotenv file.
func (s *shell) take(st *shellState, f namedFile, at Position, exported bool) {
	if f.File == nil {
		*s.missing++
		s.unfollow(st, &unfollowed{At: at, Why: "reads " + f.name + ", which is not in the repository", From: f.name}, exported)
		return
	}
	lines := []string{}
	if b, err := f.Disk(); err == nil {
		lines = strings.Split(string(b), "\n")
	}
	for _, v := range f.Dotenv() {
		given := &givenValue{Text: v.Value, At: v.In(f.Path)}
		if given.Locked = f.Locked(); given.Locked != nil {
			given.Text = keys.Text{}
		}
		said := v.Line > 0 && v.Line <= len(lines) && strings.HasPrefix(strings.TrimSpace(lines[v.Line-1]), "export ")
		st.vars[v.Name] = &shellVariable{given: given, exported: exported || said}
	}
}

// execEnv follows "sops exec-env FILE COMMAND".
func (s *shell) execEnv(st *shellState, args []shellWord) {
	args = slices.DeleteFunc(slices.Clone(args), func(w shellWord) bool { return strings.HasPrefix(w.text, "-") })
	if len(args) < 2 {
		return
	}
	if f, ok := s.dotenv(st, args[0]); ok {
		s.take(st, f, args[0].at, true)
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
			if f, ok := s.dotenv(st, s.word(st, r.Word)); ok {
				s.take(st, f, s.at(r.Word), true)
				return true
			}
		}
	}
	return false
}
