package sites

import (
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// addOpen adds the keys that the code of apps reads, and that only a source of variables which is not known can give
// to what runs them. Of what is told where Supabase is, and whose code is not here, it tells that it may have one.
func (c *Collection) addOpen() {
	known := map[*inventory.Container]bool{}
	for _, app := range c.Repo.Apps() {
		run := c.DeliveryOf(app.Dir).Run
		for _, k := range c.Containers {
			if !k.IsOpen() || k.Init || k.Carrier.Backend != "" || !slices.Contains(run, k.Carrier.Name) {
				continue
			}
			known[k] = true
			reads, _ := app.EnvReads()
			for _, r := range reads {
				name := c.Names.Of(r.Name)
				if name.Strong && name.Slot != "" && !name.AnyRole && name.PublicPrefix == "" && !k.Env[r.Name].IsSet() {
					c.add(k.Carrier, k.FromOpen(r.Name), name, name.Slot, standingOf(k.Carrier, name.Slot))
				}
			}
		}
	}
	presents := map[*inventory.Carrier]bool{}
	for _, s := range c.Sites {
		presents[s.Carrier] = presents[s.Carrier] || s.Role != keys.Signing
	}
	for _, k := range c.Containers {
		if k.IsOpen() && !known[k] && !presents[k.Carrier] && c.asksStack(k) {
			c.Repo.NoteOf(k.Carrier.Name, sources.NoteNotFetched, k.OpenAt(),
				k.Carrier.Name+" is told where Supabase is, and given no key that stands here: "+k.OpenEnv[0]+", and what it presents cannot be told")
		}
	}
}

// asksStack says of an app that is deployed that it is told the address of a stack.
func (c *Collection) asksStack(k *inventory.Container) bool {
	return !k.Init && k.Carrier.Backend == "" && k.Carrier.Idle == "" && k.Unit.Deployed() && !c.RendersGateway(k) && slices.ContainsFunc(k.Carrier.URLs, func(u inventory.URL) bool {
		return !HostedURL.MatchString(u.Host) && !IsLocal([]string{u.Host})
	})
}
