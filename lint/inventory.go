package lint

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// inventory is what runs: the pods with their containers, and the environment that each of
// these will see, every reference followed.
type inventory struct {
	repo  *sources.Repository
	names keys.Names
	units []*render.Unit

	pods          []*pod
	containers    []*container
	composed      []*carrier // of compose files, beside the containers: build arguments, the stack's .env
	composeBuilds []composeBuild
	inputs        map[string]bool // the files that units are made of

	entries     map[*render.Object][]render.Entry
	scripts     []*render.Object // Secrets that scripts make with kubectl
	scriptsRead bool
}

// takeInventory reads the workloads of all units and the services of all compose files.
func takeInventory(repo *sources.Repository, units []*render.Unit) *inventory {
	inv := &inventory{repo: repo, names: repo.Names(), units: units, entries: map[*render.Object][]render.Entry{}, inputs: map[string]bool{}}
	inv.collectContainers()
	inv.collectCompose()
	for _, u := range units {
		for _, f := range u.Inputs {
			inv.inputs[f] = true
		}
	}
	for _, p := range inv.pods {
		inv.findEnvoys(p)
	}
	return inv
}

// entryRef names one data key of one object.
type entryRef struct {
	object *render.Object
	unit   *render.Unit
	key    string
}

// objectName is how an object is called in messages.
func objectName(kind, namespace, name string) string {
	if namespace == "" {
		return kind + " " + name
	}
	return kind + " " + namespace + "/" + name
}

// labelOf is how an object of the repository is called in messages.
func labelOf(o *render.Object) string { return objectName(o.Kind, o.Namespace, o.ShownName()) }

// entriesOf reads an object's entries once.
func (inv *inventory) entriesOf(o *render.Object) []render.Entry {
	if entries, ok := inv.entries[o]; ok {
		return entries
	}
	entries := o.Entries()
	inv.entries[o] = entries
	return entries
}

// entry finds one data key.
func (inv *inventory) entry(o *render.Object, key string) (render.Entry, bool) {
	for _, e := range inv.entriesOf(o) {
		if e.Key == key {
			return e, true
		}
	}
	e, ok := o.Undeclared(key)
	if ok { // what somebody reads is listed from now on
		inv.entries[o] = append(inv.entries[o], e)
	}
	return e, ok
}
