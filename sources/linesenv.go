package sources

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// dotenvAssignment is the grammar of Node's dotenv before its version 15, 10.0.0 and 8.6.0 of which Create React App, Vue CLI and
// Gatsby are built on (lib/main.js): a line is a variable, a comment behind a value is part of it, and "export" is not known.
var dotenvAssignment = regexp.MustCompile(strings.NewReplacer("~", jsSpace).Replace(`^~*([\w.-]+)~*=~*([^\n\r\x{2028}\x{2029}]*)?~*$`))

// ParseDotenvLines reads a .env file as Node's dotenv did before its version 15: all definitions in order, of which the last of a
// name wins.
func ParseDotenvLines(b []byte) []Variable {
	if len(b) > MaxFileSize || bytes.IndexByte(b, 0) >= 0 {
		return nil
	}
	var out []Variable
	number := 0
	for line := range strings.SplitSeq(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(b)), "\n") {
		number++
		m := dotenvAssignment.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		value, at := "", len(line)
		if m[4] >= 0 {
			value, at = line[m[4]:m[5]], m[4]
		}
		v := Variable{Name: line[m[2]:m[3]], Line: number}
		if end := len(value) - 1; end > 0 && (value[0] == '"' || value[0] == '\'') && value[end] == value[0] {
			v.Column, v.EndColumn = at+2, at+end+1
			if value = value[1:end]; line[at] == '"' {
				value = strings.ReplaceAll(value, `\n`, "\n")
			}
		} else {
			trimmed := strings.TrimLeftFunc(value, isJSSpace)
			v.Column = at + len(value) - len(trimmed) + 1
			value = strings.TrimRightFunc(trimmed, isJSSpace)
			v.EndColumn = v.Column + len(value)
		}
		v.Value = keys.NewText(value)
		out = append(out, v)
	}
	return out
}

// loadLinesEnv merges files, the strongest first, as Create React App and Vue CLI do (react-scripts 5.0.1 config/env.js,
// @vue/cli-service 5.0.9 lib/Service.js: loadEnv): the first one that defines a name wins, also with nothing, and dotenv-expand 5.1.0
// expands references, file by file, also once more in what a stronger file gave.
func loadLinesEnv(files []EnvFile, budget *int) (winners map[string]Effective, all []Effective) {
	env := map[string]string{}
	winners = map[string]Effective{}
	for _, f := range files {
		x := linesExpander{env: env, parsed: map[string]string{}, budget: budget}
		own := lastOfEach(f.Variables)
		for _, v := range own {
			x.parsed[v.Name] = v.Value.Reveal()
			if _, ok := env[v.Name]; !ok {
				env[v.Name] = v.Value.Reveal()
			}
		}
		for _, v := range own {
			x.names = nil
			e := Effective{Variable: v, File: f.Path, Value: keys.NewText(x.expand(v.Value.Reveal(), 0))}
			e.Expanded = x.names
			if _, ok := winners[v.Name]; !ok {
				winners[v.Name] = e
			}
			all = append(all, e)
			x.parsed[v.Name] = x.expand(env[v.Name], 0)
		}
		for name, value := range x.parsed {
			env[name] = value
		}
	}
	for i, e := range all {
		if w := winners[e.Name]; w.File == e.File {
			w.Value = keys.NewText(env[e.Name])
			winners[e.Name], all[i] = w, w
		}
	}
	return winners, all
}

// loadWritten takes files, the strongest first, as they are written: Gatsby expands nothing (gatsby 5.16.1
// dist/utils/webpack.config.js: processEnv).
func loadWritten(files []EnvFile, _ *int) (winners map[string]Effective, all []Effective) {
	winners = map[string]Effective{}
	for _, f := range files {
		for _, v := range lastOfEach(f.Variables) {
			e := Effective{Variable: v, File: f.Path, Value: v.Value}
			if _, ok := winners[v.Name]; !ok {
				winners[v.Name] = e
			}
			all = append(all, e)
		}
	}
	return winners, all
}

// linesExpander is dotenv-expand 5.1.0.
type linesExpander struct {
	env, parsed map[string]string
	names       []string
	budget      *int
}

// linesReference is its expression: what stands before a "$", which may be the backslash that makes it none, and a name.
var linesReference = regexp.MustCompile(`([^\n\r\x{2028}\x{2029}]?)\$\{?([a-zA-Z0-9_]+)?\}?`)

func (x *linesExpander) expand(value string, depth int) string {
	if depth > maxExpansions || len(value) > maxExpanded {
		return value
	}
	out := value
	for _, m := range linesReference.FindAllStringSubmatch(value, -1) {
		if m[1] == `\` {
			out = replaceFirst(out, m[0], strings.Replace(m[0], `\$`, "$", 1))
			continue
		}
		x.names = append(x.names, m[2])
		if *x.budget < 0 {
			return out
		}
		by, ok := x.env[m[2]]
		if !ok {
			by = x.parsed[m[2]]
		}
		by = x.expand(by, depth+1)
		*x.budget -= len(by) + referenceCost
		out = replaceFirst(out, m[0][len(m[1]):], by)
	}
	return out
}
