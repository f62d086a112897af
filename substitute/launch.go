package substitute

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Programs that start another one: what stands behind their own options and operands. Some give it an environment of its own.

// launchers are those that leave the environment as it is, each with how many operands stand before the command ("timeout 100 node"; -1 for any,
// up to "--"), and those of its options that take a value of their own.
var launchers = map[string]struct {
	operands int
	valued   string
}{
	"timeout": {1, "ks"}, "nice": {0, "n"}, "ionice": {0, "cn"}, "stdbuf": {0, "ioe"}, "setsid": {}, "time": {0, "fo"}, "taskset": {1, ""}, "chrt": {1, ""},
	"su-exec": {operands: 1}, "gosu": {operands: 1}, "setuidgid": {operands: 1}, "s6-setuidgid": {operands: 1}, "chpst": {0, "uUnbme/"}, "setpriv": {}, "runuser": {0, "ugG"},
	"sudo": {0, "ugDRTC"}, "doas": {0, "uC"}, "chroot": {operands: 1}, "flock": {1, "wE"}, "catatonit": {}, "wait-for-it.sh": {-1, "hpt"}, "wait-for-it": {-1, "hpt"}, "dockerize": {operands: -1},
	"npx": {0, "pc"}, "bunx": {}, "pnpx": {},
}

// launch runs the command that one of them starts.
func launch(name string) command {
	return func(m *machine, args []string, in stream) (stream, status) {
		l := launchers[name]
		before, resets := args, name == "sudo" || name == "doas"
		run := func(args []string) (stream, status) {
			if !resets {
				return m.run(args, in)
			}
			outer, open, from := maps.Clone(m.vars), m.open, m.from
			m.forget(name + ", which starts the program, resets the environment")
			out, st := m.run(args, in)
			if m.stop == nil || !m.stop.started {
				m.vars, m.open, m.from = outer, open, from
			}
			return out, st
		}
		for len(args) > 0 && strings.HasPrefix(args[0], "-") {
			flag := args[0]
			args = args[1:]
			if flag == "--" {
				return run(args)
			}
			resets = resets && !keepsEnvironment(flag)
			if len(flag) == 2 && strings.Contains(l.valued, flag[1:]) && len(args) > 0 {
				args = args[1:]
			}
		}
		if i := slices.Index(args, "--"); l.operands < 0 && i >= 0 {
			return run(args[i+1:])
		}
		args = args[min(max(l.operands, 0), len(args)):]
		if len(args) == 0 {
			return m.unmodelled(name, before)
		}
		return run(args)
	}
}

// keepsEnvironment says whether an option tells sudo to leave the environment as it is.
func keepsEnvironment(flag string) bool {
	return flag == "--preserve-env" || !strings.HasPrefix(flag, "--") && strings.Contains(flag, "E")
}

// givers are the programs that start another with variables of their own, out of a store or a file, each with its command that does so.
var givers = map[string]string{
	"doppler": "run", "infisical": "run", "op": "run", "chamber": "exec", "vault-env": "", "envconsul": "", "teller": "run", "summon": "", "berglas": "exec", "secrets-init": "",
	"consul-template": "-exec", "sops": "exec-env", "aws-vault": "exec", "bws": "run", "phase": "run", "direnv": "exec",
	"envdir": "", "s6-envdir": "", "with-contenv": "", "dotenvx": "run", "dotenv": "", "env-cmd": "", "dotenv-flow": "", "su": "",
}

// keepers are those of them that leave a variable as it is that is set, unless one of these options tells them otherwise.
var keepers = map[string][]string{
	"dotenv": {"-o", "--override"}, "dotenvx": {"-o", "--overload"}, "env-cmd": {}, "dotenv-flow": {},
}

// give runs one of them.
func give(name string) command {
	return func(m *machine, args []string, _ stream) (stream, status) {
		options, keeps := keepers[name]
		if name == "env-cmd" {
			keeps = slices.Contains(args, "--no-override")
		}
		if starts := givers[name]; starts != "" && !slices.Contains(args, starts) {
			return m.unmodelled(name, args)
		}
		if !keeps || slices.ContainsFunc(args, func(a string) bool { return slices.Contains(options, a) }) {
			m.forget("it may be set by " + name + ", which starts the program")
		}
		return m.unmodelled(name, args)
	}
}

// starters are what a program that is not known may start with variables of its own.
var starters = map[string]bool{"sh": true, "bash": true, "dash": true, "ash": true, "zsh": true, "env": true, "cross-env": true}

// startsAnother says whether a program that is not known may start another with other variables.
func (m *machine) startsAnother(program string, args []string) bool {
	if away[program] {
		return false
	}
	for _, a := range args {
		name, _, assigns := strings.Cut(a, "=")
		_, set := m.vars[name]
		_, gives := givers[path.Base(a)]
		if assigns && set || starters[path.Base(a)] || gives {
			return true
		}
	}
	return false
}

// away are programs that start others elsewhere.
var away = map[string]bool{"ssh": true, "docker": true, "podman": true, "kubectl": true, "nerdctl": true, "crictl": true}

// sets matches what gives an environment variable a value, in the languages that programs are written in.
const sets = `(?:environ|process\.env|Deno\.env|ENV)\b[^\n]{0,12}\b%s["']?\]?\s*=[^=]|(?:putenv|setenv|environ\.update|env\.set)\b[^\n]*\b%[1]s\b`

// reassigned makes the variables unknown that a program of the pod's own files may set before it goes on ("python run.py").
func (m *machine) reassigned(args []string) {
	for _, a := range args {
		f := m.file(withoutLineMarks(a))
		if f == nil || f.unknown != "" {
			continue
		}
		text := withoutLineMarks(f.text)
		for _, name := range slices.Sorted(maps.Keys(m.vars)) {
			if m.vars[name].exported && isName(name) && strings.Contains(text, name) && regexp.MustCompile(fmt.Sprintf(sets, name)).MatchString(text) {
				m.vars[name] = variable{m.pod.marks.unknown(Use{}, "it may be set by "+shown(a)+", which the container runs"), true}
			}
		}
	}
}
