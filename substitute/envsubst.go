package substitute

import (
	"regexp"
	"strings"
)

// reference matches what envsubst replaces: $NAME and ${NAME}, nothing else. A default
// (${NAME:-x}) is not known to gettext's envsubst and stays as it is.
var reference = regexp.MustCompile(`\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))`)

// envsubst follows gettext's program: every reference to an environment variable is
// replaced, an unset one by nothing; with a SHELL-FORMAT only those named in it.
func (m *machine) envsubst(args []string, in stream) (stream, status) {
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		// -i and -o belong to a reimplementation with defaults and checks of its own.
		return m.unmodelled("envsubst with options", args)
	}
	m.ran("envsubst")
	if in.unknown != "" {
		return in, success
	}
	var only map[string]bool
	if len(args) > 0 {
		only = map[string]bool{}
		for _, ref := range reference.FindAllStringSubmatch(args[0], -1) {
			only[ref[1]+ref[2]] = true
		}
	}
	out := reference.ReplaceAllStringFunc(in.text, func(ref string) string {
		name := strings.Trim(ref, "${}")
		if only != nil && !only[name] {
			return ref
		}
		return m.exported(name)
	})
	return stream{text: out}, success
}

// exported is the value of a variable in the environment of a program that the script
// runs; empty where there is none.
func (m *machine) exported(name string) string {
	if v, ok := m.lookup(name); ok && v.exported {
		return withoutLineMarks(v.text)
	}
	return ""
}
