package substitute

import (
	"encoding/base64"
	"path"
	"regexp"
	"sort"
	"strings"

	"mvdan.cc/sh/v3/expand"
)

// run follows a command with its arguments: a function of the script, a script that lies
// in the pod, or a program that is modelled.
func (m *machine) run(args []string, in stream) (stream, status) {
	if len(args) == 0 {
		return stream{}, success
	}
	if m.depth++; m.depth > maxDepth {
		m.depth--
		return stream{unknown: "programs call each other too deep to follow"}, unclear
	}
	defer func() { m.depth-- }()
	name := m.plain(args[0])
	if body, ok := m.functions[name]; ok {
		outer := m.params
		m.params = args[1:]
		out, st := m.statement(body, in)
		m.params = outer
		return out, st
	}
	if strings.Contains(name, "/") {
		if f := m.file(name); f != nil {
			return m.runFile(name, f, args[1:], in)
		}
	}
	base := path.Base(name)
	if servers[base] {
		m.stop = &stop{started: true}
		return stream{}, success
	}
	if c, ok := commands[base]; ok {
		return c(m, args[1:], in)
	}
	return m.unmodelled(shown(args[0]), args[1:])
}

// shown is how a program or a path is called in a reason. One that a variable names may be
// a key that stands there by mistake.
func shown(arg string) string {
	if arg = withoutLineMarks(arg); !valueMark.MatchString(arg) {
		return path.Base(arg)
	}
	return "what a variable names"
}

// servers are what an entrypoint hands over to: from there on the files stay as they are.
var servers = map[string]bool{
	"kong": true, "docker-entrypoint.sh": true, "entrypoint.sh": true, "envoy": true, "nginx": true,
}

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

// unmodelled is a program that keylint does not know: what it prints is unknown, and so
// is each file that it was given and could write.
func (m *machine) unmodelled(name string, args []string) (stream, status) {
	m.pod.unmodelled = append(m.pod.unmodelled, Step{name, m.program.Name})
	why := "what " + name + " in " + m.program.Name + " makes of it is not known to keylint"
	for _, a := range args {
		if f := m.file(withoutLineMarks(a)); f != nil && f.source == "" {
			m.write(a, stream{unknown: why}, append(f.steps, Step{name, m.program.Name}))
		}
	}
	m.ran(name)
	return stream{unknown: why}, success
}

type command func(m *machine, args []string, in stream) (stream, status)

// commands are the programs that are modelled. It is filled in by init, because some of
// them run others.
var commands map[string]command

func init() {
	nothing := func(*machine, []string, stream) (stream, status) { return stream{}, success }
	commands = map[string]command{
		":": nothing, "true": nothing, "mkdir": nothing, "chmod": nothing, "chown": nothing, "sleep": nothing,
		"ls": nothing, "umask": nothing, "trap": nothing, "wait": nothing, "sync": nothing, "shopt": nothing,
		"apk": nothing, "apt-get": nothing, "nc": nothing, "pg_isready": nothing, "ulimit": nothing, "shift": shift,
		"false":    func(*machine, []string, stream) (stream, status) { return stream{}, failure },
		"echo":     (*machine).echo,
		"printf":   (*machine).printf,
		"cat":      (*machine).cat,
		"cp":       (*machine).copy,
		"mv":       (*machine).move,
		"install":  (*machine).copy,
		"rm":       (*machine).remove,
		"touch":    (*machine).touch,
		"tee":      (*machine).tee,
		"base64":   (*machine).base64,
		"tr":       (*machine).tr,
		"sed":      (*machine).sed,
		"awk":      (*machine).awk,
		"gawk":     (*machine).awk,
		"mawk":     (*machine).awk,
		"envsubst": (*machine).envsubst,
		"eval":     (*machine).eval,
		"exec":     (*machine).exec,
		"sh":       func(m *machine, args []string, in stream) (stream, status) { return m.sh("sh", args, in) },
		"ash":      func(m *machine, args []string, in stream) (stream, status) { return m.sh("sh", args, in) },
		"dash":     func(m *machine, args []string, in stream) (stream, status) { return m.sh("sh", args, in) },
		"bash":     func(m *machine, args []string, in stream) (stream, status) { return m.sh("bash", args, in) },
		"busybox":  (*machine).run,
		"command":  (*machine).run,
		"nohup":    (*machine).run,
		"tini":     (*machine).wrapped, "dumb-init": (*machine).wrapped, "env": (*machine).wrapped,
		"source": (*machine).sourceFile, ".": (*machine).sourceFile,
		"set":   (*machine).setOptions,
		"unset": (*machine).unset,
		"cd":    (*machine).cd,
		"exit":  (*machine).exit, "return": nothing,
		"test": (*machine).test, "[": (*machine).test,
		"grep": (*machine).grep, "egrep": (*machine).grep,
		"xargs": (*machine).xargs,
	}
}

func shift(m *machine, _ []string, _ stream) (stream, status) {
	if len(m.params) > 0 {
		m.params = m.params[1:]
	}
	return stream{}, success
}

// escapes matches what echo and printf's %b read as an escape.
var escapes = regexp.MustCompile(`\\[abcefnrtv0-7\\]`)

// echo prints its arguments. bash reads escapes with -e only, dash always; which shell
// "sh" is depends on the image.
func (m *machine) echo(args []string, _ stream) (stream, status) {
	newline, interpret := "\n", false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], "neE") == "" {
		for _, r := range args[0][1:] {
			switch r {
			case 'n':
				newline = ""
			case 'e':
				interpret = true
			case 'E':
				interpret = false
			}
		}
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escapes.MatchString(text) && (interpret || m.shell != "bash") {
		return stream{unknown: "echo in " + m.program.Name + " may read the backslashes in it as escapes"}, success
	}
	return stream{text: text + newline}, success
}

// wideFormat matches a format that pads without bound.
var wideFormat = regexp.MustCompile(`%[^%a-zA-Z]*([0-9]{4,}|\*)`)

func (m *machine) printf(args []string, _ stream) (stream, status) {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return stream{}, failure
	}
	format, rest := withoutLineMarks(args[0]), args[1:]
	if wideFormat.MatchString(format) {
		return stream{unknown: "what printf makes of its format is not followed"}, success
	}
	var b strings.Builder
	for {
		text, used, err := expand.Format(m.config(), format, rest)
		if err != nil {
			return stream{unknown: "what printf makes of its format is not followed"}, success
		}
		b.WriteString(text)
		if rest = rest[min(used, len(rest)):]; len(rest) == 0 || used == 0 {
			return stream{text: b.String()}, success
		}
		if b.Len() > maxText {
			return stream{unknown: "a script prints too much to follow"}, success
		}
	}
}

// operands are the arguments that are no options. Those that take a value of their own
// are named.
func operands(args []string, withValue string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		a := withoutLineMarks(args[i])
		switch {
		case a == "--":
			return append(out, args[i+1:]...)
		case len(a) > 1 && a[0] == '-':
			if len(a) == 2 && strings.Contains(withValue, a[1:]) {
				i++
			}
		default:
			out = append(out, a)
		}
	}
	return out
}

// inputs reads the files that are named, or else the standard input.
func (m *machine) inputs(names []string, in stream) stream {
	if len(names) == 0 {
		return in
	}
	var out stream
	for _, n := range names {
		if n == "-" {
			out = out.then(in)
		} else {
			out = out.then(m.read(n))
		}
	}
	return out
}

func (m *machine) cat(args []string, in stream) (stream, status) {
	return m.inputs(operands(args, ""), in), success
}

// copy follows cp: files, or a directory's content.
func (m *machine) copy(args []string, _ stream) (stream, status) {
	m.copyOrMove(operands(args, "t"), false)
	return stream{}, success
}

func (m *machine) move(args []string, _ stream) (stream, status) {
	m.copyOrMove(operands(args, "t"), true)
	return stream{}, success
}

func (m *machine) copyOrMove(names []string, move bool) {
	if len(names) < 2 {
		return
	}
	dest := names[len(names)-1]
	for _, from := range names[:len(names)-1] {
		f := m.file(from)
		if f == nil {
			m.copyTree(from, dest)
			continue
		}
		to := dest
		if strings.HasSuffix(dest, "/") || len(names) > 2 || m.isDir(dest) {
			to = path.Join(dest, path.Base(from))
		}
		m.pod.files[m.program.key(m.path(to))] = &file{text: f.text, unknown: f.unknown, steps: f.steps}
		if move {
			delete(m.pod.files, m.program.key(m.path(from)))
		}
	}
}

// copyTree copies what lies below a directory ("cp -r /src/. /dst").
func (m *machine) copyTree(from, to string) {
	prefix := m.program.key(m.path(strings.TrimSuffix(from, "*")))
	var names []string
	for k := range m.pod.files {
		if strings.HasPrefix(k, strings.TrimSuffix(prefix, "/")+"/") {
			names = append(names, k)
		}
	}
	sort.Strings(names)
	for _, k := range names {
		rest := strings.TrimPrefix(k, strings.TrimSuffix(prefix, "/"))
		f := m.pod.files[k]
		m.pod.files[m.program.key(m.path(path.Join(to, rest)))] = &file{text: f.text, unknown: f.unknown, steps: f.steps}
	}
}

// isDir says whether files are known below the path, or a volume is mounted there.
func (m *machine) isDir(name string) bool {
	at := m.path(name)
	key := m.program.key(at)
	for k := range m.pod.files {
		if strings.HasPrefix(k, strings.TrimSuffix(key, "/")+"/") {
			return true
		}
	}
	for _, mount := range m.program.Mounts {
		if path.Clean(mount.Path) == at && mount.SubPath == "" {
			return true
		}
	}
	return false
}

func (m *machine) remove(args []string, _ stream) (stream, status) {
	for _, name := range operands(args, "") {
		delete(m.pod.files, m.program.key(m.path(name)))
	}
	return stream{}, success
}

func (m *machine) touch(args []string, _ stream) (stream, status) {
	for _, name := range operands(args, "") {
		if m.file(name) == nil {
			m.write(name, stream{}, nil)
		}
	}
	return stream{}, success
}

func (m *machine) tee(args []string, in stream) (stream, status) {
	for _, name := range operands(args, "") {
		m.write(name, in, m.steps)
	}
	return in, success
}

// base64 decodes. What it encodes is not followed.
func (m *machine) base64(args []string, in stream) (stream, status) {
	decode := false
	for _, a := range args {
		decode = decode || a == "--decode" || len(a) > 1 && a[0] == '-' && a[1] != '-' && strings.ContainsAny(a, "dD")
	}
	in = m.inputs(operands(args, "w"), in)
	switch {
	case in.unknown != "":
		return in, success
	case !decode:
		return stream{unknown: "what base64 makes of it is not followed"}, success
	}
	mark, _ := splitMark(in.text)
	v, _ := m.pod.marks.resolve(in.text)
	if !v.IsKnown() {
		return stream{unknown: v.Reason()}, success
	}
	plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(v.Text().Reveal()), ""))
	if err != nil || strings.ContainsAny(string(plain), markRunes) {
		return stream{unknown: "base64 -d in " + m.program.Name + " is given what is not base64"}, failure
	}
	m.ran("base64 -d")
	var b strings.Builder
	for _, line := range strings.SplitAfter(string(plain), "\n") {
		if line != "" {
			b.WriteString(mark + line)
		}
	}
	return stream{text: b.String()}, success
}

// grep keeps the lines that match, or with -v the others.
func (m *machine) grep(args []string, in stream) (stream, status) {
	inverted, extended, quiet := false, false, false
	var rest []string
	for i, a := range args {
		a = withoutLineMarks(a)
		if len(a) < 2 || a[0] != '-' {
			rest = append(rest, args[i:]...)
			break
		}
		for _, r := range a[1:] {
			switch r {
			case 'v':
				inverted = true
			case 'E':
				extended = true
			case 'q':
				quiet = true
			case 's', 'h':
			default:
				return stream{unknown: "what grep finds is not followed"}, unclear
			}
		}
	}
	if len(rest) == 0 {
		return stream{}, failure
	}
	expr, err := translate(m.plain(rest[0]), extended)
	in = m.inputs(rest[1:], in)
	if err != nil || in.unknown != "" {
		return stream{unknown: cmpOr(in.unknown, "what grep finds is not followed")}, unclear
	}
	var b strings.Builder
	st := failure
	for _, line := range splitRecords(in.text) {
		v, _ := m.pod.marks.resolve(line)
		if !v.IsKnown() {
			return stream{unknown: v.Reason()}, unclear
		}
		if expr.MatchString(v.Text().Reveal()) != inverted {
			st = success
			b.WriteString(line + "\n")
		}
	}
	if quiet {
		return stream{}, st
	}
	return stream{text: b.String()}, st
}

// xargs without a command prints its input as one line.
func (m *machine) xargs(args []string, in stream) (stream, status) {
	if len(args) > 0 || in.unknown != "" || strings.ContainsAny(in.text, "\"'\\") {
		return m.unmodelled("xargs", args)
	}
	return stream{text: strings.Join(strings.Fields(withoutLineMarks(in.text)), " ") + "\n"}, success
}

// tr deletes line breaks ("tr -d '\n'"). Nothing else of it is followed.
func (m *machine) tr(args []string, in stream) (stream, status) {
	if in.unknown != "" || len(args) != 2 || args[0] != "-d" {
		return stream{unknown: "what tr makes of it is not followed"}, success
	}
	set := strings.NewReplacer(`\n`, "\n", `\r`, "\r", "[:space:]", " \t\r\n").Replace(args[1])
	if strings.Trim(set, " \t\r\n") != "" {
		return stream{unknown: "what tr makes of it is not followed"}, success
	}
	return stream{text: strings.Map(func(r rune) rune {
		if strings.ContainsRune(set, r) {
			return -1
		}
		return r
	}, in.text)}, success
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
	out, st := m.run(args, in)
	if m.stop == nil {
		m.stop = &stop{started: true}
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

// wrapped runs the command behind a wrapper's options and assignments ("tini -- sh …").
func (m *machine) wrapped(args []string, in stream) (stream, status) {
	args = operandsFrom(args)
	for len(args) > 0 {
		name, value, ok := strings.Cut(args[0], "=")
		if !ok || !isName(name) {
			break
		}
		m.vars[name] = variable{value, true}
		args = args[1:]
	}
	return m.run(args, in)
}

// sh follows a shell: with -c a script in its arguments, else one in a file, else the
// standard input.
func (m *machine) sh(shell string, args []string, in stream) (stream, status) {
	errexit, nounset := m.errexit, m.nounset
	m.errexit, m.nounset = false, false
	defer func() { m.errexit, m.nounset = errexit, nounset }()
	inline := false
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		flag := args[0]
		args = args[1:]
		if flag == "--" {
			break
		}
		if strings.HasPrefix(flag, "--") {
			continue
		}
		if flag[len(flag)-1] == 'o' && len(args) > 0 {
			m.options([]string{"-o", args[0]})
			args = args[1:]
			flag = flag[:len(flag)-1]
		}
		m.options([]string{flag})
		inline = inline || strings.Contains(flag, "c")
	}
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

func (m *machine) sourceFile(args []string, in stream) (stream, status) {
	if len(args) == 0 {
		return stream{}, failure
	}
	f := m.file(args[0])
	if f == nil || f.unknown != "" {
		name := shown(args[0])
		m.forget("it may be set by " + name + ", which a script sources and keylint does not have")
		return m.unmodelled("source "+name, nil)
	}
	return m.script(withoutLineMarks(f.text), f.source, in)
}

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
