package sources

import (
	"path"
	"regexp"
	"strings"
)

// RunSets is that a RUN sets a variable to what only the build knows, or puts a whole file of variables into it.
type RunSets struct {
	Line int
	Name string // the variable; empty for all that a file of variables may set
	File string // the file, as the build has it
	By   string // "a secret of the build", "a command's output"
}

var (
	// printed matches a variable that is set to what a command prints, whole or in part, and written a file of variables that one prints whole.
	printed = regexp.MustCompile(`(?:^|[\s;&"'({])([A-Z][A-Z0-9_]+)=["']?(?:\$\(|` + "`" + `)`)
	written = regexp.MustCompile(`(?:^|[;&]\s*)(?:cat|base64|printenv|env|envsubst|grep|sed|awk|curl|wget)\b[^;&>]*>>?\s*(\S*\.env[\w.]*)`)
	edited  = regexp.MustCompile(`(?:^|[;&]\s*)sed\s+(?:-\w*i\S*|--in-place\S*)\s[^;&]*?(\S*\.env[\w.]*)(?:\s|$)`)
)

// RunSets are those of the stages that are built for a target.
func (d *Dockerfile) RunSets(target string) []RunSets {
	var out []RunSets
	reached := d.reached(target)
	for i, s := range d.Stages {
		if !reached[i] {
			continue
		}
		for _, r := range s.runs {
			for _, flag := range r.flags {
				out = append(out, r.mounted(flag)...)
			}
			for _, m := range printed.FindAllStringSubmatch(r.text, -1) {
				out = append(out, RunSets{Line: r.line, Name: m[1], By: "a command's output"})
			}
			for _, by := range []*regexp.Regexp{written, edited} {
				for _, m := range by.FindAllStringSubmatch(r.text, -1) {
					out = append(out, RunSets{Line: r.line, File: strings.Trim(m[1], `"'`), By: "a command's output"})
				}
			}
		}
	}
	return out
}

// mounted is what a RUN gets from a secret of the build, in a variable or as a file of variables (docs.docker.com/reference/dockerfile: RUN --mount=type=secret).
func (r run) mounted(flag string) []RunSets {
	options, ok := strings.CutPrefix(flag, "--mount=")
	if !ok {
		return nil
	}
	given := map[string]string{}
	for _, o := range strings.Split(options, ",") {
		name, value, _ := strings.Cut(o, "=")
		given[name] = value
	}
	if given["type"] != "secret" {
		return nil
	}
	var out []RunSets
	if given["env"] != "" {
		out = append(out, RunSets{Line: r.line, Name: given["env"], By: "a secret of the build"})
	}
	for _, target := range []string{given["target"], given["dst"], given["destination"]} {
		if isDotenvName(strings.ToLower(path.Base(target))) {
			out = append(out, RunSets{Line: r.line, File: target, By: "a secret of the build"})
		}
	}
	return out
}
