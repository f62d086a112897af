package inventory

import (
	"fmt"
	"strings"

	"github.com/keylint/keylint/sources"
)

// notStarted says why compose does not start the service: all of its profiles are such that
// nothing in the repository activates them. It is empty where one may be active.
//
// A service that another one depends on is not started by that alone
// (docs.docker.com/compose/how-tos/profiles: "Auto-starting profiles and dependency resolution").
func (p *composeProject) notStarted(s sources.ComposeService) string {
	if len(s.Profiles) == 0 || p.inv.starts().Starts(p.unit.Compose, s, p.dir, s.EnvDir) {
		return ""
	}
	profiles := "the profile " + s.Profiles[0]
	if len(s.Profiles) > 1 {
		profiles = "one of the profiles " + strings.Join(s.Profiles, ", ")
	}
	return fmt.Sprintf("compose starts service %s only with %s, which nothing in the repository activates", s.Name, profiles)
}
