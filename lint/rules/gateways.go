package rules

import (
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/gateway"
)

// reportCredential reports what is wrong with one credential of a gateway.
func reportCredential(p *lint.Pass, g *gateway.Gateway, c *gateway.Credential, f lint.Finding) {
	f.At, f.Bearer, f.Instance = c.At, c.Label(), p.NameIn(g.Unit, g.Namespace)
	f.Slot = p.Names.Of(c.Name).Slot
	if s := p.OfCredential(c); s != nil {
		f.Slot, f.Trace = s.Slot, s.Trace
		p.Explain(s)
	}
	p.Report(f)
}

// wholeGateways are the gateways that are what they were meant to be.
func wholeGateways(p *lint.Pass) []*gateway.Gateway {
	var out []*gateway.Gateway
	for _, g := range p.Gateways {
		if !g.Eaten {
			out = append(out, g)
		}
	}
	return out
}
