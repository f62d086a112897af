package substitute

import (
	"maps"
	"path"
	"regexp"
	"strings"
)

// shebang finds the interpreter of a script.
var shebang = regexp.MustCompile(`^#!\s*(?:\S*/env\s+(?:-S\s+)?)?(\S+)(.*)`)

// runFile follows a script that lies in the pod.
func (m *machine) runFile(name string, f *file, args []string, in stream) (stream, status) {
	if f.unknown != "" {
		return stream{unknown: f.unknown}, unclear
	}
	interpreter, rest := "sh", ""
	text := withoutLineMarks(f.text)
	if head := shebang.FindStringSubmatch(text); head != nil {
		interpreter, rest = path.Base(head[1]), strings.TrimSpace(head[2])
	}
	switch interpreter {
	case "sh", "bash", "dash", "ash":
		m.options(strings.Fields(rest))
		return m.shellScript(interpreter, text, f.source, args, in)
	case "awk", "gawk", "mawk":
		return m.awk(append([]string{"-f", name}, args...), in)
	case "envsubst":
		return m.envsubst(args, in)
	}
	return m.unmodelled(interpreter+" script", args)
}

// shellScript follows a script in a shell of its own.
func (m *machine) shellScript(shell, text, source string, args []string, in stream) (stream, status) {
	outerShell, outerParams := m.shell, m.params
	m.shell, m.params = shell, args
	defer func() { m.shell, m.params = outerShell, outerParams }()
	return m.script(text, source, in)
}

// options sets the shell's options.
func (m *machine) options(args []string) {
	for i, a := range args {
		on := strings.HasPrefix(a, "-")
		if !on && !strings.HasPrefix(a, "+") {
			continue
		}
		if len(a) == 2 && a[1] == 'o' && i+1 < len(args) {
			switch args[i+1] {
			case "errexit":
				m.errexit = on
			case "nounset":
				m.nounset = on
			case "allexport":
				m.allexport = on
			case "pipefail":
				m.pipefail = on
			}
			continue
		}
		for _, r := range a[1:] {
			switch r {
			case 'e':
				m.errexit = on
			case 'u':
				m.nounset = on
			case 'a':
				m.allexport = on
			case 'o': // "-euo pipefail"
				m.pipefail = m.pipefail || on && i+1 < len(args) && args[i+1] == "pipefail"
			}
		}
	}
}

func shift(m *machine, _ []string, _ stream) (stream, status) {
	if len(m.params) > 0 {
		m.params = m.params[1:]
	}
	return stream{}, success
}

// eval runs its arguments as a script: upstream's entrypoint until March 2026 was
// eval "echo \"$(cat template)\"".
func (m *machine) eval(args []string, in stream) (stream, status) {
	text := strings.Join(args, " ")
	if reason, ok := m.pod.marks.isUnknown(text); ok {
		m.forget("it may be set by what a script evaluates: " + reason)
		return stream{unknown: reason}, unclear
	}
	m.ran("eval")
	return m.script(text, m.source, in)
}

func (m *machine) exec(args []string, in stream) (stream, status) {
	args = operandsFrom(args)
	if len(args) == 0 {
		return stream{}, success
	}
	m.left = nil
	out, st := m.run(args, in)
	if m.stop == nil {
		m.stop = &stop{started: true}
		if m.left != nil { // with these it went on
			m.vars = m.left
		}
	}
	return out, st
}

// operandsFrom skips leading options.
func operandsFrom(args []string) []string {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if args[0] == "--" {
			return args[1:]
		}
		args = args[1:]
	}
	return args
}

// wrapped runs the command behind a wrapper's options and assignments ("tini -- sh …"), which hold for that alone.
func (m *machine) wrapped(args []string, in stream) (stream, status) {
	outer := maps.Clone(m.vars)
	args = operandsFrom(args)
	for len(args) > 0 {
		name, value, ok := strings.Cut(args[0], "=")
		if !ok || !isName(name) {
			break
		}
		m.vars[name] = variable{value, true}
		args = args[1:]
	}
	out, st := m.run(args, in)
	if m.stop == nil || !m.stop.started {
		m.vars = outer
	}
	return out, st
}

// env runs a command with other variables.
func (m *machine) env(args []string, in stream) (stream, status) {
	outer := maps.Clone(m.vars)
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		flag := args[0]
		args = args[1:]
		switch name, long := strings.CutPrefix(flag, "--unset="); {
		case long:
			delete(m.vars, name)
		case flag == "-u" && len(args) > 0:
			delete(m.vars, args[0])
			args = args[1:]
		case strings.HasPrefix(flag, "-S"), strings.HasPrefix(flag, "--split-string="):
			text := strings.TrimPrefix(strings.TrimPrefix(flag, "--split-string="), "-S")
			if text == "" && len(args) > 0 {
				text, args = args[0], args[1:]
			}
			args = append(splitString(text), args...)
		case flag == "-" || flag == "-i" || flag == "--ignore-environment":
			clear(m.vars)
		}
	}
	out, st := m.wrapped(args, in)
	if m.stop == nil || !m.stop.started {
		m.vars = outer
	}
	return out, st
}

// splitString cuts what env -S is given, and a shebang, at its spaces. One with quotes, or the like, is one word, which nothing is called by.
func splitString(text string) []string {
	if strings.ContainsAny(text, "\"'\\$#") {
		return []string{text}
	}
	return strings.Fields(text)
}

// sh follows a shell: with -c a script in its arguments, else one in a file, else the
// standard input.
func (m *machine) sh(shell string, args []string, in stream) (stream, status) {
	errexit, nounset := m.errexit, m.nounset
	m.errexit, m.nounset = false, false
	defer func() { m.errexit, m.nounset = errexit, nounset }()
	inline, login := false, false
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		flag := args[0]
		args = args[1:]
		if flag == "--" {
			break
		}
		if strings.HasPrefix(flag, "--") {
			login = login || flag == "--login"
			continue
		}
		if flag[len(flag)-1] == 'o' && len(args) > 0 {
			m.options([]string{"-o", args[0]})
			args = args[1:]
			flag = flag[:len(flag)-1]
		}
		m.options([]string{flag})
		inline = inline || strings.Contains(flag, "c")
		login = login || strings.Contains(flag, "l")
	}
	m.startup(shell, login)
	if len(args) == 0 {
		if in.unknown != "" {
			return stream{unknown: in.unknown}, unclear
		}
		return m.shellScript(shell, withoutLineMarks(in.text), m.source, nil, stream{})
	}
	if inline {
		var params []string
		if len(args) > 1 {
			params = args[2:]
		}
		if reason, ok := m.pod.marks.isUnknown(args[0]); ok {
			return stream{unknown: reason}, unclear
		}
		return m.shellScript(shell, args[0], m.source, params, in)
	}
	f := m.file(args[0])
	if f == nil {
		return m.unmodelled(shown(args[0]), args[1:])
	}
	if f.unknown != "" {
		return stream{unknown: f.unknown}, unclear
	}
	return m.shellScript(shell, withoutLineMarks(f.text), f.source, args[1:], in)
}

// startup reads what a shell reads before its script, of the files that the pod is shown: the profile of a login shell, and what
// BASH_ENV names (bash(1), INVOCATION).
func (m *machine) startup(shell string, login bool) {
	if login {
		scripts := m.below("/etc/profile.d")
		for _, mount := range m.program.Mounts {
			if len(scripts) == 0 && within(mount.Path, "/etc/profile.d") {
				m.forget("it may be set by what is mounted at " + mount.Path + ", which a login shell reads")
			}
		}
		for _, name := range append([]string{"/etc/profile"}, scripts...) {
			if m.file(name) != nil {
				m.sourceFile([]string{name}, stream{})
			}
		}
		for _, name := range []string{".bash_profile", ".bash_login", ".profile"} {
			if name = path.Join(m.program.Home, name); m.file(name) != nil {
				m.sourceFile([]string{name}, stream{})
			}
		}
	}
	if v, ok := m.vars["BASH_ENV"]; ok && v.exported && shell == "bash" && m.shell == "" {
		m.sourceFile([]string{v.text}, stream{})
	}
}

func (m *machine) sourceFile(args []string, in stream) (stream, status) {
	if len(args) == 0 {
		return stream{}, failure
	}
	f := m.file(args[0])
	if f == nil && toolchain.MatchString(args[0]) {
		return stream{}, success
	}
	if f == nil || f.unknown != "" {
		name := shown(args[0])
		m.forget("it may be set by " + name + ", which a script sources and keylint does not have")
		return m.unmodelled("source "+name, nil)
	}
	return m.script(withoutLineMarks(f.text), f.source, in)
}

// toolchain matches what a script sources to find programs: it sets PATH and the like, and no key.
var toolchain = regexp.MustCompile(`(?:/bin/activate|/(?:nvm|asdf|conda)\.sh|/\.cargo/env)$`)

func (m *machine) setOptions(args []string, _ stream) (stream, status) {
	for i, a := range args {
		if a == "--" {
			m.params = args[i+1:]
			return stream{}, success
		}
	}
	m.options(args)
	return stream{}, success
}

func (m *machine) unset(args []string, _ stream) (stream, status) {
	for _, name := range operands(args, "") {
		delete(m.vars, name)
	}
	return stream{}, success
}

func (m *machine) cd(args []string, _ stream) (stream, status) {
	if names := operands(args, ""); len(names) > 0 {
		m.dir = m.path(names[0])
	}
	return stream{}, success
}

func (m *machine) exit(args []string, _ stream) (stream, status) {
	m.stop = &stop{}
	if len(args) > 0 && args[0] != "0" {
		m.stop.why = "it exits with an error"
	}
	return stream{}, success
}

func isName(s string) bool { return regexpName.MatchString(s) }

var regexpName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
