package inventory

import (
	"regexp"
	"slices"
	"sync"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
)

// Inventory is what runs: the pods with their containers, and the environment that each of
// these will see, every reference followed.
type Inventory struct {
	Repo  *sources.Repository
	Names keys.Names
	Units []*render.Unit

	Pods          []*Pod
	Containers    []*Container
	Composed      []*Carrier // beside the containers: build arguments, the stack's .env, what probes and arguments hold
	ComposeBuilds []composeBuild
	Inputs        map[string]bool // the files that units are made of

	placed   map[placed][]deployed // what is deployed to a cluster that is known
	mutators []mutator

	takenByLabels []takenByLabel
	traefik       traefikLabels

	changed     map[*manifest.Object][]*mutator // which of them may change an object
	namespaces  map[string]labelSet             // labels of those that the repository has
	held        map[string]bool                 // texts in which something decrypted stands, or does not
	composeRead map[string]bool                 // the .env files that compose reads
	passedOver  map[string]string               // those beside a project that it passes over, with the reason
	units       map[*manifest.Object]*render.Unit
	read        map[*manifest.Object][]manifest.Entry
	listed      int                      // how many have been added to those since
	costs       map[*manifest.Object]int // what it costs to take in all of these
	insides     map[*manifest.Object]*inside
	services    map[string][]*Container   // behind the Services of a name, once somebody asked; nil before
	patterns    map[string]*regexp.Regexp // of namespaces; nil of what is none
	scripts     []*manifest.Object        // Secrets that scripts make with kubectl
	scriptsRead bool
	starts      func() *sources.ComposeStarts
	swarm       func() []sources.DockerObject
	ansible     func() []sources.AnsibleFile

	CI func() []sources.CIVariables // what CI systems, bake files and scripts hand on, and what they build
}

// Take reads the workloads of all units and the services of all compose files.
func Take(repo *sources.Repository, units []*render.Unit) *Inventory {
	inv := &Inventory{Repo: repo, Names: repo.Names(), Units: units, read: map[*manifest.Object][]manifest.Entry{}, costs: map[*manifest.Object]int{}, patterns: map[string]*regexp.Regexp{}, insides: map[*manifest.Object]*inside{}, Inputs: map[string]bool{}, composeRead: map[string]bool{}, passedOver: map[string]string{}, starts: sync.OnceValue(repo.ComposeStarts), swarm: sync.OnceValue(repo.DockerObjects), ansible: sync.OnceValue(repo.AnsibleFiles)}
	inv.CI = sync.OnceValue(func() []sources.CIVariables {
		return slices.Concat(repo.Workflows(), repo.Pipelines(), repo.Bakes(), repo.Skaffolds(), repo.ClusterBuilds(), repo.ImageBuilds())
	})
	tell := inv.readMutators()
	inv.collectContainers()
	inv.collectCompose()
	tell()
	inv.noteEdits()
	for _, u := range units {
		for _, f := range u.Inputs {
			inv.Inputs[f] = true
		}
	}
	for _, p := range inv.Pods {
		inv.findEnvoys(p)
	}
	inv.noteTaken()
	return inv
}

// PassedOver says why compose reads another file than this .env, which lies beside a project of
// its; empty where it reads it, and of any other file.
func (inv *Inventory) PassedOver(file string) string {
	if inv.composeRead[file] {
		return ""
	}
	return inv.passedOver[file]
}

// EntryRef names one data key of one object.
type EntryRef struct {
	Object *manifest.Object
	Unit   *render.Unit
	Key    string
}

// ObjectName is how an object is called in messages.
func ObjectName(kind, namespace, name string) string {
	if namespace == "" {
		return kind + " " + name
	}
	return kind + " " + namespace + "/" + name
}

// Label is how an object of the repository is called in messages.
func Label(o *manifest.Object) string { return ObjectName(o.Kind, o.Namespace, o.ShownName()) }

// Entries reads an object's entries once.
func (inv *Inventory) Entries(o *manifest.Object) []manifest.Entry {
	if entries, ok := inv.read[o]; ok {
		return entries
	}
	entries := o.Entries()
	inv.read[o] = entries // also for one that leads back to itself
	if o.Derived() || len(inv.mutators) > 0 {
		entries = slices.Clone(entries)
		for i, e := range entries {
			entries[i] = inv.arrived(o, e)
		}
		inv.read[o] = entries
	}
	return entries
}

// arrived is a data key as it is in the cluster: what changes objects there comes after what was copied from elsewhere.
func (inv *Inventory) arrived(o *manifest.Object, e manifest.Entry) manifest.Entry {
	if o.Doubt == "" {
		e = inv.followed(o, e)
	}
	if value, ok := inv.mutated(o, e.Key); ok {
		e.Value, e.Locked = value, nil
	}
	return e
}

// Entry finds one data key.
func (inv *Inventory) Entry(o *manifest.Object, key string) (manifest.Entry, bool) {
	for _, e := range inv.Entries(o) {
		if e.Key == key {
			return e, true
		}
	}
	e, ok := o.Undeclared(key)
	if ok { // what somebody reads is listed from now on
		e = inv.arrived(o, e)
		inv.read[o] = append(inv.read[o], e)
		inv.listed++
	}
	return e, ok
}
