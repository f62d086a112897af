package render

import (
	"bytes"
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/render/kustomize"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// Units lists what the repository deploys, in order of name. What could not be rendered
// is noted in the repository, and in the unit's Missing.
func Units(repo *sources.Repository) []*Unit {
	if !anyBears(repo) {
		return nil
	}
	charts := chart.NewCharts(repo)
	g := kustomize.Read(repo, charts)
	p := &planner{
		repo: repo, g: g, charts: charts, roots: g.Roots(), files: repo.Files(), byFile: map[string][]*deployer{}, relevant: map[*deployer]bool{},
		under: map[string][]*sources.File{}, plain: map[*sources.File][]*manifest.Object{}, argoURLs: map[string]int{}, chartConfigs: map[string]*manifest.Object{}, helmURLs: map[string]map[string]string{}, fluxSources: map[string]int{}, branches: map[string]map[string]int{}, ignored: map[*sources.File][]gitignore.Pattern{},
		unseenValues: map[string]chart.Layer{},
		done:         map[string]bool{}, covered: map[string]bool{}, passed: map[string]bool{}, reached: map[string]bool{},
	}
	p.clusterNames, p.kustomizeCalls = sync.OnceValue(p.readClusterNames), sync.OnceValue(repo.KustomizeCalls)
	p.exclusions = sync.OnceValue(p.readExclusions)
	p.readDeployers()
	p.follow()
	for _, d := range p.deployers {
		p.cover(d)
	}
	p.applyByHand()
	p.run()
	p.startLoose()
	p.helmfiles()
	p.rest()
	p.valuesFiles()
	p.units = append(p.units, terraformUnits(repo)...)
	p.tellElsewhere()
	p.tellRivals()
	p.tellApart()
	for _, u := range p.units { // what was rendered was read, for its locked files and its comments to count
		for _, name := range u.Inputs {
			if f := repo.File(name); f != nil {
				f.LeadTo()
			}
		}
	}
	slices.SortStableFunc(p.units, func(a, b *Unit) int { return cmp.Compare(a.Name, b.Name) })
	return p.units
}

// anyBears says whether a mark stands in any file of the repository, or in one of another kind
// that a generator of a kustomization names. Without one there is nothing to follow.
func anyBears(repo *sources.Repository) bool {
	for _, f := range repo.Files() {
		if f.IsMarked() {
			return true
		}
	}
	for _, f := range repo.Files() {
		if b, err := f.Disk(); err == nil && f.IsKustomization() && bytes.Contains(b, []byte("Generator")) {
			for _, word := range bytes.FieldsFunc(b, notInPath) {
				if named := repo.File(path.Join(f.Dir(), string(word))); named != nil && named.IsMarked() {
					return true
				}
			}
		}
	}
	return false
}

// notInPath says whether a sign ends a path, as it stands in YAML.
func notInPath(c rune) bool { return strings.ContainsRune(" \t\r\n\"',=[]{}", c) }

// tellApart puts the cluster behind the names of units that are called alike.
func (p *planner) tellApart() {
	count := map[string]int{}
	for _, u := range p.units {
		count[u.Name]++
	}
	for _, u := range p.units {
		if count[u.Name] > 1 && u.Cluster != "" {
			u.Name += " (" + u.Cluster + ")"
		}
	}
}

// applyByHand renders the roots that no controller deploys and that hold its objects, and
// reads the plain manifests that do.
func (p *planner) applyByHand() {
	for _, r := range p.roots {
		if p.covered[r.Dir()] || !p.holdsOrders(r.Files()) {
			continue
		}
		u := renderRoot(p.g, r)
		p.noteRestricted(r, p.byCommand)
		u.Cluster = p.clusterOf(r.Dir())
		p.covered[r.Dir()] = true
		p.add(u, order{})
	}
	for _, d := range p.deployers {
		if !p.covered[d.file.Path] && p.matters(d) {
			p.start(d)
		}
	}
}

// holdsOrders says whether one of the files holds an object whose deployment matters.
func (p *planner) holdsOrders(files []*sources.File) bool {
	for _, f := range files {
		for _, d := range p.byFile[f.Path] {
			if p.matters(d) {
				return true
			}
		}
	}
	return false
}

// start takes up an object as it is written.
func (p *planner) start(d *deployer) {
	p.queue = append(p.queue, order{object: d.object, cluster: p.clusterOf(d.file.Dir())})
}

// startLoose takes up what nothing has led to: what deploys itself, as Flux' own bootstrap
// does, and what deploys each other in a circle.
func (p *planner) startLoose() {
	for _, own := range []bool{true, false} {
		for _, d := range p.deployers {
			// A HelmRelease in a file that something deploys and that has not been reached is a
			// patch, and so is a Kustomization without a path.
			isPatch := p.covered[d.file.Path] && (len(d.dirs) == 0 || d.object.Kind == "HelmRelease")
			if p.reached[writtenAs(d.object)] || isPatch || !p.matters(d) || own && !p.deploysItself(d) {
				continue
			}
			p.start(d)
			p.run()
		}
	}
}

func (p *planner) deploysItself(d *deployer) bool {
	for _, dir := range d.dirs {
		for _, f := range p.filesUnder(dir) {
			if f == d.file {
				return true
			}
		}
	}
	return false
}

// writtenAs names an object by where it is written, whatever became of it since.
func writtenAs(o *manifest.Object) string { return o.File + "|" + o.Kind + "|" + o.OriginalName }

// rest makes units of what no controller deploys.
func (p *planner) rest() {
	var rest []*Unit
	for _, r := range p.roots {
		switch {
		case p.covered[r.Dir()]:
		case !r.Bears():
			r.NoteHarm(p.g)
		default:
			rest = append(rest, renderRoot(p.g, r))
			p.noteRestricted(r, p.byCommand)
		}
	}
	for _, r := range p.roots {
		for _, f := range r.Files() {
			p.covered[f.Path] = true
		}
	}
	rest = append(rest, plainUnits(p.repo, p.g, p.covered)...)
	governs := p.governs(rest...)
	for _, u := range rest {
		passed := !slices.ContainsFunc(u.Inputs, func(name string) bool { return !p.passed[name] })
		if (u.Kind == Kustomization || u.Kind == Directory) && (governs(u) || passed) && !p.isApplied(u) {
			p.leave(u)
		}
	}
	p.units = append(p.units, rest...)
}

// isApplied says whether a command of the repository gives a unit, or a file of it, to the cluster.
func (p *planner) isApplied(u *Unit) bool {
	return slices.ContainsFunc(append(slices.Clone(u.Inputs), u.Path), func(name string) bool {
		_, ok := p.repo.KubectlApplies(name)
		return ok
	})
}

// governs says whether something of the rest, which no controller deploys, reaches no cluster, because
// controllers deploy what bears keys, and not that. Where Supabase is applied by hand and they deploy something
// else, so is it, and what runs beside it.
func (p *planner) governs(rest ...*Unit) func(*Unit) bool {
	controller, supabase := false, false
	for _, u := range p.units {
		controller = controller || u.Kind == FluxKustomization || u.Kind == Application
		if u.By != "" && u.By != Helmfile {
			supabase = supabase || u.runs(ownImages) || strings.Contains(u.Name, "supabase")
		}
	}
	byHand := slices.ContainsFunc(slices.Concat(p.units, rest), func(u *Unit) bool { return u.runs(ownImages) || u.runs(gatewayImages) })
	return func(u *Unit) bool { return controller && (supabase || !byHand || !u.runs(anyImage)) }
}

var (
	// ownImages are those of Supabase's services, wherever they are mirrored.
	ownImages = regexp.MustCompile(`(?:^|/)(?:gotrue|storage-api|postgrest|postgres-meta|edge-runtime)(?:[:@]|$)|supabase/`)

	// gatewayImages are those of its gateways. What a controller deploys of them may be anybody's gateway.
	gatewayImages = regexp.MustCompile(`(?:^|/)(?:kong|envoy)(?:[:@]|$)`)

	anyImage = regexp.MustCompile(`.`)
)

// runs says whether the unit has a container of one of the images.
func (u *Unit) runs(images *regexp.Regexp) bool {
	for _, o := range u.Objects {
		found := false
		nodes.EachMapping(o.Root, func(n *yaml.Node) { found = found || images.MatchString(nodes.Text(nodes.Field(n, "image"))) })
		if found {
			return true
		}
	}
	return false
}

// leave makes a unit one that nothing deploys.
func (p *planner) leave(u *Unit) {
	u.Kind = Undeployed
	p.repo.Note(sources.NoteSkipped, sources.Position{File: u.Path},
		"no Flux Kustomization and no Argo CD Application of the repository deploys it, so it is not compared with what is deployed")
}

// clusterOf names the cluster that an object reaches that is applied by hand. Where the
// same object is written in two directories there are two clusters, and the directories
// tell them apart; else there is one.
func (p *planner) clusterOf(dir string) string {
	parts := strings.Split(dir, "/")
	for i, part := range parts {
		if part == "clusters" && i+1 < len(parts) {
			return path.Join(parts[:i+2]...)
		}
	}
	places := map[string]string{}
	for _, d := range p.deployers {
		id := d.object.Kind + "|" + d.object.Namespace + "|" + d.object.Name
		if at, ok := places[id]; ok && at != d.file.Dir() {
			return dir
		}
		places[id] = d.file.Dir()
	}
	return "the cluster"
}
