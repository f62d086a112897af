package render

import (
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// exclusions are the settings by which Argo CD leaves kinds of objects alone, whatever an Application deploys: what the cluster holds
// of such a kind, somebody else put there (argo-cd.readthedocs.io: operator-manual/declarative-setup, Resource Exclusion/Inclusion).
type exclusions struct {
	excluded, included []kindFilter
}

// kindFilter is one item of such a setting. A list that is empty stands for all (argo-cd util/settings: FilteredResource).
type kindFilter struct {
	groups, kinds, clusters []string
	where                   string
}

// readExclusions reads the settings where they stand: in the ConfigMap argocd-cm or a patch of it, in values of its chart (configs.cm),
// which have its names, and in the resource of Argo CD's operator.
func (p *planner) readExclusions() exclusions {
	var e exclusions
	for _, f := range p.files {
		if f.Example || !f.IsManifest() || !slices.ContainsFunc(
			[]string{"resource.exclusions", "resource.inclusions", "resourceExclusions", "resourceInclusions"}, f.Mentions) {
			continue
		}
		for _, d := range f.Documents() {
			nodes.EachMapping(d.Root, func(n *yaml.Node) {
				nodes.Pairs(n, func(key, value *yaml.Node) {
					switch key.Value {
					case "resource.exclusions", "resourceExclusions":
						filters := e.filters(value, key.Value+" in "+f.Path)
						e.excluded = append(e.excluded, filters...)
					case "resource.inclusions", "resourceInclusions":
						filters := e.filters(value, key.Value+" in "+f.Path)
						e.included = append(e.included, filters...)
					}
				})
			})
		}
	}
	return e
}

// filters are the items of a setting, which is a text of YAML. One that is none is a template: it may leave out anything.
func (e *exclusions) filters(setting *yaml.Node, where string) []kindFilter {
	docs, problems := nodes.Parse([]byte(nodes.Text(setting)))
	if len(problems) > 0 {
		e.excluded = append(e.excluded, kindFilter{where: where})
		return nil
	}
	var out []kindFilter
	for _, d := range docs {
		for _, item := range nodes.Items(d.Root) {
			f := kindFilter{where: where}
			for field, into := range map[string]*[]string{"apiGroups": &f.groups, "kinds": &f.kinds, "clusters": &f.clusters} {
				for _, text := range nodes.Items(nodes.Field(item, field)) { // "" is the group of Secrets
					*into = append(*into, nodes.Text(text))
				}
			}
			out = append(out, f)
		}
	}
	return out
}

// leave is the setting by which Argo CD may leave an object of a destination alone; empty where it deploys it. An exclusion goes before
// an inclusion, and where there are inclusions for a cluster nothing else is deployed to it (argo-cd util/settings: IsExcludedResource).
func (e exclusions) leave(o *manifest.Object, server string) string {
	for _, f := range e.excluded {
		if possible, _ := f.ofCluster(server); possible && f.ofKind(o) {
			return f.where
		}
	}
	where := ""
	for _, f := range e.included {
		possible, certain := f.ofCluster(server)
		if certain && f.ofKind(o) {
			return ""
		}
		if possible {
			where = f.where
		}
	}
	return where
}

func (f kindFilter) ofKind(o *manifest.Object) bool {
	group, _, grouped := strings.Cut(o.APIVersion, "/")
	if !grouped {
		group = ""
	}
	return (len(f.groups) == 0 || slices.ContainsFunc(f.groups, func(pattern string) bool { return likeName(pattern, group) })) &&
		(len(f.kinds) == 0 || slices.Contains(f.kinds, "*") || slices.Contains(f.kinds, o.Kind))
}

// ofCluster says whether an item may be about the cluster with that address, and whether it certainly is: Argo CD compares the address,
// which is not known of a destination that names the cluster.
func (f kindFilter) ofCluster(server string) (possible, certain bool) {
	if len(f.clusters) == 0 || slices.Contains(f.clusters, "*") {
		return true, true
	}
	if literal(server) == "" {
		return true, false
	}
	matches := slices.ContainsFunc(f.clusters, func(pattern string) bool { return likeName(pattern, server) })
	return matches, matches
}

// likeName says whether a name has the form of a pattern (argo-cd util/glob), in which * stands for any text.
func likeName(pattern, name string) bool {
	form := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
	re, err := regexp.Compile("^" + form + "$")
	return err == nil && re.MatchString(name)
}

// tellExcluded tells of what an Application holds and Argo CD does not deploy.
func (p *planner) tellExcluded(label string, spec *yaml.Node, o *manifest.Object) {
	if where := p.exclusions().leave(o, nodes.Text(nodes.Field(spec, "destination", "server"))); where != "" {
		p.tellLeft(label, o, sources.Shown(where))
	}
}
