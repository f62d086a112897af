package lint

import (
	"sort"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// collection is all that stands where: every site, and what it was found in.
type collection struct {
	*inventory
	*finder
	*apps
	units []*render.Unit // those of loose configurations among them
	sites []*Site        // in order of place

	ofCredential map[*credential]*Site
}

// Collect finds every site: first what runs, then what accepts keys, then all carriers.
func Collect(repo *sources.Repository, units []*render.Unit) *collection {
	inv := takeInventory(repo, units)
	c := &collection{
		inventory: inv, finder: findGateways(inv), apps: readApps(inv), units: units,
		ofCredential: map[*credential]*Site{},
	}
	c.units = append(c.units[:len(c.units):len(c.units)], c.loose...)
	for _, k := range inv.composed {
		c.addSites(k)
	}
	for _, g := range c.gateways {
		c.addCredentials(g)
	}
	for _, k := range inv.containers {
		// A gateway's own variables feed its configuration, where the placeholder is the site.
		if k.carrier.backend != "Kong" && k.carrier.backend != "Envoy" && !c.rendersGateway(k) {
			c.addSites(k.carrier)
		}
	}
	read := map[entryRef]keys.Slot{}
	for _, s := range c.sites {
		if s.entry != nil && read[*s.entry] == "" {
			read[*s.entry] = s.Slot
		}
	}
	for _, k := range inv.objectCarriers(read) {
		c.addSites(k)
	}
	for _, k := range c.apps.carriers {
		c.addSites(k)
	}
	c.sites = sortedSites(c.sites)
	return c
}

// siteOf is the accepted site of a gateway's credential; nil where nothing can be presented
// for it.
func (c *collection) siteOf(cred *credential) *Site { return c.ofCredential[cred] }

// addSites makes sites of those of a carrier's bindings that hold a key.
func (c *collection) addSites(k *carrier) {
	for _, b := range k.bindings {
		name := c.names.Of(b.name)
		if !c.holdsKey(k, b, name) {
			continue
		}
		if b.notBase64 {
			c.repo.Note(sources.NoteUnreadable, b.at(), b.holder+": "+b.value.Reason())
		}
		if name.Slot == "" {
			name.Slot = b.asked
		}
		if slot := name.SlotOf(b.value); slot != "" && !isEmpty(b.value) {
			c.add(k, b, name, slot, standingOf(k, slot))
		}
	}
}

// addCredentials makes accepted sites of a gateway's credentials.
func (c *collection) addCredentials(g *gateway) {
	for _, cred := range g.credentials {
		b, k := cred.binding, cred.carrier
		if b == nil {
			continue
		}
		if k == nil {
			k = &carrier{kind: inGateway, name: g.name, file: b.at().File, unit: g.unit, ns: g.namespace}
		}
		c.ofCredential[cred] = c.add(k, b, c.names.Of(b.name), b.slot, Accepted)
	}
}

// add makes the site of one binding, and remembers its text, so that it never reaches the
// output.
func (c *collection) add(k *carrier, b *binding, name keys.Name, slot keys.Slot, standing Standing) *Site {
	s := &Site{
		Slot: slot, Role: b.role, Standing: standing, Holder: b.holder, Value: b.value,
		At: b.at(), Written: b.written(), Trace: b.trace(), Unit: k.unit, namespace: k.ns,
		name: name, variable: b.name, carrier: k, entry: b.entry, broken: b.broken, placeholder: b.placeholder,
		notBase64: b.notBase64 && b.entry != nil && b.entry.object.Kind == "Secret",
	}
	if s.Value.IsKnown() {
		s.Value = c.repo.Standins().Resolve(s.Value.Text())
	}
	if s.Value.IsKnown() {
		c.repo.Ledger().Add(s.Value.Text())
	}
	if s.Role == "" {
		s.Role = slot.Role()
	}
	c.sites = append(c.sites, s)
	return s
}

// holdsKey says whether a binding is a site: by a name that only Supabase uses, by a value
// that looks like a key, or by a common name in a carrier, or of an object, that is
// Supabase's own.
func (c *collection) holdsKey(k *carrier, b *binding, name keys.Name) bool {
	switch {
	case name.Strong || b.asked != "" || b.value.IsKnown() && keys.Recognize(b.value.Text()) != "":
		return true
	case name.Slot == "":
		return false
	}
	return k.stack || k.backend != "" || c.isSupabaseEntry(b.entry)
}

// isEmpty says of a value that it is there for certain and nothing: a slot that is not in use.
func isEmpty(v keys.Value) bool {
	return v.IsAbsent() || v.IsKnown() && v.Text().Len() == 0
}

// standingOf is what a carrier's site does with the key of a slot.
func standingOf(k *carrier, slot keys.Slot) Standing {
	switch {
	case k.kind == inObject || k.kind == inStack:
		return Stored
	case slot.Role() == keys.Signing:
		return Verifying
	case k.stack:
		return Stored
	}
	return Presented
}

// sortedSites orders sites by place, then holder.
func sortedSites(sites []*Site) []*Site {
	out := append([]*Site(nil), sites...)
	sort.SliceStable(out, func(a, b int) bool {
		if out[a].At != out[b].At {
			return out[a].At.Before(out[b].At)
		}
		return out[a].Holder < out[b].Holder
	})
	return out
}
