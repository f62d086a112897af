package sources

import (
	"bytes"
	"errors"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/keylint/keylint/keys"
)

// Assignment is an ARG with a default, or an ENV, of a Dockerfile.
type Assignment struct {
	Variable
	Arg   bool // ARG: a --build-arg of that name goes before it
	Stage int  // from 0; -1 before the first FROM

	// From is the name of the ARG or ENV whose value this one takes over whole
	// (ENV X=$X); Value is then that one's, and absent where it has no default.
	From string
}

// Dockerfile is what keylint reads of one.
type Dockerfile struct {
	Assignments []Assignment
	Copies      []string // what COPY and ADD take from the build context, as it is written
	Stages      []Stage
	Command     []string // ENTRYPOINT and CMD of the last stage; a script in shell form is one word

	images map[int]Image // by stage, as far as they were asked for
}

// ParseDockerfile reads the assignments with their values as a build without --build-arg
// would see them, and what is copied. An ARG without a default is unset, which is not the
// same as empty: its value is absent. Errors name the line and never quote it.
func ParseDockerfile(b []byte) (*Dockerfile, error) {
	result, err := parser.Parse(bytes.NewReader(b))
	if err != nil {
		return nil, errors.New("this is not a Dockerfile that BuildKit can read")
	}
	lines := splitLines(b)
	d := &Dockerfile{}
	stage := -1
	var entrypoint, command []string
	var scope, global map[string]keys.Text
	global = map[string]keys.Text{}
	scope = global
	for _, n := range result.AST.Children {
		switch strings.ToUpper(n.Value) {
		case "FROM":
			stage++
			scope = map[string]keys.Text{}
			entrypoint, command = nil, nil
			d.Stages = append(d.Stages, stageOf(n))
			if base := d.stage(d.Stages[stage].From, stage); base >= 0 {
				d.Stages[stage].image.dir = d.Stages[base].image.dir
			}
		case "ARG":
			for _, word := range words(n) {
				name, raw, has := strings.Cut(word, "=")
				if has {
					d.Assignments = append(d.Assignments, assign(name, raw, n, lines, scope, true, stage))
					continue
				}
				unset := Assignment{Variable: Variable{Name: name, Line: n.StartLine}, Arg: true, Stage: stage}
				if v, ok := global[name]; ok && stage >= 0 { // ARG X takes the default from before FROM
					scope[name], unset.Value, unset.From = v, v, name
				}
				unset.locateName(n, lines)
				d.Assignments = append(d.Assignments, unset)
			}
		case "ENV": // BuildKit's AST: name, value, separator, name, value, …
			for a := n.Next; a != nil && a.Next != nil; {
				name, raw := a.Value, a.Next.Value
				d.Assignments = append(d.Assignments, assign(name, raw, n, lines, scope, false, stage))
				if a = a.Next.Next; a != nil {
					a = a.Next
				}
			}
		case "COPY", "ADD":
			sources := copied(n)
			d.Copies = append(d.Copies, sources...)
			if stage >= 0 {
				d.Stages[stage].copy(n, len(sources) > 0)
				d.Stages[stage].image.add(n, sources)
			}
		case "RUN":
			if stage >= 0 {
				d.Stages[stage].run(n)
			}
		case "ENTRYPOINT":
			entrypoint = words(n)
			if stage >= 0 {
				d.Stages[stage].image.entrypoint, d.Stages[stage].image.command = started(n), nil
			}
		case "CMD":
			command = words(n)
			if stage >= 0 {
				d.Stages[stage].image.command = started(n)
			}
		case "WORKDIR":
			if all := words(n); stage >= 0 && len(all) > 0 {
				d.Stages[stage].image.cd(all[0])
			}
		}
	}
	d.Command = append(entrypoint, command...)
	return d, nil
}

// words are those of an instruction.
func words(n *parser.Node) []string {
	var out []string
	for a := n.Next; a != nil; a = a.Next {
		out = append(out, a.Value)
	}
	return out
}

func assign(name, raw string, n *parser.Node, lines []string, scope map[string]keys.Text, arg bool, stage int) Assignment {
	a := Assignment{Variable: Variable{Name: name, Line: n.StartLine}, Arg: arg, Stage: stage}
	a.locate(raw, n, lines)
	text := raw
	if len(text) >= 2 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] {
		text = text[1 : len(text)-1]
	}
	if from, ok := wholeVariable(text); ok {
		a.From = from
		a.Value = scope[from]
	} else {
		a.Value = keys.NewText(text)
	}
	if !a.Value.IsAbsent() {
		scope[name] = a.Value
	}
	return a
}

// locate finds the value on the lines of the instruction.
func (a *Assignment) locate(raw string, n *parser.Node, lines []string) {
	for line := n.StartLine; line <= n.EndLine && line <= len(lines); line++ {
		text := lines[line-1]
		for _, separator := range []string{"=", " "} {
			i := strings.Index(text, a.Name+separator)
			if i < 0 {
				continue
			}
			start := i + len(a.Name) + 1
			j := strings.Index(text[start:], raw)
			if raw == "" || j < 0 {
				continue
			}
			start += j
			end := start + len(raw)
			if raw[0] == '"' || raw[0] == '\'' {
				start, end = start+1, end-1
			}
			a.Line, a.Column, a.EndColumn = line, start+1, end+1
			return
		}
	}
}

// locateName finds an ARG's name, which is all that there is of one without a default.
func (a *Assignment) locateName(n *parser.Node, lines []string) {
	for line := n.StartLine; line <= n.EndLine && line <= len(lines); line++ {
		if i := strings.Index(lines[line-1], a.Name); i >= 0 {
			a.Line, a.Column, a.EndColumn = line, i+1, i+1+len(a.Name)
			return
		}
	}
}

// wholeVariable is the name in "$NAME" or "${NAME}".
func wholeVariable(s string) (string, bool) {
	if !strings.HasPrefix(s, "$") {
		return "", false
	}
	name := strings.TrimSuffix(strings.TrimPrefix(s[1:], "{"), "}")
	for _, r := range name {
		if r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return "", false
		}
	}
	return name, name != ""
}
