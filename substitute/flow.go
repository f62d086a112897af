package substitute

import (
	"maps"

	"mvdan.cc/sh/v3/syntax"
)

func negate(st status) status {
	switch st {
	case success:
		return failure
	case failure:
		return success
	}
	return unclear
}

// subshell follows statements that change neither variables nor options of the caller.
func (m *machine) subshell(list []*syntax.Stmt, in stream) (stream, status) {
	vars, dir, params := maps.Clone(m.vars), m.dir, m.params
	errexit, nounset := m.errexit, m.nounset
	out, st := m.statements(list, in)
	m.vars, m.dir, m.params, m.errexit, m.nounset = vars, dir, params, errexit, nounset
	if m.stop != nil && !m.stop.started { // what ends a subshell ends no more than that
		if st = success; m.stop.why != "" {
			st, m.fault = failure, m.stop.why
		}
		m.stop = nil
	}
	return out, st
}

func (m *machine) binary(c *syntax.BinaryCmd, in stream) (stream, status) {
	switch c.Op {
	case syntax.Pipe, syntax.PipeAll:
		before, piped := len(m.steps), m.piped
		left, failed := m.subshell([]*syntax.Stmt{c.X}, in)
		m.piped = append(piped[:len(piped):len(piped)], m.steps[before:]...)
		out, st := m.subshell([]*syntax.Stmt{c.Y}, left)
		m.piped = piped
		if m.pipefail && st == success {
			st = failed
		}
		return out, st
	}
	m.tested++
	out, st := m.statement(c.X, in)
	m.tested--
	if m.stop != nil {
		return out, st
	}
	runs := success
	if c.Op == syntax.OrStmt {
		runs = failure
	}
	switch st {
	case runs:
		next, st := m.statement(c.Y, in)
		return out.then(next), st
	case unclear:
		next, st := m.either(func() (stream, status) { return m.statement(c.Y, in) }, func() (stream, status) { return stream{}, success })
		return out.then(next), st
	}
	if m.errexit && c.Op == syntax.AndStmt {
		st = success // a list that stops at a failing condition does not end the script
	}
	return out, st
}

// condition follows the statements of a condition.
func (m *machine) condition(list []*syntax.Stmt, in stream) (stream, status) {
	m.tested++
	defer func() { m.tested-- }()
	return m.statements(list, in)
}

func (m *machine) ifClause(c *syntax.IfClause, in stream) (stream, status) {
	if len(c.Cond) == 0 { // else
		return m.statements(c.Then, in)
	}
	out, st := m.condition(c.Cond, in)
	if m.stop != nil {
		return out, st
	}
	then := func() (stream, status) { return m.statements(c.Then, in) }
	otherwise := func() (stream, status) {
		if c.Else == nil {
			return stream{}, success
		}
		return m.ifClause(c.Else, in)
	}
	var next stream
	switch st {
	case success:
		next, st = then()
	case failure:
		next, st = otherwise()
	default:
		next, st = m.either(then, otherwise)
	}
	return out.then(next), st
}

// either follows both branches of a condition that cannot be told, each from the state
// before it. What they leave different is unknown. A branch that ends the program is
// taken for the one that handles an error, and the other stands.
func (m *machine) either(a, b func() (stream, status)) (stream, status) {
	const why = "it depends on a condition that cannot be told"
	vars, files := maps.Clone(m.vars), maps.Clone(m.pod.files)
	outA, stA := a()
	stopA, varsA, filesA := m.stop, m.vars, m.pod.files
	m.stop, m.vars, m.pod.files = nil, vars, files
	outB, stB := b()
	switch {
	case stopA != nil && m.stop != nil && stopA.started:
		m.stop, m.vars, m.pod.files = stopA, varsA, filesA
		return outA, stA
	case stopA != nil && !stopA.started:
		return outB, stB
	case m.stop != nil && !m.stop.started && stopA == nil:
		m.stop, m.vars, m.pod.files = nil, varsA, filesA
		return outA, stA
	}
	if m.stop == nil {
		m.stop = stopA
	}
	for name, v := range varsA {
		if m.vars[name] != v {
			m.vars[name] = variable{m.pod.marks.unknown(Use{}, why), v.exported}
		}
	}
	for name, v := range m.vars {
		if _, ok := varsA[name]; !ok {
			m.vars[name] = variable{m.pod.marks.unknown(Use{}, why), v.exported}
		}
	}
	for name, f := range filesA {
		if g := m.pod.files[name]; g == nil || g != f && (g.text != f.text || g.unknown != f.unknown) {
			m.pod.files[name] = &file{unknown: why, steps: f.steps}
		}
	}
	if outA != outB {
		outA = stream{unknown: why}
	}
	if stA != stB {
		stA = unclear
	}
	return outA, stA
}

func (m *machine) forClause(c *syntax.ForClause, in stream) (stream, status) {
	iter, ok := c.Loop.(*syntax.WordIter)
	if !ok || iter.Name == nil {
		return stream{unknown: "a counting loop is not followed"}, unclear
	}
	items := m.params
	if iter.InPos.IsValid() {
		items = m.fields(iter.Items)
	}
	if len(items) > maxItems {
		return stream{unknown: "a loop over too many items is not followed"}, unclear
	}
	var out stream
	st := success
	for _, item := range items {
		if m.stop != nil {
			break
		}
		m.set(iter.Name.Value, item)
		var part stream
		part, st = m.statements(c.Do, in)
		out = out.then(part)
	}
	return out, st
}

func (m *machine) whileClause(c *syntax.WhileClause, in stream) (stream, status) {
	var out stream
	for range maxItems {
		_, st := m.condition(c.Cond, in)
		if c.Until {
			st = negate(st)
		}
		if m.stop != nil || st == failure {
			return out, success
		}
		body := func() (stream, status) { return m.statements(c.Do, in) }
		if st == unclear {
			next, _ := m.either(body, func() (stream, status) { return stream{}, success })
			return out.then(next), unclear
		}
		next, _ := body()
		out = out.then(next)
	}
	return stream{unknown: "a loop goes on too long to follow"}, unclear
}

func (m *machine) caseClause(c *syntax.CaseClause, in stream) (stream, status) {
	subject := withoutLineMarks(m.literal(c.Word))
	var from func(i int) (stream, status)
	from = func(i int) (stream, status) {
		if i >= len(c.Items) {
			return stream{}, success
		}
		body := func() (stream, status) { return m.statements(c.Items[i].Stmts, in) }
		switch m.matchesAny(subject, c.Items[i].Patterns) {
		case success:
			return body()
		case failure:
			return from(i + 1)
		}
		return m.either(body, func() (stream, status) { return from(i + 1) })
	}
	return from(0)
}
