package inventory

import (
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// addRoutes settles under which names the container is reached, and what its labels have a proxy lead where.
func (p *composeProject) addRoutes(s sources.ComposeService, c *Container) {
	c.called = p.filled(s.Container)
	for _, n := range s.Networks {
		n.Name = p.filled(n.Name)
		c.networks = append(c.networks, n)
	}
	labels := map[string]string{}
	for _, l := range s.Routes {
		labels[l.Name] = p.labelText(l)
	}
	c.routes, c.makes = sources.LabelRoutes(labels)
}

// labelText is what is in a label.
func (p *composeProject) labelText(l sources.ComposeVariable) string {
	return p.uncovered(p.filled(l.Raw.Reveal()))
}

// coveredText is what is in a label of Traefik's, of which the names of middlewares are shown: what was decrypted is no name.
func (p *composeProject) coveredText(l sources.ComposeVariable) string {
	text := p.filled(l.Raw.Reveal())
	if strings.HasSuffix(strings.ToLower(l.Name), ".middlewares") && p.inv.Repo.Standins().Holds(keys.NewText(text)) {
		return "name-that-was-decrypted"
	}
	return text
}

// Names are those under which others of its network find a service of compose; none of what an object of Kubernetes has.
func (c *Container) Names() []string {
	if c.Object != nil {
		return nil
	}
	names := []string{c.Name}
	for _, n := range c.networks {
		names = append(names, n.Aliases...)
	}
	if c.called != "" {
		names = append(names, c.called)
	}
	return names
}

// reaches says whether one service of compose finds another under a name: both are in one network.
func (c *Container) reaches(other *Container, name string) bool {
	for _, own := range c.networks {
		for _, its := range other.networks {
			if c.sharesNetwork(own, other, its) && (name == other.Name || name == other.called || slices.Contains(its.Aliases, name)) {
				return true
			}
		}
	}
	return false
}

// sharesNetwork says whether a network of one service is that of another one: of a project the one that it calls
// so, and of two projects the one that is called so outside of them.
func (c *Container) sharesNetwork(own sources.ComposeNetwork, other *Container, its sources.ComposeNetwork) bool {
	if c.sameProject(other) {
		return own.Key == its.Key
	}
	switch {
	case own.Name == "" && its.Name == "":
		return false
	case own.Name == "":
		return its.Name == c.madeName(own)
	case its.Name == "":
		return own.Name == other.madeName(its)
	}
	return own.Name == its.Name
}

// sameProject says whether two services are started as one project.
func (c *Container) sameProject(other *Container) bool {
	a, b := c.Unit, other.Unit
	return a == b || a.Over == b || b.Over == a
}

// madeName is how compose calls a network of the project that has no name of its own; empty where that is not
// known.
func (c *Container) madeName(n sources.ComposeNetwork) string {
	if name := c.Unit.Compose.Name; name != "" {
		return name + "_" + n.Key
	}
	return ""
}
