package lint

// gatewayInstance is the name of the instance that the gateway belongs to.
func (p *Pass) gatewayInstance(g *gateway) string {
	for _, i := range p.instances {
		if i.holds(g.unit, g.namespace) {
			return i.name
		}
	}
	return ""
}

// reportCredential reports what is wrong with one credential of a gateway.
func (p *Pass) reportCredential(g *gateway, c *credential, f Finding) {
	f.At, f.Bearer, f.Instance = c.at, c.label(), p.gatewayInstance(g)
	f.Slot = p.names.Of(c.name).Slot
	if s := p.credentials[c]; s != nil {
		f.Slot, f.Trace = s.Slot, s.Trace
		p.explain(s)
	}
	p.report(f)
}
