package render

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
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
	Undeployed        Kind = "not deployed"        // manifests that nothing lists or deploys
)

// Unit is what is deployed together.
type Unit struct {
	Name     string // the root's directory or the file, relative to the repository; or how its deployer is called
	Kind     Kind
	Path     string // the directory or file that it lies in
	Cluster  string // which cluster it reaches; empty where that cannot be told
	Rendered bool   // a kustomization that built; false where keylint fell back to its files
	Objects  []*Object
	Compose  *sources.ComposeProject // of a compose unit

	// ComposeOnly are the services that make the unit another one than that of the files
	// beside it; nil means all.
	ComposeOnly map[string]bool

	// Missing says what could not be rendered ("the remote base github.com/… was not
	// fetched"): an object that is not in the unit may come from there. Where it is
	// empty the unit is complete.
	Missing []string

	// Undecrypted says that what SOPS encrypted reaches the cluster as it is: the Flux
	// Kustomization does not decrypt.
	Undecrypted bool

	Declared sources.Position // where the object is named that deploys it; the zero Position where none does

	// Inputs are the files that the unit was made of, in order of path.
	Inputs []string
}

// Apart says whether two units certainly reach different clusters.
func (u *Unit) Apart(v *Unit) bool {
	return u != v && u.Cluster != "" && v.Cluster != "" && u.Cluster != v.Cluster
}

// Together says whether two units certainly reach the same cluster.
func (u *Unit) Together(v *Unit) bool { return u == v || u.Cluster != "" && u.Cluster == v.Cluster }

// Deployed says whether the unit reaches a cluster as far as the repository tells.
func (u *Unit) Deployed() bool { return u.Kind != Undeployed }

// Find is the object of that kind and name in the namespace. Where nothing says which
// namespace one of the two is in, they are taken to be together, as long as only one
// object comes into question. It is nil where there is none.
func (u *Unit) Find(kind, namespace, name string) *Object {
	var possible []*Object
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

// Object is one Kubernetes object as it would be deployed.
type Object struct {
	APIVersion string
	Kind       string
	Name       string
	Namespace  string // empty where neither the manifest nor the root names one
	Root       *yaml.Node
	File       string // the file it came from, as far as it is known

	// GivesValues says that a release takes its values from here.
	GivesValues bool

	// OriginalName is the object's name in that file, before prefixes, suffixes and
	// hashes; a Secret made by a generator has the generator's name here.
	OriginalName string

	repo             *sources.Repository
	origin           origin
	made             *Object      // by a chart: what kustomize made it of
	substituted      *substituted // by Flux, where it was
	base             *written     // what it was made of, where that is known
	writtenNamespace string       // the namespace there
	external         *external    // of a Secret that an operator will make
	sealed           *sealed      // of a Secret that the SealedSecrets controller will make
}

// Entry is one data key of a Secret or ConfigMap, as a container would see it: decoded
// once, unsealed, or unknown with the reason.
type Entry struct {
	Key   string
	Value keys.Value
	At    sources.Position // where a person would edit it
	Via   []string         // what it went through on its way, nearest first ("SealedSecret supabase/keys", "SOPS file x.enc.yaml")

	SOPS      bool            // it stands in a file that SOPS encrypted
	Sealed    bool            // it comes out of a SealedSecret
	Locked    *decrypt.Locked // why it could not be decrypted or unsealed; nil where it could
	NotBase64 bool            // it cannot be decoded, so that the API server refuses the object

	place place
}
