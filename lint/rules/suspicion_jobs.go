package rules

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var otherSecret = lint.Cause{Name: "other-environment", Advice: "Take the secret of the environment that the job is meant for, or keep both under one name in GitHub's environments. If it is meant, say so with \"keylint: ignore\"."}

// tried are the environments whose keys are not meant for users. "demo" and "beta" may be products.
var tried = map[string]bool{"staging": true, "development": true, "test": true, "qa": true, "uat": true, "preview": true}

// reportJobs tells of a CI job that takes a secret which by its name is another environment's. As of all that is not known,
// that is a warning, and nothing disagrees.
func reportJobs(p *lint.Pass, broken breach) {
	for _, s := range p.Sites {
		if !s.Carrier.Job || s.Carrier.ByHand || s.Value.IsKnown() || s.Value.Source() == "" || p.SetAside(s) || p.IsDoubted(s) || (broken == publicRefused) != (s.Role == keys.Public) ||
			broken != publicRefused && (broken != serverRefused || s.Role != keys.Server) {
			continue
		}
		name := s.Value.Property()
		of, meant := keys.OnlyEnvironment(name), s.Carrier.Environment
		if of == meant || !(meant == keys.Production && tried[of] || meant == "staging" && of == keys.Production) {
			continue
		}
		p.Report(lint.Draft{
			Place: lint.AtName(s.Written, ""), Instance: p.NameOf(s), Trace: s.Trace, Severity: lint.Warning, Cause: otherSecret,
			Message: fmt.Sprintf("%s takes its %s key from %s: by its name it is %s's, and what the job builds is meant for %s",
				s.Holder, s.Slot, keys.ShownName(name), of, meant),
		})
		p.Doubt(fmt.Sprintf("it comes from %s, by whose name it is %s's", keys.ShownName(name), of), s)
	}
}

// namedServerKey says of a value that is not known that its source calls it a server key, and that nothing promises another.
func namedServerKey(p *lint.Pass, s *sites.Site) bool {
	return !s.Value.IsKnown() && s.Value.Source() != "" && s.PromisedRole() != keys.Public && p.Names.Of(s.Value.Property()).Role() == keys.Server
}
