package sources

import (
	"bytes"
	"errors"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/keylint/keylint/substitute"
)

// Assignment is an ARG with a default, or an ENV, of a Dockerfile.
type Assignment struct {
	Variable
	Arg   bool // ARG: a --build-arg of that name goes before it
	Stage int  // from 0; -1 before the first FROM

	// From is the name of the ARG or ENV whose value this one takes over whole
	// (ENV X=$X); Value is then that one's, and absent where it has no default.
	From    string
	Given   string // the name of the build argument whose value it has whole, its own or that of From; empty where it has none
	Unknown string // why the value is absent

	key, raw   string // name and value as they are written
	hasDefault bool   // of an ARG
	begin, end int    // the lines of its instruction
	by         int    // where in the list the one stands that gives the value; its own place where it does itself
}

// Sets says whether the assignment gives the variable anything, which may not be known.
func (a Assignment) Sets() bool {
	return !a.Value.IsAbsent() || a.Given != "" || !a.Arg && a.From == ""
}

// Dockerfile is what keylint reads of one.
type Dockerfile struct {
	Assignments []Assignment
	Copies      []string // what COPY and ADD take from the build context, as it is written
	Stages      []Stage
	Command     []string // ENTRYPOINT and CMD of the last stage; a script in shell form is one word

	escape rune
	images map[int]Image // by stage, as far as they were asked for
}

// ParseDockerfile reads the assignments with their values as a build without --build-arg
// would see them, and what is copied. An ARG without a default is unset, which is not the
// same as empty: its value is absent. Errors name the line and never quote it.
func ParseDockerfile(b []byte) (*Dockerfile, error) {
	if substitute.TooDeep(string(b)) { // BuildKit's own shell calls itself for each ${…:-…}
		return nil, errors.New("this is nested deeper than keylint reads a Dockerfile")
	}
	result, err := parser.Parse(bytes.NewReader(b))
	if err != nil {
		return nil, errors.New("this is not a Dockerfile that BuildKit can read")
	}
	lines := splitLines(b)
	d := &Dockerfile{escape: result.EscapeToken}
	stage := -1
	var entrypoint, command []string
	for _, n := range result.AST.Children {
		switch strings.ToUpper(n.Value) {
		case "FROM":
			stage++
			entrypoint, command = nil, nil
			d.Stages = append(d.Stages, stageOf(n))
			if base := d.stage(d.Stages[stage].From, stage); base >= 0 {
				d.Stages[stage].image.dir = d.Stages[base].image.dir
			}
		case "ARG":
			for _, word := range words(n) {
				name, raw, has := strings.Cut(word, "=")
				d.Assignments = append(d.Assignments, Assignment{Variable: Variable{Name: name}, Arg: true, Stage: stage, key: name, raw: raw, hasDefault: has, begin: n.StartLine, end: n.EndLine})
			}
		case "ENV": // BuildKit's AST: name, value, separator, name, value, …
			for a := n.Next; a != nil && a.Next != nil; {
				d.Assignments = append(d.Assignments, Assignment{Variable: Variable{Name: a.Value}, Stage: stage, key: a.Value, raw: a.Next.Value, begin: n.StartLine, end: n.EndLine})
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
	d = d.With(nil, nil)
	for i := range d.Assignments {
		a := &d.Assignments[i]
		a.Line = a.begin
		if on := lines[min(a.begin-1, len(lines)):min(a.end, len(lines))]; a.Arg && !a.hasDefault {
			a.locateName(on)
		} else {
			a.locate(on)
		}
	}
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

// locate finds the value on the lines of the instruction.
func (a *Assignment) locate(lines []string) {
	raw := a.raw
	for i, text := range lines {
		for _, separator := range []string{"=", " "} {
			at := strings.Index(text, a.key+separator)
			if at < 0 {
				continue
			}
			start := at + len(a.key) + 1
			j := strings.Index(text[start:], raw)
			if raw == "" || j < 0 {
				continue
			}
			start += j
			end := start + len(raw)
			switch value := a.Value.Reveal(); {
			case a.From == "" && value != "" && strings.Contains(raw, value): // in quotes, or a default
				start += strings.Index(raw, value)
				end = start + len(value)
			case raw[0] == '"' || raw[0] == '\'':
				start, end = start+1, end-1
			}
			a.Line, a.Column, a.EndColumn = a.begin+i, start+1, end+1
			return
		}
	}
}

// locateName finds the name of an ARG, which is all that there is of one without a default.
func (a *Assignment) locateName(lines []string) {
	for i, text := range lines {
		if at := strings.Index(text, a.Name); at >= 0 {
			a.Line, a.Column, a.EndColumn = a.begin+i, at+1, at+1+len(a.Name)
			return
		}
	}
}
