package sources

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/substitute"
)

// shell follows the commands of a script, to tell of each in which directory it is given, what its
// words are, and which variables it has. It runs nothing: where a command's effect is not plain
// from the script and the files of the repository, what it may have changed is unknown from then on.
// Of branches that differ neither is taken.
type shell struct {
	repo    *Repository
	file    string                         // in which the commands stand
	shift   int                            // how many lines stand before them
	steps   *int                           // how many were followed
	missing *int                           // how many files and directories were named that are not there
	command func(*shellState, []shellWord) // is told of each command that is none of the shell's own

	// written is told of each command with its redirections, those of what it stands in among them; nil where nobody asks.
	written func(*shellState, []shellWord, []*syntax.Redirect)
}

// maxShellSteps bounds what is followed of a script: commands, those of functions and loops each
// time. maxShellDepth bounds functions in functions, and scripts in scripts.
const (
	maxShellSteps = 20_000
	maxShellDepth = 8
	maxLoop       = 16
)

// unfollow notes that something not known may have set variables. Those that may hold keys are not
// known any more; a path that a script works with is hardly ever changed that way.
func (s *shell) unfollow(st *shellState, u *unfollowed, exports bool) {
	st.vague = true
	for name, v := range st.vars {
		if s.matters(name) || v != nil && v.given != nil {
			st.forget(name, false)
		}
	}
	if exports {
		st.open = st.open.and(u)
	}
}

// matters says whether a variable's value is told apart by its name: a key, or the address that
// goes with one.
func (s *shell) matters(name string) bool {
	n := s.repo.names.Of(name)
	return n.Slot != "" || n.URL
}

// at is a place of the script.
func (s *shell) at(n syntax.Node) Position {
	return Position{File: s.file, Line: int(n.Pos().Line()) + s.shift}
}

// script follows one, and then the functions that nothing in it calls: whoever reads it in may.
func (s *shell) script(st *shellState, file *syntax.File) {
	s.statements(st, file.Stmts)
	st.ended = false
	for _, name := range slices.Sorted(maps.Keys(st.functions)) {
		if !st.called[name] {
			s.statement(st.clone(), st.functions[name])
		}
	}
}

// line follows a command line that stands in a string.
func (s *shell) line(st *shellState, text shellWord) {
	inText := unknownText.ReplaceAllStringFunc(text.text, func(u string) string {
		if name := strings.Trim(u, notKnown); name != "" && !regexp.MustCompile(`(^|[\s;&|(])`+name+"=").MatchString(text.text) {
			return "${" + name + "}"
		}
		return "$" + unknownName
	})
	file, err := parseBash(s.file, []byte(inText))
	if err != nil || st.depth >= maxShellDepth {
		s.unfollow(st, &unfollowed{At: text.at, Why: "runs a line that keylint cannot follow"}, true)
		return
	}
	st.depth++
	inner := *s
	inner.shift = text.at.Line - 1
	inner.statements(st, file.Stmts)
	st.depth--
}

// unknownName is a variable that nothing sets: what is not known in a text that is parsed.
const unknownName = "__unknown"

func (s *shell) statements(st *shellState, list []*syntax.Stmt) {
	for _, stmt := range list {
		s.statement(st, stmt)
	}
}

func (s *shell) statement(st *shellState, stmt *syntax.Stmt) {
	if st.ended || stmt == nil {
		return
	}
	if *s.steps++; *s.steps > maxShellSteps {
		s.unfollow(st, &unfollowed{At: s.at(stmt), Why: "is too long to follow"}, true)
		return
	}
	if stmt.Background {
		st = st.clone()
	}
	switch c := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		s.simple(st, c, stmt.Redirs)
	case *syntax.DeclClause: // export, local, readonly, declare
		s.declare(st, c)
	case *syntax.BinaryCmd:
		s.binary(st, c)
	case *syntax.Block:
		outer := st.redirs
		st.redirs = append(outer[:len(outer):len(outer)], stmt.Redirs...)
		s.statements(st, c.Stmts)
		st.redirs = outer
	case *syntax.Subshell:
		inner := st.clone()
		inner.redirs = append(inner.redirs[:len(inner.redirs):len(inner.redirs)], stmt.Redirs...)
		s.statements(inner, c.Stmts)
	case *syntax.CoprocClause:
		s.statement(st.clone(), c.Stmt)
	case *syntax.ArithmCmd, *syntax.LetClause:
		s.arithmetic(st, c)
	case *syntax.IfClause:
		s.either(st, c)
	case *syntax.WhileClause:
		if !s.fromInput(st, c, stmt.Redirs) {
			s.repeat(st, c.Cond, c.Do)
		}
	case *syntax.ForClause:
		s.loop(st, c)
	case *syntax.CaseClause:
		ways := []*shellState{st.clone()}
		through := false // ";&" goes on with the next
		rest := false    // one of them is for whatever else there is
		outer := st.under
		for _, item := range c.Items {
			rest = rest || slices.ContainsFunc(item.Patterns, func(p *syntax.Word) bool { return wordText(p) == "*" })
			way := st.clone()
			for _, p := range item.Patterns {
				way.below(p)
			}
			if through {
				way.join(way.clone(), ways[len(ways)-1])
			}
			s.statements(way, item.Stmts)
			ways = append(ways, way)
			through = item.Op != syntax.Break
		}
		if rest {
			ways = ways[1:]
		}
		st.join(ways...)
		st.under = outer
	case *syntax.FuncDecl:
		if c.Name != nil {
			st.functions[c.Name.Value] = c.Body
		}
	case *syntax.TimeClause:
		s.statement(st, c.Stmt)
	}
}

// arithmetic forgets the variables that it names.
func (s *shell) arithmetic(st *shellState, n syntax.Node) {
	syntax.Walk(n, func(n syntax.Node) bool {
		if lit, ok := n.(*syntax.Lit); ok && st.vars[lit.Value] != nil {
			st.forget(lit.Value, false)
		}
		return true
	})
}

func (s *shell) binary(st *shellState, c *syntax.BinaryCmd) {
	is, test := s.test(st, c.X)
	switch c.Op {
	case syntax.AndStmt, syntax.OrStmt:
		sure := s.succeeds(st, c.X)
		s.statement(st, c.X)
		switch {
		case is == (c.Op == syntax.AndStmt) && test == tested:
			s.statement(st, c.Y)
		case test == tested:
		case c.Op == syntax.AndStmt && sure:
			s.statement(st, c.Y)
		default:
			way := st.clone()
			if c.Op == syntax.AndStmt {
				way.below(c.X)
			}
			s.statement(way, c.Y)
			st.join(st.clone(), way)
		}
	default: // pipes: each side is a shell of its own
		s.statement(st.clone(), c.X)
		way := st.clone()
		way.input = c.X
		s.statement(way, c.Y)
		way.input = st.input
		if st.lastpipe {
			st.join(st.clone(), way)
		}
	}
}

// succeeds says whether a command that comes next ends well for sure.
func (s *shell) succeeds(st *shellState, stmt *syntax.Stmt) bool {
	if stmt.Negated {
		return false
	}
	switch c := stmt.Cmd.(type) {
	case *syntax.DeclClause:
		return true
	case *syntax.BinaryCmd:
		return c.Op == syntax.AndStmt && s.succeeds(st, c.X) && s.succeeds(st, c.Y)
	case *syntax.CallExpr:
		if len(c.Args) == 0 {
			return true
		}
		switch name := wordText(c.Args[0]); name {
		case "set", "echo", "true", ":", "unset":
			return st.functions[name] == nil
		case "cd":
			if len(c.Args) > 1 {
				dir, ok := st.path(s.word(st, c.Args[1]))
				return ok && s.repo.hasDir(dir)
			}
		case ".", "source":
			if len(c.Args) > 1 {
				file, ok := st.path(s.word(st, c.Args[1]))
				return ok && s.repo.File(file) != nil
			}
		}
	}
	return false
}

func (s *shell) either(st *shellState, c *syntax.IfClause) {
	if len(c.Cond) == 0 { // else
		s.statements(st, c.Then)
		return
	}
	is, test := false, openTest
	if len(c.Cond) == 1 {
		is, test = s.test(st, c.Cond[0])
	}
	s.statements(st, c.Cond)
	outer := st.under
	then, other := st.clone(), st.clone()
	for _, cond := range c.Cond {
		then.below(cond)
	}
	if test != tested || is {
		s.statements(then, c.Then)
	}
	if c.Else != nil && (test != tested || !is) {
		s.either(other, c.Else)
	}
	switch {
	case test == tested && is:
		st.become(then)
	case test == tested:
		st.become(other)
	default:
		st.join(then, other)
	}
	st.under = outer
}

// loop goes through the words of a "for" where they are known, else as often as may be.
func (s *shell) loop(st *shellState, c *syntax.ForClause) {
	iter, ok := c.Loop.(*syntax.WordIter)
	if !ok || iter.Name == nil {
		s.arithmetic(st, c.Loop)
		s.repeat(st, nil, c.Do)
		return
	}
	var items []shellWord
	for _, w := range iter.Items {
		items = append(items, s.words(st, w)...)
	}
	name := iter.Name.Value
	exported := func() bool { return st.exports || st.vars[name] != nil && st.vars[name].exported }
	if c.Select || len(items) == 0 || len(items) > maxLoop || slices.ContainsFunc(items, func(w shellWord) bool { return !w.known() || strings.ContainsAny(w.text, "*?[") }) {
		st.forget(name, exported())
		s.repeat(st, nil, c.Do)
		return
	}
	var left []*shellState
	for _, item := range items {
		if old := st.vars[name]; old != nil && (old.array || old.odd || old.perhaps || old.readonly) {
			st.forget(name, false)
		} else {
			st.vars[name] = s.literal(name, item, exported())
		}
		w := s.body(st, c.Do)
		left = append(left, w.breaks...)
		if st.join(append(w.continues, st.clone())...); st.ended {
			break
		}
	}
	st.join(append(left, st.clone())...)
}

// body follows a loop's once, and returns how it may be left early.
func (s *shell) body(st *shellState, list []*syntax.Stmt) *ways {
	outer := st.loop
	w := &ways{}
	st.loop = w
	s.statements(st, list)
	st.loop = outer
	return w
}

// repeat follows a loop's body from what is known whenever it begins.
func (s *shell) repeat(st *shellState, cond, do []*syntax.Stmt) {
	quiet := *s
	quiet.command = func(*shellState, []shellWord) {}
	once := func(s *shell) {
		s.statements(st, cond)
		way := st.clone()
		w := s.body(way, do)
		st.join(append(append(w.breaks, w.continues...), st.clone(), way)...)
	}
	once(&quiet)
	once(&quiet)
	once(s)
}

// What is known of a condition.
const (
	openTest = iota // it may be or not
	tested          // it is known
)

// test says what comes of a condition. Whether a file of the repository exists is known; that
// another does not, is not: git may ignore it.
func (s *shell) test(st *shellState, stmt *syntax.Stmt) (is bool, known int) {
	if stmt == nil {
		return false, openTest
	}
	var word *syntax.Word
	op, negated := "", stmt.Negated
	switch c := stmt.Cmd.(type) {
	case *syntax.TestClause:
		x := c.X
		if not, ok := x.(*syntax.UnaryTest); ok && not.Op == syntax.TsNot {
			negated, x = !negated, not.X
		}
		if unary, ok := x.(*syntax.UnaryTest); ok && slices.Contains([]syntax.UnTestOperator{syntax.TsExists, syntax.TsRegFile, syntax.TsRead, syntax.TsNoEmpty, syntax.TsDirect}, unary.Op) {
			word, _ = unary.X.(*syntax.Word)
			op = unary.Op.String()
		}
	case *syntax.CallExpr:
		if len(c.Args) == 0 {
			return false, openTest
		}
		name := wordText(c.Args[0])
		if name != "[" && name != "test" {
			return false, openTest
		}
		args := c.Args[1:]
		if name == "[" {
			args = args[:len(args)-min(1, len(args))]
		}
		if len(args) > 0 && wordText(args[0]) == "!" {
			negated, args = !negated, args[1:]
		}
		if op = wordText(args0(args)); len(args) == 2 && slices.Contains([]string{"-e", "-f", "-r", "-s", "-d"}, op) {
			word = args[1]
		}
	}
	if word == nil {
		return false, openTest
	}
	if w := s.word(st, word); w.known() {
		if name, ok := st.path(w); ok {
			file, dir := s.repo.File(name) != nil && op != "-d", s.repo.hasDir(name) && op != "-f"
			if op == "-s" && file {
				b, err := s.repo.File(name).Disk()
				file = err == nil && len(b) > 0
			}
			if file || dir {
				return !negated, tested
			}
		}
	}
	return false, openTest
}

// args0 is the first of them, or an empty word.
func args0(args []*syntax.Word) *syntax.Word {
	if len(args) == 0 {
		return &syntax.Word{}
	}
	return args[0]
}

// path is the repository's name of a path in a command; false where it lies elsewhere, or is not known.
func (st *shellState) path(w shellWord) (string, bool) {
	name, own := strings.CutPrefix(w.text, inRepository)
	switch {
	case !w.known() || w.text == "" || strings.ContainsAny(name, "{}<>`*?~"+inRepository):
		return "", false
	case own:
		name = path.Clean(name)
	case path.IsAbs(name), st.lost:
		return "", false
	default:
		name = path.Join(st.dir, name)
	}
	return name, name != ".." && !strings.HasPrefix(name, "../")
}

func parseBash(name string, b []byte) (*syntax.File, error) {
	return substitute.ParseShell(name, string(b))
}
