package sources

import (
	"regexp"
	"slices"
	"strings"
)

// What make, just and Task put in place in a recipe before a shell sees it stands in the text that is followed as the shell's own variables. A
// shell has of them only those that are exported.

var (
	makeReference = regexp.MustCompile(`\$\$\{?([A-Za-z_]\w*)|\$\$|\$\(([A-Za-z_]\w*)\)|\$\{([A-Za-z_]\w*)\}|\$[A-Za-z]`)
	justReference = regexp.MustCompile(`\{\{\s*([A-Za-z_]\w*)\s*\}\}|\{\{[^{}]*\}\}|\$\{?([A-Za-z_]\w*)`)
	taskReference = regexp.MustCompile(`\{\{\s*\.([A-Za-z_]\w*)\s*\}\}|\{\{[^{}]*\}\}|\$\{?([A-Za-z_]\w*)`)
)

// makeText is a line of a Makefile's recipe as a shell has it, and the variables in it that are the shell's ("$$X"). "$XY" is what make has
// for X, with a Y behind it.
func makeText(line string) (text string, names []string) {
	var made []string
	for _, m := range makeReference.FindAllStringSubmatch(line, -1) {
		made = append(made, m[2]+m[3])
	}
	text = makeReference.ReplaceAllStringFunc(line, func(ref string) string {
		switch m := makeReference.FindStringSubmatch(ref); {
		case m[1] != "" && slices.Contains(made, m[1]): // either of the two is meant by the name
			return strings.TrimSuffix(ref[1:], m[1]) + unknownName
		case m[1] != "":
			names = append(names, m[1])
			return ref[1:]
		case ref == "$$":
			return "$"
		case m[2]+m[3] != "":
			return "${" + m[2] + m[3] + "}"
		}
		return "${" + unknownName + "}"
	})
	return text, names
}

// justText is a line of a justfile's recipe as a shell has it, and the variables in it that are the shell's.
func justText(line string) (text string, names []string) { return templateText(justReference, line) }

// taskText is the same of a command of a Taskfile.
func taskText(line string) (text string, names []string) { return templateText(taskReference, line) }

func templateText(reference *regexp.Regexp, line string) (text string, names []string) {
	var made []string
	for _, m := range reference.FindAllStringSubmatch(line, -1) {
		made = append(made, m[1])
	}
	text = reference.ReplaceAllStringFunc(line, func(ref string) string {
		switch m := reference.FindStringSubmatch(ref); {
		case m[2] != "" && slices.Contains(made, m[2]):
			return strings.TrimSuffix(ref, m[2]) + unknownName
		case m[2] != "":
			names = append(names, m[2])
			return ref
		case m[1] != "":
			return "${" + m[1] + "}"
		}
		return "${" + unknownName + "}" // an expression
	})
	return text, names
}

// ofShell forgets those of the variables that the file sets and does not export: where the environment has one of the name, make hands that on
// with the new value, and else the shell has none.
func ofShell(names []string) setting {
	return func(_ *shell, st *shellState) {
		for _, name := range names {
			if v := st.vars[name]; v != nil && !v.exported {
				st.forget(name, false)
			}
		}
	}
}

var (
	justParameter = regexp.MustCompile(`[A-Za-z_]\w*`)
	justString    = regexp.MustCompile(`^(?:'([^'$]*)'|"([^"\\$]*)"|([A-Za-z_]\w*))$`)
	justFromEnv   = regexp.MustCompile(`^env(?:_var|_var_or_default)?\(\s*['"](\w+)['"](?:\s*,\s*['"]([^'"\\$]*)['"])?\s*\)$`)
)

// givenToRecipe forgets what a recipe's parameters are called: whoever runs it gives them.
func givenToRecipe(parameters string) setting {
	return func(_ *shell, st *shellState) {
		for _, name := range justParameter.FindAllString(parameters, -1) {
			delete(st.vars, name)
		}
	}
}

// justValue is what a variable of a justfile is set to as a shell would write it: a text, another variable, what the environment has. It is open
// where another expression makes it.
func justValue(expression string) (value string, open bool) {
	if m := justFromEnv.FindStringSubmatch(expression); m != nil {
		if m[2] == "" {
			return "${" + m[1] + "}", false
		}
		return "${" + m[1] + "-" + m[2] + "}", false
	}
	m := justString.FindStringSubmatch(expression)
	switch {
	case m == nil:
		return "${" + unknownName + "}", true
	case m[3] != "":
		return "${" + m[3] + "}", false
	}
	return m[1] + m[2], false
}
