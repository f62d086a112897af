package rules

import (
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

var (
	otherAuthority = lint.Cause{Name: "other-authority", Advice: "Let both name the same project: its key set is served below its URL, at /auth/v1/.well-known/jwks.json, and its tokens name that URL with /auth/v1 as their issuer."}
	setServesNone  = lint.Cause{Name: "served-set-is-empty", Advice: "Let Auth sign with a key pair (GOTRUE_JWT_KEYS, made by utils/add-new-auth-keys.sh), or give the verifier the JWT secret."}
)

// checkAuthorities holds the addresses by which tokens are verified against the Supabase URLs of the same bearer.
func checkAuthorities(p *lint.Pass) {
	told := map[sources.Position]bool{}
	for _, a := range p.Authorities {
		url, at := otherURL(p, a), a.Written()
		if url == "" || told[at] || sites.IsLocal([]string{a.Host}) || !isInForce(a) {
			continue
		}
		told[at] = true
		does := "wants tokens that " + a.Host + " issued"
		if a.Serves {
			does = "verifies with the keys of " + a.Host
		}
		p.Report(lint.Draft{
			Place: lint.AtName(at, a.Holder), Instance: nameAt(p, url), Trace: a.Trace(),
			Message: a.Holder + " " + does + ", and the Supabase URL beside it is " + url + ", that of " + nameAt(p, url) + ": it refuses every user who signed in there",
			Cause:   otherAuthority,
		})
		for _, s := range p.Sites {
			if s.Served != "" && s.Written == at {
				p.Explain(s)
			}
		}
	}
}

// isInForce says whether something reads the address where it stands.
func isInForce(a *inventory.Authority) bool {
	return a.By.Idle == "" && !a.By.Development && (a.By.Unit == nil || a.By.Unit.Deployed())
}

// otherURL is a Supabase URL of the bearer, of which all lead to instances that are known, and none to that of the
// address; empty where one may, or where the bearer verifies with that instance's as well. What feeds the stack itself says
// what Auth issues, and not what a verifier wants.
func otherURL(p *lint.Pass, a *inventory.Authority) string {
	if nameAt(p, a.Host) == "" || !a.Serves && (a.By.Stack || a.By.Backend != "") {
		return ""
	}
	other := ""
	for _, u := range a.By.URLs {
		if u.Of != a.Of {
			continue
		}
		of := nameAt(p, u.Host)
		if of == "" || mayIssue(p, u.Host, a) || slices.ContainsFunc(a.By.Authorities(p.Names), func(o *inventory.Authority) bool {
			return o.Serves == a.Serves && nameAt(p, o.Host) == of
		}) {
			return ""
		}
		other = u.Host
	}
	return other
}

// nameAt is the name of the one instance that answers at a host; empty where that is not known.
func nameAt(p *lint.Pass, host string) string {
	if m := sites.HostedURL.FindStringSubmatch(host); m != nil {
		return "hosted project " + m[1]
	}
	name := ""
	for _, i := range p.Instances {
		if i.Ref == "" && i.Answers([]string{host}) {
			if name != "" {
				return ""
			}
			name = i.Name
		}
	}
	return name
}

// mayIssue says whether the Auth of the instance at a host may issue tokens in the name of the address: it is told what to
// call itself.
func mayIssue(p *lint.Pass, host string, a *inventory.Authority) bool {
	return slices.ContainsFunc(authsAt(p, host), func(c *inventory.Container) bool {
		own := c.Env["GOTRUE_JWT_ISSUER"]
		return !a.Serves && own != nil && (!own.Value.IsKnown() || inventory.HostOf(own.Value) == a.Host)
	})
}

// authsAt are the Auths of the repository's one instance that answers at a host.
func authsAt(p *lint.Pass, host string) []*inventory.Container {
	name := nameAt(p, host)
	return slices.DeleteFunc(slices.Clone(p.Containers), func(c *inventory.Container) bool {
		return name == "" || c.Carrier.Backend != "GoTrue" || c.Carrier.Idle != "" || p.NameIn(c.Unit, c.Namespace) != name
	})
}

// checkServedSets finds what verifies with nothing but the key set that an Auth of the repository serves, where that is
// empty: of the JWT secret nothing is served (supabase/auth internal/api/jwks.go).
func checkServedSets(p *lint.Pass) {
	told := map[sources.Position]bool{}
	for _, a := range p.Authorities {
		auths := authsAt(p, a.Host)
		if !a.Serves || !isInForce(a) || told[a.Written()] || len(auths) != 1 || !servesNone(p, auths[0]) || mayHaveSecret(p, a.By, auths[0]) {
			continue
		}
		told[a.Written()] = true
		p.Report(lint.Draft{
			Place: lint.AtName(a.Written(), a.Holder), Instance: nameAt(p, a.Host), Trace: a.Trace(), Severity: lint.Warning,
			Message: a.Holder + " verifies with the keys that " + a.Host + " serves, and these are none: " + auths[0].Label() + " signs with the JWT secret",
			Cause:   setServesNone,
		})
	}
}

// mayHaveSecret says whether what bears the address may be given the JWT secret as well, to verify with.
func mayHaveSecret(p *lint.Pass, by *inventory.Carrier, auth *inventory.Container) bool {
	secret := auth.Env["GOTRUE_JWT_SECRET"]
	if slices.ContainsFunc(by.Bindings, func(b *inventory.Binding) bool {
		return p.Names.Of(b.Name).Slot == keys.JWTSecret || secret != nil && b.Value.Same(secret.Value)
	}) {
		return true
	}
	of := slices.IndexFunc(p.Containers, func(c *inventory.Container) bool { return c.Carrier == by })
	return by.Kind != inventory.InGateway && (of < 0 || len(p.Containers[of].OpenEnv)+len(p.Containers[of].Mounts) > 0)
}

// servesNone says whether it is certain of an Auth that it signs with the JWT secret alone.
func servesNone(p *lint.Pass, auth *inventory.Container) bool {
	own := auth.Env["GOTRUE_JWT_KEYS"]
	return len(auth.OpenEnv) == 0 && len(p.KeyVariables(auth)) > 0 && !mountsConfiguration(auth) && (own == nil || emptyList(own.Value))
}
