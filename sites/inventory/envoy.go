package inventory

import (
	"path"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// findEnvoys tells the Envoys of a pod that guard Supabase, upstream's gateway since docker
// 0.8.0, from other people's proxies.
func (inv *Inventory) findEnvoys(p *Pod) {
	for _, c := range p.Containers {
		if !c.Init && isEnvoyImage(c.Image) && inv.isEnvoyGateway(p, c) {
			c.Guards, c.Carrier.Backend = true, "Envoy"
		}
	}
}

// isEnvoyImage says whether the image is Envoy's, under whatever registry.
func isEnvoyImage(image string) bool {
	base := path.Base(strings.ToLower(image))
	base, _, _ = strings.Cut(base, "@")
	base, _, _ = strings.Cut(base, ":")
	return base == "envoy" || strings.HasPrefix(base, "envoy-") || base == "supabase-envoy"
}

// isEnvoyGateway says whether the container is given keys, or a configuration that looks
// at them: any other Envoy is somebody's proxy.
func (inv *Inventory) isEnvoyGateway(p *Pod, c *Container) bool {
	given := 0
	for _, v := range c.Variables {
		if slot := inv.Names.Of(v.Name).Slot; slot != "" && slot.Role() != keys.Signing {
			given++
		}
	}
	if given >= 2 {
		return true
	}
	for _, f := range inv.FilesOf(p) {
		if sources.IsEnvoy([]byte(f.Value.Text().Reveal())) {
			return true
		}
	}
	return false
}
