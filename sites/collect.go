package sites

import (
	"cmp"
	"slices"
	"sort"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites/gateway"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// Collection is all that stands where: every site, and what it was found in.
type Collection struct {
	*inventory.Inventory
	*gateway.Found
	*apps
	Units  []*render.Unit // those of loose configurations among them
	Locals []*Local
	Sites  []*Site // in order of place

	Authorities []*inventory.Authority // by which something verifies tokens, in the order in which they were found

	Counted []Counted // keys that stand where nothing is truth, in order of place

	Fallbacks []sources.Fallback // where one key counts if another is not set, in order of place
	Requests  []Request          // that are sent without a header apikey

	credentials map[*gateway.Credential]*Site
	deliveries  []Delivery
	hosts       map[string]bool // of the Supabase URLs beside keys, and of those that stand alone
}

// Collect finds every site: first what runs, then what accepts keys, then all carriers.
func Collect(repo *sources.Repository, units []*render.Unit) *Collection {
	for _, u := range units {
		for _, o := range u.Objects {
			o.Uncover()
		}
	}
	inv := inventory.Take(repo, units)
	c := &Collection{
		Inventory: inv, Found: gateway.Find(inv), apps: readApps(inv), Units: units,
		credentials: map[*gateway.Credential]*Site{}, hosts: map[string]bool{},
	}
	c.Units = append(c.Units[:len(c.Units):len(c.Units)], c.Loose...)
	for _, k := range inv.Composed {
		c.addSites(k)
	}
	for _, g := range c.Gateways {
		c.addCredentials(g)
	}
	for _, k := range inv.Containers {
		// A gateway's own variables feed its configuration, where the placeholder is the site.
		if k.Carrier.Backend != "Kong" && k.Carrier.Backend != "Envoy" && !c.RendersGateway(k) {
			c.addSites(k.Carrier)
		}
	}
	read := map[inventory.EntryRef]keys.Slot{}
	for _, s := range c.Sites {
		if s.Entry != nil && read[*s.Entry] == "" {
			read[*s.Entry] = s.Slot
		}
	}
	for _, k := range inv.ObjectCarriers(read) {
		c.addSites(k)
	}
	settings := inv.ReadSettings()
	for _, k := range slices.Concat(inv.ProxyCarriers(), inv.TokenPolicies(), inv.ReferenceCarriers(), settings.Carriers, c.appSettings(settings), inv.UnreadValues(c.RunsSupabase), c.apps.carriers, c.databaseCarriers(), c.keySets()) {
		c.addSites(k)
	}
	c.findDeliveries()
	c.addOpen()
	c.addLocals()
	c.addSwept()
	c.addRequests()
	c.addBuilt()
	c.settleOpened()
	c.settleGenerations()
	c.Sites = Sorted(c.Sites)
	return c
}

// settleOpened marks what containers decrypt by themselves, and the data keys that they have it from.
func (c *Collection) settleOpened() {
	opened := map[inventory.EntryRef]bool{}
	for _, s := range c.Sites {
		if s.Opened = s.Form != "" && s.Form == s.Carrier.Opens; s.Opened && s.Entry != nil {
			opened[*s.Entry] = true
		}
	}
	for _, s := range c.Sites {
		s.Opened = s.Opened || s.Form == keys.ByDotenvx && s.Entry != nil && opened[*s.Entry]
	}
}

// RunsSupabase says whether a unit has a service that is Supabase's alone, or a gateway with its
// consumers.
func (c *Collection) RunsSupabase(u *render.Unit) bool {
	return slices.ContainsFunc(c.Containers, func(k *inventory.Container) bool { return k.Unit == u && inventory.OwnServices[k.Carrier.Backend] }) ||
		slices.ContainsFunc(c.Gateways, func(g *gateway.Gateway) bool { return g.Unit == u && g.Presentable() })
}

// OfCredential is the accepted site of a gateway's credential; nil where nothing can be presented
// for it.
func (c *Collection) OfCredential(cred *gateway.Credential) *Site { return c.credentials[cred] }

// addSites makes sites of those of a carrier's bindings that hold a key, or say where a key set is served.
func (c *Collection) addSites(k *inventory.Carrier) {
	for _, u := range k.URLs {
		c.hosts[u.Host] = true
	}
	for _, a := range k.Authorities(c.Names) {
		c.Authorities = append(c.Authorities, a)
		if a.Serves {
			served := *a.Binding
			served.Value = keys.Unknown("the key set is served at " + sources.Shown(a.Host) + " while that runs")
			c.add(k, &served, c.Names.Of(a.Name), keys.JWKS, Verifying).Served = a.Host
		}
	}
	for _, b := range k.Bindings {
		name := c.Names.Of(b.Name)
		if name.Slot == "" {
			b = b.InHeader()
		}
		if !c.holdsKey(k, b, name) {
			continue
		}
		if b.NotBase64 && (b.Entry == nil || b.Entry.Object.Kind != "Secret") { // of a Secret value-double-base64 tells
			c.Repo.Note(sources.NoteUnreadable, b.At(), b.Holder+": "+b.Value.Reason())
		}
		if name.Slot == "" {
			name.Slot = b.Asked
		}
		if name.AnyRole && !b.Value.IsKnown() { // what the source calls it says more
			if named := c.Names.Of(cmp.Or(b.Unset, b.Value.Property())); named.Slot != "" && !named.AnyRole && named.Slot.Role() != keys.Signing {
				name.Slot = named.Slot
			}
		}
		if slot := name.SlotOf(b.Value); slot != "" && !isEmpty(b.Value) {
			c.add(k, b, name, slot, standingOf(k, slot))
		}
	}
}

// addCredentials makes accepted sites of a gateway's credentials.
func (c *Collection) addCredentials(g *gateway.Gateway) {
	for _, cred := range g.Credentials {
		b, k := cred.Binding, cred.Carrier
		if b == nil {
			continue
		}
		if k == nil {
			k = &inventory.Carrier{Kind: inventory.InGateway, Name: g.Name, File: b.At().File, Unit: g.Unit, Namespace: g.Namespace, Idle: g.Idle()}
		}
		c.credentials[cred] = c.add(k, b, c.Names.Of(b.Name), b.Slot, Accepted)
	}
}

// add makes the site of one binding, and remembers its text, so that it never reaches the
// output.
func (c *Collection) add(k *inventory.Carrier, b *inventory.Binding, name keys.Name, slot keys.Slot, standing Standing) *Site {
	s := &Site{
		Slot: slot, Role: b.Role, Standing: standing, Holder: b.Holder, Value: b.Value,
		At: b.At(), Written: b.Written(), Trace: b.Trace(), Unit: k.Unit, Namespace: k.Namespace,
		Name: name, Variable: b.Name, Consumer: b.Consumer, Carrier: k, Entry: b.Entry, Broken: b.Broken, Placeholder: b.Placeholder,
		Doubt: cmp.Or(b.Doubt, k.Doubt), Idle: k.Idle, Scheme: b.Scheme, SentTo: b.SentTo, Unset: b.Unset, Asks: b.Asks, RefusedAt: b.RefusedAt, Exposed: b.Exposed, Withheld: b.Withheld, Copied: b.Copied(),
		NotBase64: b.NotBase64 && b.Entry != nil && b.Entry.Object.Kind == "Secret",
	}
	if k.Unit != nil && k.Unit.Doubt != "" {
		s.Value = keys.Unknown(k.Unit.Doubt)
	}
	if b.Entry != nil {
		e, ok := c.Entry(b.Entry.Object, b.Entry.Key)
		s.IsDefault = ok && e.Place.Default
	}
	if s.Value.IsKnown() {
		s.Value = c.Repo.Standins().Resolve(s.Value.Text())
	}
	if s.Value.IsKnown() && c.Repo.Standins().Composed(s.Value.Text()) && (slot.Role() != keys.Signing || slot == keys.JWTSecret || !c.Repo.Standins().Enclosed(s.Value.Text())) {
		s.Value = keys.Unknown("it is put together of what was decrypted and of other text, of which nothing is told")
	}
	if s.Form = s.Value.Form(); s.Form == "" {
		s.Form = keys.EncryptedBy(s.Value.Text())
	}
	if f := c.Repo.File(s.Written.File); s.Form == "" && f != nil && f.Encrypted() {
		s.Form = keys.BySOPS
	}
	if s.Value.IsKnown() && s.Form != "" && s.Form != keys.BySOPS {
		s.Value = keys.Unknown("it is encrypted by " + string(s.Form) + ", which keylint does not open")
	}
	if v, ok := keys.Templated(s.Value.Text()); ok {
		s.Value = v
	}
	if s.Value.IsKnown() && keys.IsExpression(s.Value.Text()) {
		s.Value = keys.Unknown("a placeholder stands there, and what takes its place is not known")
	}
	if s.Value.IsKnown() {
		c.Repo.Ledger().Add(s.Value.Text())
	}
	if s.Role == "" {
		s.Role = slot.Role()
	}
	c.Sites = append(c.Sites, s)
	return s
}

// holdsKey says whether a binding is a site: by a name that only Supabase uses, by a value
// that looks like a key, or by a common name in a carrier, or of an object, that is
// Supabase's own, or of a secret that signed a key beside it, or that verifies the stack's tokens. A secret that differs on purpose is none.
func (c *Collection) holdsKey(k *inventory.Carrier, b *inventory.Binding, name keys.Name) bool {
	switch {
	case name.Apart && c.differs(k, b):
		return false
	case name.Strong || b.Asked != "" || b.Value.IsKnown() && keys.Recognize(b.Value.Text()) != "":
		return true
	case name.Slot == "":
		return false
	}
	return k.Stack || k.Backend != "" || c.IsSupabaseEntry(b.Entry) || name.Slot == keys.JWTSecret && signsBeside(k, b) ||
		inventory.VerifiesBeside(b.Name) && k.Unit != nil && c.RunsSupabase(k.Unit)
}

// signsBeside says whether a key that the carrier bears verifies under the value of a binding.
func signsBeside(k *inventory.Carrier, b *inventory.Binding) bool {
	return slices.ContainsFunc(k.Bindings, func(other *inventory.Binding) bool {
		token, ok := keys.ParseJWT(other.Value.Text())
		return ok && token.SignedBy(b.Value.Text())
	})
}

// differs says whether a secret that may stand apart is certainly not the JWT secret beside it.
func (c *Collection) differs(k *inventory.Carrier, b *inventory.Binding) bool {
	apart := b.Value.IsKnown()
	for _, other := range k.Bindings {
		if name := c.Names.Of(other.Name); name.Slot != keys.JWTSecret || name.Apart {
			continue
		}
		if other.Value.Same(b.Value) {
			return false
		}
		apart = apart || other.Value.CannotEqual(b.Value)
	}
	return apart
}

// isEmpty says of a value that it is there for certain and nothing: a slot that is not in use.
func isEmpty(v keys.Value) bool {
	return v.IsAbsent() || v.IsKnown() && v.Text().Len() == 0
}

// standingOf is what a carrier's site does with the key of a slot.
func standingOf(k *inventory.Carrier, slot keys.Slot) Standing {
	switch {
	case k.Kind == inventory.InObject || k.Kind == inventory.InStack:
		return Stored
	case slot.Role() == keys.Signing:
		return Verifying
	case k.Stack:
		return Stored
	}
	return Presented
}

// Sorted orders sites by place, then holder.
func Sorted(sites []*Site) []*Site {
	out := append([]*Site(nil), sites...)
	sort.SliceStable(out, func(a, b int) bool {
		if out[a].At != out[b].At {
			return out[a].At.Before(out[b].At)
		}
		return out[a].Holder < out[b].Holder
	})
	return out
}
