package rules

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

var roleNotTaken = &lint.Rule{
	Name:     "role-not-taken",
	Summary:  "a service verifies the server key, and does not take the role that it names",
	Severity: lint.Error,
	After:    []*lint.Rule{keyNotSignedBySecret},
	Doc: `A key's role is its claim "role". A PostgREST with another PGRST_JWT_ROLE_CLAIM_KEY looks for it elsewhere, finds nothing, and takes whoever sends the
server key for anybody: row level security applies, and what a server asks for comes back empty. A GoTrue whose GOTRUE_JWT_ADMIN_ROLES does
not list the role answers every request to /admin with "User not allowed", which is a warning: that may be meant.

It is told where a server key of the instance is known, and lacks that claim, or has a role that is not listed.

Leave the variable out, which is right for Supabase's keys, or add the role to it.`,
	Bad: `
-- compose.yaml --
services:
  rest:
    image: postgrest/postgrest:v12.2.0
    environment:
      PGRST_DB_URI: postgres://db:5432/postgres
      PGRST_JWT_SECRET: ${JWT_SECRET}
      PGRST_JWT_ROLE_CLAIM_KEY: .app_metadata.role # HERE
  storage:
    image: supabase/storage-api:v1.25.7
    environment: {SERVICE_KEY: "${SERVICE_ROLE_KEY}", AUTH_JWT_SECRET: "${JWT_SECRET}"}
-- .env --
JWT_SECRET={{jwt_secret}}
SERVICE_ROLE_KEY={{service_role}}
`,
	Good: `
-- compose.yaml --
services:
  rest:
    image: postgrest/postgrest:v12.2.0
    environment:
      PGRST_DB_URI: postgres://db:5432/postgres
      PGRST_JWT_SECRET: ${JWT_SECRET}
      PGRST_JWT_ROLE_CLAIM_KEY: .role
  storage:
    image: supabase/storage-api:v1.25.7
    environment: {SERVICE_KEY: "${SERVICE_ROLE_KEY}", AUTH_JWT_SECRET: "${JWT_SECRET}"}
-- .env --
JWT_SECRET={{jwt_secret}}
SERVICE_ROLE_KEY={{service_role}}
`,
	Check: checkRoleNotTaken,
}

var (
	claimElsewhere = lint.Cause{Name: "claim-elsewhere", Advice: "Leave PGRST_JWT_ROLE_CLAIM_KEY out: what Supabase's keys and sessions have is .role."}
	roleNotListed  = lint.Cause{Name: "role-not-listed", Advice: "Add %s to GOTRUE_JWT_ADMIN_ROLES (roles with a comma and no space between them), or leave it out: GoTrue then takes service_role and supabase_admin."}
)

func checkRoleNotTaken(p *lint.Pass) {
	r := roleReader{p, map[roleSetting][]*sites.Site{}}
	for _, c := range p.Containers {
		if c.Carrier.Idle != "" || c.Carrier.Doubt != "" || !c.Unit.Deployed() {
			continue
		}
		roles, path := c.Env["GOTRUE_JWT_ADMIN_ROLES"], c.Env["PGRST_JWT_ROLE_CLAIM_KEY"]
		switch {
		case c.Carrier.Backend == "GoTrue" && isTold(p, roles):
			r.checkAdminRoles(c, roles)
		case c.Carrier.Backend == "PostgREST" && isTold(p, path):
			r.checkClaimKey(c, path)
		}
	}
}

// roleReader remembers which server keys a setting leaves out: many containers may have the same.
type roleReader struct {
	*lint.Pass
	leftOut map[roleSetting][]*sites.Site
}

type roleSetting struct {
	instance *lint.Instance
	variable string
	value    [32]byte
}

// isTold says whether a setting is known, and was not decrypted, which nothing is decided by.
func isTold(p *lint.Pass, v *inventory.Binding) bool {
	return v.IsSet() && v.Value.IsKnown() && v.Doubt == "" && !p.Repo.Standins().Holds(v.Value.Text())
}

// serverKeys are those of a container's instance that a setting leaves out, and of which nothing wrong has been told.
func (r roleReader) serverKeys(c *inventory.Container, v *inventory.Binding, leavesOut func(keys.JWT) bool) []*sites.Site {
	for _, i := range r.Instances {
		if !i.Holds(c.Unit, c.Namespace) {
			continue
		}
		of := roleSetting{i, v.Name, v.Value.Text().Sum()}
		found, known := r.leftOut[of]
		if !known {
			for _, s := range i.Sites {
				if t, ok := s.Token(); ok && s.Role == keys.Server && !r.SetAside(s) && leavesOut(t) {
					found = append(found, s)
				}
			}
			r.leftOut[of] = found
		}
		return found
	}
	return nil
}

// checkAdminRoles holds the roles that may ask GoTrue's /admin against the server keys' (supabase/auth internal/api/auth.go: requireAdmin).
func (r roleReader) checkAdminRoles(c *inventory.Container, v *inventory.Binding) {
	refused := r.serverKeys(c, v, func(t keys.JWT) bool { return t.Role != "" && !keys.ListsRole(v.Value.Text(), t.Role) })
	if len(refused) == 0 {
		return
	}
	t, _ := refused[0].Token()
	r.Report(lint.Draft{
		Place: lint.AtName(v.At(), v.Holder), Instance: r.NameIn(c.Unit, c.Namespace), Trace: v.Trace(), Severity: lint.Warning, Cause: roleNotListed.With(keys.ShownName(t.Role)),
		Message: fmt.Sprintf("%s does not list %s, the role of the server key: GoTrue answers each of its requests to /admin with \"User not allowed\"", v.Holder, keys.ShownName(t.Role)),
		Related: r.Related(refused, v.At(), func(*sites.Site) string { return "the key of that role" }),
	})
	r.Doubt(c.Label()+" refuses it at /admin: "+v.Name+" does not list its role", refused...)
}

// checkClaimKey holds the path at which PostgREST looks for the role against the server keys.
func (r roleReader) checkClaimKey(c *inventory.Container, v *inventory.Binding) {
	lacking := r.serverKeys(c, v, func(t keys.JWT) bool { return !t.RoleAt(v.Value.Text()) })
	if len(lacking) == 0 {
		return
	}
	r.Report(lint.Draft{
		Place: lint.AtName(v.At(), v.Holder), Instance: r.NameIn(c.Unit, c.Namespace), Trace: v.Trace(), Cause: claimElsewhere,
		Message: v.Holder + " looks for the role where the server key has none: PostgREST takes whoever sends that for anybody",
		Related: r.Related(lacking, v.At(), func(*sites.Site) string { return `has its role in the claim "role"` }),
	})
	for _, s := range lacking {
		r.Blame(s)
		r.Affect(s)
	}
}
