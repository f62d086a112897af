package substitute

import (
	"errors"
	"strings"
)

// sed follows what GNU sed and busybox' have in common.
func (m *machine) sed(args []string, in stream) (stream, status) {
	var expressions, names []string
	quiet, inPlace, extended := false, false, false
	for i := 0; i < len(args); i++ {
		a := withoutLineMarks(args[i])
		switch {
		case a == "--in-place" || strings.HasPrefix(a, "--in-place="):
			inPlace = true
		case a == "--quiet" || a == "--silent":
			quiet = true
		case a == "--regexp-extended":
			extended = true
		case strings.HasPrefix(a, "--expression="):
			expressions = append(expressions, a[len("--expression="):])
		case strings.HasPrefix(a, "--"):
			return m.unmodelled("sed with an option that keylint does not know", nil)
		case len(a) > 1 && a[0] == '-':
			for j := 1; j < len(a); j++ {
				switch a[j] {
				case 'n':
					quiet = true
				case 'E', 'r':
					extended = true
				case 's', 'u':
				case 'i': // what follows is the suffix of a copy
					inPlace = true
					j = len(a)
				case 'e', 'f':
					value := a[j+1:]
					if value == "" && i+1 < len(args) {
						i++
						value = withoutLineMarks(args[i])
					}
					if a[j] == 'f' {
						s := m.read(value)
						if s.unknown != "" {
							return s, success
						}
						value = withoutLineMarks(s.text)
					}
					expressions = append(expressions, value)
					j = len(a)
				default:
					return m.unmodelled("sed with an option that keylint does not know", nil)
				}
			}
		default:
			names = append(names, a)
		}
	}
	if len(expressions) == 0 {
		if len(names) == 0 {
			return stream{}, failure
		}
		expressions, names = names[:1], names[1:]
	}
	program := &sedParser{text: strings.Join(expressions, "\n"), extended: extended, marks: &m.pod.marks}
	commands, err := program.program(false)
	var fault *sedError
	if errors.As(err, &fault) {
		m.ran("sed")
		return stream{}, m.sedFails(fault)
	}
	if err != nil {
		m.ran("sed")
		m.pod.unmodelled = append(m.pod.unmodelled, Step{"a sed program that keylint does not know", m.program.Name})
		why := "the sed program in " + m.program.Name + " holds commands that keylint does not know"
		for _, n := range names {
			if inPlace {
				m.write(n, stream{unknown: why}, m.steps)
			}
		}
		return stream{unknown: why}, success
	}
	if !inPlace {
		in = m.inputs(names, in)
		m.ran("sed") // behind what made its input
		if in.unknown != "" {
			return in, success
		}
		text, unknown := m.pod.marks.sed(commands, quiet, in.text)
		return stream{text, unknown}, success
	}
	for _, n := range names {
		outer := m.steps
		m.steps = nil
		s := m.read(n)
		if s.unknown == "" {
			s.text, s.unknown = m.pod.marks.sed(commands, quiet, s.text)
		}
		m.ran("sed")
		m.write(n, s, m.steps)
		m.steps = append(outer, m.steps...)
	}
	return stream{}, success
}

// sedFails records why sed ended with an error: a value that a command was made of has a
// character in it that ends the command.
func (m *machine) sedFails(fault *sedError) status {
	_, uses := m.pod.marks.resolve(fault.command)
	why := "sed fails there: " + fault.message
	if len(uses) > 0 {
		why += ", because of a character in the value of " + uses[0].Name
	}
	m.pod.failed = append(m.pod.failed, why)
	m.fault = why
	return failure
}
