package sources

import (
	"maps"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/decrypt"
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
}

// maxShellSteps bounds what is followed of a script: commands, those of functions and loops each
// time. maxShellDepth bounds functions in functions, and scripts in scripts.
const (
	maxShellSteps = 20_000
	maxShellDepth = 8
	maxLoop       = 16
)

// shellState is what a shell has when it comes to a command.
type shellState struct {
	dir       string // in the repository
	vars      map[string]*shellVariable
	args      []shellWord // $1, $2, …; nil where they are not known
	functions map[string]*syntax.Stmt
	called    map[string]bool
	exports   bool        // "set -a": what is assigned is exported
	open      *unfollowed // what may have set any variable, and exported it
	ended     bool
	depth     int
}

// shellVariable is a variable as far as it is known.
type shellVariable struct {
	words    []shellWord // what it is as words of a command: one, or those of an array
	given    *givenValue // its text where that may be a key, and where it is written
	files    []namedFile // the dotenv files whose text it holds
	exported bool
}

// unfollowed is a command whose effect on the variables is not known.
type unfollowed struct {
	At   Position
	Why  string // "reads prod.env, which is not in the repository"
	From string // the file that it reads, where that is known
}

// givenValue is a definition that a shell took up.
type givenValue struct {
	Text   keys.Text       // absent where it is not known
	Locked *decrypt.Locked // why the file does not tell it
	At     Position
}

func newShellState(dir string) *shellState {
	return &shellState{dir: dir, vars: map[string]*shellVariable{}, functions: map[string]*syntax.Stmt{}, called: map[string]bool{}}
}

func (st *shellState) clone() *shellState {
	c := *st
	c.vars = maps.Clone(st.vars)
	return &c
}

// become takes over what another state has come to.
func (st *shellState) become(other *shellState) { *st = *other }

// join is what is known where a script may have gone any of several ways.
func (st *shellState) join(ways ...*shellState) {
	ways = slices.DeleteFunc(ways, func(w *shellState) bool { return w.ended })
	if len(ways) == 0 {
		st.ended = true
		return
	}
	first := ways[0].clone()
	for _, w := range ways[1:] {
		for name := range maps.Keys(w.vars) {
			if first.vars[name] == nil {
				first.vars[name] = &shellVariable{exported: w.vars[name].exported}
			}
		}
		for name, v := range first.vars {
			if w.vars[name] != v {
				other := w.vars[name]
				first.vars[name] = &shellVariable{exported: v.exported || other != nil && other.exported}
				if other != nil && slices.Equal(v.words, other.words) && v.given == nil && other.given == nil {
					first.vars[name].words = v.words
				}
			}
		}
		if first.open == nil {
			first.open = w.open
		}
	}
	st.become(first)
}

// unfollow notes that something not known may have set variables. Those that may hold keys are not
// known any more; a path that a script works with is hardly ever changed that way.
func (s *shell) unfollow(st *shellState, u *unfollowed, exports bool) {
	for name, v := range st.vars {
		if s.matters(name) {
			st.vars[name] = &shellVariable{exported: v.exported}
		}
	}
	if exports {
		st.open = u
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

// line follows a command line that stands in a string, which a shell of its own runs.
func (s *shell) line(st *shellState, text shellWord) {
	inText := unknownText.ReplaceAllStringFunc(text.text, func(u string) string {
		if name := strings.Trim(u, notKnown); name != "" {
			return "${" + name + "}"
		}
		return "$" + unknownName
	})
	file, err := parseBash(s.file, []byte(inText))
	if err != nil || st.depth >= maxShellDepth {
		return
	}
	st.depth++
	inner := *s
	inner.shift = text.at.Line - 1
	inner.statements(st, file.Stmts)
}

// unknownName is a variable that nothing sets: what is not known in a text that is parsed.
const unknownName = "__unknown"

func (s *shell) statements(st *shellState, list []*syntax.Stmt) {
	for _, stmt := range list {
		s.statement(st, stmt)
	}
}

func (s *shell) statement(st *shellState, stmt *syntax.Stmt) {
	if *s.steps++; *s.steps > maxShellSteps || st.ended || stmt == nil {
		return
	}
	switch c := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		s.simple(st, c, stmt.Redirs)
	case *syntax.DeclClause: // export, local, readonly, declare
		s.declare(st, c)
	case *syntax.BinaryCmd:
		s.binary(st, c)
	case *syntax.Block:
		s.statements(st, c.Stmts)
	case *syntax.Subshell:
		s.statements(st.clone(), c.Stmts)
	case *syntax.IfClause:
		s.either(st, c)
	case *syntax.WhileClause:
		if s.fromInput(st, c, stmt.Redirs) {
			return
		}
		s.statements(st, c.Cond)
		body := st.clone()
		s.statements(body, c.Do)
		before := st.clone()
		st.join(before, body)
	case *syntax.ForClause:
		s.loop(st, c)
	case *syntax.CaseClause:
		ways := []*shellState{st.clone()}
		for _, item := range c.Items {
			way := st.clone()
			s.statements(way, item.Stmts)
			ways = append(ways, way)
		}
		st.join(ways...)
	case *syntax.FuncDecl:
		if c.Name != nil {
			st.functions[c.Name.Value] = c.Body
		}
	case *syntax.TimeClause:
		s.statement(st, c.Stmt)
	}
}

func (s *shell) binary(st *shellState, c *syntax.BinaryCmd) {
	is, test := s.test(st, c.X)
	switch c.Op {
	case syntax.AndStmt, syntax.OrStmt:
		s.statement(st, c.X)
		switch {
		case is == (c.Op == syntax.AndStmt) && test == tested:
			s.statement(st, c.Y)
		case test == tested:
		case c.Op == syntax.AndStmt && test == noTest:
			s.statement(st, c.Y)
		default:
			way := st.clone()
			s.statement(way, c.Y)
			before := st.clone()
			st.join(before, way)
		}
	default: // pipes: each side is a shell of its own
		s.statement(st.clone(), c.X)
		s.statement(st.clone(), c.Y)
	}
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
	then, other := st.clone(), st.clone()
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
}

// loop goes through the words of a "for" where they are known, else once through its body.
func (s *shell) loop(st *shellState, c *syntax.ForClause) {
	iter, ok := c.Loop.(*syntax.WordIter)
	if !ok || iter.Name == nil {
		s.statements(st.clone(), c.Do)
		return
	}
	var items []shellWord
	for _, w := range iter.Items {
		items = append(items, s.words(st, w)...)
	}
	if len(items) > 0 && len(items) <= maxLoop && !slices.ContainsFunc(items, func(w shellWord) bool { return !w.known() }) {
		for _, item := range items {
			st.vars[iter.Name.Value] = &shellVariable{words: []shellWord{item}}
			s.statements(st, c.Do)
		}
		return
	}
	body := st.clone()
	body.vars[iter.Name.Value] = &shellVariable{}
	s.statements(body, c.Do)
	before := st.clone()
	st.join(before, body)
}

// What is known of a condition.
const (
	noTest   = iota // it is a command, which goes well
	openTest        // it may be or not
	tested          // it is known
)

// test says what comes of a condition. Whether a file of the repository exists is known; that
// another does not, is not: git may ignore it.
func (s *shell) test(st *shellState, stmt *syntax.Stmt) (is bool, known int) {
	if stmt == nil {
		return false, openTest
	}
	var word *syntax.Word
	negated := stmt.Negated
	switch c := stmt.Cmd.(type) {
	case *syntax.TestClause:
		x := c.X
		if not, ok := x.(*syntax.UnaryTest); ok && not.Op == syntax.TsNot {
			negated, x = !negated, not.X
		}
		if unary, ok := x.(*syntax.UnaryTest); ok && slices.Contains([]syntax.UnTestOperator{syntax.TsExists, syntax.TsRegFile, syntax.TsRead, syntax.TsNoEmpty, syntax.TsDirect}, unary.Op) {
			word, _ = unary.X.(*syntax.Word)
		}
	case *syntax.CallExpr:
		if len(c.Args) == 0 {
			return false, noTest
		}
		name := wordText(c.Args[0])
		if name != "[" && name != "test" {
			if stmt.Negated || name == "grep" || name == "command" || name == "which" {
				return false, openTest
			}
			return false, noTest
		}
		args := c.Args[1:]
		if len(args) > 0 && wordText(args[0]) == "!" {
			negated, args = !negated, args[1:]
		}
		if len(args) >= 2 && slices.Contains([]string{"-e", "-f", "-r", "-s", "-d"}, wordText(args[0])) {
			word = args[1]
		}
	default:
		return false, noTest
	}
	if word == nil {
		return false, openTest
	}
	if w := s.word(st, word); w.known() {
		if name, ok := st.path(w); ok && (s.repo.File(name) != nil || s.repo.hasDir(name)) {
			return !negated, tested
		}
	}
	return false, openTest
}

// path is the repository's name of a path in a command; false where it lies elsewhere, or is not known.
func (st *shellState) path(w shellWord) (string, bool) {
	name, own := strings.CutPrefix(w.text, inRepository)
	switch {
	case !w.known() || w.text == "" || strings.ContainsAny(name, "{}<>`*?~"+inRepository):
		return "", false
	case own:
		name = path.Clean(name)
	case path.IsAbs(name):
		return "", false
	default:
		name = path.Join(st.dir, name)
	}
	return name, name != ".." && !strings.HasPrefix(name, "../")
}

func parseBash(name string, b []byte) (*syntax.File, error) {
	return syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(string(b)), name)
}
