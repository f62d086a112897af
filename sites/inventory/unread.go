package inventory

import (
	"fmt"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/chart"
)

// UnreadValues are the keys that charts are given as values which they do not know. They reach
// nothing. Names that other products use too count in the units that run Supabase.
func (inv *Inventory) UnreadValues(runsSupabase func(*render.Unit) bool) []*Carrier {
	var out []*Carrier
	for _, u := range inv.Units {
		for _, v := range u.Unread {
			if v.IsReference() {
				continue
			}
			c := &Carrier{
				Kind: InObject, Name: "the values of " + v.Release, File: v.Place.At.File, Unit: u, Namespace: v.Namespace,
				Idle: fmt.Sprintf("%s reads no value %s", v.Chart, v.Path), Stack: runsSupabase(u),
			}
			b := &Binding{Name: v.Name(), Holder: UnreadHolder(v), Value: v.Value, Where: Stands(v.Place.At, viaSteps(v.Place.Via, v.Place.At)...)}
			if c.Stack {
				b.Asked = v.Slot
			}
			c.Bindings = append(c.Bindings, b)
			out = append(out, c)
		}
	}
	return out
}

// UnreadHolder is how such a value is called in messages.
func UnreadHolder(v chart.Unread) string { return "the value " + v.Path + " of " + v.Release }
