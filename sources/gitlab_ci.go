package sources

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// GitLab's pipelines: a job has what it extends, and what "default" and the top of the file give to all (docs.gitlab.com: CI/CD
// YAML syntax reference). A variable that none of them sets is one that GitLab keeps.

const (
	maxGitlabFiles   = 150 // as many as GitLab includes
	maxGitlabExtends = 11  // as many as it follows
)

// gitlab is a pipeline with what it includes, the weakest first.
type gitlab struct {
	w     *workflowReader
	files []gitlabFile
}

type gitlabFile struct {
	doc  *Document
	root *yaml.Node
}

// gitlabJob is one definition of a job.
type gitlabJob struct {
	doc  *Document
	node *yaml.Node
}

// gitlabWords are no jobs.
var gitlabWords = map[string]bool{
	"stages": true, "variables": true, "include": true, "default": true, "workflow": true, "image": true, "services": true, "cache": true,
	"before_script": true, "after_script": true, "spec": true, "pages:deploy": true, "types": true,
}

// Pipelines are the variables that the jobs of GitLab's pipelines hand on.
func (r *Repository) Pipelines() []CIVariables {
	var out []CIVariables
	var made []ScriptSecret // which nothing asks for
	for _, f := range r.Files() {
		if f.Example || path.Base(f.Path) != ".gitlab-ci.yml" || f.Dir() != r.rootOf(f.Path) {
			continue
		}
		g := &gitlab{w: &workflowReader{repo: r, out: &out, made: &made, noted: map[string]bool{}, first: len(out)}}
		if g.include(f, map[string]bool{}); slices.ContainsFunc(g.files, func(f gitlabFile) bool { return f.doc.File.BearsKeys() || mayGiveBuild(f.doc.File) }) {
			g.read()
		}
	}
	return out
}

// include takes up a file behind those that it includes. Those of other projects are not here.
func (g *gitlab) include(f *File, seen map[string]bool) {
	if seen[f.Path] || len(seen) >= maxGitlabFiles {
		return
	}
	seen[f.Path] = true
	if !f.BearsKeys() && !f.Mentions("include") && !f.Mentions("extends") && !f.Mentions("variables") && !mayGiveBuild(f) {
		return
	}
	root := g.w.repo.rootOf(f.Path)
	for _, d := range f.Documents() {
		list := nodes.Field(d.Root, "include")
		for _, item := range append(slices.Clone(nodes.Items(list)), list) {
			local := nodes.Text(item)
			if n := nodes.Field(item, "local"); n != nil {
				local = nodes.Text(n)
			}
			if local == "" || strings.Contains(local, "://") || strings.Contains(local, "$") {
				continue
			}
			named := path.Join(root, strings.TrimPrefix(local, "/"))
			found := false
			for _, other := range g.w.repo.Files() {
				if ok, _ := path.Match(named, other.Path); ok && other.IsManifest() {
					found = true
					g.include(other, seen)
				}
			}
			if !found {
				g.w.note(NoteSkipped, d.Position(nodes.Follow(item)), "what the pipeline includes is not in the repository")
			}
		}
		g.files = append(g.files, gitlabFile{d, d.Root})
	}
}

// read follows the jobs.
func (g *gitlab) read() {
	top := workflowScope{plain: true, eval: &expressions{}, env: map[string]ciText{}}
	var names []string
	for _, f := range g.files {
		top.doc, top.by, top.dir = f.doc, f.doc.File.Path, g.w.repo.rootOf(f.doc.File.Path)
		g.enter(&top, nodes.Field(f.root, "variables"))
		nodes.Pairs(f.root, func(key, value *yaml.Node) {
			if name := nodes.Text(key); !gitlabWords[name] && !strings.HasPrefix(name, ".") && value != nil && value.Kind == yaml.MappingNode && !slices.Contains(names, name) {
				names = append(names, name)
			}
		})
	}
	for _, name := range names {
		if !g.w.goesOn(top.doc) {
			return
		}
		g.job(top, name)
	}
	for _, f := range g.files {
		g.w.below(g.w.first, f.doc.File.Path)
	}
}

// job follows one, with all that it extends.
func (g *gitlab) job(s workflowScope, name string) {
	chain, ok := g.chain(name, 0)
	if !ok {
		g.w.note(NoteBound, s.doc.File.At(), fmt.Sprintf("jobs that extend each other are followed %d deep; one of these extends itself", maxGitlabExtends))
	}
	s.by += " job " + Shown(name)
	if environment, in := g.field(chain, "environment"); environment != nil {
		s.doc = in
		text := nodes.Text(environment)
		if text == "" {
			text = nodes.Text(nodes.Field(environment, "name"))
		}
		of := g.text(&s, text, Position{})
		if s.environment, s.open = Shown(of.text), !of.known; s.open { // review/$CI_COMMIT_REF_SLUG
			s.environment, _, _ = strings.Cut(Shown(text), "/$")
			s.open = strings.Contains(s.environment, "$")
		}
	}
	s.outer = func(name string) ciText { return s.kept("variable", "GitLab variables/", name) }
	var parts []scriptPart
	for _, field := range []string{"before_script", "script"} {
		n, in := g.field(chain, field)
		if n == nil && field == "before_script" {
			n, in = g.ofAll(field)
		}
		parts = g.lines(parts, in, n, 0)
	}
	for _, p := range parts {
		s.local = s.local || startsLocal.MatchString(p.node.Value)
	}
	for _, one := range chain {
		s.doc = one.doc
		g.enter(&s, nodes.Field(one.node, "variables"))
	}
	if len(parts) == 0 {
		return
	}
	s.doc = parts[len(parts)-1].doc
	first := len(*g.w.out)
	app := g.w.script(&s, &workflowScope{env: map[string]ciText{}}, parts)
	for i := first - 1; i >= g.w.first && app != ""; i-- {
		if v := &(*g.w.out)[i]; v.By == s.by && v.Kind == CIEnvironment {
			v.App = app
		}
	}
}

// chain are the definitions of a job, the weakest first: those of the jobs that it extends, and its own; false where that does not end.
func (g *gitlab) chain(name string, depth int) (out []gitlabJob, ok bool) {
	if depth > maxGitlabExtends {
		return nil, false
	}
	ok = true
	var own []gitlabJob
	for _, f := range g.files {
		n := nodes.Field(f.root, name)
		if n == nil || n.Kind != yaml.MappingNode {
			continue
		}
		own = append(own, gitlabJob{f.doc, n})
	}
	if extends, _ := g.field(own, "extends"); extends != nil {
		for _, parent := range append(nodes.List(extends), nodes.Text(extends)) {
			if parent == "" {
				continue
			}
			more, ends := g.chain(parent, depth+1)
			if out, ok = append(out, more...), ok && ends; !ok || len(out) > maxGitlabFiles {
				break
			}
		}
	}
	return append(out, own...), ok
}

// field is what the strongest definition that has it says.
func (g *gitlab) field(chain []gitlabJob, name string) (*yaml.Node, *Document) {
	for _, one := range slices.Backward(chain) {
		if n := nodes.Field(one.node, name); n != nil {
			return n, one.doc
		}
	}
	return nil, nil
}

// ofAll is what the pipeline gives to all jobs that have no such field.
func (g *gitlab) ofAll(name string) (*yaml.Node, *Document) {
	for _, f := range slices.Backward(g.files) {
		for _, at := range [][]string{{"default", name}, {name}} {
			if n := nodes.Field(f.root, at...); n != nil {
				return n, f.doc
			}
		}
	}
	return nil, nil
}

// lines adds the commands of a script: a text, a list, or lists in it. "!reference [job, script]" stands for that job's.
func (g *gitlab) lines(parts []scriptPart, d *Document, n *yaml.Node, depth int) []scriptPart {
	n = nodes.Follow(n)
	switch {
	case n == nil || depth > nodes.MaxMerges || len(parts) > maxCISteps:
	case n.Tag == "!reference":
		if at := nodes.List(n); len(at) == 2 {
			if chain, ok := g.chain(at[0], 0); ok {
				if other, in := g.field(chain, at[1]); other != n {
					return g.lines(parts, in, other, depth+1)
				}
			}
		}
	case n.Kind == yaml.ScalarNode:
		parts = append(parts, scriptPart{doc: d, node: n})
	case n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			parts = g.lines(parts, d, item, depth+1)
		}
	}
	return parts
}

// enter takes up variables: what they set holds from then on.
func (g *gitlab) enter(s *workflowScope, variables *yaml.Node) {
	v := CIVariables{Kind: CIEnvironment, Part: "env"}
	env := maps.Clone(s.env)
	order := slices.Clone(s.order)
	nodes.Pairs(variables, func(key, value *yaml.Node) {
		name := nodes.Text(key)
		if of := nodes.Field(value, "value"); of != nil {
			value = of
		}
		if value == nil || value.Kind != yaml.ScalarNode || name == "<<" {
			return
		}
		at := s.doc.Position(value)
		t := g.text(s, value.Value, at)
		if t.known && t.at.File == "" || !t.known {
			t.at = at
		}
		env[name] = t
		if g.w.repo.matters(name) {
			v.Variables = append(v.Variables, t.variable(name, at))
			if !slices.Contains(order, name) {
				order = append(order, name)
			}
		}
	})
	if len(v.Variables) > 0 {
		g.w.add(s, v)
	}
	s.env, s.order = env, order
}

// gitlabVariable matches a variable in the text of another one.
var gitlabVariable = regexp.MustCompile(`\$\$|\$\{?([A-Za-z_]\w*)\}?`)

// text is what a text comes to in which GitLab puts variables in place.
func (g *gitlab) text(s *workflowScope, text string, at Position) ciText {
	one := func(name string) ciText {
		if t, ok := s.env[name]; ok {
			if t.known && t.at.File != "" {
				t.trace = append([]Step{{At: at, Text: "$" + name}}, t.trace...)
			}
			return t
		}
		return s.kept("variable", "GitLab variables/", name)
	}
	all := gitlabVariable.FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return ciKnown(text, at)
	}
	if all[0][0] == text && all[0][1] != "" {
		return one(all[0][1])
	}
	out := ciKnown("", at)
	size := len(text)
	for _, m := range all {
		if m[1] == "" {
			continue
		}
		t := one(m[1])
		if !t.known {
			return ciUnknown(t.why)
		}
		if size += len(t.text); size > maxCIText {
			return tooLong
		}
	}
	out.text = gitlabVariable.ReplaceAllStringFunc(text, func(m string) string {
		if m == "$$" {
			return "$"
		}
		return one(strings.Trim(m, "${}")).text
	})
	return out
}
