package lint

import (
	"path"
	"sort"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// world is everything that one run looks at.
type world struct {
	repo       *sources.Repository
	config     Config
	units      []*render.Unit
	pods       []*pod
	containers []*container
	gateways   []*gateway
	sites      []*Site
	extra      []*Site // credentials of consumers that are neither of the two roles: no sites of their own
	dangling   []*danglingRef
	ignored    []ignoredCredential

	scripts     []*render.Object // Secrets that scripts make with kubectl
	scriptsRead bool
	instances   []*instance

	builds        []*build
	composeBuilds []composeBuild
	production    map[string]map[string]sources.Effective // what the .env files of an app's directory give a production build
	emptied       []emptied

	entries map[*render.Object][]render.Entry
	signed  signatures
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
func (w *world) entriesOf(o *render.Object) []render.Entry {
	if entries, ok := w.entries[o]; ok {
		return entries
	}
	entries := o.Entries()
	w.entries[o] = entries
	return entries
}

// entry finds one data key.
func (w *world) entry(o *render.Object, key string) (render.Entry, bool) {
	for _, e := range w.entriesOf(o) {
		if e.Key == key {
			return e, true
		}
	}
	e, ok := o.Undeclared(key)
	if ok { // what somebody reads is a site from now on
		w.entries[o] = append(w.entries[o], e)
	}
	return e, ok
}

// found is what a reference leads to.
type found struct {
	object *render.Object
	unit   *render.Unit
	via    string // how it came to be where it is read, if not by itself
	why    string // why there is none, or why it cannot be told
	absent bool   // it is certain that there is none
}

// find follows a reference from a unit to a Secret or ConfigMap. The unit itself is
// asked first. What it does not have may come from another unit of the same
// namespace, if there is just one; from a part that could not be rendered; or from
// outside the repository.
func (w *world) find(from *render.Unit, kind, namespace, name string) found {
	if o := from.Find(kind, namespace, name); o != nil {
		return w.original(found{object: o, unit: from})
	}
	if copied := w.copied(from, kind, namespace, name); copied.object != nil {
		return copied
	}
	elsewhere := w.elsewhere(from, kind, namespace, name)
	label := objectName(kind, namespace, name)
	switch len(elsewhere) {
	case 1:
		return w.original(elsewhere[0])
	case 0:
	default:
		return found{why: label + " stands in several places, and which one is deployed beside it cannot be told"}
	}
	if len(from.Missing) > 0 {
		return found{why: label + " is not in what could be rendered: " + from.Missing[0]}
	}
	if o := w.scripted(from, kind, namespace, name); o != nil {
		return found{object: o, unit: from}
	}
	if twin := nearMiss(from, kind, namespace, name); twin != "" {
		return found{absent: true, why: label + " does not exist; " + twin}
	}
	return found{why: label + " is not in the repository; something else must create it"}
}

// elsewhere looks for the object in the other deployed units, those of the same cluster
// first, then the nearest in the directory tree: of dev/secrets and prod/secrets,
// prod/kong means the latter.
func (w *world) elsewhere(from *render.Unit, kind, namespace, name string) []found {
	var best []found
	nearest := -1
	for _, u := range w.units {
		if u == from || !u.Deployed() || u.Apart(from) {
			continue
		}
		o := u.Find(kind, namespace, name)
		if o == nil {
			continue
		}
		switch near := nearness(from, u); {
		case near > nearest:
			best, nearest = []found{{object: o, unit: u}}, near
		case near == nearest:
			best = append(best, found{object: o, unit: u})
		}
	}
	return best
}

// nearness orders units by how likely they are deployed beside the first.
func nearness(u, v *render.Unit) int {
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
func nearMiss(u *render.Unit, kind, namespace, name string) string {
	var names []string
	for _, o := range u.Objects {
		if o.Kind != kind {
			continue
		}
		if o.OriginalName == name && o.Name != name && o.Namespace == namespace {
			return "kustomize renames the one that is meant to " + o.ShownName() + ", and does not follow that in references to what a controller makes, such as the Secret of a SealedSecret"
		}
		if o.Name == name && o.Namespace != namespace {
			return "a " + kind + " of that name is in namespace " + o.Namespace + ", which a pod of " + namespace + " cannot read"
		}
		if o.Namespace == namespace && slip(o.Name, name) {
			names = append(names, o.ShownName())
		}
	}
	if len(names) == 0 {
		return ""
	}
	sort.Strings(names)
	return "did you mean " + names[0] + "?"
}

// slip says whether two names differ by one or two edits, or by a plural.
func slip(a, b string) bool {
	return len(a) > 5 && len(b) > 5 && editDistance(a, b) <= 2
}

func editDistance(a, b string) int {
	previous := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current := make([]int, len(b)+1)
		current[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
		}
		previous = current
	}
	return previous[len(b)]
}

// add records a site and remembers its text, so that it never reaches the output.
func (w *world) add(s *Site) *Site {
	if s.Value.IsKnown() {
		s.Value = w.repo.Standins().Resolve(s.Value.Text())
	}
	if s.Value.IsKnown() {
		w.repo.Ledger().Add(s.Value.Text())
	}
	if s.Role == "" {
		s.Role = s.Slot.Role()
	}
	if s.Written.File == "" {
		s.Written = s.At
	}
	w.sites = append(w.sites, s)
	return s
}

// slotOf settles which slot a value fills, from what its name promises and what its
// text says. A publishable key in a variable called ANON_KEY is legal: the text
// decides within a role. Where the roles differ the promise stands, so that the swap
// is found.
func slotOf(name keys.Name, value keys.Value) keys.Slot {
	if !value.IsKnown() {
		return name.Slot
	}
	recognized := keys.Recognize(value.Text())
	switch {
	case recognized == "":
		return name.Slot
	case name.Slot == "" || name.AnyRole:
		return recognized
	case recognized.Role() == name.Slot.Role():
		return recognized
	}
	return name.Slot
}
