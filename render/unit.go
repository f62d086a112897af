package render

import (
	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
)

// Kind says what makes a unit one.
type Kind string

// The kinds of units.
const (
	Kustomization     Kind = "kustomization"       // a root that no other kustomization uses
	Directory         Kind = "directory"           // manifests under no kustomization
	ComposeFile       Kind = "compose file"        // one compose project
	FluxKustomization Kind = "Flux Kustomization"  // what one of Flux' Kustomizations deploys
	Application       Kind = "Argo CD Application" // what one of Argo CD's Applications deploys
	Release           Kind = "Helm release"        // one chart with its values
	Terraform         Kind = "Terraform module"    // Secrets and ConfigMaps of one that is applied, with those that it calls
	LocalStack        Kind = "Supabase CLI"        // what "supabase start" runs on a developer's machine
	StackEnv          Kind = "a stack's .env"      // of which it is not known who reads it
	Undeployed        Kind = "not deployed"        // manifests that nothing lists or deploys
)

// Unit is what is deployed together.
type Unit struct {
	Name     string // the root's directory or the file, relative to the repository; or how its deployer is called
	Kind     Kind
	Path     string // the directory or file that it lies in
	Cluster  string // which cluster it reaches; empty where that cannot be told
	Rendered bool   // a kustomization that built; false where keylint fell back to its files
	Objects  []*manifest.Object
	Compose  *sources.ComposeProject // of a compose unit

	// ComposeOnly are the services that make the unit another one than that of the files
	// beside it; nil means all.
	ComposeOnly map[string]bool

	// Over is the unit of the compose files beside it, over which it is laid; nil for any other.
	Over *Unit

	// Instead is the unit of the compose files beside it, in place of which it is started; nil for any
	// other.
	Instead *Unit

	// Env are the files that a compose project is started with in place of the .env beside it;
	// nil where it is that.
	Env *sources.ComposeEnv

	// Missing says what could not be rendered ("the remote base github.com/… was not
	// fetched"): an object that is not in the unit may come from there. Where it is
	// empty the unit is complete.
	Missing []string

	// Failed is why a chart of it did not render, where values that cannot be seen may be the reason: nothing
	// is known then of what it makes. It is empty where there is none.
	Failed string

	// Doubt is why nothing that it deploys is known, nor whether that is all: a chart of it decides by the text of a secret. It is
	// empty where there is none.
	Doubt string

	// Unread are the keys that its charts are given as values which they do not know.
	Unread []chart.Unread

	// By is what deploys it, which may decrypt what is encrypted. What stands in the files that are
	// Opened is decrypted all the same, because a generator does that, or their entry asks for it.
	By     Deployer
	Opened []string

	Order    *manifest.Object // that makes a controller deploy it; nil where none does
	Declared sources.Position // where the deployment is named: the order, or a tool's list of releases; the zero Position where it is not

	// Inputs are the files that the unit was made of, in order of path.
	Inputs []string
}

// Another says whether two units are deployments of one compose project with different files of
// variables.
func (u *Unit) Another(v *Unit) bool {
	return u != v && u.Compose != nil && v.Compose != nil && u.Compose.Dir() == v.Compose.Dir() && u.Env.Key() != v.Env.Key()
}

// Apart says whether two units certainly reach different clusters.
func (u *Unit) Apart(v *Unit) bool {
	return u != v && u.Cluster != "" && v.Cluster != "" && u.Cluster != v.Cluster && !u.Perhaps(v)
}

// Perhaps says whether two units may reach one cluster, and may not: Argo CD's destinations name
// it by its address and by its name.
func (u *Unit) Perhaps(v *Unit) bool { return sameClusterMaybe(u.Cluster, v.Cluster) }

// Together says whether two units certainly reach the same cluster.
func (u *Unit) Together(v *Unit) bool { return u == v || u.Cluster != "" && u.Cluster == v.Cluster }

// doubted makes its doubt one of each of its objects, from which others take values.
func (u *Unit) doubted() {
	for _, o := range u.Objects {
		o.Doubt = u.Doubt
	}
}

// Deployed says whether the unit reaches a cluster as far as the repository tells.
func (u *Unit) Deployed() bool { return u.Kind != Undeployed }

// Find is the object of that kind and name in the namespace. Where nothing says which
// namespace one of the two is in, they are taken to be together, as long as only one
// object comes into question. It is nil where there is none.
func (u *Unit) Find(kind, namespace, name string) *manifest.Object {
	var possible []*manifest.Object
	for _, o := range u.Objects {
		if o.Kind != kind || o.Name != name {
			continue
		}
		if o.Namespace == namespace {
			return o
		}
		if o.Namespace == "" || namespace == "" {
			possible = append(possible, o)
		}
	}
	if len(possible) == 1 {
		return possible[0]
	}
	return nil
}
