package render

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// A controller deploys what stands in one revision of a repository, and as long as nobody has it stop. keylint has the files of one
// revision, and little that says which one it is. A branch that is checked out is that one, but it may be one that is to be merged: then, and where
// none is, the branch that most of what deploys names is taken for it. Of what names another one, or a tag or a commit, it is not known what is deployed.

// stopped is said of what a controller was told to leave.
const stopped = "is suspended: what was deployed last stays in the cluster, whatever stands here"

// tellFlux tells why what an order of Flux deploys, as a unit, may be another than what stands here.
func (p *planner) tellFlux(o order, u *Unit) {
	spec := nodes.Field(o.object.Root, "spec")
	if at := nodes.Field(spec, "suspend"); nodes.Text(at) == "true" {
		p.cannotTell(o, sources.NoteNotFetched, at, "it "+stopped)
	}
	ref, _ := fluxSource(o.object)
	source := p.gitRepository(o, sourceNamespace(o, ref), nodes.Text(nodes.Field(ref, "name")))
	if ref == nil {
		return
	}
	if source == nil {
		p.tellIgnored(o, u, nil)
		return
	}
	label := source.Kind + " " + sources.Shown(source.Name)
	spec = nodes.Field(source.Root, "spec")
	if nodes.Text(nodes.Field(spec, "suspend")) == "true" {
		p.cannotTell(o, sources.NoteNotFetched, nodes.Field(ref, "name"), "its "+label+" "+stopped)
	}
	if what := p.fluxRevision(source.File, spec); what != "" {
		p.cannotTell(o, sources.NoteNotFetched, nodes.Field(ref, "name"), "its "+label+" takes "+what+otherRevision)
	}
	p.tellIgnored(o, u, spec)
}

const otherRevision = ", which need not hold what stands here"

// fluxRevision is what a GitRepository takes, as a file says, that is not the head of the branch at hand; empty where it takes that.
func (p *planner) fluxRevision(file string, spec *yaml.Node) string {
	for _, field := range []string{"commit", "name", "semver", "tag"} { // in the order in which they count
		if text := nodes.Text(nodes.Field(spec, "ref", field)); text != "" {
			if branch, ok := strings.CutPrefix(text, "refs/heads/"); ok {
				return p.otherBranch(file, fluxURL(spec), branch)
			}
			return "the " + strings.Replace(field, "name", "reference", 1) + " " + sources.Shown(text)
		}
	}
	return p.otherBranch(file, fluxURL(spec), fluxBranch(spec))
}

// fluxBranch is the branch that a GitRepository takes, which has a default; empty where it is another kind of revision.
func fluxBranch(spec *yaml.Node) string {
	ref := nodes.Field(spec, "ref")
	for _, field := range []string{"commit", "semver", "tag"} {
		if nodes.Field(ref, field) != nil {
			return ""
		}
	}
	if name := nodes.Text(nodes.Field(ref, "name")); name != "" {
		branch, _ := strings.CutPrefix(name, "refs/heads/")
		return branch
	}
	return cmp.Or(nodes.Text(nodes.Field(ref, "branch")), "master")
}

// tellLegacyPatches tells of patches in forms that Flux had before v1 and that are not applied here, where they change what may hold keys.
func (p *planner) tellLegacyPatches(o order, spec *yaml.Node) {
	for _, field := range []string{"patchesStrategicMerge", "patchesJson6902"} {
		patches := nodes.Field(spec, field)
		if text, err := yaml.String(patches); patches != nil && (err != nil || sources.SetsValues(text)) {
			p.cannotTell(o, sources.NoteNotFetched, patches, "its "+field+" were not applied, which change what it deploys")
		}
	}
}

// argoRevision is what a source takes, as a file says, that is not the head of the branch at hand; empty where it takes that.
func (p *planner) argoRevision(file string, s, revision *yaml.Node) string {
	text := nodes.Text(revision)
	switch {
	case notABranch.MatchString(text):
		return "the revision " + sources.Shown(text)
	case text == "" || text == "HEAD" || strings.Contains(text, "{{"):
		return ""
	}
	return p.otherBranch(file, repositoryName(s), text)
}

// notABranch matches a commit, a tag's name or a range of versions.
var notABranch = regexp.MustCompile(`^(?:[0-9a-f]{7,40}|refs/tags/.*|[~^<>=* ]*v?[0-9]+(?:\.[0-9x*]+)+.*|[~^<>=*].*)$`)

// countBranch takes up that something deploys a branch of a repository.
func (p *planner) countBranch(repository, branch string) {
	if repository == "" || branch == "" || branch == "HEAD" || strings.Contains(branch, "{{") || notABranch.MatchString(branch) {
		return
	}
	if p.branches[repository] == nil {
		p.branches[repository] = map[string]int{}
	}
	p.branches[repository][branch]++
}

// otherBranch says which branch of a repository something in a file deploys that is not the one at hand: main is checked out, or most deploys another
// one, or something else deploys as much of another one, and neither is called like the one that everything is merged into.
func (p *planner) otherBranch(file, repository, branch string) string {
	head := p.repo.Branch(file)
	if branch == "" || branch == head {
		return ""
	}
	other := isDefaultBranch(head) && !isDefaultBranch(branch)
	counts := p.branches[repository]
	for rival, n := range counts {
		other = other || n > counts[branch] || n == counts[branch] && rival != branch && (isDefaultBranch(rival) || !isDefaultBranch(branch))
	}
	if other {
		return "the branch " + sources.Shown(branch)
	}
	return ""
}

func isDefaultBranch(name string) bool { return name == "main" || name == "master" }

// fluxURL is the address of a GitRepository.
func fluxURL(spec *yaml.Node) string {
	return strings.TrimSuffix(nodes.Text(nodes.Field(spec, "url")), ".git")
}

// gitRepository is the GitRepository of a name: one that is deployed beside the order, or else as it is written, that whose file lies
// next to the order's. It is nil where there is none.
func (p *planner) gitRepository(o order, namespace, name string) *manifest.Object {
	if found := p.object(o, "GitRepository", namespace, name); found != nil {
		return found
	}
	var best *manifest.Object
	near := -1
	for _, w := range p.gitRepositories {
		if w.Name != name || w.Namespace != namespace && w.Namespace != "" && namespace != "" {
			continue
		}
		if n := sharedSteps(w.File, o.object.File); n > near {
			best, near = w, n
		}
	}
	return best
}

// sharedSteps is how many directories two paths share from the root on.
func sharedSteps(a, b string) int {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < min(len(as), len(bs))-1 && as[n] == bs[n] {
		n++
	}
	return n
}

// tellApplication tells why what an Application makes may be another than what is made here: nobody looks at it any more, or a set makes it.
func (p *planner) tellApplication(o order) {
	const skip = "argocd.argoproj.io/skip-reconcile" // argo-cd.readthedocs.io: user-guide/skip_reconcile
	if at := nodes.Field(o.object.Root, "metadata", "annotations", skip); nodes.Text(at) == "true" {
		p.cannotTell(o, sources.NoteNotFetched, at, "it "+stopped)
	}
	if at := nodes.Field(o.object.Root, "spec", "sourceHydrator", "hydrateTo"); at != nil { // user-guide/source-hydrator
		p.cannotTell(o, sources.NoteNotFetched, at, "it deploys a branch that is filled from here once somebody merges that")
	}
	if o.set != nil {
		p.tellSet(o.set)
	}
}

// tellArgo tells why what a source of an Application deploys may be another than what stands here: Argo CD takes another revision, or a plugin
// makes it. Of argocd-vault-plugin it is known that it fills in placeholders.
func (p *planner) tellArgo(o order, s *yaml.Node) {
	revision := nodes.Field(s, "targetRevision")
	if what := p.argoRevision(o.object.File, s, revision); what != "" {
		p.cannotTell(o, sources.NoteNotFetched, revision, "it takes "+what+otherRevision)
	}
	if plugin := nodes.Field(s, "plugin"); plugin != nil {
		if name := nodes.Text(nodes.Field(plugin, "name")); !strings.HasPrefix(name, vaultPlugin) {
			p.cannotTell(o, sources.NoteNotFetched, cmp.Or(nodes.Field(plugin, "name"), plugin),
				strings.TrimSpace("what its plugin "+sources.Shown(name))+" makes of what stands here is not known")
		}
	}
}

const vaultPlugin = "argocd-vault-plugin"

// tellLeft tells why an object that may bear a key is left alone, in the cluster, by what deploys it. What another controller makes is not its own.
func (p *planner) tellLeft(label string, obj *manifest.Object, why string) {
	if why != "" && !obj.Derived() && !Keyless(obj.Kind) && p.leadsTo(obj) {
		at := obj.Locate(nodes.Field(obj.Root, "metadata", "name"))
		p.repo.NoteOf(obj.Title(), sources.NoteNotFetched, at, label+" does not make "+obj.Title()+" what stands here ("+why+"): what the cluster holds cannot be told")
	}
}

// Keyless says of a kind that none of its objects bears a key, or hands one on, whatever it is called.
func Keyless(kind string) bool { return keyless[kind] }

// keyless are kinds of which that is so.
var keyless = map[string]bool{
	"PersistentVolumeClaim": true, "PersistentVolume": true, "StorageClass": true, "VolumeSnapshot": true, "Namespace": true, "ServiceAccount": true,
	"Role": true, "RoleBinding": true, "ClusterRole": true, "ClusterRoleBinding": true, "NetworkPolicy": true, "PodDisruptionBudget": true,
	"HorizontalPodAutoscaler": true, "ResourceQuota": true, "LimitRange": true, "PriorityClass": true, "CustomResourceDefinition": true,
}

// leftAlone is the annotation for which a controller does not make an object what it is here; empty where there is none.
func leftAlone(o *manifest.Object, u *Unit) string {
	annotations := nodes.Texts(nodes.Field(o.Root, "metadata", "annotations"))
	if why := leftByHook(o.Kind, annotations, u); why != "" {
		return why
	}
	switch u.By {
	case Flux, FluxDecrypting: // fluxcd.io/flux/components/kustomize/kustomizations: Controlling the apply behavior of resources
		for _, s := range [][2]string{{"reconcile", "disabled"}, {"ssa", "IfNotPresent"}, {"ssa", "Ignore"}} {
			if name := "kustomize.toolkit.fluxcd.io/" + s[0]; strings.EqualFold(annotations[name], s[1]) {
				return name + ": " + s[1]
			}
		}
	case ArgoCD, ArgoCDPlugin: // argo-cd.readthedocs.io: user-guide/resource_hooks
		if slices.Contains(strings.Split(strings.ReplaceAll(annotations[argoHook], " ", ""), ","), "Skip") {
			return argoHook + ": Skip"
		}
	}
	return ""
}

// respected is the setting by which an Application leaves alone what an object sets: it ignores the difference, and respects that when it
// applies the object (argo-cd.readthedocs.io: user-guide/sync-options). It is empty where there is none.
func respected(spec *yaml.Node, o *manifest.Object) string {
	const setting = "RespectIgnoreDifferences=true"
	if !slices.Contains(nodes.List(nodes.Field(spec, "syncPolicy", "syncOptions")), setting) {
		return ""
	}
	group := ""
	if g, _, ok := strings.Cut(o.APIVersion, "/"); ok {
		group = g
	}
	for _, d := range nodes.Items(nodes.Field(spec, "ignoreDifferences")) {
		is := func(field, text string) bool {
			wanted := nodes.Text(nodes.Field(d, field))
			return wanted == "*" || wanted == text || wanted == "" && field != "group"
		}
		paths := slices.Concat(nodes.List(nodes.Field(d, "jsonPointers")), nodes.List(nodes.Field(d, "jqPathExpressions")))
		if is("group", group) && is("kind", o.Kind) && is("name", o.Name) && is("namespace", o.Namespace) &&
			(slices.ContainsFunc(nodes.List(nodes.Field(d, "managedFieldsManagers")), func(name string) bool { return !setsNoValue[name] }) || slices.ContainsFunc(paths, func(path string) bool { return mayLead(path) && selects(path, o) })) {
			return "ignoreDifferences, " + setting
		}
	}
	return ""
}

// setsNoValue are managers of fields that own how many pods there are, and how they fare, but no variable and no data key.
var setsNoValue = map[string]bool{"kube-controller-manager": true, "kube-scheduler": true, "kubelet": true, "keda-operator": true, "keda": true}

// mayLead says whether a path leads to what sets values, or to something around it: the containers, the pod, the whole specification.
func mayLead(path string) bool { return sources.SetsValues(path) || around.MatchString(path) }

// around matches a path, as a JSON pointer or for jq, that ends at what holds a pod's variables.
var around = regexp.MustCompile(`^(?:[/.](?:spec|template|jobTemplate|containers|initContainers)|/[0-9*-]+|\[[^]]*\]|\.\.|[/.]|\s|\|\s*|select\([^)]*\))*$`)

// selects says whether a path may lead to a variable of an object: one that selects by a name (select(.name == "X")) does so where a
// variable's name has that in it.
func selects(path string, o *manifest.Object) bool {
	_, condition, ok := strings.Cut(path, "select(")
	words := quotedWord.FindAllStringSubmatch(condition, -1)
	if !ok || len(words) == 0 {
		return true
	}
	found := false
	nodes.EachMapping(o.Root, func(n *yaml.Node) {
		name := nodes.Text(nodes.Field(n, "name"))
		found = found || slices.ContainsFunc(words, func(m []string) bool { return strings.Contains(name, m[1]) })
	})
	return found
}

var quotedWord = regexp.MustCompile(`"([^"]*)"`)
