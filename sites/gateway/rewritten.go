package gateway

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/substitute"
)

// spoil makes unknown what an initContainer may have written anew whose program is not known: all that lies in the volumes
// that it may write into, as it is when it runs.
func spoil(files *substitute.Pod, p *inventory.Pod, c *inventory.Container, o *substitute.Outcome) {
	if !c.Init || isFollowed(c, o) {
		return
	}
	why := "what " + c.Label() + " makes of it is not known"
	for _, seen := range o.Files() {
		if m := c.MountOf(seen.Path); m != nil && p.Overwrites(c, m.Volume) {
			rest := strings.TrimPrefix(seen.Path, path.Clean(m.Path))
			files.Put(m.Volume, path.Join(m.SubPath, rest), "", keys.Unknown(why))
		}
	}
}

// isFollowed says whether it is known what the container starts, be it only in part.
func isFollowed(c *inventory.Container, o *substitute.Outcome) bool {
	return len(c.Command) > 0 && !slices.ContainsFunc(o.Unmodelled(), func(s substitute.Step) bool {
		return s.Program == c.Label() && s.Tool == path.Base(c.Command[0])
	})
}

// replaced says what may put another configuration in the place of the one that the server finds at a path, once the
// pod has started; empty where nothing does.
func (r *run) replaced(inv *inventory.Inventory, name string) string {
	if r.server.Hooked {
		return "what is run in " + r.server.Label() + " once it has started may change what it accepts"
	}
	for _, c := range r.Pod.Containers {
		if c != r.server && slices.ContainsFunc(c.Command, configures.MatchString) {
			return c.Label() + " may give " + r.server.Label() + " another configuration while it runs"
		}
	}
	if w := inv.Writer(r.Pod, r.server, name); w != nil {
		return w.Label() + " may write " + name + " anew, which " + r.server.Label() + " reads"
	}
	return ""
}

// configures matches the address at which Kong takes a whole configuration from whoever can reach it (kong/api/routes/config.lua).
var configures = regexp.MustCompile(`:(?:8001|8444)/config\b`)
