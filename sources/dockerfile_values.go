package sources

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	dockershell "github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/keylint/keylint/keys"
)

// Why a value of a Dockerfile is not known.
const (
	argumentOpen = "it takes a build argument, and the repository does not say which"
	madeOfOpen   = "its Dockerfile makes it of variables that nothing here sets"
	platformOpen = "BuildKit sets it to what it builds for"
	wordOpen     = "BuildKit cannot read what its Dockerfile says"
	wordCuts     = "BuildKit tests or cuts something decrypted for it, which is not followed"
	wordBounded  = "its Dockerfile makes it of more than is followed"
)

// givenByBuildKit are the arguments that need no default: FROM sees them, and so does a stage that names them.
var givenByBuildKit = []string{
	"BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT", "TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT",
	"TARGETSTAGE",
}

// held is what a variable holds at a point of a Dockerfile.
type held struct {
	text    string
	unknown string // why that is not known
	by      int    // the assignment in which it is written; -1 for the one that it is of
	from    string // of what takes over a variable that nothing sets, its name
	given   string // the build argument that it is
}

// scope is what the variables hold that a stage sets, before what they hold in the one that it is FROM.
type scope struct {
	vars map[string]held
	env  map[string]held // the ENVs alone
	base *scope
	deep int
}

// maxDeep bounds how many stages one may be FROM, of which each is FROM the next.
const maxDeep = 100

// newScope is what a stage begins with: the variables of the one that it is FROM, of which an ENV goes before an ARG there, whatever their order.
func newScope(base *scope) *scope {
	s := &scope{vars: map[string]held{}, env: map[string]held{}}
	if base != nil && base.deep < maxDeep {
		s.base, s.deep = base, base.deep+1
		for name, last := range base.vars {
			for of := base; of != nil; of = of.base {
				if v, ok := of.env[name]; ok {
					if v != last {
						s.vars[name] = v
					}
					break
				}
			}
		}
	}
	return s
}

func (s *scope) get(name string) (held, bool) {
	for ; s != nil; s = s.base {
		if v, ok := s.vars[name]; ok {
			return v, true
		}
	}
	return held{}, false
}

// With is the Dockerfile as a build with these arguments has it, in which those secrets may stand. The order is BuildKit's (frontend/dockerfile/dockerfile2llb: buildMetaArgs,
// dispatchArg, dispatchEnv): an ARG sees what stands before it, also in its own line, and an ENV what stood before its line; the later of the
// two counts; a stage begins with what the one that it is FROM ends with.
func (d *Dockerfile) With(args map[string]keys.Value, secrets *keys.Standins) *Dockerfile {
	out := &Dockerfile{Assignments: slices.Clone(d.Assignments), Copies: d.Copies, Stages: slices.Clone(d.Stages), Command: d.Command, escape: d.escape}
	e := &dockerWords{lex: dockershell.NewLex(d.escape), budget: maxAllExpanded, secrets: secrets}
	global := newScope(nil)
	for _, name := range givenByBuildKit {
		global.vars[name] = held{unknown: platformOpen, by: -1}
	}
	rest := out.assign(e, args, 0, -1, global, nil)
	ends := make([]*scope, len(out.Stages))
	for n := range out.Stages {
		s := &out.Stages[n]
		s.From = s.written
		if from := e.expand(s.written, global); from.unknown == "" {
			s.From = from.text
		}
		var base *scope
		if b := out.stage(s.From, n); b >= 0 {
			base = ends[b]
		}
		ends[n] = newScope(base)
		rest = out.assign(e, args, rest, n, ends[n], global)
	}
	return out
}

// assign goes through the assignments of a stage, of which the first is given, and returns that of the next stage. What is set is put into
// the scope.
func (d *Dockerfile) assign(e *dockerWords, args map[string]keys.Value, first, stage int, vars, global *scope) int {
	i := first
	for ; i < len(d.Assignments) && d.Assignments[i].Stage == stage; i++ {
		a := &d.Assignments[i]
		if !a.Arg {
			end := i
			for ; end < len(d.Assignments) && d.Assignments[end].begin == a.begin; end++ {
				one := &d.Assignments[end]
				one.Name = one.key
				if name := e.expand(one.key, vars); name.unknown == "" {
					one.Name = name.text
				}
				d.set(end, e.expand(one.raw, vars))
			}
			for _, a := range d.Assignments[i:end] {
				vars.vars[a.Name], vars.env[a.Name] = a.held(), a.held()
			}
			i = end - 1
			continue
		}
		given, known := args[a.Name]
		before, has := vars.get(a.Name)
		inherited, declared := global.get(a.Name)
		switch {
		case known && given.IsKnown():
			d.set(i, held{text: given.Text().Reveal(), by: -1, given: a.Name})
		case known && !given.IsAbsent():
			d.set(i, held{unknown: given.Reason(), by: -1, given: a.Name})
		case a.hasDefault:
			d.set(i, e.expand(a.raw, vars))
		case declared:
			d.set(i, inherited)
		case has: // it stays as it is
			d.set(i, before)
		default:
			d.set(i, held{unknown: argumentOpen, by: -1})
			continue
		}
		vars.vars[a.Name] = a.held()
	}
	return i
}

// set gives an assignment what it comes to.
func (d *Dockerfile) set(i int, to held) {
	a := &d.Assignments[i]
	a.Value, a.Unknown, a.From, a.Given, a.by = keys.Text{}, to.unknown, to.from, to.given, i
	if to.unknown == "" {
		a.Value = keys.NewText(to.text)
	}
	if to.by >= 0 {
		a.by, a.From = to.by, cmp.Or(d.Assignments[to.by].From, d.Assignments[to.by].Name)
	}
}

// held is what the variable holds behind the assignment.
func (a Assignment) held() held {
	h := held{unknown: a.Unknown, by: a.by, given: a.Given}
	if a.Unknown == "" {
		h.text = a.Value.Reveal()
	}
	return h
}

// dockerWords expands the words of a Dockerfile.
type dockerWords struct {
	lex     *dockershell.Lex
	budget  int // in bytes
	secrets *keys.Standins
}

const (
	maxWord = 4096     // in bytes, of a word with variables
	open    = "\uffff" // stands in a word for what is not known
)

var (
	// dockerVariable is a variable in a word, and whether a default stands behind it; dockerTest one that is more than put in.
	dockerVariable = regexp.MustCompile(`\$(?:\{(\w+)(:?-)?|(\w+))`)
	dockerTest     = regexp.MustCompile(`\$\{\w+:?[+?#%/]`)
)

// expand is what BuildKit makes of a word. What nothing here sets may be set by who builds, or by the image that the stage is from, and what
// comes of it is not known; one that has a default is taken for unset.
func (e *dockerWords) expand(word string, vars *scope) held {
	if !isText(word) {
		return held{unknown: wordOpen, by: -1}
	}
	f := &fetched{vars: vars, defaults: map[string]bool{}, length: len(word), budget: &e.budget}
	plain := map[string]bool{}
	if strings.Contains(word, "$") {
		if len(word) > maxWord {
			return held{unknown: wordBounded, by: -1}
		}
		if dockerTest.MatchString(word) {
			f.secrets = e.secrets
		}
		for _, m := range dockerVariable.FindAllStringSubmatch(word, -1) {
			f.defaults[m[1]] = f.defaults[m[1]] || m[2] != ""
			plain[cmp.Or(m[1], m[3])] = plain[cmp.Or(m[1], m[3])] || m[2] == ""
		}
	}
	result, err := e.lex.ProcessWordWithMatches(word, f)
	out := held{text: result.Result, by: -1}
	switch {
	case e.budget < 0:
		return held{unknown: wordBounded, by: -1}
	case err != nil:
		return held{unknown: wordOpen, by: -1}
	}
	for name := range result.Unmatched {
		if plain[name] {
			return held{unknown: madeOfOpen, by: -1}
		}
	}
	if f.unknown != "" && (strings.Contains(out.text, open) || dockerTest.MatchString(word)) {
		out.unknown = f.unknown
	}
	if len(result.Matched) == 1 && out.text == f.last && (out.unknown == "" || !dockerTest.MatchString(word)) { // it takes one over
		if v, ok := vars.get(f.name); ok {
			out.by, out.given = v.by, v.given
		} else {
			out.from, out.unknown = f.name, argumentOpen
		}
	}
	return out
}

// isText says whether the library reads a text without a word on stderr.
func isText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// fetched hands out the variables of a word.
type fetched struct {
	vars       *scope
	defaults   map[string]bool // those behind which one stands
	length     int             // of the word
	budget     *int
	name, last string         // the last one, and what it was given for
	unknown    string         // why one of them is not known
	secrets    *keys.Standins // those of which the word must not say a sign; nil where it takes its variables as they are
}

func (f *fetched) Get(name string) (string, bool) {
	v, ok := f.vars.get(name)
	if !ok {
		if f.defaults[name] {
			return "", false
		}
		v.unknown = madeOfOpen
	}
	if v.unknown == "" && !isText(v.text) {
		v.unknown = wordOpen
	}
	if v.unknown == "" && f.secrets.Bears(v.text) {
		v.unknown = wordCuts
	}
	if v.unknown != "" {
		f.unknown, v.text = cmp.Or(f.unknown, v.unknown), open
	}
	*f.budget -= (1 + len(v.text)) * f.length
	if *f.budget < 0 {
		v.text = ""
	}
	f.name, f.last = name, v.text
	return v.text, true
}

func (f *fetched) Keys() []string { return nil }
