package render

import (
	"regexp"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// tellSet tells why the Applications that an ApplicationSet makes may be others than those that are made of it here: it lets them be what they
// are, changes what its template says, or takes the parameters from another revision (argo-cd.readthedocs.io: operator-manual/applicationset).
func (p *planner) tellSet(set *manifest.Object) {
	spec := nodes.Field(set.Root, "spec")
	tell := func(at *yaml.Node, why string) { p.cannotTell(order{object: set}, sources.NoteNotFetched, at, why) }
	switch at := nodes.Field(spec, "syncPolicy", "applicationsSync"); nodes.Text(at) {
	case "create-only", "create-delete":
		tell(at, "it makes its Applications once, and changes them no more: what they deploy need not be what stands here")
	}
	for _, d := range nodes.Items(nodes.Field(spec, "ignoreApplicationDifferences")) {
		paths := slices.Concat(nodes.List(nodes.Field(d, "jsonPointers")), nodes.List(nodes.Field(d, "jqPathExpressions")))
		if slices.ContainsFunc(paths, func(path string) bool { return toSource.MatchString(path) && !ofImageIn.MatchString(path) }) {
			tell(d, "it leaves alone what somebody changes in the sources of its Applications")
		}
	}
	if patch := nodes.Field(spec, "templatePatch"); patchSetsDeployed(nodes.Text(patch)) {
		tell(patch, "its templatePatch was not applied, which changes what its Applications deploy")
	}
	p.tellGenerators(set, nodes.Field(spec, "generators"), 0)
}

// tellGenerators tells of generators, and of those in them, that bring a template of their own, or look into another revision.
func (p *planner) tellGenerators(set *manifest.Object, generators *yaml.Node, depth int) {
	for _, g := range nodes.Items(generators) {
		nodes.Pairs(g, func(kind, generator *yaml.Node) {
			tell := func(at *yaml.Node, why string) {
				p.cannotTell(order{object: set}, sources.NoteNotFetched, at, "its generator "+sources.Shown(kind.Value)+" "+why)
			}
			for _, field := range []string{"source", "sources", "destination"} {
				if at := nodes.Field(generator, "template", "spec", field); at != nil && len(at.Content) > 0 {
					tell(at, "has a template of its own, which was not followed")
					break
				}
			}
			if kind.Value == "git" {
				if at := nodes.Field(generator, "revision"); p.isForeign(generator) {
					tell(nodes.Field(generator, "repoURL"), "looks into another repository than this one")
				} else if what := p.argoRevision(set.File, generator, at); what != "" {
					tell(at, "looks into "+what+otherRevision)
				}
			}
			if depth < 2 { // a matrix of merged ones
				p.tellGenerators(set, nodes.Field(generator, "generators"), depth+1)
			}
		})
	}
}

var (
	// toSource matches a path to the source of an Application, or to what is around it, and ofImageIn one that leads no further than to its image.
	toSource  = regexp.MustCompile(`^[/.]spec(?:$|\[|[/.](?:sources?|destination)\b)`)
	ofImageIn = regexp.MustCompile(`(?i)image|tag\b|digest`)
)
