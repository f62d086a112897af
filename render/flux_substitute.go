package render

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
	"sigs.k8s.io/kustomize/kyaml/yaml"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/keylint/keylint/internal/current"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// substitution is the last step of a Flux Kustomization: ${NAME} in everything that it
// deploys, whoever was meant to fill it in, gives way to a variable of the Kustomization.
type substitution struct {
	label     string
	variables map[string]fluxVariable
	open      string // why there may be variables that are not known; empty where all are
}

// fluxVariable is a variable with the place where its value is written.
type fluxVariable struct {
	value  keys.Value
	secret bool // it was decrypted
	place  manifest.Place
}

// substituteDisabled is the label or annotation by which an object is left as it is.
const substituteDisabled = "kustomize.toolkit.fluxcd.io/substitute"

// variableName is what Flux takes for one (fluxcd/pkg/kustomize: varsubRegex).
var variableName = regexp.MustCompile(`^[_[:alpha:]][_[:alpha:][:digit:]]*$`)

// postBuild substitutes in the unit's objects.
func (p *planner) postBuild(o order, u *Unit) {
	defer current.Begin("substituting Flux' variables in", u.Name)()
	post := nodes.Field(o.object.Root, "spec", "postBuild")
	if post == nil {
		return
	}
	s := p.substitution(o, u, post)
	if len(s.variables) == 0 && s.open == "" {
		return // Flux then leaves everything as it is
	}
	var written []*manifest.Object
	for _, obj := range u.Objects {
		if !obj.Derived() {
			s.apply(obj, p.repo)
			written = append(written, obj)
		}
	}
	// What a controller makes of an object follows what became of it.
	u.Objects = stores.With(written)
}

// alteration matches an expression that gives another text than that of its variable.
var alteration = regexp.MustCompile(`\$\{(?:#(\w+)|(\w+)(?::\s*-?[0-9]|\^|,|/|#|%))`)

// substitution reads the variables, the inline ones last, which win.
func (p *planner) substitution(o order, u *Unit, post *yaml.Node) *substitution {
	s := &substitution{label: o.label(), variables: map[string]fluxVariable{}}
	for _, ref := range nodes.Items(nodes.Field(post, "substituteFrom")) {
		kind, name := nodes.Text(nodes.Field(ref, "kind")), nodes.Text(nodes.Field(ref, "name"))
		from := p.object(o, kind, o.object.Namespace, name)
		if from == nil {
			from = u.Find(kind, o.object.Namespace, name)
		}
		if from == nil {
			s.open = fmt.Sprintf("%s takes variables from %s %s/%s, which is not in the repository", o.label(), kind, o.object.Namespace, name)
			continue
		}
		for _, e := range from.Entries() {
			at := e.Place
			at.At = e.At
			s.variables[e.Key] = fluxVariable{e.Value.WithoutLineEnds(), e.SOPS || e.Sealed || p.repo.Standins().IsSecret(e.Value.Text()), at} // which Flux drops
		}
	}
	nodes.Pairs(nodes.Field(post, "substitute"), func(key, value *yaml.Node) {
		if key != nil && value != nil && value.Kind == yaml.ScalarNode {
			s.variables[key.Value] = fluxVariable{keys.Known(keys.NewText(value.Value)).WithoutLineEnds(), false, o.object.Place(value)}
		}
	})
	for _, name := range slices.Sorted(maps.Keys(s.variables)) {
		if !variableName.MatchString(name) {
			p.repo.Note(sources.NoteRenderFailed, s.variables[name].place.At,
				sources.Shown(name)+" is no name of a variable, so that "+o.label()+" deploys nothing")
			s.variables = nil
			s.open = ""
			return s
		}
	}
	if s.open != "" {
		p.repo.Note(sources.NoteNotFetched, o.object.Locate(nodes.Field(post, "substituteFrom")), s.open)
	}
	return s
}

// apply substitutes in one object as Flux does: in its YAML, read anew afterwards.
func (s *substitution) apply(o *manifest.Object, repo *sources.Repository) {
	if labelOf(o, "labels") == "disabled" || labelOf(o, "annotations") == "disabled" {
		return
	}
	text, err := asYAML(o.Root)
	if err != nil || !strings.Contains(text, "$") {
		return
	}
	missing := map[string]bool{}
	cost, ok := substitutionCost(text, func(name string) int {
		if v := s.variables[name]; v.value.IsKnown() {
			return v.value.Text().Len()
		}
		return 0
	})
	if ok && !repo.Spend(cost) {
		repo.Note(sources.NoteBound, sources.Position{File: o.File},
			fmt.Sprintf("to substitute the variables of %s in %s %s is %s; it is left as it is written", s.label, o.Kind, o.Name, sources.TooMuch))
		return
	}
	altered := map[string]bool{}
	for _, m := range alteration.FindAllStringSubmatch(text, -1) {
		altered[m[1]+m[2]] = true
	}
	out, err := envsubst.Eval(text, func(name string) (string, bool) {
		v, ok := s.variables[name]
		switch {
		case ok && v.secret && altered[name]:
			return repo.Hand(keys.Unknown("Flux makes it of a part of what was decrypted, and that is not followed")), true
		case ok && v.secret && v.value.IsKnown():
			return repo.HandSecret(v.value.Text()), true
		case ok:
			return repo.Hand(v.value), true
		case s.open != "":
			return repo.Hand(keys.Unknown(s.open)), true
		}
		missing[name] = true
		return "", true
	})
	if err != nil {
		repo.Note(sources.NoteRenderFailed, sources.Position{File: o.File},
			fmt.Sprintf("%s cannot substitute variables in %s %s: what stands behind a ${ is no expression that Flux knows, so it deploys nothing", s.label, o.Kind, o.Name))
		return
	}
	docs, problems := nodes.Parse([]byte(out))
	if len(problems) > 0 || len(docs) != 1 {
		repo.Note(sources.NoteRenderFailed, sources.Position{File: o.File},
			fmt.Sprintf("after the variables of %s are substituted, %s %s is not YAML", s.label, o.Kind, o.Name))
		return
	}
	before := *o
	o.Root = docs[0].Root
	o.Origin = fromSubstitution{before: &before, by: s, missing: missing}
	for _, e := range EatenIn(o) {
		if repo.Names().Of(e.Name).Slot == "" { // of a key it is a finding
			repo.Note(sources.NoteSkipped, e.At, fmt.Sprintf("nothing sets the variable %s of %s: it becomes nothing, and Flux 2.9 and later refuse it", e.Name, s.label))
		}
	}
	o.Name = nodes.Text(nodes.Field(o.Root, "metadata", "name"))
	o.Namespace = nodes.Text(nodes.Field(o.Root, "metadata", "namespace"))
	if o.Namespace == "" {
		o.Namespace = before.Namespace
	}
}

// asYAML is the YAML in which kustomize hands an object on: quotes stand only where they
// must, so that what is put into a text may become a number or nothing
// (kustomize api/resource: AsYAML).
func asYAML(n *yaml.Node) (string, error) {
	b, err := yaml.NewRNode(n).MarshalJSON()
	if err != nil {
		return "", err
	}
	b, err = sigsyaml.JSONToYAML(b)
	return string(b), err
}

func labelOf(o *manifest.Object, field string) string {
	return nodes.Text(nodes.Field(o.Root, "metadata", field, substituteDisabled))
}

// fromSubstitution is the origin of such an object: where a text is a variable's value and
// nothing else, that one's place; else the place where the text stood before.
type fromSubstitution struct {
	before  *manifest.Object // what it was
	by      *substitution
	missing map[string]bool // variables that it asked for and that nothing sets
}

var wholeVariable = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?[-=][^}]*)?\}$`)

func (f fromSubstitution) Find(o *manifest.Object, n *yaml.Node) (manifest.Place, bool) {
	way, isKey, ok := nodes.PathTo(o.Root, n)
	if !ok {
		return manifest.Place{}, false
	}
	m := nodes.At(f.before.Root, way, isKey)
	if m == nil {
		return manifest.Place{}, false
	}
	p := f.before.Place(m)
	if n.Kind != yaml.ScalarNode || m.Value == n.Value {
		return p, true
	}
	step := "${…} substituted by " + f.by.label
	if name := wholeVariable.FindStringSubmatch(m.Value); name != nil {
		step = "${" + name[1] + "} substituted by " + f.by.label
		if v, ok := f.by.variables[name[1]]; ok {
			via := p.Via
			p = v.place
			p.Inside = nil
			p.Via = append(append([]string{}, via...), step)
			return p, true
		}
	}
	p.Via = append(append([]string{}, p.Via...), step)
	// A substitution within a line keeps the lines as they are, as long as no value has
	// several; columns move.
	if inside := p.Inside; inside != nil && strings.Count(m.Value, "\n") == strings.Count(n.Value, "\n") {
		before, after := strings.Split(m.Value, "\n"), strings.Split(n.Value, "\n")
		p.Inside = func(line, column, endColumn int) sources.Position {
			if line < 1 || line > len(before) || before[line-1] == after[line-1] {
				return inside(line, column, endColumn)
			}
			at := strings.Index(before[line-1], "${")
			return inside(line, max(at, 0)+1, len(before[line-1])+1)
		}
	} else {
		p.Inside = nil
	}
	return p, true
}

// Eaten is a reference that Flux' substitution took out of a text, though something else
// was meant to fill it in.
type Eaten struct {
	Name string
	At   sources.Position
	By   string // the Flux Kustomization
}

var bareReference = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// EatenIn lists them: ${NAME} without a default, where nothing sets NAME.
func EatenIn(o *manifest.Object) []Eaten {
	s, ok := o.Origin.(fromSubstitution)
	if !ok || len(s.missing) == 0 {
		return nil
	}
	var out []Eaten
	before := s.before
	eachScalar(before.Root, 0, func(n *yaml.Node) {
		for number, line := range strings.Split(n.Value, "\n") {
			for _, m := range bareReference.FindAllStringSubmatchIndex(line, -1) {
				name := line[m[2]:m[3]]
				if !s.missing[name] || m[0] > 0 && line[m[0]-1] == '$' {
					continue
				}
				out = append(out, Eaten{Name: name, At: before.Inside(n, number+1, m[0]+1, m[1]+1), By: s.by.label})
			}
		}
	})
	return out
}

func eachScalar(n *yaml.Node, depth int, visit func(*yaml.Node)) {
	if n == nil || depth > nodes.MaxDepth {
		return
	}
	if n.Kind == yaml.ScalarNode {
		visit(n)
	}
	for _, c := range n.Content {
		eachScalar(c, depth+1, visit)
	}
}
