package sources

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/artifact"
)

// LookInto looks into what was built, for Options.Built. What lies in the work tree round the present directory is called as the
// files of that are, and anything else as the user did.
func LookInto(paths []string) ([]*artifact.Built, error) {
	root := ""
	if here, err := resolve("."); err == nil {
		root = workTree(here)
	}
	var all []*artifact.Built
	for _, p := range paths {
		disk, err := resolve(p)
		if err != nil {
			return nil, err
		}
		name := filepath.ToSlash(filepath.Clean(p))
		if rel, err := filepath.Rel(root, disk); err == nil && filepath.IsLocal(rel) && rel != "." {
			name = filepath.ToSlash(rel)
		}
		built, err := artifact.Look(disk, name)
		if err != nil {
			return nil, fmt.Errorf("cannot look into %s: %w", p, reason(err))
		}
		all = append(all, built)
	}
	return all, nil
}

// addBuilt takes in what was built: it is then what the run is about, and the repository what it is compared with.
func (r *Repository) addBuilt(all []*artifact.Built) {
	r.built = all
	r.builtFiles = map[string]bool{}
	for _, b := range all {
		r.builtFiles[b.Name] = true
		found := len(b.Keys) > 0
		for _, k := range b.Keys {
			r.ledger.Add(k.Text)
			r.builtFiles[k.File] = true
		}
		for _, i := range b.Images {
			r.builtFiles[i.File], r.builtFiles[i.History] = true, true
			for _, s := range i.Env {
				found = found || keys.Recognize(s.Value) != ""
			}
		}
		for _, n := range b.Notes {
			r.builtFiles[n.File] = true
			r.Note(NoteKind(n.Kind), Position{File: n.File}, n.Message)
		}
		if !found {
			r.Note(NoteEmpty, Position{File: b.Name}, fmt.Sprintf("no Supabase key stands in it: what was looked into are %d bytes", b.Read))
		}
	}
}

// Built is what was built and is to be compared.
func (r *Repository) Built() []*artifact.Built { return r.built }

// IsBuilt says whether a file is one of these, or in one, as reports call it.
func (r *Repository) IsBuilt(name string) bool { return r.builtFiles[name] }

// Hosts are those at which the user says that an instance answers.
func (r *Repository) Hosts() []string { return r.hosts }

// The kinds of places in what was built whose keys nothing presents.
const (
	Caches     Place = "the cache of a build"
	OtherToken Place = "tokens that are no API keys"
	OwnMachine Place = "what is for development on one's own machine"
	HiddenFile Place = "files that a layer above hides"
	LooseLayer Place = "layers of an image without its manifest"
	PastStep   Place = "an image's history"
)

// BuiltPlace is the kind of place that a file of what was built lies in, by the same table as the repository's; empty for none.
func BuiltPlace(k artifact.Key) Place {
	switch {
	case k.InCache():
		return Caches
	case k.InLibrary():
		return Vendored
	case k.Attested, k.Served(), k.InBuild(): // an app may be called docs
		return ""
	}
	lower := strings.ToLower(k.Path)
	for d := range strings.SplitSeq(path.Dir(lower), "/") {
		if row := placeDirs()[d]; row != nil {
			return row.place
		}
	}
	for i, row := range placeTable {
		if row.files != "" && placeFiles()[i].MatchString(path.Base(lower)) {
			return row.place
		}
	}
	return ""
}
