package inventory

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/keylint/keylint/sources"
)

// traefikLabels are the routers and the middlewares that labels make, of all containers: Traefik knows all of a machine's.
type traefikLabels struct {
	routers     []traefikRouter
	middlewares map[string]sources.TraefikMiddleware
}

// traefikRouter is one with the container whose label it is.
type traefikRouter struct {
	*sources.TraefikRouter
	of *Container
}

// addTraefik adds those of a service of compose.
func (p *composeProject) addTraefik(s sources.ComposeService, c *Container) {
	if c.Carrier.Idle != "" {
		return
	}
	routers, middlewares := sources.TraefikLabels(s.Uses, p.coveredText)
	t := &p.inv.traefik
	for _, name := range slices.Sorted(maps.Keys(routers)) {
		t.routers = append(t.routers, traefikRouter{routers[name], c})
	}
	if t.middlewares == nil {
		t.middlewares = map[string]sources.TraefikMiddleware{}
	}
	maps.Copy(t.middlewares, middlewares)
}

// noteRouters tells of the routers that ask for more than a key before what checks keys, unless another leads the API's paths there that does not.
func (inv *Inventory) noteRouters() {
	t := &inv.traefik
	if slices.ContainsFunc(t.routers, func(r traefikRouter) bool { return strings.Contains(strings.Join(r.Middlewares, ","), "@file") }) {
		for _, f := range inv.Repo.Files() {
			if f.Example || !f.IsManifest() {
				continue
			}
			if b, err := f.Plain(); err == nil && bytes.Contains(b, []byte("middlewares")) && inv.Repo.Spend(proxyCost*len(b)) {
				sources.TraefikFileMiddlewares(b, t.middlewares)
			}
		}
	}
	open := map[*Container]bool{} // to which a router leads the API's paths and asks for nothing
	for _, r := range t.routers {
		if r.NamesAPI() && r.AskedBy(t.middlewares) == (sources.TraefikAsked{}) {
			for _, c := range inv.routed(r) {
				open[c] = true
			}
		}
	}
	for _, r := range t.routers {
		asked := r.AskedBy(t.middlewares)
		to := inv.routed(r)
		if asked == (sources.TraefikAsked{}) || r.LeavesAPI() || slices.ContainsFunc(to, func(c *Container) bool { return open[c] }) {
			continue
		}
		h := sources.TakenHeader{Asks: asked.Asks, To: []string{r.Service}}
		if h.Asks == "" {
			h.From = "the middleware " + sources.Shown(asked.Unknown) + ", which is not in the repository"
		}
		label := r.of.owner + " label " + r.Label.Name
		inv.noteHeaders([]sources.TakenHeader{h}, called(label, func(int) sources.Position { return r.Label.At }), func(string) []*Container { return to })
	}
}

// routed are the containers that a router leads to: its own, or those that are the service that it names.
func (inv *Inventory) routed(r traefikRouter) []*Container {
	if r.Service == "" || slices.Contains(r.of.makes, r.Service) {
		return []*Container{r.of}
	}
	return inv.making(r.Service)
}
