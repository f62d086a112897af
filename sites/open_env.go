package sites

import (
	"slices"
)

// addOpen adds the keys that the code of apps reads, and that only a source of variables which is not known can give
// to what runs them.
func (c *Collection) addOpen() {
	for _, app := range c.Repo.Apps() {
		run := c.DeliveryOf(app.Dir).Run
		for _, k := range c.Containers {
			if !k.IsOpen() || k.Init || k.Carrier.Backend != "" || !slices.Contains(run, k.Carrier.Name) {
				continue
			}
			reads, _ := app.EnvReads()
			for _, r := range reads {
				name := c.Names.Of(r.Name)
				if name.Strong && name.Slot != "" && !name.AnyRole && name.PublicPrefix == "" && !k.Env[r.Name].IsSet() {
					c.add(k.Carrier, k.FromOpen(r.Name), name, name.Slot, standingOf(k.Carrier, name.Slot))
				}
			}
		}
	}
}
