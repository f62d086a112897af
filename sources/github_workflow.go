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

// GitHub's workflows and the composite actions of the repository are read as trees of nodes: what matters here is the byte at
// which a key stands, within bounds and in files that are damaged in part, which a parser for checking workflows does not give
// (docs.github.com: Workflow syntax for GitHub Actions).

// The bounds of what is followed of one workflow.
const (
	maxWorkflows   = 4      // workflows, or actions, that call each other: as many as GitHub allows
	maxCIVariables = 500    // groups of variables of one file: matrices times jobs
	maxCISteps     = 10_000 // jobs and steps that are followed, each time
	maxMatrix      = 64     // combinations of a matrix
)

// workflowReader follows one workflow, and what it calls.
type workflowReader struct {
	repo  *Repository
	out   *[]CIVariables
	made  *[]ScriptSecret // with kubectl
	calls []string        // files that are being followed
	noted map[string]bool
	first int // of what this one hands on
	done  int // jobs and steps that were followed
	lines int // of scripts
}

// Workflows are the variables that the workflows of the repository hand on.
func (r *Repository) Workflows() []CIVariables {
	out, _ := r.workflows()
	return out
}

// workflows reads them once.
func (r *Repository) workflows() ([]CIVariables, []ScriptSecret) {
	r.workflowsOnce.Do(func() { r.handed, r.madeByJobs = r.readWorkflows() })
	return r.handed, r.madeByJobs
}

func (r *Repository) readWorkflows() (out []CIVariables, made []ScriptSecret) {
	for _, f := range r.Files() {
		if !r.isWorkflow(f) || !f.BearsKeys() && !r.callsOwn(f) && !mayGiveBuild(f) {
			continue
		}
		w := &workflowReader{repo: r, out: &out, made: &made, noted: map[string]bool{}, first: len(out)}
		for _, d := range f.Documents() {
			on := nodes.Field(d.Root, "on")
			if on == nil {
				on = nodes.Field(d.Root, "true") // what YAML 1.1 makes of "on"
			}
			if r.isCalledOnly(f, on) {
				continue
			}
			w.workflow(d, workflowScope{inputs: w.defaults(d, on)})
		}
	}
	return out, made
}

// isWorkflow says whether GitHub runs the file.
func (r *Repository) isWorkflow(f *File) bool {
	return f.IsManifest() && !f.Example && f.Dir() == path.Join(r.rootOf(f.Path), ".github/workflows")
}

// callsOwn says whether a workflow calls others of the repository, or its actions.
func (r *Repository) callsOwn(f *File) bool { return f.Mentions("uses: ./.github/") }

// mayGiveBuild says of a file of jobs without a key whether what it runs may still have a say in one: it builds an image, or may write a file of variables.
func mayGiveBuild(f *File) bool {
	return slices.ContainsFunc([]string{"docker/build-push-action@", "docker build", "docker buildx build", ".env", "vercel", "dotenv"}, f.Mentions)
}

// isCalledOnly says whether nothing but another workflow of the repository starts it.
func (r *Repository) isCalledOnly(f *File, on *yaml.Node) bool {
	call := nodes.Text(on) == "workflow_call"
	for _, item := range nodes.List(on) {
		call = item == "workflow_call"
	}
	if on != nil && on.Kind == yaml.MappingNode {
		call = len(on.Content) == 2 && on.Content[0].Value == "workflow_call"
	}
	if !call {
		return false
	}
	for _, other := range r.Files() {
		if other != f && r.isWorkflow(other) && other.Mentions("/"+path.Base(f.Path)) && r.callsOwn(other) {
			return true
		}
	}
	return false
}

// defaults are the inputs of a workflow that a person, or another workflow, starts: each is what it is by default, unless
// that one gives another.
func (w *workflowReader) defaults(d *Document, on *yaml.Node) map[string]ciText {
	out := map[string]ciText{}
	for _, event := range []string{"workflow_dispatch", "workflow_call"} {
		nodes.Pairs(nodes.Field(on, event, "inputs"), func(key, value *yaml.Node) {
			name := strings.ToLower(nodes.Text(key))
			if of := nodes.Field(value, "default"); of != nil && of.Kind == yaml.ScalarNode {
				out[name] = ciKnown(of.Value, d.Position(of))
			} else {
				out[name] = ciUnknown("whoever starts the workflow says it")
			}
		})
	}
	return out
}

// note tells once of something that is not followed.
func (w *workflowReader) note(kind NoteKind, at Position, message string) {
	if !w.noted[at.String()+message] {
		w.noted[at.String()+message] = true
		w.repo.Note(kind, at, message)
	}
}

// workflow follows all jobs.
func (w *workflowReader) workflow(d *Document, from workflowScope) {
	file := d.File.Path
	if len(w.calls) >= maxWorkflows || slices.Contains(w.calls, file) {
		w.note(NoteBound, d.File.At(), fmt.Sprintf("workflows and actions that call each other are followed %d deep; this one, or one that it calls, calls itself", maxWorkflows))
		return
	}
	w.calls = append(w.calls, file)
	defer func() { w.calls = w.calls[:len(w.calls)-1] }()
	first := len(*w.out)
	from.doc, from.dir = d, w.repo.rootOf(file)
	if from.by == "" {
		from.by = file
	} else {
		from.by += ", which calls " + file
	}
	from.eval, from.env = &expressions{}, map[string]ciText{}
	top := from
	top.enter(w, "env", nodes.Field(d.Root, "env"))
	if dir := nodes.Field(d.Root, "defaults", "run", "working-directory"); dir != nil {
		top.cd(dir)
	}
	nodes.Pairs(nodes.Field(d.Root, "jobs"), func(key, job *yaml.Node) {
		w.combinations(top, nodes.Text(key), job)
	})
	w.below(first, file)
}

// goesOn says whether there is time for another job or step.
func (w *workflowReader) goesOn(d *Document) bool {
	if w.done++; w.done <= maxCISteps && len(*w.out)-w.first <= maxCIVariables {
		return true
	}
	w.note(NoteBound, d.File.At(), fmt.Sprintf("more than %d jobs and steps, each time that they are called, or %d groups of variables: the rest is not read", maxCISteps, maxCIVariables))
	return false
}

// below gives those that hold for the whole file, or for a job, what its parts say.
func (w *workflowReader) below(first int, file string) {
	all := (*w.out)[first:]
	for i := range all {
		for _, other := range all {
			if all[i].Kind == CIEnvironment && other.File == file && other.By != all[i].By && strings.HasPrefix(other.By, all[i].By) {
				all[i].Below = append(all[i].Below, other.Variables...)
			}
		}
	}
}

// combinations follows a job once for each way in which it may run: those of its matrix, and both of a condition that
// only the run decides.
func (w *workflowReader) combinations(top workflowScope, name string, job *yaml.Node) {
	if job == nil || job.Kind != yaml.MappingNode {
		return
	}
	combinations, ok := matrixOf(nodes.Field(job, "strategy", "matrix"))
	if !ok {
		combinations = nil
	}
	if len(combinations) == 0 || !top.doc.File.Mentions("matrix") {
		combinations = []map[string]*yaml.Node{nil}
	}
	for _, c := range combinations {
		scope := top
		scope.matrix, scope.matrixDoc, scope.anyMatrix = c, top.doc, !ok
		asked := &expressions{}
		scope.eval = asked
		before := len(*w.out)
		w.job(scope, name, job)
		if len(asked.conditions) != 1 {
			continue
		}
		*w.out = (*w.out)[:before]
		for _, holds := range []bool{true, false} {
			scope.eval = &expressions{assumed: asked.conditions[0], holds: holds}
			w.job(scope, name, job)
		}
	}
}

// startsLocal matches what starts a Supabase on the runner itself.
var startsLocal = regexp.MustCompile(`\bsupabase(?:@\S+)?\s+(?:db\s+)?start\b`)

// job follows one job.
func (w *workflowReader) job(s workflowScope, name string, job *yaml.Node) {
	if !w.goesOn(s.doc) {
		return
	}
	s.by += " job " + Shown(name)
	if nodes.Text(nodes.Field(job, "if")) == "false" || nodes.Text(nodes.Field(job, "if")) == "${{ false }}" {
		s.idle = "the job never runs (if: false)"
	}
	if n := nodes.Field(job, "environment"); n != nil {
		if n.Kind == yaml.MappingNode {
			n = nodes.Field(n, "name")
		}
		of := s.expand(n)
		s.environment, s.open = Shown(of.text), !of.known
	}
	for _, step := range nodes.Items(nodes.Field(job, "steps")) {
		s.local = s.local || startsLocal.MatchString(nodes.Text(nodes.Field(step, "run")))
	}
	if uses := nodes.Field(job, "uses"); uses != nil {
		w.call(s, job, uses)
		return
	}
	s.enter(w, "env", nodes.Field(job, "env"))
	if dir := nodes.Field(job, "defaults", "run", "working-directory"); dir != nil {
		s.cd(dir)
	}
	w.steps(&s, nodes.Items(nodes.Field(job, "steps")))
}

// call follows a job that is another workflow of the repository.
func (w *workflowReader) call(s workflowScope, job, uses *yaml.Node) {
	name, own := strings.CutPrefix(nodes.Text(uses), "./")
	if !own {
		return
	}
	f := w.repo.File(path.Join(w.repo.rootOf(s.doc.File.Path), name))
	if f == nil {
		w.note(NoteSkipped, s.doc.Position(uses), "the workflow that the job calls is not in the repository")
		return
	}
	for _, d := range f.Documents() {
		on := nodes.Field(d.Root, "on")
		if on == nil {
			on = nodes.Field(d.Root, "true")
		}
		inner := workflowScope{by: s.by, local: s.local, idle: s.idle, inputs: w.given(s, d, nodes.Field(on, "workflow_call", "inputs"), nodes.Field(job, "with")), secrets: s.secrets}
		if secrets := nodes.Field(job, "secrets"); nodes.Text(secrets) != "inherit" {
			inner.secrets = map[string]ciText{}
			nodes.Pairs(secrets, func(key, value *yaml.Node) { inner.secrets[strings.ToUpper(nodes.Text(key))] = s.expand(value) })
		}
		w.workflow(d, inner)
	}
}

// given are the inputs of what is called: what the caller gives, or else the default.
func (w *workflowReader) given(s workflowScope, d *Document, declared, with *yaml.Node) map[string]ciText {
	out := map[string]ciText{}
	nodes.Pairs(declared, func(key, value *yaml.Node) {
		t := ciKnown("", Position{})
		if of := nodes.Field(value, "default"); of != nil && of.Kind == yaml.ScalarNode {
			inner := workflowScope{doc: d, eval: &expressions{}}
			t = inner.expand(of)
		}
		out[strings.ToLower(nodes.Text(key))] = t
	})
	nodes.Pairs(with, func(key, value *yaml.Node) { out[strings.ToLower(nodes.Text(key))] = s.expand(value) })
	return out
}

// steps follows the steps of a job, or of an action. What they write to GITHUB_ENV holds for the later ones.
func (w *workflowReader) steps(s *workflowScope, steps []*yaml.Node) {
	for _, step := range steps {
		if step = nodes.Follow(step); step == nil || step.Kind != yaml.MappingNode {
			continue
		}
		if !w.goesOn(s.doc) {
			return
		}
		here := *s
		if nodes.Text(nodes.Field(step, "if")) == "false" || nodes.Text(nodes.Field(step, "if")) == "${{ false }}" {
			here.idle = "the step never runs (if: false)"
		}
		first := len(*w.out)
		own := here.enter(w, "env", nodes.Field(step, "env"))
		app := ""
		if run := nodes.Field(step, "run"); run != nil {
			if dir := nodes.Field(step, "working-directory"); dir != nil {
				here.cd(dir)
			}
			app = w.run(&here, s, run, nodes.Text(nodes.Field(step, "shell")))
		}
		if uses := nodes.Field(step, "uses"); uses != nil {
			if id := nodes.Text(nodes.Field(step, "id")); strings.HasPrefix(nodes.Text(uses), "docker/metadata-action@") && id != "" {
				s.images = maps.Clone(s.images)
				if s.images == nil {
					s.images = map[string]string{}
				}
				s.images[id] = nodes.Text(nodes.Field(step, "with", "images"))
			}
			w.uses(here, step, uses)
		}
		if own && app != "" {
			(*w.out)[first].App = app
		}
	}
}

// uses follows a step that is an action.
func (w *workflowReader) uses(s workflowScope, step, uses *yaml.Node) {
	name, _, _ := strings.Cut(nodes.Text(uses), "@")
	with := nodes.Field(step, "with")
	switch {
	case strings.HasPrefix(name, "./"):
		w.action(s, name, uses, with)
	case buildActions[name]:
		w.buildPush(s, uses, with)
	default:
		w.inputs(s, uses, with)
	}
}

// action follows a composite action of the repository.
func (w *workflowReader) action(s workflowScope, name string, uses, with *yaml.Node) {
	dir := path.Join(w.repo.rootOf(s.doc.File.Path), name)
	f := w.repo.File(path.Join(dir, "action.yml"))
	if f == nil {
		f = w.repo.File(path.Join(dir, "action.yaml"))
	}
	if f == nil {
		w.inputs(s, uses, with)
		return
	}
	if len(w.calls) >= 2*maxWorkflows || slices.Contains(w.calls, f.Path) {
		w.note(NoteBound, f.At(), "the action calls itself, and is followed once")
		return
	}
	w.calls = append(w.calls, f.Path)
	defer func() { w.calls = w.calls[:len(w.calls)-1] }()
	for _, d := range f.Documents() {
		inner := s
		inner.inputs = w.given(s, d, nodes.Field(d.Root, "inputs"), with)
		inner.doc, inner.by = d, s.by+", which uses "+f.Path
		inner.secrets = map[string]ciText{} // which an action does not see
		w.steps(&inner, nodes.Items(nodes.Field(d.Root, "runs", "steps")))
	}
}

// add takes up a group, unless it says what was said before.
func (w *workflowReader) add(s *workflowScope, v CIVariables) bool {
	v.File, v.By, v.Environment, v.Local, v.Idle = s.doc.File.Path, s.by, s.environment, s.local, s.idle
	for _, name := range s.order {
		if !slices.ContainsFunc(v.Variables, func(o CIVariable) bool { return o.Name == name }) {
			v.Around = append(v.Around, s.env[name].variable(name, s.env[name].at))
		}
	}
	if slices.ContainsFunc((*w.out)[w.first:], func(o CIVariables) bool { return v.alike(o, w.repo.matters) }) {
		return false
	}
	*w.out = append(*w.out, v)
	return true
}
