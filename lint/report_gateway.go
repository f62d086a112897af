package lint

// reportCredential reports what is wrong with one credential of a gateway.
func reportCredential(p *Pass, g *gateway, c *credential, f Finding) {
	f.At, f.Bearer, f.Instance = c.at, c.label(), p.instanceIn(g.unit, g.namespace)
	f.Slot = p.names.Of(c.name).Slot
	if s := p.siteOf(c); s != nil {
		f.Slot, f.Trace = s.Slot, s.Trace
		p.explain(s)
	}
	p.report(f)
}

// wholeGateways are the gateways that are what they were meant to be.
func wholeGateways(p *Pass) []*gateway {
	var out []*gateway
	for _, g := range p.gateways {
		if !g.eaten {
			out = append(out, g)
		}
	}
	return out
}
