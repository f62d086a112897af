package inventory

import (
	"cmp"
	"path"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// addFromFiles adds the keys that an app takes from files, which its variables name: SUPABASE_ANON_KEY_FILE=/run/secrets/anon. Of Supabase's own
// services none reads such a variable.
func (inv *Inventory) addFromFiles(p *Pod, c *Container) {
	if c.Carrier.Backend == "Kong" || c.Carrier.Backend == "Envoy" || len(inv.KeyVariables(c)) > 0 {
		return
	}
	for _, v := range c.Variables {
		base, ok := strings.CutSuffix(v.Name, "_FILE")
		name := inv.Names.Of(base)
		if !ok || name.Slot == "" || v.Value.IsKnown() && v.Value.Text().Len() == 0 {
			continue
		}
		b := inv.fromFile(p, c, v)
		b.Name, b.Holder = base, c.holder(v.Name)
		if len(c.Carrier.URLs) > 0 && name.Slot.Role() != keys.Signing { // others have JWT secrets, too
			b.Asked = name.Slot
		}
		c.Carrier.Bindings = append(c.Carrier.Bindings, b)
	}
}

// fromFile is what stands in the file that a variable names.
func (inv *Inventory) fromFile(p *Pod, c *Container, v *Binding) *Binding {
	unknown := func(why string) *Binding {
		return &Binding{Value: keys.Unknown(why), locate: func() Placement { return Stands(v.At()) }}
	}
	if !v.Value.IsKnown() {
		return unknown(v.Value.Reason())
	}
	name := path.Clean(v.Value.Text().Reveal())
	for _, f := range inv.FilesOf(p) {
		if at, ok := c.findsAt(f); !ok || path.Clean(at) != name {
			continue
		}
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
