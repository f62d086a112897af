package rules

import (
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

var anonRoleSwapped = lint.Cause{Name: "anon-role-swapped", Advice: "Put the role of the anon key there, or swap the two keys if it is they that are swapped. " +
	"As long as it stands, whoever gets past the gateway without a token has the rights of the server key."}

// checkAnonRoles finds a PostgREST that runs as the server key's role for whoever sends no token
// (db-anon-role: PostgREST docs/references/auth.rst).
func checkAnonRoles(p *lint.Pass) {
	for _, c := range p.Containers {
		v := c.Env["PGRST_DB_ANON_ROLE"]
		if c.Carrier.Backend != "PostgREST" || v == nil || !v.Value.IsKnown() || !c.Unit.Deployed() {
			continue
		}
		for _, i := range p.Instances {
			if i.Holds(c.Unit, c.Namespace) {
				checkAnonRole(p, i, v)
			}
		}
	}
}

func checkAnonRole(p *lint.Pass, i *lint.Instance, v *inventory.Binding) {
	of := func(role keys.Role) *sites.Site {
		at := slices.IndexFunc(i.Sites, func(s *sites.Site) bool {
			t, ok := s.Token()
			return ok && s.Role == role && !p.Explained(s) && v.Value.Text().Equal(keys.NewText(t.Role))
		})
		if at < 0 {
			return nil
		}
		return i.Sites[at]
	}
	server := of(keys.Server)
	if server == nil && !v.Value.Text().Equal(keys.NewText(string(keys.ServiceRole))) || of(keys.Public) != nil {
		return // both keys may be of one role, which is no swap
	}
	d := lint.Draft{
		Place: lint.AtName(v.At(), v.Holder), Instance: i.Name, Trace: v.Trace(),
		Message: v.Holder + " is the role of the server key: PostgREST runs as that for whoever sends no token",
		Cause:   anonRoleSwapped,
	}
	if server != nil {
		d.Related = []lint.Related{{At: server.Written, Holder: server.Holder, Says: "the key of that role"}}
	}
	p.Report(d)
}
