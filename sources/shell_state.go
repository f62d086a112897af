package sources

import (
	"cmp"
	"maps"
	"slices"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/decrypt"
)

// shellState is what a shell has when it comes to a command.
type shellState struct {
	dir       string // in the repository
	back      string // where the last "cd" came from; empty where that is not known
	vars      map[string]*shellVariable
	args      []shellWord // $1, $2, …; nil where they are not known
	functions map[string]*syntax.Stmt
	called    map[string]bool
	exports   bool                      // "set -a": what is assigned is exported
	perhaps   bool                      // whether it is cannot be told
	open      *unfollowed               // what may have set any variable, and exported it
	vague     bool                      // something may have set any variable
	lost      bool                      // dir may be another
	shifted   bool                      // args were given, and are not known
	own       bool                      // in a function: its options are its own
	trapped   bool                      // a trap may set variables at any time
	lastpipe  bool                      // the end of a pipe is no shell of its own
	locals    map[string]*shellVariable // in a function: what its own variables hide
	input     *syntax.Stmt              // what stands before it in a pipe
	redirs    []*syntax.Redirect        // those of the blocks that it is in
	under     []string                  // the words of the conditions that it comes to the command by, and the functions
	loop      *ways                     // those that leave the loop that is followed, or go on with it
	returns   *[]*shellState            // those that leave the function
	ended     bool
	depth     int
}

// ways are the states in which a loop's body is left early.
type ways struct{ breaks, continues []*shellState }

// shellVariable is a variable as far as it is known.
type shellVariable struct {
	words    []shellWord  // what it is as words of a command: one, or those of an array
	text     *shellWord   // what it is as one word; nil where that is not known, and for an array
	either   []shellWord  // the words of which it is one, where a script may have gone any of several ways
	given    *givenValue  // its text where that may be a key, and where it is written
	files    *printedText // the dotenv files whose text it holds
	exported bool
	readonly bool
	perhaps  bool // whether it is exported cannot be told
	odd      bool // "declare -u" and its kin: what is assigned is not what it is
	array    bool // it may be one, which is not exported
}

// flags are what is known of a variable besides its value.
func (v *shellVariable) flags() [5]bool {
	return [5]bool{v.exported, v.perhaps, v.readonly, v.odd, v.array}
}

func (v *shellVariable) unknown() bool {
	return v.words == nil && v.text == nil && v.given == nil && v.files == nil
}

// forget leaves a variable without a value that is known.
func (st *shellState) forget(name string, exported bool) {
	v := &shellVariable{exported: exported}
	if old := st.vars[name]; old != nil {
		v.exported, v.perhaps = exported || old.exported, !exported && old.perhaps
		v.readonly, v.odd, v.array = old.readonly, old.odd, old.array
	}
	st.vars[name] = v
}

// change changes what is known of a variable that there is. States share their variables, so that it is a copy.
func (st *shellState) change(name string, with func(*shellVariable)) {
	if old := st.vars[name]; old != nil {
		v := *old
		with(&v)
		st.vars[name] = &v
	}
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
	Odd    bool // the shell reads it in the file otherwise than a dotenv parser does
}

func newShellState(dir string) *shellState {
	return &shellState{dir: dir, vars: map[string]*shellVariable{}, functions: map[string]*syntax.Stmt{}, called: map[string]bool{}}
}

func (st *shellState) clone() *shellState {
	c := *st
	c.vars, c.functions, c.locals = maps.Clone(st.vars), maps.Clone(st.functions), maps.Clone(st.locals)
	return &c
}

// child is what a shell that this one starts has of it: what is exported.
func (st *shellState) child() *shellState {
	c := newShellState(st.dir)
	c.called, c.open, c.vague, c.lost, c.depth, c.under = st.called, st.open, st.vague, st.lost, st.depth, st.under
	for name, v := range st.vars {
		if v.exported {
			c.vars[name] = v
		}
	}
	return c
}

// elsewhere is what a shell of another machine has: nothing, and what is there is not known.
func (st *shellState) elsewhere() *shellState {
	c := newShellState(st.dir)
	c.called, c.vague, c.depth = st.called, true, st.depth
	return c
}

// below adds the words of what stands before a way to its conditions.
func (st *shellState) below(nodes ...syntax.Node) {
	st.under = slices.Clone(st.under)
	for _, n := range nodes {
		syntax.Walk(n, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.CallExpr: // "test" is a command, and no environment
				for _, w := range n.Args[min(1, len(n.Args)):] {
					st.below(w)
				}
				return false
			case *syntax.Lit:
				st.under = append(st.under, n.Value)
			case *syntax.SglQuoted:
				st.under = append(st.under, n.Value)
			}
			return true
		})
	}
}

// become takes over what another state has come to.
func (st *shellState) become(other *shellState) { *st = *other }

// unclear is a function that may be one or another.
var unclear = &syntax.Stmt{}

// join is what is known where a script may have gone any of several ways.
func (st *shellState) join(ways ...*shellState) {
	ways = slices.DeleteFunc(ways, func(w *shellState) bool { return w.ended })
	if len(ways) == 0 {
		st.ended = true
		return
	}
	loop, returns := st.loop, st.returns
	first := ways[0].clone()
	for _, w := range ways[1:] {
		joinVariables(first.vars, w.vars)
		if first.locals != nil {
			joinVariables(first.locals, w.locals)
		}
		for name := range w.functions {
			if first.functions[name] == nil {
				first.functions[name] = unclear
			}
		}
		for name, body := range first.functions {
			if w.functions[name] != body {
				first.functions[name] = unclear
			}
		}
		first.perhaps = first.perhaps || w.perhaps || first.exports != w.exports
		first.exports = first.exports || w.exports
		first.open = first.open.and(w.open)
		first.vague = first.vague || w.vague
		first.own = first.own || w.own
		first.trapped = first.trapped || w.trapped
		first.lastpipe = first.lastpipe || w.lastpipe
		first.lost = first.lost || w.lost || first.dir != w.dir
		if first.back != w.back {
			first.back = ""
		}
		if !slices.Equal(first.args, w.args) || first.shifted != w.shifted {
			first.args, first.shifted = nil, true
		}
	}
	st.become(first)
	st.loop, st.returns = loop, returns
}

func joinVariables(vars, other map[string]*shellVariable) {
	for name, w := range other {
		v := vars[name]
		switch {
		case v == nil:
			vars[name] = unsure(w, nil)
		case w == v, w != nil && v.unknown() && w.unknown() && v.flags() == w.flags() && len(v.either)+len(w.either) == 0:
		default:
			is := unsure(v, w)
			is.either = eitherOf(v, w)
			if w != nil && slices.Equal(v.words, w.words) && v.text != nil && w.text != nil && *v.text == *w.text && v.given == nil && w.given == nil {
				is.words, is.text = v.words, v.text
			}
			vars[name] = is
		}
	}
	for name, v := range vars {
		if _, both := other[name]; !both && v != nil {
			vars[name] = unsure(v, nil)
		}
	}
}

// unsure is a variable that may be one or another, of which nil is none at all.
func unsure(v, w *shellVariable) *shellVariable {
	if v == nil {
		v = &shellVariable{}
	}
	if w == nil {
		w = &shellVariable{}
	}
	return &shellVariable{
		exported: v.exported || w.exported, perhaps: v.perhaps || w.perhaps || v.exported != w.exported,
		readonly: v.readonly && w.readonly, odd: v.odd || w.odd || v.readonly != w.readonly, array: v.array || w.array,
	}
}

// and is what of two things was not followed, either of which may count.
func (u *unfollowed) and(other *unfollowed) *unfollowed {
	if u == nil || other == nil || *u == *other {
		return cmp.Or(u, other)
	}
	both := *u
	if u.From != other.From {
		both.From = ""
		if u.From != "" { // which is no reason by itself where compose reads the same file
			both.At, both.Why = other.At, other.Why
		}
	}
	return &both
}

// eitherOf are the words of which a variable is one that is the one or the other; none where one of
// the two is not known.
func eitherOf(variables ...*shellVariable) []shellWord {
	var out []shellWord
	for _, v := range variables {
		switch {
		case v == nil || v.given != nil:
			return nil
		case len(v.either) > 0:
			out = append(out, v.either...)
		case len(v.words) == 1 && v.words[0].known():
			out = append(out, v.words[0])
		default:
			return nil
		}
	}
	var different []shellWord
	for _, w := range out {
		if !slices.ContainsFunc(different, func(d shellWord) bool { return d.text == w.text }) {
			different = append(different, w)
		}
	}
	if len(different) > maxEither {
		return nil
	}
	return different
}

// maxEither bounds of how many words a variable may be one.
const maxEither = 8
