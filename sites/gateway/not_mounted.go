package gateway

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/sites/inventory"
)

// kongImage matches the images that Kong's makers publish, which have no configuration of their own.
var kongImage = regexp.MustCompile(`^(?:docker\.io/)?(?:library/|kong/)?kong(?:-gateway)?(?:[:@].*)?$`)

// findsNothing says whether nothing is, for certain, where a Kong of Supabase's reads its configuration: no
// mount shows it, the image is started as it is, so that no script writes it first, and does not bring it.
func (f *Found) findsNothing(g *Gateway, c *inventory.Container) bool {
	if elsewhere, _ := g.Run.elsewhere(""); elsewhere != "" {
		return false
	}
	name, unknown := g.Run.outcome.Setting("KONG_DECLARATIVE_CONFIG")
	if c.Env["KONG_DECLARATIVE_CONFIG"] == nil || unknown != "" || !path.IsAbs(name) || len(g.Run.outcome.Unmodelled()) > 0 || !kongImage.MatchString(c.Image) || f.IsBuilt(c) || c.Env[configurationString] != nil {
		return false
	}
	if started := strings.Join(c.Command, " "); started != "" && started != "kong docker-start" && started != "/docker-entrypoint.sh kong docker-start" {
		return false
	}
	name = path.Clean(name)
	for _, m := range c.Mounts {
		if at := path.Clean(m.Path); at == "/" || name == at || strings.HasPrefix(name, at+"/") || strings.ContainsAny(at, "$~") {
			return false
		}
	}
	return slices.ContainsFunc(f.Containers, func(o *inventory.Container) bool {
		return inventory.OwnServices[o.Carrier.Backend] && o.Unit == c.Unit && o.Namespace == c.Namespace
	})
}

// notMounted is why a Kong does not start that finds no configuration, with the one that is meant, where
// the pod has it at another place.
func (f *Found) notMounted(g *Gateway, c *inventory.Container, templates map[string]*template) *fault {
	name, _ := g.Run.outcome.Setting("KONG_DECLARATIVE_CONFIG")
	out := &fault{At: c.Env["KONG_DECLARATIVE_CONFIG"].At(), Where: c, Absent: true,
		Message: fmt.Sprintf("%s reads %s, and nothing is mounted there, so that it does not start", c.Label(), name)}
	if len(templates) == 0 {
		return out
	}
	source := slices.Min(slices.Collect(maps.Keys(templates)))
	file := templates[source].file
	for _, m := range c.Mounts {
		if m.Volume == file.Volume {
			out.Message += fmt.Sprintf(": %s is mounted at %s", source, path.Join(m.Path, file.Path))
			return out
		}
	}
	out.Message += fmt.Sprintf(": the volume %s shows %s, and the container does not mount it", file.Volume, source)
	return out
}
