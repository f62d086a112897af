package inventory

import (
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// findEnvoys tells the Envoys of a pod that guard Supabase, upstream's gateway since docker
// 0.8.0, from other people's proxies.
func (inv *Inventory) findEnvoys(p *Pod) {
	shown := sync.OnceValue(func() bool {
		return slices.ContainsFunc(inv.FilesOf(p), func(f PodFile) bool { return sources.IsEnvoy([]byte(f.Value.Text().Reveal())) })
	})
	for _, c := range p.Containers {
		if !c.Init && isEnvoyImage(c.Image) && (inv.hasTwoKeys(c) || shown()) {
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

// hasTwoKeys says whether the container is given keys as a gateway is. An Envoy that is not, nor shown a configuration that looks at them, is somebody's proxy.
func (inv *Inventory) hasTwoKeys(c *Container) bool {
	given := 0
	for _, v := range c.Variables {
		if slot := inv.Names.Of(v.Name).Slot; slot != "" && slot.Role() != keys.Signing {
			given++
		}
	}
	return given >= 2
}
