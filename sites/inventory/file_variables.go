package inventory

import (
	"cmp"
	"iter"
	"path"
	"strings"
	"sync"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// findCost is what it costs to hold a file against a place where something is mounted.
const findCost = 64

// addFromFiles adds the keys that an app takes from files, which its variables name: SUPABASE_ANON_KEY_FILE=/run/secrets/anon. Of Supabase's own
// services none reads such a variable.
func (inv *Inventory) addFromFiles(p *Pod, c *Container) {
	if c.Carrier.Backend == "Kong" || c.Carrier.Backend == "Envoy" || len(inv.KeyVariables(c)) > 0 {
		return
	}
	files := sync.OnceValue(func() map[string]PodFile { return inv.filesAt(p, c) })
	for _, v := range c.Variables {
		base, ok := strings.CutSuffix(v.Name, "_FILE")
		name := inv.Names.Of(base)
		if !ok || name.Slot == "" || v.Value.IsKnown() && v.Value.Text().Len() == 0 {
			continue
		}
		b := inv.fromFile(p, c, v, files)
		b.Name, b.Holder = base, c.holder(v.Name)
		if len(c.Carrier.URLs) > 0 && name.Slot.Role() != keys.Signing { // others have JWT secrets, too
			b.Asked = name.Slot
		}
		c.Carrier.Bindings = append(c.Carrier.Bindings, b)
	}
}

// filesAt are the files that a container finds, by their names; none where to look for them is too much.
func (inv *Inventory) filesAt(p *Pod, c *Container) map[string]PodFile {
	out := map[string]PodFile{}
	for at, f := range inv.found(p, c) {
		if at = path.Clean(at); out[at].Source == "" {
			out[at] = f
		}
	}
	return out
}

// found goes through the files of its pod that a container finds, each with its name there; none where to look for them is too much.
func (inv *Inventory) found(p *Pod, c *Container) iter.Seq2[string, PodFile] {
	return func(yield func(string, PodFile) bool) {
		files := inv.FilesOf(p)
		if !inv.Repo.Spend(findCost * len(files) * (1 + len(c.Mounts))) {
			inv.Repo.Note(sources.NoteBound, sources.Position{File: c.Carrier.File}, "to look for the files that containers find is "+sources.TooMuch)
			return
		}
		for _, f := range files {
			if at, ok := c.findsAt(f); ok && !yield(at, f) {
				return
			}
		}
	}
}

// fromFile is what stands in the file that a variable names. What was decrypted names none: where it is cut at a "/" says how it begins.
func (inv *Inventory) fromFile(p *Pod, c *Container, v *Binding, files func() map[string]PodFile) *Binding {
	unknown := func(why string) *Binding {
		return &Binding{Value: keys.Unknown(why), locate: func() Placement { return Stands(v.At()) }}
	}
	switch {
	case !v.Value.IsKnown():
		return unknown(v.Value.Reason())
	case inv.Repo.Standins().Holds(v.Value.Text()):
		return unknown("the name of the file is secret")
	}
	name := path.Clean(v.Value.Text().Reveal())
	if f, ok := files()[name]; ok {
		b := &Binding{Value: f.Value}
		switch {
		case f.Entry != nil:
			b.fromEntry(Found{Object: f.Entry.Object, Unit: f.Entry.Unit}, f.From, "file in "+v.Name, v.At)
		case f.Inside != nil:
			b.locate = func() Placement {
				at := v.At()
				written := f.Inside(1, 1, 0)
				return Placement{at: at, Written: written, Trace: []sources.Step{{At: at, Text: "file in " + v.Name}, {At: written, Text: "written here"}}}
			}
		default:
			b.locate = func() Placement { return Stands(v.At()) }
		}
		if f.Changed != "" || f.Filler != nil {
			b.Value = keys.Unknown(cmp.Or(f.Changed, f.Source+" is filled in first"))
		}
		b.Value = b.Value.WithoutLineEnds() // which a file ends with
		return b
	}
	if m := c.MountOf(name); m != nil {
		for _, volume := range p.volumes {
			for _, part := range volume.parts {
				if volume.name != m.Volume || part.kind != "Secret" && part.kind != "ConfigMap" {
					continue
				}
				if f := inv.Find(p.Unit, part.kind, p.Namespace, part.name); f.Object == nil {
					return unknown(f.Why)
				}
			}
		}
	}
	return unknown("nothing that keylint knows is mounted where " + v.Name + " says that it stands")
}
