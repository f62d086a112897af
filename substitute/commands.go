package substitute

import (
	"maps"
	"path"
	"strings"
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
	if reason, ok := m.pod.marks.isUnknown(args[0]); ok {
		m.forget("it may be set by what a script runs: " + reason)
		return m.unmodelled(shown(args[0]), args[1:])
	}
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
	for _, dir := range searched {
		if own := dir + base; name == base && m.file(own) != nil {
			return m.run(append([]string{own}, args[1:]...), in)
		}
	}
	if servers[base] {
		m.stop = &stop{started: true}
		return stream{}, success
	}
	if c, ok := commands[base]; ok {
		return c(m, args[1:], in)
	}
	if m.startsAnother(base, args[1:]) {
		m.forget("it may be set by " + shown(args[0]) + ", which starts the program")
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

// searched are the directories in which a program lies that is called by its name alone and that is one of the pod's own.
var searched = []string{"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}

// servers are what an entrypoint hands over to: from there on the files stay as they are.
var servers = map[string]bool{
	"kong": true, "docker-entrypoint.sh": true, "entrypoint.sh": true, "envoy": true, "nginx": true,
}

// unmodelled is a program that keylint does not know: what it prints is unknown, and so
// is each file that it was given and could write.
func (m *machine) unmodelled(name string, args []string) (stream, status) {
	m.pod.unmodelled = append(m.pod.unmodelled, Step{name, m.program.Name})
	m.reassigned(args)
	m.left = maps.Clone(m.vars)
	why := "what " + name + " in " + m.program.Name + " makes of it is not known to keylint"
	for _, a := range args {
		if f := m.file(withoutLineMarks(a)); f != nil && f.source == "" {
			m.write(a, stream{unknown: why}, append(f.steps, Step{name, m.program.Name}))
		}
	}
	m.ran(name)
	return stream{unknown: why}, success
}

// asked follows what asks whether a program is there.
func asked(*machine, []string, stream) (stream, status) {
	return stream{unknown: "which programs an image holds is not known"}, unclear
}

// builtin follows "command", which runs a program, or asks for it.
func (m *machine) builtin(args []string, in stream) (stream, status) {
	if len(args) > 0 && (args[0] == "-v" || args[0] == "-V") {
		return asked(m, args, in)
	}
	return m.run(operandsFrom(args), in)
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
		"command":  (*machine).builtin, "builtin": (*machine).builtin,
		"which": asked, "type": asked, "hash": asked,
		"nohup":     (*machine).run,
		"cross-env": (*machine).wrapped, "cross-env-shell": (*machine).wrapped,
		"read": (*machine).readVariables, "mapfile": (*machine).readVariables, "readarray": (*machine).readVariables, "getopts": (*machine).readVariables,
		"tini": (*machine).wrapped, "dumb-init": (*machine).wrapped, "env": (*machine).env,
		"source": (*machine).sourceFile, ".": (*machine).sourceFile,
		"set":   (*machine).setOptions,
		"unset": (*machine).unset,
		"cd":    (*machine).cd,
		"exit":  (*machine).exit, "return": nothing,
		"test": (*machine).test, "[": (*machine).test,
		"grep": (*machine).grep, "egrep": (*machine).grep,
		"xargs": (*machine).xargs,
	}
	for name := range givers {
		commands[name] = give(name)
	}
	for name := range launchers {
		commands[name] = launch(name)
	}
	for name := range packageRunners {
		commands[name] = packageRunner(name)
	}
}
