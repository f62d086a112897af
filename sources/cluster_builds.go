package sources

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// buildsInCluster matches a manifest in which a container may build an image.
var buildsInCluster = regexp.MustCompile(`kaniko|buildah|\b(?:docker|podman|nerdctl) (?:buildx |image )?build\b`)

// ofCI matches what tells nothing of an environment: a namespace called "ci" may build for any.
var ofCI = regexp.MustCompile(`\bci\b`)

// clusterBuilds reads what containers of one object build.
type clusterBuilds struct {
	repo  *Repository
	out   *[]CIVariables
	doc   *Document
	of    CIVariables // what is said of all that the object builds
	open  bool        // whoever starts the object gives it its parameters
	lines int         // of scripts
}

// ClusterBuilds are the arguments that containers give to the builds of images: those of pods, in whatever object, and the steps of
// Tekton's tasks and runs.
func (r *Repository) ClusterBuilds() []CIVariables {
	var out []CIVariables
	for _, f := range r.Files() {
		if !f.IsManifest() || !f.HoldsObjects() || f.Example {
			continue
		}
		if b, err := f.Disk(); err != nil || !buildsInCluster.Match(b) {
			continue
		}
		for _, d := range f.Documents() {
			kind, name := nodes.Text(nodes.Field(d.Root, "kind")), nodes.Text(nodes.Field(d.Root, "metadata", "name"))
			if name == "" {
				name = nodes.Text(nodes.Field(d.Root, "metadata", "generateName"))
			}
			c := &clusterBuilds{repo: r, out: &out, doc: d}
			c.of = CIVariables{Kind: CIBuildArgs, File: f.Path, By: f.Path + " " + Shown(kind) + " " + Shown(name)}
			c.of.Environment = keys.OnlyEnvironment(ofCI.ReplaceAllString(f.Dir()+" "+nodes.Text(nodes.Field(d.Root, "metadata", "namespace"))+" "+name, " "))
			c.open = slices.Contains([]string{"Task", "ClusterTask", "Pipeline", "StepAction"}, kind)
			c.walk(d.Root, map[string]ciText{}, 0)
		}
	}
	return out
}

// walk finds the containers and the steps, each with the parameters that hold there.
func (c *clusterBuilds) walk(n *yaml.Node, params map[string]ciText, depth int) {
	if n == nil || depth > maxManifestDepth || len(*c.out) > maxCIVariables {
		return
	}
	if n.Kind == yaml.MappingNode {
		params = c.parameters(n, params, c.open && depth == 1)
		if image := nodes.Text(nodes.Field(n, "image")); image != "" {
			c.container(n, image, params)
		}
	}
	for _, child := range n.Content {
		c.walk(child, params, depth+1)
	}
}

// parameters are what the parameters come to within a mapping that gives or declares some. A declaration's default counts where nothing around
// gives another (tekton.dev/docs/pipelines/tasks: specifying parameters); one of the object itself is what each run gives.
func (c *clusterBuilds) parameters(n *yaml.Node, outer map[string]ciText, open bool) map[string]ciText {
	list := nodes.Items(nodes.Field(n, "params"))
	if len(list) == 0 {
		return outer
	}
	params := map[string]ciText{}
	for name, t := range outer {
		params[name] = t
	}
	refs := &references{in: c, params: outer}
	for _, item := range list {
		name, value := nodes.Text(nodes.Field(item, "name")), nodes.Field(item, "value")
		if _, given := outer[name]; value == nil && given {
			continue
		}
		if value == nil {
			value = nodes.Field(item, "default")
		}
		switch {
		case open || value == nil || value.Kind != yaml.ScalarNode:
			params[name] = givenBy("the run gives it", "as its parameter", c.of.By, name)
		default:
			at := c.doc.Position(value)
			params[name], _ = comesTo(refs.text(value.Value), refs.known, func(text string) Position {
				if text == value.Value {
					return at
				}
				return Position{File: at.File, Line: at.Line}
			})
		}
	}
	return params
}

// container follows what a container, or a step, runs.
func (c *clusterBuilds) container(n *yaml.Node, image string, params map[string]ciText) {
	missing := 0
	s := &shell{repo: c.repo, file: c.doc.File.Path, steps: &c.lines, missing: &missing}
	st := newShellState(c.repo.rootOf(c.doc.File.Path))
	refs := &references{in: c, params: params, st: st}
	st.lost = true
	if dir := refs.text(nodes.Text(nodes.Field(n, "workingDir"))); strings.HasPrefix(dir, inRepository) {
		st.lost = false
		s.enter(st, shellWord{text: dir})
	}
	for _, v := range nodes.Items(nodes.Field(n, "env")) {
		name, value := nodes.Text(nodes.Field(v, "name")), nodes.Field(v, "value")
		if value == nil {
			st.forget(name, true)
			continue
		}
		text := refs.text(value.Value)
		st.vars[name] = s.literal(name, shellWord{text: text, at: c.doc.Position(value), of: st.lastOf(text)}, true)
	}
	v := c.of
	if name := nodes.Text(nodes.Field(n, "name")); name != "" {
		v.By += " " + Shown(name)
	}
	s.command = func(st *shellState, words []shellWord) {
		if b := s.imageBuild(st, words); b != nil {
			*c.out = append(*c.out, s.handed(b, st, v, refs.known))
		}
	}
	var words []shellWord
	for _, field := range []string{"command", "args"} {
		for _, item := range nodes.Items(nodes.Field(n, field)) {
			if item = nodes.Follow(item); item != nil && item.Kind == yaml.ScalarNode {
				text := refs.text(item.Value)
				words = append(words, shellWord{text: text, at: c.doc.Position(item), of: st.lastOf(text)})
			}
		}
	}
	if nodes.Field(n, "command") == nil && strings.Contains(path.Base(path.Dir(image)), "kaniko") { // it is the image's own entrypoint
		words = append([]shellWord{{text: "executor", at: c.doc.Position(n)}}, words...)
	}
	if len(words) > 0 {
		s.invoke(st, words)
	}
	refs.st = nil // in a script it is a command
	if script := nodes.Field(n, "script"); script != nil && runsShell(script.Value) {
		s.line(st, shellWord{text: refs.text(script.Value), at: Position{File: s.file, Line: c.doc.Position(script).Line}})
	}
	if c.lines > maxShellSteps {
		c.repo.Note(NoteBound, c.doc.File.At(), fmt.Sprintf("more than %d commands, each time that they run: the rest is not followed", maxShellSteps))
	}
}

// runsShell says whether a shell runs a script, by its first line.
func runsShell(script string) bool {
	first, _, _ := strings.Cut(script, "\n")
	words := strings.Fields(strings.TrimPrefix(first, "#!"))
	return !strings.HasPrefix(first, "#!") || slices.ContainsFunc(words, func(w string) bool { return shells[path.Base(w)] })
}
