package inventory

import (
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// noteEdits tells of commands, in scripts and in containers, that change what bears keys before it is deployed, or in the cluster: what they make
// of it is not followed.
func (inv *Inventory) noteEdits() {
	told := map[string]bool{}
	for _, c := range inv.Containers {
		if !slices.ContainsFunc(c.Command, sources.MayEdit) || c.Carrier.Idle != "" || !c.Unit.Deployed() {
			continue
		}
		at := sources.Position{File: c.Carrier.File}
		if c.Object != nil {
			at = c.Object.Locate(nodes.Field(c.Object.Root, "metadata", "name"))
		}
		for _, e := range inv.Repo.EditsOf(c.Command) {
			switch {
			case e.Gateway():
				inv.noteAdmin(e, at, told)
			case e.Deployer():
				inv.noteDeployer(e, at, told)
			case c.Object == nil || e.Built != "" || e.File != "":
			default:
				if e.Namespace == "" {
					e.Namespace = c.Namespace
				}
				inv.noteEdit(e, at, told)
			}
		}
	}
	inv.Repo.ClusterEdits(func(f *sources.File, e sources.ClusterEdit) {
		at := sources.Position{File: f.Path, Line: e.Line}
		switch {
		case e.Gateway():
			inv.noteAdmin(e, at, told)
		case e.Deployer():
			inv.noteDeployer(e, at, told)
		case e.Built != "":
			inv.noteBuilt(e, at)
		case e.File != "":
			inv.noteWritten(e, at, told)
		default:
			inv.noteEdit(e, at, told)
		}
	})
	for _, o := range inv.Repo.ForeignObjects() {
		switch {
		case o.Kind != "" && render.Keyless(o.Kind):
		case o.Name != "" && inv.noteEdit(o.ClusterEdit, o.At, told):
		case o.Bears:
			inv.Repo.Note(sources.NoteNotFetched, o.At, o.Verb+" deploys what may hold a key, and was not read")
		}
	}
}

// noteEdit tells of one that changes a variable or a data key of an object with keys, once for each object.
func (inv *Inventory) noteEdit(e sources.ClusterEdit, at sources.Position, told map[string]bool) (found bool) {
	if len(e.Variables) > 0 && !slices.ContainsFunc(e.Variables, func(name string) bool { return inv.Names.Of(name).Slot != "" }) {
		return false
	}
	if !inv.Repo.Spend(filterCost * (1 + inv.objects())) {
		inv.Repo.Note(sources.NoteBound, at, "what is changed in the cluster is "+sources.TooMuch)
		return false
	}
	inv.eachObject(func(u *render.Unit, o *manifest.Object) {
		if told[e.Verb+Label(o)] || !u.Deployed() || e.Namespace != "" && o.Namespace != "" && o.Namespace != e.Namespace || !isCalled(o.Kind, e.Kind) ||
			render.Keyless(o.Kind) || !inv.bears(o) {
			return
		}
		if e.Name != o.Name && (e.Name != "" || !inv.sets(o, e.Variables)) || !inv.Repo.Touches(e, asText(o)) {
			return
		}
		found, told[e.Verb+Label(o)] = true, true
		inv.Repo.Note(sources.NoteNotFetched, at, e.Verb+" changes "+Label(o)+" in the cluster, and what it makes of it cannot be told")
	})
	return found
}

// noteAdmin tells of a command that tells a Kong what to accept while it runs, once for each file.
func (inv *Inventory) noteAdmin(e sources.ClusterEdit, at sources.Position, told map[string]bool) {
	kong := func(c *Container) bool {
		return c.Carrier.Backend == "Kong" && c.Carrier.Idle == "" && c.Unit.Deployed()
	}
	if told[e.Verb+at.File] || !slices.ContainsFunc(inv.Containers, kong) && !inv.hasConsumers() {
		return
	}
	told[e.Verb+at.File] = true
	inv.Repo.Note(sources.NoteNotFetched, at, e.Verb+" tells Kong what it accepts while it runs, which need not be what stands here")
}

// noteDeployer tells of a command that changes what a controller deploys by one of its objects, once for each, where that may bear keys.
func (inv *Inventory) noteDeployer(e sources.ClusterEdit, at sources.Position, told map[string]bool) {
	if !inv.Repo.Spend(filterCost * (len(inv.Units) + inv.objects())) {
		inv.Repo.Note(sources.NoteBound, at, "what is changed in the cluster is "+sources.TooMuch)
		return
	}
	for _, u := range inv.Units {
		if u.Order == nil || u.Order.Kind != e.Kind || e.Name != "" && u.Order.Name != path.Base(e.Name) || told[e.Verb+u.Name] || !u.Deployed() || !slices.ContainsFunc(u.Objects, inv.bears) || !inv.Repo.Touches(e, "") {
			continue
		}
		told[e.Verb+u.Name] = true
		inv.Repo.Note(sources.NoteNotFetched, at, e.Verb+" changes what "+u.Name+" deploys, and what it makes of it cannot be told")
	}
}

// bears says whether an object bears a key, or leads to one.
func (inv *Inventory) bears(o *manifest.Object) bool {
	return inv.Repo.MarkedNode(o.Root) || (o.Kind == "Secret" || o.Kind == "ConfigMap") &&
		slices.ContainsFunc(o.Entries(), func(e manifest.Entry) bool { return inv.Names.Of(e.Key).Slot != "" })
}

// sets says whether an object, one of those that are selected, has one of the variables.
func (inv *Inventory) sets(o *manifest.Object, variables []string) bool {
	found := false
	nodes.EachMapping(o.Root, func(n *yaml.Node) {
		found = found || slices.Contains(variables, nodes.Text(nodes.Field(n, "name")))
	})
	return found
}

// asText is an object as it goes through a pipe.
func asText(o *manifest.Object) string {
	text, err := yaml.NewRNode(o.Root).String()
	if err != nil {
		return ""
	}
	return text
}

// noteBuilt tells of a program that changes what is built before it is applied.
func (inv *Inventory) noteBuilt(e sources.ClusterEdit, at sources.Position) {
	for _, u := range inv.Units {
		if u.Deployed() && u.Path == e.Built && slices.ContainsFunc(u.Objects, func(o *manifest.Object) bool { return inv.bears(o) && inv.Repo.Touches(e, asText(o)) }) {
			inv.Repo.Note(sources.NoteNotFetched, at, e.Verb+" changes what is built of "+u.Path+" before it is applied, and what it makes of it cannot be told")
			return
		}
	}
}

// noteWritten tells of a file with keys that a script writes, or has a program change, before it deploys it, once for each file.
func (inv *Inventory) noteWritten(e sources.ClusterEdit, at sources.Position, told map[string]bool) {
	f := inv.Repo.File(e.File)
	if f == nil || told[f.Path] || f.Example || f.Ignored || !f.BearsKeys() || !f.IsManifest() && !(f.IsDotenv() && inv.besideCompose(f)) {
		return
	}
	b, err := f.Disk()
	if err != nil || !inv.Repo.Touches(e, string(b)) {
		return
	}
	told[f.Path] = true
	inv.Repo.Note(sources.NoteNotFetched, at, e.Verb+" changes "+f.Path+" before it is deployed, and what it makes of it cannot be told")
}

// besideCompose says whether a project of compose lies in the directory of a file, or takes variables from it.
func (inv *Inventory) besideCompose(f *sources.File) bool {
	return slices.ContainsFunc(inv.Units, func(u *render.Unit) bool { return u.Compose != nil && u.Compose.Dir() == f.Dir() })
}

// isCalled says whether kubectl knows a kind by a word: by its name, its plural, with its group, or in short.
func isCalled(kind, word string) bool {
	word, _, _ = strings.Cut(strings.ToLower(word), ".")
	name := strings.ToLower(kind)
	return word == name || word == name+"s" || word == shortKinds[kind]
}

var shortKinds = map[string]string{
	"Deployment": "deploy", "StatefulSet": "sts", "DaemonSet": "ds", "ReplicaSet": "rs", "ConfigMap": "cm", "CronJob": "cj", "Pod": "po", "Ingress": "ing",
}
