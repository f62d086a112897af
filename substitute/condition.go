package substitute

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// test follows "test" and "[".
func (m *machine) test(args []string, _ stream) (stream, status) {
	if n := len(args); n > 0 && args[n-1] == "]" {
		args = args[:n-1]
	}
	for i := range args {
		args[i] = withoutLineMarks(args[i])
	}
	return stream{}, m.testArgs(args)
}

func (m *machine) testArgs(args []string) status {
	for _, op := range []string{"-o", "-a"} {
		for i, a := range args {
			if a == op && i > 0 {
				return combine(op == "-a", m.testArgs(args[:i]), m.testArgs(args[i+1:]))
			}
		}
	}
	switch {
	case len(args) > 0 && args[0] == "!":
		return negate(m.testArgs(args[1:]))
	case len(args) == 1:
		return m.unary("-n", args[0])
	case len(args) == 2:
		return m.unary(args[0], args[1])
	case len(args) == 3:
		return m.compare(args[1], args[0], args[2])
	}
	return unclear
}

// combine is "and" or "or" of what may not be known.
func combine(and bool, a, b status) status {
	decides := success
	if and {
		decides = failure
	}
	switch {
	case a == decides || b == decides:
		return decides
	case a == unclear || b == unclear:
		return unclear
	}
	return negate(decides)
}

func (m *machine) unary(op, text string) status {
	_, unknown := m.pod.marks.isUnknown(text)
	switch op {
	case "-n", "-z":
		if unknown {
			return unclear
		}
		return is((text != "") == (op == "-n"))
	case "-f", "-e", "-r", "-s":
		if m.file(text) != nil {
			return success
		}
	}
	return unclear // the image may hold the file, or not
}

func (m *machine) compare(op, a, b string) status {
	equal, told := m.pod.marks.equal(a, b)
	if !told {
		return unclear
	}
	switch op {
	case "=", "==":
		return is(equal)
	case "!=":
		return is(!equal)
	}
	return unclear
}

func is(b bool) status {
	if b {
		return success
	}
	return failure
}

// testExpr follows "[[ … ]]".
func (m *machine) testExpr(x syntax.TestExpr) status {
	switch x := x.(type) {
	case *syntax.ParenTest:
		return m.testExpr(x.X)
	case *syntax.Word:
		return m.unary("-n", withoutLineMarks(m.literal(x)))
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			return negate(m.testExpr(x.X))
		}
		if w, ok := x.X.(*syntax.Word); ok {
			return m.unary(x.Op.String(), withoutLineMarks(m.literal(w)))
		}
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.AndTest, syntax.OrTest:
			return combine(x.Op == syntax.AndTest, m.testExpr(x.X), m.testExpr(x.Y))
		}
		a, okA := x.X.(*syntax.Word)
		b, okB := x.Y.(*syntax.Word)
		if okA && okB {
			right := withoutLineMarks(m.literal(b))
			if strings.ContainsAny(right, "*?[") {
				return unclear // a pattern
			}
			return m.compare(x.Op.String(), withoutLineMarks(m.literal(a)), right)
		}
	}
	return unclear
}
