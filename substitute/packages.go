package substitute

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// packageRunners are the programs that run a script of the package.json in the working directory, each with whether "run" may be left out for
// any of them, and not for "start" alone.
var packageRunners = map[string]bool{"npm": false, "pnpm": true, "yarn": true, "bun": false}

// packageRunner follows the script that one of them runs: "npm start", "pnpm run serve". What is not there is as unknown as any other program.
func packageRunner(name string) command {
	return func(m *machine, args []string, in stream) (stream, status) {
		script, rest := scriptOf(name, args)
		f := m.file("package.json")
		if script == "" || f == nil || f.unknown != "" {
			if m.startsAnother(name, args) {
				m.forget("it may be set by " + name + ", which starts the program")
			}
			return m.unmodelled(name, args)
		}
		var of struct{ Scripts map[string]string }
		if json.Unmarshal([]byte(withoutLineMarks(f.text)), &of) != nil || of.Scripts[script] == "" {
			return m.unmodelled(name, args)
		}
		text := strings.Join(append([]string{of.Scripts[script]}, rest...), " ")
		return m.sh("sh", []string{"-c", text}, in)
	}
}

// scriptOf is the script that a runner is told to run, and what is put behind it; empty where it runs none.
func scriptOf(runner string, args []string) (script string, rest []string) {
	for i, a := range args {
		switch {
		case a == "run" || a == "run-script":
			continue
		case strings.HasPrefix(a, "-"):
			if slices.Contains([]string{"--prefix", "-C", "--cwd", "--dir", "-w", "--workspace", "--filter", "-F"}, a) {
				return "", nil
			}
			continue
		}
		runs := slices.Contains(args[:i], "run") || slices.Contains(args[:i], "run-script")
		if !runs && a != "start" && !packageRunners[path.Base(runner)] {
			return "", nil
		}
		for _, more := range args[i+1:] {
			if more != "--" {
				rest = append(rest, more)
			}
		}
		return a, rest
	}
	return "", nil
}
