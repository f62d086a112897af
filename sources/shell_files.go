package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/keys"
)

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
	for _, v := range lastOfEach(variables) {
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
		case f.holdsSecrets() && !is.holds(v.Value): // what the shell makes of a "$" in it is put together of what is secret
			st.forget(v.Name, is.exported)
			continue
		case is.given != nil && !is.given.Text.Equal(v.Value):
			is.given.At, is.given.Odd = given.At, true
			continue
		case is.given != nil, is.holds(v.Value):
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

// holds says whether the variable has a value as it stands in a file.
func (v *shellVariable) holds(t keys.Text) bool {
	return v.given != nil && v.given.Text.Equal(t) || v.text != nil && keys.NewText(v.text.text).Equal(t)
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
