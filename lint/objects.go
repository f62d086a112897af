package lint

import (
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// objectCarriers are the Secrets and ConfigMaps. read tells for which slots their entries
// are read: a data key that is called just "secret" is a JWT secret only where GoTrue reads
// it as one.
func (inv *inventory) objectCarriers(read map[entryRef]keys.Slot) []*carrier {
	var out []*carrier
	for _, u := range inv.units {
		for _, o := range u.Objects {
			if o.Kind != "Secret" && o.Kind != "ConfigMap" {
				continue
			}
			c := &carrier{kind: inObject, name: labelOf(o), file: o.File, unit: u, ns: o.Namespace}
			for _, e := range inv.entriesOf(o) {
				ref := entryRef{o, u, e.Key}
				c.bindings = append(c.bindings, &binding{
					name: e.Key, holder: c.name + " " + e.Key, value: e.Value, entry: &ref, asked: read[ref],
					notBase64: e.NotBase64, where: stands(e.At, viaSteps(e.Via, e.At)...),
				})
			}
			c.urls = urlsOf(inv.names, c.bindings)
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

// isSupabaseEntry says whether a Secret's entry holds a Supabase key by its own
// account: by a name that only Supabase uses, by a value that looks like a key, or by
// a common name (JWT_SECRET) in an object that holds Supabase's own set of keys.
func (inv *inventory) isSupabaseEntry(ref *entryRef) bool {
	if ref == nil {
		return false
	}
	e, ok := inv.entry(ref.object, ref.key)
	if !ok {
		return false
	}
	name := inv.names.Of(ref.key)
	if name.Strong || e.Value.IsKnown() && keys.Recognize(e.Value.Text()) != "" {
		return true
	}
	return name.Slot != "" && inv.isSupabaseObject(ref)
}

// isSupabaseObject says whether the object is the stack's own: "supabase" is in its
// name, or it holds a key under the name that the stack itself uses (ANON_KEY, anonKey,
// and not an app's SUPABASE_ANON_KEY).
func (inv *inventory) isSupabaseObject(ref *entryRef) bool {
	named := strings.Contains(strings.ToLower(ref.object.Name), "supabase")
	for _, e := range inv.entriesOf(ref.object) {
		name := inv.names.Of(e.Key)
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
	return named && inv.names.Of(ref.key).Slot == keys.JWTSecret
}
