package sources

import (
	"path"
	"slices"
	"strings"
)

// plainWrappers run the command that stands behind them and their flags; ownWrappers do so behind words
// of their own.
var (
	plainWrappers = map[string]bool{"exec": true, "command": true, "time": true, "nohup": true, "builtin": true, "npx": true, "bunx": true}
	ownWrappers   = map[string]bool{
		"timeout": true, "nice": true, "ionice": true, "setsid": true, "stdbuf": true, "flock": true, "taskset": true, "unbuffer": true,
		"caffeinate": true, "chrt": true, "systemd-inhibit": true,
	}
	wrapped = map[string]bool{"docker": true, "podman": true, "docker-compose": true, "podman-compose": true, "kubectl": true, "sops": true, "env": true, "sudo": true}
)

// givers run a command with variables that they fetch.
var givers = [][]string{
	{"doppler", "run"}, {"infisical", "run"}, {"chamber", "exec"}, {"aws-vault", "exec"}, {"teller", "run"}, {"phase", "run"}, {"vals", "exec"},
}

// talkers do not run what stands behind them.
var talkers = map[string]bool{
	"echo": true, "printf": true, "grep": true, "man": true, "which": true, "type": true, "alias": true, "log": true, "docker": true,
	"podman": true, "kubectl": true, "test": true, "[": true, "hash": true, "git": true,
}

// wrapper follows a command that runs the one behind it, and returns that one with what it has.
func (s *shell) wrapper(st *shellState, words []shellWord) (*shellState, []shellWord, bool) {
	rest := words[1:]
	switch base := path.Base(words[0].text); {
	case plainWrappers[base]:
		for len(rest) > 0 && strings.HasPrefix(rest[0].text, "-") {
			if base == "command" && strings.ContainsAny(rest[0].text, "vV") {
				return st, nil, true
			}
			rest = rest[1:]
		}
		return st, rest, true
	case base == "env", base == "cross-env", base == "cross-env-shell":
		st, rest = s.env(st.clone(), rest)
		return st, rest, true
	case base == "sudo", base == "doas":
		st, rest = s.sudo(st.clone(), rest)
		return st, rest, true
	case ownWrappers[base], !words[0].known() && len(rest) > 0 && wrapped[path.Base(rest[0].text)]:
		st = st.clone()
		if !words[0].known() { // it may be sudo, or env
			s.unfollow(st, &unfollowed{At: words[0].at, Why: "runs it with a program that is not known"}, true)
		}
		for len(rest) > 0 && !wrapped[path.Base(rest[0].text)] && !shells[path.Base(rest[0].text)] {
			rest = rest[1:]
		}
		return st, rest, true
	}
	return st, nil, false
}

// sudo follows "sudo", which leaves the variables out unless it is told otherwise, here or in its own configuration.
func (s *shell) sudo(st *shellState, words []shellWord) (*shellState, []shellWord) {
	keeps := false
	for len(words) > 0 && strings.HasPrefix(words[0].text, "-") {
		flag := words[0].text
		words = words[1:]
		switch {
		case flag == "-E", flag == "--preserve-env":
			keeps = true
		case slices.Contains([]string{"-u", "-g", "-h", "-p", "-C", "-D", "-T", "-R", "-U", "-r", "-t"}, flag) && len(words) > 0:
			words = words[1:]
		}
	}
	if !keeps {
		for name, v := range st.vars {
			if v.exported && s.matters(name) {
				st.vars[name] = &shellVariable{exported: true}
			}
		}
	}
	return s.given(st, words)
}

// env follows "env A=b command" and "env $(cat prod.env | xargs) command".
func (s *shell) env(st *shellState, words []shellWord) (*shellState, []shellWord) {
	for len(words) > 0 && strings.HasPrefix(words[0].text, "-") {
		flag, value, has := strings.Cut(words[0].text, "=")
		words = words[1:]
		if !has && len(words) > 0 && slices.Contains([]string{"-u", "--unset", "-C", "--chdir", "-S", "--split-string"}, flag) {
			value, words = words[0].text, words[1:]
		}
		switch {
		case flag == "-i", flag == "-", flag == "--ignore-environment":
			inner := st.elsewhere()
			inner.vague, inner.lost = false, st.lost
			st = inner
		case flag == "-u", flag == "--unset":
			delete(st.vars, value)
		case strings.HasPrefix(flag, "-u"):
			delete(st.vars, flag[2:])
		case flag == "-C", flag == "--chdir":
			s.enter(st, shellWord{text: value})
		case flag == "-v", flag == "--debug", flag == "--", flag == "-0":
		default:
			s.unfollow(st, &unfollowed{Why: "starts it with env in a way that keylint cannot follow"}, true)
			if first, more, ok := strings.Cut(value, " "); ok {
				for _, w := range append([]string{first}, strings.Fields(more)...) {
					words = append(words, shellWord{text: w})
				}
			}
		}
	}
	return s.given(st, words)
}

// given follows the assignments that stand before a command.
func (s *shell) given(st *shellState, words []shellWord) (*shellState, []shellWord) {
	for ; len(words) > 0; words = words[1:] {
		w := words[0]
		name, value, assigns := strings.Cut(w.text, "=")
		switch {
		case assigns && !strings.Contains(name, unknownBegin):
			st.vars[name] = s.literal(name, shellWord{text: value, at: w.at, of: w.of}, true)
		case !w.known():
			s.assignments(st, w, true)
		default:
			return st, words
		}
	}
	return st, nil
}
