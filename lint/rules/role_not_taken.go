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
not list the role answers every request to /admin with "User not allowed", which is a warning: that may be meant. So does one whose
GOTRUE_JWT_VALID_METHODS does not list the algorithm that signed the key, HS256 for a legacy one.

It is told where a server key of the instance is known, and lacks that claim, or has a role or an algorithm that is not listed. Where a setting is not
known, or a key that a usual one would not suit, that cannot be told.

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
	claimElsewhere  = lint.Cause{Name: "claim-elsewhere", Advice: "Leave PGRST_JWT_ROLE_CLAIM_KEY out: what Supabase's keys and sessions have is .role."}
	roleNotListed   = lint.Cause{Name: "role-not-listed", Advice: "Add %s to GOTRUE_JWT_ADMIN_ROLES (roles with a comma and no space between them), or leave it out: GoTrue then takes service_role and supabase_admin."}
	methodNotListed = lint.Cause{Name: "method-not-listed", Advice: "Add %s to %s (methods with a comma and no space between them), or leave it out: GoTrue then takes those of its keys."}
)

// roleSetting says of a service's variable which server keys it leaves out.
type roleSetting struct {
	service, variable string
	reads             func(*inventory.Version) bool // whether a version does; nil where each does
	suits             func(t keys.JWT, value keys.Text) bool
	report            func(r roleReader, c *inventory.Container, v *inventory.Binding, leftOut []*sites.Site)
}

// before says whether a version of GoTrue, where it is known, is one in which the list of methods has its old name (supabase/auth#2334).
func before(v *inventory.Version) bool { return v == nil || !v.AtLeast(2, 187) }

// roleSettings are what Supabase's services know (supabase/auth internal/api/auth.go: requireAdmin, parseJWTClaims, and internal/conf: JWTConfiguration;
// PostgREST docs/references/auth.rst).
var roleSettings = []roleSetting{
	{
		service: "GoTrue", variable: "GOTRUE_JWT_ADMIN_ROLES", report: roleReader.reportAdminRoles,
		suits: func(t keys.JWT, value keys.Text) bool { return t.Role == "" || keys.ListsRole(value, t.Role) },
	},
	{
		service: "GoTrue", variable: "GOTRUE_JWT_VALID_METHODS", report: roleReader.reportMethods, suits: listsMethod,
		reads: func(v *inventory.Version) bool { return v == nil || !before(v) },
	},
	{service: "GoTrue", variable: "GOTRUE_JWT_VALIDMETHODS", report: roleReader.reportMethods, suits: listsMethod, reads: before},
	{
		service: "PostgREST", variable: "PGRST_JWT_ROLE_CLAIM_KEY", report: roleReader.reportClaimKey,
		suits: func(t keys.JWT, value keys.Text) bool { return t.RoleAt(value) },
	},
}

func listsMethod(t keys.JWT, value keys.Text) bool { return keys.ListsRole(value, t.Alg) }

// usual is what a server key says that is not known, unless somebody made it otherwise.
var usual = keys.JWT{Alg: "HS256", Role: "service_role"}

func checkRoleNotTaken(p *lint.Pass) {
	r := roleReader{p, map[heldAgainst]suited{}}
	for _, c := range p.Containers {
		if c.Carrier.Idle != "" || c.Carrier.Doubt != "" || !c.Unit.Deployed() {
			continue
		}
		for _, s := range roleSettings {
			v := c.Env[s.variable]
			if c.Carrier.Backend != s.service || !v.IsSet() || s.reads != nil && !s.reads(inventory.VersionOf(c.Image)) {
				continue
			}
			held := r.hold(c, s, v)
			if len(held.leftOut) > 0 {
				s.report(r, c, v, held.leftOut)
			}
			if len(held.unsure) > 0 {
				r.Doubt(c.Label()+" may not take it for the server's: whether it suits "+v.Name+" is not known", held.unsure...)
			}
		}
	}
}

// roleReader remembers which server keys a setting leaves out: many containers may have the same.
type roleReader struct {
	*lint.Pass
	held map[heldAgainst]suited
}

type heldAgainst struct {
	instance *lint.Instance
	variable string
	told     bool
	value    [32]byte
}

// suited are the server keys that a setting leaves out, and those of which that is not known.
type suited struct{ leftOut, unsure []*sites.Site }

// isTold says whether a setting is known, and was not decrypted, which nothing is decided by.
func isTold(p *lint.Pass, v *inventory.Binding) bool {
	return v.IsSet() && v.Value.IsKnown() && v.Doubt == "" && !p.Repo.Standins().Holds(v.Value.Text())
}

// hold holds a setting against the server keys of the container's instance of which nothing wrong has been told.
func (r roleReader) hold(c *inventory.Container, setting roleSetting, v *inventory.Binding) suited {
	for _, i := range r.Instances {
		if !i.Holds(c.Unit, c.Namespace) {
			continue
		}
		told := isTold(r.Pass, v)
		of := heldAgainst{i, v.Name, told, v.Value.Text().Sum()}
		found, known := r.held[of]
		if !known {
			for _, s := range i.Sites {
				t, isToken := s.Token()
				switch {
				case s.Role != keys.Server || r.SetAside(s):
				case !told, !s.Value.IsKnown() && !setting.suits(usual, v.Value.Text()):
					found.unsure = append(found.unsure, s)
				case isToken && !setting.suits(t, v.Value.Text()):
					found.leftOut = append(found.leftOut, s)
				}
			}
			r.held[of] = found
		}
		return found
	}
	return suited{}
}

// reportAdminRoles tells of keys whose role may not ask GoTrue's /admin.
func (r roleReader) reportAdminRoles(c *inventory.Container, v *inventory.Binding, refused []*sites.Site) {
	t, _ := refused[0].Token()
	r.reportAtAdmin(c, v, refused, roleNotListed.With(keys.ShownName(t.Role)),
		fmt.Sprintf("%s, the role of the server key: GoTrue answers each of its requests to /admin with \"User not allowed\"", keys.ShownName(t.Role)), "the key of that role")
	r.Doubt(c.Label()+" refuses it at /admin: "+v.Name+" does not list its role", refused...)
}

// reportMethods tells of keys that were signed by an algorithm which GoTrue takes from nobody.
func (r roleReader) reportMethods(c *inventory.Container, v *inventory.Binding, refused []*sites.Site) {
	t, _ := refused[0].Token()
	r.reportAtAdmin(c, v, refused, methodNotListed.With(keys.ShownName(t.Alg), v.Name),
		fmt.Sprintf("%s, by which the server key was signed: GoTrue answers each of its requests to /admin with \"invalid JWT\"", keys.ShownName(t.Alg)), "the key that was signed by it")
	r.Doubt(c.Label()+" refuses it at /admin: "+v.Name+" does not list the algorithm that signed it", refused...)
}

func (r roleReader) reportAtAdmin(c *inventory.Container, v *inventory.Binding, refused []*sites.Site, cause lint.Cause, lacks, says string) {
	r.Report(lint.Draft{
		Place: lint.AtName(v.At(), v.Holder), Instance: r.NameIn(c.Unit, c.Namespace), Trace: v.Trace(), Severity: lint.Warning, Cause: cause,
		Message: v.Holder + " does not list " + lacks, Related: r.Related(refused, v.At(), func(*sites.Site) string { return says }),
	})
}

// reportClaimKey tells of keys that have no role at the path at which PostgREST looks for it.
func (r roleReader) reportClaimKey(c *inventory.Container, v *inventory.Binding, lacking []*sites.Site) {
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
