package substitute

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/internal/current"
	"github.com/keylint/keylint/keys"
)

// variable is a shell variable; its text has marks.
type variable struct {
	text     string
	exported bool
}

// stream is what flows through a pipe: a text with marks, or why it is not known.
type stream struct {
	text    string
	unknown string
}

// status is how a command ended, as far as that can be told.
type status int

const (
	success status = iota
	failure
	unclear
)

// machine follows one container's program.
type machine struct {
	pod     *Pod
	program *Program

	vars      map[string]variable
	given     map[string]variable // what it had of them when it started
	left      map[string]variable // what the last program that is not modelled was started with; nil where none was
	params    []string            // $1 and on
	functions map[string]*syntax.Stmt
	dir       string
	shell     string // "bash", "sh"; empty outside of any
	source    string // the text that runs now, for places

	open string // why there may be more variables than vars; empty where there are not
	from string // what gives them, where that is one thing

	errexit, nounset, pipefail, allexport bool

	tested int // how many conditions the current statement stands in: errexit does not see these
	depth  int

	line  uint   // of the current statement
	steps []Step // what the current statement ran and read
	piped []Step // what ran before it in its pipe
	stop  *stop  // set once the program has ended or has handed over to its server
	last  status
	fault string // why the last command that failed did so
}

// stop is why a program runs no further.
type stop struct {
	started bool // it has handed over to the server
	why     string
	at      Place
	missing string
}

// Run follows a container's program. The pod's files are then as it leaves them.
func (p *Pod) Run(g *Program) *Outcome {
	defer current.Begin("following the script of", g.Name)()
	m := &machine{
		pod: p, program: g, vars: map[string]variable{}, functions: map[string]*syntax.Stmt{},
		dir: cmpOr(g.Dir, "/"), source: g.Source, open: g.OpenEnv, from: g.OpenFrom,
	}
	document := keys.Text{}
	for _, v := range g.Env {
		text := p.marks.value(Use{g.Name, v.Name}, v.Value)
		if v.Plain && v.Value.IsKnown() && !strings.ContainsAny(v.Value.Text().Reveal(), markRunes) {
			why := ""
			if text, why = p.marks.document(v.Name, v.Value.Text().Reveal()); why != "" {
				text = p.marks.unknown(Use{}, why)
			}
			if _, made := p.marks.standins.Made(v.Value.Text()); !made {
				document = v.Value.Text()
			}
		}
		if !v.Value.IsKnown() && v.Value.Reason() == "" {
			text = ""
		}
		m.vars[v.Name] = variable{text, true}
	}
	m.given = maps.Clone(m.vars)
	command := g.Command
	if g.Kubelet {
		command = m.references(command)
	}
	if len(command) > 0 {
		m.start(command)
	}
	o := &Outcome{pod: p, program: g, vars: m.vars, given: m.given, served: m.vars, open: g.OpenEnv, document: document}
	if m.stop == nil && m.left != nil {
		o.served = m.left
	}
	if m.stop != nil && !m.stop.started {
		o.Stopped, o.StoppedAt, o.Missing = m.stop.why, m.stop.at, m.stop.missing
	}
	return o
}

// start runs the program. A script that the shell library trips over is one that cannot be
// followed, and no reason to end the whole run.
func (m *machine) start(command []string) {
	defer func() {
		if recover() == nil {
			return
		}
		const why = "the script cannot be followed"
		m.pod.unmodelled = append(m.pod.unmodelled, Step{"a script that cannot be followed", m.program.Name})
		for _, f := range m.pod.files {
			if f.source == "" {
				f.text, f.unknown = "", why
			}
		}
		m.forget(why)
	}()
	m.run(command, stream{})
}

// references puts the variables in place of $(NAME), as the kubelet does before the
// container starts: "$$" is a "$", and a reference to what is not declared stays
// (kubernetes/third_party/forked/golang/expansion).
func (m *machine) references(command []string) []string {
	out := make([]string, len(command))
	for i, s := range command {
		out[i] = kubeletReference.ReplaceAllStringFunc(s, func(ref string) string {
			if ref == "$$" {
				return "$"
			}
			if v, ok := m.vars[ref[2:len(ref)-1]]; ok {
				return v.text
			}
			return ref
		})
	}
	return out
}

var kubeletReference = regexp.MustCompile(`\$\$|\$\([^)]*\)`)

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// halt ends the program with an error.
func (m *machine) halt(why, missing string, line uint) {
	if m.stop == nil {
		m.stop = &stop{why: why, missing: missing, at: Place{m.source, int(line)}}
	}
}

// script parses and follows a shell script.
func (m *machine) script(text, source string, in stream) (stream, status) {
	if m.depth++; m.depth > maxDepth {
		return stream{unknown: "scripts call each other too deep to follow"}, unclear
	}
	defer func() { m.depth-- }()
	parsed, err := ParseShell("", text)
	if err != nil {
		m.pod.unmodelled = append(m.pod.unmodelled, Step{"a script that cannot be parsed as shell", m.program.Name})
		return stream{unknown: "the script of " + m.program.Name + " cannot be parsed as shell"}, unclear
	}
	outer := m.source
	m.source = source
	defer func() { m.source = outer }()
	m.markDocuments(parsed)
	return m.statements(parsed.Stmts, in)
}

// markDocuments marks the lines of the script's here-documents, so that what is made of
// them can be led back to the script.
func (m *machine) markDocuments(parsed *syntax.File) {
	syntax.Walk(parsed, func(n syntax.Node) bool {
		if r, ok := n.(*syntax.Redirect); ok && r.Hdoc != nil {
			first := true
			for _, part := range r.Hdoc.Parts {
				lit, ok := part.(*syntax.Lit)
				if !ok {
					first = false
					continue
				}
				line := int(lit.Pos().Line())
				head, tail, more := strings.Cut(lit.Value, "\n")
				switch {
				case first:
					lit.Value = m.pod.marks.lines(m.source, lit.Value, line)
				case more:
					lit.Value = head + "\n" + m.pod.marks.lines(m.source, tail, line+1)
				}
				first = false
			}
		}
		return true
	})
}

// statements follows a list of statements and gathers what they print.
func (m *machine) statements(list []*syntax.Stmt, in stream) (stream, status) {
	var out stream
	st := success
	for _, s := range list {
		if m.stop != nil {
			break
		}
		var part stream
		part, st = m.statement(s, in)
		out = out.then(part)
	}
	return out, st
}

// then appends what is printed next.
func (s stream) then(next stream) stream {
	switch {
	case s.unknown != "":
		return s
	case next.unknown != "":
		return next
	case len(s.text)+len(next.text) > maxText:
		return stream{unknown: "a script prints too much to follow"}
	}
	return stream{text: s.text + next.text}
}

// statement follows one statement with its redirections.
func (m *machine) statement(s *syntax.Stmt, in stream) (stream, status) {
	if m.pod.commands++; m.pod.commands > maxCommands || m.pod.work > maxWork {
		m.halt("it does too much to follow", "", s.Pos().Line())
		return stream{unknown: "too many commands"}, unclear
	}
	outer := m.steps
	m.steps, m.line = nil, s.Pos().Line()
	target, appending, discard := "", false, false
	for _, r := range s.Redirs {
		name := ""
		if r.Op != syntax.Hdoc && r.Op != syntax.DashHdoc {
			name = withoutLineMarks(m.literal(r.Word))
		}
		if m.stop != nil {
			return stream{}, failure
		}
		switch r.Op {
		case syntax.RdrIn:
			in = m.read(name)
		case syntax.Hdoc, syntax.DashHdoc:
			m.steps = append(m.steps, Step{"a here-document", m.program.Name})
			in = m.document(r)
		case syntax.WordHdoc:
			in = stream{text: name + "\n"}
		case syntax.RdrOut, syntax.RdrClob, syntax.AppOut, syntax.RdrAll, syntax.AppAll:
			if r.N != nil && r.N.Value != "1" {
				continue
			}
			target, appending = name, r.Op == syntax.AppOut || r.Op == syntax.AppAll
			discard = strings.HasPrefix(target, "/dev/")
			if !appending && !discard { // before the command runs, so that "sed … f > f" empties f
				m.write(target, stream{}, nil)
			}
		}
	}
	out, st := m.startedCommand(s, in)
	m.pod.work += len(in.text) + len(out.text)
	if s.Negated {
		st = negate(st)
	}
	if target != "" {
		if !discard {
			if appending {
				out = m.peek(target).then(out)
			}
			m.write(target, out, m.steps)
		}
		out = stream{}
	}
	m.steps = append(outer, m.steps...)
	m.last = st
	if st == failure && m.errexit && m.tested == 0 && !s.Negated {
		m.halt(cmpOr(m.fault, "a command fails there, which ends the script under set -e"), "", s.Pos().Line())
	}
	return out, st
}

// startedCommand follows what a statement runs, and goes on where it does so in the background.
func (m *machine) startedCommand(s *syntax.Stmt, in stream) (stream, status) {
	if !s.Background {
		return m.command(s, in)
	}
	vars := maps.Clone(m.vars)
	out, _ := m.command(s, in)
	if m.stop != nil && m.stop.started {
		m.left = m.vars
	}
	m.vars, m.stop = vars, nil
	return out, success
}

// command follows what a statement runs.
func (m *machine) command(s *syntax.Stmt, in stream) (stream, status) {
	switch c := s.Cmd.(type) {
	case nil:
		return stream{}, success
	case *syntax.CallExpr:
		return m.call(c, in)
	case *syntax.DeclClause:
		m.declare(c)
		return stream{}, success
	case *syntax.Block:
		return m.statements(c.Stmts, in)
	case *syntax.Subshell:
		return m.subshell(c.Stmts, in)
	case *syntax.BinaryCmd:
		return m.binary(c, in)
	case *syntax.IfClause:
		return m.ifClause(c, in)
	case *syntax.ForClause:
		return m.forClause(c, in)
	case *syntax.WhileClause:
		return m.whileClause(c, in)
	case *syntax.CaseClause:
		return m.caseClause(c, in)
	case *syntax.FuncDecl:
		if c.Name != nil {
			m.functions[c.Name.Value] = c.Body
		}
		return stream{}, success
	case *syntax.TestClause:
		return stream{}, m.testExpr(c.X)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			return m.statement(c.Stmt, in)
		}
		return stream{}, success
	}
	return stream{}, unclear // arithmetic and the like: they print nothing
}

// forget makes every variable unknown, once something may have set any of them.
func (m *machine) forget(why string) {
	m.open, m.from = why, ""
	for _, name := range slices.Sorted(maps.Keys(m.vars)) { // marks are numbered, and a name may show its number
		m.vars[name] = variable{m.pod.marks.unknown(Use{}, why), m.vars[name].exported}
	}
}

// path makes a path absolute. Where a variable names it, its value is a path and no key: what was decrypted stays hidden, and leads to
// where the same leads.
func (m *machine) path(name string) string { return pathIn(m.dir, m.plain(name)) }

// plain is a text with its values in place of their marks, as far as they are known to everybody.
func (m *machine) plain(text string) string {
	if m.pod.marks.holdsSecret(text) {
		return text
	}
	if v, _ := m.pod.marks.resolve(text); v.IsKnown() {
		return v.Text().Reveal()
	}
	return text
}

func pathIn(dir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join("/", dir, name)
}

func (m *machine) file(name string) *file { return m.pod.files[m.program.key(m.path(name))] }

// read reads a file into a stream and takes over the steps that it went through.
func (m *machine) read(name string) stream {
	if name == "/dev/null" {
		return stream{}
	}
	if reason, ok := m.pod.marks.isUnknown(name); ok {
		return stream{unknown: reason}
	}
	f := m.file(name)
	if f == nil {
		where := m.path(name)
		if valueMark.MatchString(name) {
			where = shown(name)
		}
		return stream{unknown: "nothing in the repository puts " + where + " into " + m.program.Name}
	}
	m.steps = append(m.steps, f.steps...)
	return stream{f.text, f.unknown}
}

// peek is a file's content without its steps, empty where there is none.
func (m *machine) peek(name string) stream {
	if f := m.file(name); f != nil {
		return stream{f.text, f.unknown}
	}
	return stream{}
}

func (m *machine) write(name string, s stream, steps []Step) {
	steps = append(m.piped[:len(m.piped):len(m.piped)], steps...)
	m.pod.files[m.program.key(m.path(name))] = &file{text: s.text, unknown: s.unknown, steps: distinct(steps)}
}

// distinct keeps the first of each step.
func distinct(steps []Step) []Step {
	seen := map[Step]bool{}
	var out []Step
	for _, s := range steps {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// ran records that a tool worked on what the current statement handles.
func (m *machine) ran(tool string) { m.steps = append(m.steps, Step{tool, m.program.Name}) }
