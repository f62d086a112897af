package render

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/internal/current"
	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// expandSet makes the Applications of an ApplicationSet, from the generators whose answer
// is in the repository: list, git, and a matrix of such. Of the others (clusters, pull
// requests, …) each gives one Application, with its expressions left as they are. What could not
// be told is noted.
func (p *planner) expandSet(set order) []*manifest.Object {
	o := set.object
	defer current.Begin("expanding the ApplicationSet", o.OriginalName+" in "+o.File)()
	spec := nodes.Field(o.Root, "spec")
	goTemplate := nodes.Text(nodes.Field(spec, "goTemplate")) == "true"
	var apps []*manifest.Object
	for _, g := range nodes.Items(nodes.Field(spec, "generators")) {
		sets, why := p.parameters(g, goTemplate, 0)
		switch why {
		case "":
		case tooManyPaths:
			p.cannotTell(set, sources.NoteBound, g, why)
		default:
			if !p.setsApart(nodes.Field(spec, "template", "spec")) {
				p.cannotTell(set, sources.NoteNotFetched, g, why)
			}
		}
		for _, parameters := range sets {
			if len(apps) == maxApplications {
				p.cannotTell(set, sources.NoteBound, g, fmt.Sprintf("it makes more than %d Applications; the rest is not looked at", maxApplications))
				return apps
			}
			template := nodes.Field(spec, "template")
			app, err := fromSet(o, template, parameters, goTemplate)
			switch {
			case errors.Is(err, chart.ErrTooMuch):
				p.cannotTell(set, sources.NoteBound, template, "its template is not filled in: that is "+sources.TooMuch)
				return apps
			case errors.Is(err, chart.ErrDecided):
				p.cannotTell(set, sources.NoteRefused, template, chart.ErrDecided.Error()+", which none gets to see: the Application that it makes is not known")
				continue
			case err != nil:
				p.cannotTell(set, sources.NoteRenderFailed, template, "its template cannot be filled in")
				continue
			}
			apps = append(apps, app)
		}
	}
	return apps
}

// maxApplications bounds what one ApplicationSet makes.
const maxApplications = 1_000

// parameters are the sets of parameters that a generator gives.
func (p *planner) parameters(g *yaml.Node, goTemplate bool, depth int) ([]map[string]any, string) {
	sets, why := p.generated(g, goTemplate, depth)
	if why == "" {
		sets = selected(nodes.Field(g, "selector"), sets)
	}
	return sets, why
}

// generated are those that a generator gives before its selector.
func (p *planner) generated(g *yaml.Node, goTemplate bool, depth int) ([]map[string]any, string) {
	switch {
	case nodes.Field(g, "list") != nil:
		var out []map[string]any
		for _, item := range nodes.Items(nodes.Field(g, "list", "elements")) {
			set := map[string]any{}
			if err := item.Decode(&set); err == nil {
				out = append(out, set)
			}
		}
		return out, ""
	case nodes.Field(g, "git") != nil:
		out, tooMuch := p.gitParameters(nodes.Field(g, "git"), goTemplate)
		if tooMuch {
			return nil, tooManyPaths
		}
		return out, ""
	case nodes.Field(g, "matrix") != nil && depth == 0:
		sets, problem := []map[string]any{{}}, ""
		for _, inner := range nodes.Items(nodes.Field(g, "matrix", "generators")) {
			more, why := p.parameters(inner, goTemplate, depth+1)
			problem = cmp.Or(problem, why)
			var product []map[string]any
			for _, a := range sets {
				for _, b := range more {
					if len(product) <= maxApplications { // one more, so that it is told
						set := maps.Clone(a)
						maps.Copy(set, b)
						product = append(product, set)
					}
				}
			}
			sets = product
		}
		return sets, problem
	}
	kind := "it has a generator without a kind"
	nodes.Pairs(g, func(key, _ *yaml.Node) {
		if key.Value != "selector" && key.Value != "template" {
			kind = "what its generator " + sources.Shown(key.Value) + " gives is not in the repository"
		}
	})
	return []map[string]any{{}}, kind
}

// setsApart says whether all Applications of a template, whatever its generators give, take the same from elsewhere into the same namespace: that is
// told by the namespace, as of any other Application.
func (p *planner) setsApart(spec *yaml.Node) bool {
	if literal(nodes.Text(nodes.Field(spec, "destination", "namespace"))) == "" || p.repo.MarkedNode(spec) {
		return false
	}
	return !slices.ContainsFunc(argoSources(spec), func(s *yaml.Node) bool {
		return literal(nodes.Text(nodes.Field(s, "repoURL"))) == "" || literal(nodes.Text(nodes.Field(s, "chart"))) == ""
	})
}

// gitParameters are those of the directories or files of the repository that match. tooMuch says that they are too many to be held against all
// patterns.
func (p *planner) gitParameters(git *yaml.Node, goTemplate bool) (out []map[string]any, tooMuch bool) {
	add := func(dir string, set map[string]any) {
		if goTemplate {
			set["path"] = map[string]any{"path": dir, "basename": path.Base(dir), "basenameNormalized": normalized(path.Base(dir)), "segments": strings.Split(dir, "/")}
		} else {
			set["path"], set["path.basename"], set["path.basenameNormalized"] = dir, path.Base(dir), normalized(path.Base(dir))
			for i, part := range strings.Split(dir, "/") {
				set[fmt.Sprintf("path[%d]", i)] = part
			}
		}
		out = append(out, set)
	}
	dirs := map[string]bool{}
	for _, f := range p.files {
		for dir := f.Dir(); dir != "." && !dirs[dir]; dir = path.Dir(dir) {
			dirs[dir] = true
		}
	}
	directories, files := nodes.Items(nodes.Field(git, "directories")), nodes.Items(nodes.Field(git, "files"))
	if !p.repo.Spend(matchCost * (len(dirs)*len(directories) + len(p.files)*len(files))) {
		return nil, true
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		wanted := false
		for _, item := range directories {
			if ok, err := path.Match(nodes.Text(nodes.Field(item, "path")), dir); err == nil && ok {
				wanted = nodes.Text(nodes.Field(item, "exclude")) != "true"
				if !wanted {
					break
				}
			}
		}
		if wanted {
			add(dir, map[string]any{})
		}
	}
	for _, item := range files {
		pattern := anyDepth(nodes.Text(nodes.Field(item, "path")))
		for _, f := range p.files {
			if pattern == nil || !pattern.MatchString(f.Path) {
				continue
			}
			for _, d := range f.Documents() {
				set := map[string]any{}
				if err := d.Root.Decode(&set); err != nil {
					continue
				}
				if !goTemplate {
					set = flattened(set)
				}
				add(f.Dir(), set)
			}
		}
	}
	return out, false
}

// tooManyPaths is why a git generator gives nothing.
const tooManyPaths = "to hold the paths of the repository against the patterns of its git generators is " + sources.TooMuch

// matchCost is what it costs to hold a path against a pattern.
const matchCost = 100

// anyDepth is a file pattern in which ** stands for any directories.
func anyDepth(pattern string) *regexp.Regexp {
	text := regexp.QuoteMeta(pattern)
	text = strings.NewReplacer(`\*\*/`, `(?:.*/)?`, `\*\*`, `.*`, `\*`, `[^/]*`, `\?`, `[^/]`).Replace(text)
	re, err := regexp.Compile("^" + text + "$")
	if err != nil {
		return nil
	}
	return re
}

// flattened has a.b in the place of nested mappings.
func flattened(set map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range set {
		if m, ok := v.(map[string]any); ok {
			for inner, x := range flattened(m) {
				out[k+"."+inner] = x
			}
			continue
		}
		out[k] = v
	}
	return out
}

var notInNames = regexp.MustCompile(`[^a-z0-9.-]+`)

func normalized(name string) string {
	return strings.Trim(notInNames.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

// fromSet fills in the template, scalar by scalar, so that each leads back to the one that
// it was made of.
func fromSet(o *manifest.Object, n *yaml.Node, parameters map[string]any, goTemplate bool) (*manifest.Object, error) {
	before := nodes.Mapping("apiVersion", nodes.Scalar("argoproj.io/v1alpha1"), "kind", nodes.Scalar("Application"),
		"metadata", nodes.Follow(nodes.Field(n, "metadata")), "spec", nodes.Follow(nodes.Field(n, "spec")))
	root, err := filling{o.Repo, parameters, goTemplate}.fill(before)
	if err != nil {
		return nil, err
	}
	app := manifest.New(o.Repo, root, o.File, fromSetTemplate{o, before})
	if app == nil {
		return nil, errNoApplication
	}
	if app.Namespace == "" {
		app.Namespace = o.Namespace
	}
	return app, nil
}

// errNoApplication is of what a template makes without a name.
var errNoApplication = errors.New("the template makes no Application that can be named")

// filling is what a template is filled in with.
type filling struct {
	repo       *sources.Repository
	parameters map[string]any
	goTemplate bool
}

// nodeCost is what a node costs that is copied.
const nodeCost = 200

func (f filling) fill(n *yaml.Node) (*yaml.Node, error) {
	n = nodes.Follow(n)
	if n == nil || !f.repo.Spend(nodeCost) {
		return nil, chart.ErrTooMuch
	}
	out := *n
	out.Content = nil
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "{{") {
		text, err := f.text(n.Value)
		if err != nil {
			return nil, err
		}
		out.Value = text
	}
	for _, c := range n.Content {
		child, err := f.fill(c)
		if err != nil {
			return nil, err
		}
		out.Content = append(out.Content, child)
	}
	return &out, nil
}

var setParameter = regexp.MustCompile(`\{\{\s*([\w.\[\]-]+)\s*\}\}`)

func (f filling) text(text string) (string, error) {
	if len(f.parameters) == 0 {
		return text, nil
	}
	if f.goTemplate {
		return chart.FillIn(f.repo, text, f.parameters)
	}
	tooMuch := false
	text = setParameter.ReplaceAllStringFunc(text, func(expression string) string {
		v, ok := f.parameters[setParameter.FindStringSubmatch(expression)[1]]
		if !ok || tooMuch {
			return expression
		}
		by := fmt.Sprint(v)
		tooMuch = !f.repo.Spend(len(by))
		return by
	})
	if tooMuch {
		return "", chart.ErrTooMuch
	}
	return text, nil
}

// fromSetTemplate is the origin of an Application that was filled in.
type fromSetTemplate struct {
	set    *manifest.Object
	before *yaml.Node
}

func (f fromSetTemplate) Find(o *manifest.Object, n *yaml.Node) (manifest.Place, bool) {
	way, isKey, ok := nodes.PathTo(o.Root, n)
	if !ok {
		return manifest.Place{}, false
	}
	m := nodes.At(f.before, way, isKey)
	if m == nil {
		return manifest.Place{}, false
	}
	p := f.set.Place(m)
	if m.Value != n.Value {
		p.Inside = nil
	}
	return p, true
}
