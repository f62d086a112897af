package inventory

import (
	"slices"

	"github.com/keylint/keylint/sources"
)

// external is a config or a secret that Swarm has already: the file that a script of the repository makes it of, or what
// nobody here knows.
func (p *composeProject) external(config sources.ComposeConfig) volumePart {
	kind, name := "config", p.filled(config.External)
	if config.Secret {
		kind = "secret"
	}
	made := slices.DeleteFunc(slices.Clone(p.inv.swarm()), func(o sources.DockerObject) bool { return o.Kind != kind || o.Name != name })
	part := volumePart{kind: "made", name: p.unit.Name + " " + kind + " " + config.Name}
	switch {
	case len(made) == 0:
		part.unknown = "the " + kind + " " + sources.Shown(name) + " is external: Swarm has it already, and no script of the repository makes it"
	case slices.ContainsFunc(made, func(o sources.DockerObject) bool { return o.File != made[0].File }):
		part.unknown = "which of several makes the " + kind + " " + sources.Shown(name) + " is not known, " + made[0].At.String() + " among them"
	case made[0].File == "":
		part.unknown = made[0].At.String() + " makes the " + kind + " " + sources.Shown(name) + " of something that is not in the repository"
	default:
		return volumePart{kind: "path", name: made[0].File}
	}
	return part
}
