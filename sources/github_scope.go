package sources

import (
	"maps"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// workflowScope is what holds where a job, or a step, is.
type workflowScope struct {
	doc         *Document
	by          string // "workflow.yml job build"
	environment string // of the job
	open        bool   // it has one, and which is not known
	local       bool
	idle        string
	dir         string            // in which commands run
	env         map[string]ciText // by name
	order       []string          // of these
	images      map[string]string // by the id of a step that makes an image's tags, what the image is called
	inputs      map[string]ciText // nil of a workflow that whoever starts it gives them to
	secrets     map[string]ciText // of one that is called; nil where they are the repository's
	matrix      map[string]*yaml.Node
	matrixDoc   *Document
	anyMatrix   bool // a matrix is there and not known
	eval        *expressions
	plain       bool                // there are no expressions
	outer       func(string) ciText // what a variable is that nothing here sets; nil where that is not known
}

// enter takes up an "env": what it sets holds from then on. It says whether a group was made of it.
func (s *workflowScope) enter(w *workflowReader, part string, env *yaml.Node) bool {
	v := CIVariables{Kind: CIEnvironment, Part: part}
	set := map[string]ciText{}
	nodes.Pairs(env, func(key, value *yaml.Node) {
		name := nodes.Text(key)
		if name == "" || name == "<<" || value == nil || value.Kind != yaml.ScalarNode {
			return
		}
		quiet := *s
		if !w.repo.matters(name) {
			quiet.eval = &expressions{}
		}
		t := quiet.expand(value)
		set[name] = t
		if w.repo.matters(name) {
			v.Variables = append(v.Variables, t.variable(name, s.doc.Position(value)))
		}
	})
	if len(set) == 0 {
		return false
	}
	made := len(v.Variables) > 0 && w.add(s, v)
	s.env = maps.Clone(s.env)
	s.order = slices.Clone(s.order)
	nodes.Pairs(env, func(key, value *yaml.Node) {
		name := nodes.Text(key)
		t, ok := set[name]
		if !ok {
			return
		}
		if t.at.File == "" {
			t.at = s.doc.Position(value)
		}
		s.env[name] = t
		if w.repo.matters(name) && !slices.Contains(s.order, name) {
			s.order = append(s.order, name)
		}
	})
	return made
}

// matters says whether a variable's name is one of a key's, or of an address of Supabase.
func (r *Repository) matters(name string) bool {
	n := r.names.Of(name)
	return n.Slot != "" || n.URL
}

// cd enters the directory that a node names.
func (s *workflowScope) cd(n *yaml.Node) {
	if t := s.expand(n); t.known && !path.IsAbs(t.text) {
		s.dir = path.Join(s.dir, t.text)
	}
}

// expand is what a scalar comes to.
func (s *workflowScope) expand(n *yaml.Node) ciText {
	n = nodes.Follow(n)
	if n == nil || n.Kind != yaml.ScalarNode {
		return ciUnknown("no text stands there")
	}
	return s.text(n, n.Value)
}

// text is what a text in a scalar comes to.
func (s *workflowScope) text(n *yaml.Node, text string) ciText {
	e := *s.eval
	e.contexts = s.context
	t := e.expand(text, func(start, end int) Position { return s.doc.within(n, text, start, end) })
	for _, c := range e.conditions {
		if !slices.Contains(s.eval.conditions, c) {
			s.eval.conditions = append(s.eval.conditions, c)
		}
	}
	return t
}

// within is the place of a stretch of a scalar's text, of which the text is all or a part.
func (d *Document) within(n *yaml.Node, text string, start, end int) Position {
	offset := strings.Index(n.Value, text)
	if offset < 0 {
		return d.Position(n)
	}
	start, end = start+offset, end+offset
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		line := 1 + strings.Count(n.Value[:start], "\n")
		begin := strings.LastIndexByte(n.Value[:start], '\n') + 1
		return d.Inside(n, line, start-begin+1, end-begin+1)
	}
	p := d.Position(n)
	if p.EndColumn-p.Column == len(n.Value) {
		p.Column, p.EndColumn = p.Column+start, p.Column+end
	}
	return p
}

// context is what a name stands for.
func (s *workflowScope) context(names []string, at Position) ciText {
	if len(names) < 2 {
		return ciUnknown("what it is depends on the run")
	}
	name := names[1]
	switch strings.ToLower(names[0]) {
	case "secrets":
		return s.secret(strings.ToUpper(name))
	case "vars":
		return s.kept("variable", "GitHub variables/", strings.ToUpper(name))
	case "env":
		if t, ok := s.env[name]; ok {
			if t.known && t.at.File != "" {
				t.trace = append([]Step{{At: at, Text: "env." + name}}, t.trace...)
			}
			return t
		}
	case "inputs":
		return s.input(name)
	case "github":
		if len(names) == 4 && names[1] == "event" && names[2] == "inputs" {
			return s.input(names[3])
		}
	case "matrix":
		return s.ofMatrix(names[1:])
	}
	return ciUnknown("what it is depends on the run")
}

func (s *workflowScope) input(name string) ciText {
	if t, ok := s.inputs[strings.ToLower(name)]; ok {
		return t
	}
	return ciUnknown("whoever starts the workflow says it")
}

// secret is one that GitHub keeps, or that the caller gives.
func (s *workflowScope) secret(name string) ciText {
	if s.secrets != nil {
		if t, ok := s.secrets[name]; ok {
			return t
		}
		return ciUnknown("whoever calls the workflow gives it, and none here does")
	}
	return s.kept("secret", "GitHub secrets/", name)
}

// kept is what GitHub, or GitLab, keeps under a name. An environment may have another of that name than the repository
// (docs.github.com: Secrets, naming and precedence).
func (s *workflowScope) kept(what, store, name string) ciText {
	by, _, _ := strings.Cut(store, " ")
	why := by + " keeps it, as its " + what + " " + Shown(name)
	if len(s.doc.File.repo.trees) > 1 {
		store += s.doc.File.repo.rootOf(s.doc.File.Path) + "/"
	}
	switch {
	case keys.ShownName(name) != name: // a key that was pasted there by mistake
		return ciUnknown(by + " keeps it, as its " + what)
	case s.open:
		return ciUnknown(why + " of an environment that the run decides")
	case s.environment != "":
		return ciText{source: store + s.environment + "/" + name, why: why + " of the environment " + s.environment}
	}
	return ciText{source: store + name, why: why}
}

func (s *workflowScope) ofMatrix(names []string) ciText {
	if s.matrix == nil || s.anyMatrix {
		return ciUnknown("the matrix decides what it is")
	}
	n := s.matrix[names[0]]
	if n == nil {
		return ciKnown("", Position{})
	}
	n = nodes.Field(n, names[1:]...)
	if n = nodes.Follow(n); n == nil || n.Kind != yaml.ScalarNode {
		return ciKnown("", Position{})
	}
	inner := *s
	inner.matrix, inner.doc = nil, s.matrixDoc
	return inner.expand(n)
}

// matrixOf are the combinations of a matrix, with what "include" adds and without what "exclude" takes away; false where
// that is not known (docs.github.com: Run variations of jobs in a workflow).
func matrixOf(n *yaml.Node) ([]map[string]*yaml.Node, bool) {
	if n == nil {
		return nil, true
	}
	if n.Kind != yaml.MappingNode {
		return nil, false
	}
	out := []map[string]*yaml.Node{{}}
	known, axes := true, map[string]bool{}
	nodes.Pairs(n, func(key, value *yaml.Node) {
		name := nodes.Text(key)
		if name == "include" || name == "exclude" {
			known = known && value != nil && value.Kind == yaml.SequenceNode
			return
		}
		items := nodes.Items(value)
		if known = known && len(items) > 0 && len(out)*len(items) <= maxMatrix; !known {
			return
		}
		axes[name] = true
		var next []map[string]*yaml.Node
		for _, c := range out {
			for _, item := range items {
				with := map[string]*yaml.Node{name: nodes.Follow(item)}
				for k, v := range c {
					with[k] = v
				}
				next = append(next, with)
			}
		}
		out = next
	})
	if !known {
		return nil, false
	}
	matches := func(c map[string]*yaml.Node, entry *yaml.Node, only map[string]bool) bool {
		ok := true
		nodes.Pairs(entry, func(key, value *yaml.Node) {
			name := nodes.Text(key)
			if has, is := c[name]; is && (only == nil || only[name]) {
				ok = ok && nodes.Text(has) == nodes.Text(value)
			} else if only == nil {
				ok = false
			}
		})
		return ok
	}
	for _, entry := range nodes.Items(nodes.Field(n, "exclude")) {
		out = slices.DeleteFunc(out, func(c map[string]*yaml.Node) bool { return matches(c, entry, nil) })
	}
	if len(axes) == 0 {
		out = nil
	}
	own := len(out)
	for _, entry := range nodes.Items(nodes.Field(n, "include")) {
		if len(out) >= maxMatrix {
			return nil, false
		}
		added := false
		for _, c := range out[:own] {
			if matches(c, entry, axes) {
				added = true
				nodes.Pairs(entry, func(key, value *yaml.Node) {
					if !axes[nodes.Text(key)] {
						c[nodes.Text(key)] = value
					}
				})
			}
		}
		if !added {
			c := map[string]*yaml.Node{}
			nodes.Pairs(entry, func(key, value *yaml.Node) { c[nodes.Text(key)] = value })
			out = append(out, c)
		}
	}
	return out, true
}
