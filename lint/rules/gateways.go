package rules

import (
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/gateway"
)

// reportCredential reports what is wrong with one credential of a gateway: at the credential, unless
// the draft has the place already that is to be edited.
func reportCredential(p *lint.Pass, g *gateway.Gateway, c *gateway.Credential, f lint.Draft) {
	f.Instance = p.NameIn(g.Unit, g.Namespace)
	slot := p.Names.Of(c.Name).Slot
	if s := p.OfCredential(c); s != nil {
		slot, f.Trace = s.Slot, s.Trace
		p.Explain(s)
	}
	if f.Place == (lint.Place{}) {
		f.Place = lint.AtValue(c.At, c.Label())
	}
	f.Place, f.Then = f.Place.As(slot), restartOf(g)
	p.Report(f)
}

// restartOf is how the gateway gets what changed in its configuration; nil where nothing is known to run it.
func restartOf(g *gateway.Gateway) []lint.Command {
	if len(g.Renderers) == 0 {
		return nil
	}
	return lint.Restarts(g.Renderers[0])
}

// wholeGateways are the gateways that run, and are what they were meant to be.
func wholeGateways(p *lint.Pass) []*gateway.Gateway {
	var out []*gateway.Gateway
	for _, g := range p.Gateways {
		if !g.Eaten && g.Idle() == "" {
			out = append(out, g)
		}
	}
	return out
}
