package sources

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
	"github.com/keylint/keylint/substitute"
)

// What a step runs is followed as any script is (shell.go). Expressions, which are put in place before a shell sees the text,
// stand in it as variables of the same length, so that every place stays where it is.

// ciScript is one text that a shell runs for a job.
type ciScript struct {
	w      *workflowReader
	s      *workflowScope
	parts  []scriptPart
	lines  []string          // of all of them
	filled map[string]ciText // what the variables in the place of expressions are
	given  map[*givenValue]string
	writes map[string]*CIVariables
	order  []string
	builds []CIVariables
	apps   []string
}

// scriptPart is a scalar whose lines a shell runs.
type scriptPart struct {
	doc   *Document
	node  *yaml.Node
	first int // of its lines among those of the script, from 1
}

var (
	filledName = regexp.MustCompile(`\$\{(_k[0-9]+_*)\}`)
	marked     = regexp.MustCompile(unknownBegin + `(\w+)` + unknownEnd)
)

// run follows a step's commands, and returns the directory of the app that it builds; empty where it builds none, or several.
// What it writes to GITHUB_ENV is in force for the job from then on.
func (w *workflowReader) run(s, job *workflowScope, n *yaml.Node, by string) string {
	if n = nodes.Follow(n); n.Kind != yaml.ScalarNode || by != "" && !shells[path.Base(strings.Fields(by + " x")[0])] {
		return ""
	}
	return w.script(s, job, []scriptPart{{s.doc, n, 1}})
}

// script follows commands that stand in one scalar or several, as one shell runs them.
func (w *workflowReader) script(s, job *workflowScope, parts []scriptPart) string {
	var all []string
	for i := range parts {
		parts[i].first = len(all) + 1
		all = append(all, strings.Split(strings.TrimSuffix(parts[i].node.Value, "\n"), "\n")...)
	}
	c := &ciScript{w: w, s: s, parts: parts, lines: all, filled: map[string]ciText{}, given: map[*givenValue]string{}, writes: map[string]*CIVariables{}}
	text, ok := c.fill()
	if !ok || len(parts) == 0 {
		return ""
	}
	n := parts[0].node
	file, err := parseBash(s.doc.File.Path, []byte(text))
	if errors.Is(err, substitute.ErrTooDeep) {
		w.note(NoteBound, parts[0].doc.Position(n), err.Error())
		return ""
	}
	if err != nil {
		if w.repo.marks.in([]byte(text)) {
			w.note(NoteSkipped, parts[0].doc.Position(n), "these commands are none of a shell that keylint can follow")
		}
		return ""
	}
	missing := 0
	sh := &shell{repo: w.repo, file: s.doc.File.Path, steps: &w.lines, missing: &missing}
	sh.command = func(st *shellState, words []shellWord) { c.command(sh, st, words) }
	sh.written = func(st *shellState, words []shellWord, redirs []*syntax.Redirect) { c.written(sh, st, words, redirs) }
	st := newShellState(s.dir)
	for _, name := range []string{"GITHUB_WORKSPACE", "CI_PROJECT_DIR"} {
		st.vars[name] = &shellVariable{exported: true, text: &shellWord{text: inRepository + w.repo.rootOf(s.doc.File.Path)}}
	}
	for name, t := range s.env {
		st.vars[name] = c.variable(sh, name, t)
	}
	for name, t := range c.filled {
		if plain := t.known && !keys.HasForm(keys.NewText(t.text)) && plainValue.MatchString(t.text); plain {
			st.vars[name] = &shellVariable{text: &shellWord{text: t.text}, words: []shellWord{{text: t.text}}}
		}
	}
	sh.script(st, file)
	if w.lines > maxShellSteps {
		w.note(NoteBound, s.doc.File.At(), fmt.Sprintf("more than %d commands, each time that they run: the rest is not followed", maxShellSteps))
	}
	for _, v := range c.builds {
		w.add(s, v)
	}
	for _, name := range c.order {
		v := c.writes[name]
		if w.add(s, *v); name == githubEnv {
			job.take(v.Variables)
		}
	}
	slices.Sort(c.apps)
	if c.apps = slices.Compact(c.apps); len(c.apps) == 1 {
		return c.apps[0]
	}
	return ""
}

// take makes what was written to GITHUB_ENV part of the job's environment.
func (s *workflowScope) take(variables []CIVariable) {
	s.env, s.order = maps.Clone(s.env), slices.Clone(s.order)
	for _, v := range variables {
		t := ciText{at: v.At, why: v.Value.Reason(), source: v.Value.Source()}
		if v.Value.IsKnown() {
			t = ciUnknown("a step writes it to GITHUB_ENV") // whose place is told there
		}
		if s.env[v.Name] = t; !slices.Contains(s.order, v.Name) {
			s.order = append(s.order, v.Name)
		}
	}
}

// fill puts variables in the places of the expressions; false where there is one that cannot be.
func (c *ciScript) fill() (string, bool) {
	var texts []string
	for i, part := range c.parts {
		text, ok := c.fillPart(part, i)
		if !ok {
			return "", false
		}
		texts = append(texts, strings.TrimSuffix(text, "\n"))
	}
	return strings.Join(texts, "\n"), true
}

func (c *ciScript) fillPart(part scriptPart, of int) (string, bool) {
	if c.s.plain {
		return part.node.Value, true
	}
	found, ok := segments(part.node.Value)
	if !ok {
		return "", false
	}
	var b strings.Builder
	for i, p := range found {
		if !p.expression {
			b.WriteString(p.text)
			continue
		}
		name := fmt.Sprintf("_k%d", of*1000+i)
		pad := p.end - p.start - len(name) - len("${}")
		if pad < 0 || strings.Contains(p.text, "\n") {
			return "", false
		}
		name += strings.Repeat("_", pad)
		c.filled[name] = c.s.text(part.node, "${{"+p.text+"}}")
		b.WriteString("${" + name + "}")
	}
	return b.String(), true
}

// variable is one of the environment as the shell has it.
func (c *ciScript) variable(sh *shell, name string, t ciText) *shellVariable {
	if sh.matters(name) {
		g := &givenValue{At: t.at}
		if t.known {
			g.Text = keys.NewText(t.text)
		}
		c.given[g] = name
		return &shellVariable{exported: true, given: g}
	}
	if t.known {
		w := shellWord{text: t.text}
		return &shellVariable{exported: true, text: &w, words: []shellWord{w}}
	}
	return &shellVariable{exported: true}
}

// worth is what a text of the script comes to, and where it stands from a line on.
func (c *ciScript) worth(st *shellState, text string, line int) (ciText, Position) {
	text = filledName.ReplaceAllString(text, unknownBegin+"$1"+unknownEnd)
	one := func(name string) ciText {
		if t, ok := c.filled[name]; ok {
			return t
		}
		if v := st.vars[name]; v != nil && v.given != nil {
			if of, ok := c.given[v.given]; ok {
				return c.s.env[of]
			}
			if v.given.Text.IsAbsent() {
				return ciUnknown("the commands decide what it is")
			}
			if !v.given.Text.IsAbsent() && v.given.At.File == c.s.doc.File.Path && !v.given.Odd {
				return v.given.literal(func(text string) Position { return c.at(v.given.At.Line, text) })
			}
		}
		if st.vars[name] == nil && c.s.outer != nil {
			return c.s.outer(name)
		}
		return ciUnknown("the commands decide what it is")
	}
	return comesTo(text, one, func(text string) Position { return c.at(line, text) })
}

// literal is a value that the commands themselves give a variable, or a file that they read. The place is that of its text.
func (g *givenValue) literal(at func(text string) Position) ciText {
	text := g.Text.Reveal()
	return ciKnown(text, at(text))
}

// at is where a text stands from a line of the script on, and the line where it does not stand there as it is.
func (c *ciScript) at(line int, text string) Position {
	for i := max(line, 1) - 1; i < len(c.lines) && text != ""; i++ {
		if column := strings.Index(c.lines[i], text); column >= 0 {
			p := c.part(i + 1)
			start := len(strings.Join(c.lines[p.first-1:i], "\n")) + column
			if i >= p.first {
				start++
			}
			return p.doc.within(p.node, p.node.Value, start, start+len(text))
		}
		if strings.HasPrefix(text, "_k") { // in place of an expression, which stands on that line
			break
		}
	}
	part := c.part(line)
	p := part.doc.Inside(part.node, max(line, 1)-part.first+1, 1, 0)
	p.Column, p.EndColumn = 0, 0
	return p
}

// part is the one in which a line of the script stands.
func (c *ciScript) part(line int) scriptPart {
	out := c.parts[0]
	for _, p := range c.parts {
		if p.first <= line {
			out = p
		}
	}
	return out
}

// command takes up a command that builds an image or an app.
func (c *ciScript) command(sh *shell, st *shellState, words []shellWord) {
	c.mayWrite(st, words)
	if b := sh.imageBuild(st, words); b != nil {
		c.imageBuild(st, b)
		return
	}
	if made := kubectlSecret(sh, st, words); len(made) > 0 {
		*c.w.made = append(*c.w.made, c.kept(st, made[0]))
		return
	}
	for _, call := range buildCall(sh, st, words) {
		c.apps = append(c.apps, call.Dir)
	}
}

// kept is a Secret that the commands make, with what the job has for its keys.
func (c *ciScript) kept(st *shellState, s ScriptSecret) ScriptSecret {
	for i := range s.Keys {
		k := &s.Keys[i]
		switch line := k.At.Line; {
		case k.Variable != "" && k.Text.IsAbsent() && k.Locked == nil:
			t, at := c.worth(st, unknown(k.Variable), s.At.Line)
			if k.Kept, k.At = t.value(), at; t.known && t.at.File != "" {
				k.At = t.at
			}
		case k.At.File == c.s.doc.File.Path && k.Variable == "" && !k.Text.IsAbsent():
			k.At = c.at(line, k.Text.Reveal())
		}
	}
	s.At = c.at(s.At.Line, "")
	return s
}

// imageBuild takes up what a command gives the build of an image.
func (c *ciScript) imageBuild(st *shellState, b *imageBuild) {
	v := CIVariables{Kind: CIBuildArgs, Part: b.part, Image: b.image, Tags: b.tags, Open: b.open}
	for _, arg := range b.args {
		if !arg.given {
			t, ok := c.s.env[arg.name]
			if !ok {
				t = ciUnknown("the environment of the runner gives it")
			}
			v.Variables = append(v.Variables, t.variable(arg.name, c.at(arg.value.at.Line, arg.name)))
			continue
		}
		t, at := c.worth(st, arg.value.text, arg.value.at.Line)
		v.Variables = append(v.Variables, t.variable(arg.name, at))
	}
	if v.Image != nil {
		v.App = v.Image.Context
	}
	if v.Image != nil || len(v.Variables) > 0 {
		c.builds = append(c.builds, v)
	}
}
