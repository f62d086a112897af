package lint

import (
	"slices"

	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/gateway"
)

// Unlisted is a key that an app sends to a gateway which lists none of its role.
type Unlisted struct {
	Sites   []*sites.Site // all that send it there
	Gateway *gateway.Gateway
}

// Unlisted finds, in one instance, the keys that apps send to a gateway whose list is known and has no key of their role. The keys that the stack
// stores do not stand in for it.
func (p *Pass) Unlisted(i *Instance) []Unlisted {
	type sent struct {
		sum [32]byte
		to  *gateway.Gateway
	}
	at := map[sent]int{}
	var out []Unlisted
	for _, s := range i.Sites {
		if s.Standing != sites.Presented || s.Carrier.Backend != "" || p.SetAside(s) || i.Lists(s) || !i.Answers(s.Hosts()) || !p.comparable(s, reference{}) {
			continue
		}
		g := p.onlyGateway(i, s)
		if g == nil || p.mayList(i, g, s) {
			continue
		}
		of := sent{s.Value.Text().Sum(), g}
		if _, seen := at[of]; !seen {
			at[of] = len(out)
			out = append(out, Unlisted{Gateway: g})
		}
		out[at[of]].Sites = append(out[at[of]].Sites, s)
	}
	return out
}

// onlyGateway is the gateway that a site's key is sent to: the one that its URL leads to, or the instance's only one; nil where that is not known.
func (p *Pass) onlyGateway(i *Instance, s *sites.Site) *gateway.Gateway {
	door := i.doorOf(s)
	if i.doors != nil && door == nil {
		return nil
	}
	var only *gateway.Gateway
	for _, g := range p.Gateways {
		switch {
		case !i.Holds(g.Unit, g.Namespace) || g.Dead || door != nil && g.Server() != door:
			continue
		case only != nil:
			return nil
		}
		only = g
	}
	return only
}

// mayList says whether a gateway may let a key of the site's role pass: it lists one, or what it lists is not known for certain, or does not matter
// because one of the services answers whoever asks.
func (p *Pass) mayList(i *Instance, g *gateway.Gateway, s *sites.Site) bool {
	if !g.Complete() || g.Idle() != "" {
		return true
	}
	return slices.ContainsFunc(g.Credentials, func(c *gateway.Credential) bool {
		listed := p.OfCredential(c)
		return listed != nil && (listed.Role == s.Role || p.SetAside(listed) || p.IsDoubted(listed) || p.InstanceOf(listed) != i)
	})
}
