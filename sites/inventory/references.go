package inventory

import (
	"fmt"
	"path"
	"sort"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
)

// Slip is how a reference that leads nowhere differs from what it was meant to name.
type Slip int

// The slips.
const (
	NoSlip         Slip = iota // the object is there, and has no such data key
	Mistyped                   // its name differs by a slip
	OtherNamespace             // it lies in another namespace
	Renamed                    // kustomize renamed it
)

// Found is what a reference leads to.
type Found struct {
	Object *manifest.Object
	Unit   *render.Unit
	copy   copied // how it came to be where it is read, if not by itself
	Why    string // why there is none, or why it cannot be told
	Absent bool   // it is certain that there is none

	meant   []*manifest.Object // those that may have been meant, where it is Absent
	slip    Slip               // and how its name differs from theirs
	called  string             // the name of the only one that was, for a slip
	Outside bool               // nothing in the repository makes it: somebody else must
	name    string             // how it is called there, where that is not as it was asked for
}

// Find follows a reference from a unit to a Secret or ConfigMap. The unit itself is
// asked first. What it does not have may come from another unit of the same
// namespace, if there is just one; from a part that could not be rendered; or from
// outside the repository.
func (inv *Inventory) Find(from *render.Unit, kind, namespace, name string) Found {
	return inv.find(from, kind, namespace, name, 0)
}

func (inv *Inventory) find(from *render.Unit, kind, namespace, name string, copies int) Found {
	if o := from.Find(kind, namespace, name); o != nil {
		if other := inv.rival(from, o); other != nil {
			why := madeByTwo(o, other)
			inv.Repo.Note(sources.NoteSkipped, sources.Position{File: other.File}, why)
			return Found{Why: why, Outside: true}
		}
		return inv.original(from, Found{Object: o, Unit: from}, copies)
	}
	copied := inv.copied(from, kind, namespace, name)
	if copied.Object != nil {
		return copied
	}
	if why := inv.Repo.Standins().Reason(name); why != "" {
		return Found{Why: "what the " + kind + " is called is not known: " + why}
	}
	elsewhere := inv.elsewhere(from, kind, namespace, name)
	label := ObjectName(kind, namespace, name)
	switch len(elsewhere) {
	case 1:
		return inv.original(from, elsewhere[0], copies)
	case 0:
	default:
		return Found{Why: label + " stands in several places, and which one is deployed beside it cannot be told"}
	}
	if len(from.Missing) > 0 {
		return Found{Why: label + " is not in what could be rendered: " + from.Missing[0]}
	}
	if o := inv.scripted(kind, namespace, name); o != nil {
		return Found{Object: o, Unit: from}
	}
	if copied.Why != "" {
		return copied
	}
	if twin, meant, slip := nearMiss(from, kind, namespace, name); twin != "" {
		if why := inv.failed(from); why != "" && slip != Renamed {
			return Found{Why: label + " is not in what could be rendered: " + why}
		}
		found := Found{Absent: true, Why: label + " does not exist; " + twin, meant: meant, slip: slip}
		if slip == Mistyped && len(meant) == 1 {
			found.called = meant[0].OriginalName
		}
		return found
	}
	if o := inv.scriptedElsewhere(kind, name); o != nil && inv.failed(from) == "" {
		at := o.Locate(o.Root)
		return Found{Absent: true, meant: []*manifest.Object{o}, slip: OtherNamespace, Why: fmt.Sprintf(
			"%s does not exist; %s:%d makes one of that name in namespace %s, and it cannot be read from %s", label, at.File, at.Line, o.Namespace, namespace)}
	}
	return Found{Why: label + " is not in the repository", Outside: true}
}

// failed is why a chart did not render that may be installed beside a unit and make anything; empty where there is none.
func (inv *Inventory) failed(from *render.Unit) string {
	for _, u := range inv.Units {
		if u.Failed != "" && u.Deployed() && !u.Apart(from) {
			return u.Failed
		}
	}
	return ""
}

// elsewhere looks for the object in the other deployed units, those of the same cluster
// first, then the nearest in the directory tree: of dev/secrets and prod/secrets,
// prod/kong means the latter.
func (inv *Inventory) elsewhere(from *render.Unit, kind, namespace, name string) []Found {
	var best []Found
	nearest := -1
	for _, u := range inv.Units {
		if u == from || !u.Deployed() || u.Apart(from) {
			continue
		}
		o := u.Find(kind, namespace, name)
		if o == nil {
			continue
		}
		switch near := Nearness(from, u); {
		case near > nearest:
			best, nearest = []Found{{Object: o, Unit: u}}, near
		case near == nearest:
			best = append(best, Found{Object: o, Unit: u})
		}
	}
	return best
}

// Nearness orders units by how likely they are deployed beside the first.
func Nearness(u, v *render.Unit) int {
	if u.Together(v) {
		return 1_000
	}
	return commonDepth(u.Path, v.Path)
}

// commonDepth counts the directories that two paths share from the root.
func commonDepth(a, b string) int {
	as, bs := strings.Split(path.Clean(a), "/"), strings.Split(path.Clean(b), "/")
	n := 0
	for n < len(as) && n < len(bs) && as[n] == bs[n] {
		n++
	}
	return n
}

// nearMiss finds what a dangling reference was probably meant to name: an object of
// that name in another namespace, or one whose name differs by a slip. Without one
// the object may well be made by something outside the repository.
func nearMiss(u *render.Unit, kind, namespace, name string) (string, []*manifest.Object, Slip) {
	var names []string
	var meant []*manifest.Object
	for _, o := range u.Objects {
		if o.Kind != kind {
			continue
		}
		if o.OriginalName == name && o.Name != name && o.Namespace == namespace {
			return "kustomize renames it to " + o.ShownName() + ", but not the references, since it is not told that a controller makes it", []*manifest.Object{o}, Renamed
		}
		if o.Name == name && o.Namespace != namespace && !IsOffered(o) {
			return "a " + kind + " of that name is in namespace " + o.Namespace + ", and cannot be read from " + namespace, []*manifest.Object{o}, OtherNamespace
		}
		switch {
		case o.Namespace != namespace:
			continue
		case keys.Slip(o.Name, name):
			names = append(names, o.ShownName())
		case o.OriginalName != o.Name && keys.Slip(o.OriginalName, name): // its references bear the name that it has in its file
			names = append(names, keys.ShownName(o.OriginalName))
		default:
			continue
		}
		meant = append(meant, o)
	}
	if len(names) == 0 {
		return "", nil, NoSlip
	}
	sort.Strings(names)
	return "did you mean " + names[0] + "?", meant, Mistyped
}

// EatenKeys are the references to keys that Flux took out of an object.
func (inv *Inventory) EatenKeys(o *manifest.Object) []render.Eaten {
	var out []render.Eaten
	for _, e := range render.EatenIn(o) {
		if inv.Names.Of(e.Name).Slot != "" {
			out = append(out, e)
		}
	}
	return out
}
