package inventory

import (
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// ObjectCarriers are the Secrets and ConfigMaps. read tells for which slots their entries
// are read: a data key that is called just "secret" is a JWT secret only where GoTrue reads
// it as one.
func (inv *Inventory) ObjectCarriers(read map[EntryRef]keys.Slot) []*Carrier {
	var out []*Carrier
	for _, u := range inv.Units {
		for _, o := range u.Objects {
			if o.Kind != "Secret" && o.Kind != "ConfigMap" {
				continue
			}
			c := &Carrier{Kind: InObject, Name: Label(o), File: o.File, Unit: u, Namespace: o.Namespace}
			for _, e := range inv.Entries(o) {
				ref := EntryRef{o, u, e.Key}
				c.Bindings = append(c.Bindings, &Binding{
					Name: e.Key, Holder: c.Name + " " + e.Key, Value: valueOf(o, e), Entry: &ref, Asked: read[ref],
					NotBase64: e.NotBase64, Placeholder: e.Placeholder, Where: Stands(e.At, viaSteps(e.Via, e.At)...),
				})
			}
			c.URLs = inv.URLs(c.Bindings)
			out = append(out, c)
		}
	}
	return out
}

func viaSteps(via []string, at sources.Position) []sources.Step {
	var steps []sources.Step
	for _, v := range via {
		steps = append(steps, sources.Step{At: sources.Position{File: at.File}, Text: v})
	}
	if len(steps) > 0 {
		steps = append(steps, sources.Step{At: at, Text: "written here"})
	}
	return steps
}

// Selects says whether a Service selects pods with these labels.
func Selects(o *manifest.Object, labels map[string]string) bool {
	selector := selectorOf(o)
	return len(selector) > 0 && selects(selector, labels)
}

func selectorOf(o *manifest.Object) map[string]string {
	return nodes.Texts(nodes.Field(o.Root, "spec", "selector"))
}

// selects says whether labels have all that a selector wants.
func selects(selector, labels map[string]string) bool {
	for k, v := range selector {
		if labels[k] != v {
			return false
		}
	}
	return true
}

// IsSupabaseEntry says whether a Secret's entry holds a Supabase key by its own
// account: by a name that only Supabase uses, by a value that looks like a key, or by
// a common name (JWT_SECRET) in an object that holds Supabase's own set of keys.
func (inv *Inventory) IsSupabaseEntry(ref *EntryRef) bool {
	if ref == nil {
		return false
	}
	e, ok := inv.Entry(ref.Object, ref.Key)
	if !ok {
		return false
	}
	name := inv.Names.Of(ref.Key)
	if name.Strong || e.Value.IsKnown() && keys.Recognize(e.Value.Text()) != "" {
		return true
	}
	return name.Slot != "" && inv.isSupabaseObject(ref)
}

// isSupabaseObject says whether the object is the stack's own: "supabase" is in its
// name, or it holds a key under the name that the stack itself uses (ANON_KEY, anonKey,
// and not an app's SUPABASE_ANON_KEY).
func (inv *Inventory) isSupabaseObject(ref *EntryRef) bool {
	named := strings.Contains(strings.ToLower(ref.Object.Name), "supabase")
	for _, e := range inv.Entries(ref.Object) {
		name := inv.Names.Of(e.Key)
		if name.Strong || name.Slot == "" || name.PublicPrefix != "" {
			continue
		}
		if r := name.Slot; r != keys.Anon && r != keys.ServiceRole {
			continue
		}
		if named || e.Value.IsKnown() && keys.Recognize(e.Value.Text()) != "" {
			return true
		}
	}
	return named && inv.Names.Of(ref.Key).Slot == keys.JWTSecret
}
