package rules

import (
	"fmt"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var serviceKeyPublic = &lint.Rule{
	Name:     "service-key-public",
	Summary:  "a server key or a JWT secret stands in a variable that is built into what the browser gets",
	Severity: lint.Error,
	After:    []*lint.Rule{valueQuoted},
	Doc: `A variable with a public prefix (NEXT_PUBLIC_, VITE_, PUBLIC_ …) is written into the bundle at build time, where
everybody can read it. A service_role or sb_secret_ key bypasses row level security: whoever loads the
page owns the database. With the JWT secret in it (NEXT_PUBLIC_SUPABASE_JWT_SECRET) they sign such a key themselves, and a session of any user.

Move the key to a variable without the prefix that only the server reads, and rotate it; of a secret, mint all keys anew.`,
	Bad: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY={{service_role}} # HERE
`,
	Good: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
SUPABASE_SERVICE_ROLE_KEY={{service_role}}
`,
	Check: checkServiceKeyPublic,
}

var (
	publicPrefix = lint.Cause{Name: "public-prefix", Advice: "Move it to a variable without the prefix that only the server reads, and rotate the key: it must be taken as published."}
	publicSecret = lint.Cause{Name: "public-secret", Advice: "Move it to a variable without the prefix that only the server reads, or leave it out: a client never needs it. It must be taken as published: " +
		"make a new secret (openssl rand -base64 30), mint both keys anew with it, and put all three wherever the old ones stand."}
)

func checkServiceKeyPublic(p *lint.Pass) {
	for _, s := range p.Sites {
		if p.Explained(s) || s.Name.PublicPrefix == "" || !s.Value.IsKnown() {
			continue
		}
		what, cause := "", publicPrefix
		switch slot := keys.Recognize(s.Value.Text()); {
		case slot.Role() == keys.Server:
			what = fmt.Sprintf("the %s key", slot)
		case holdsSecret(p, s):
			what, cause = "what signs every key and every user's session", publicSecret
		default:
			continue
		}
		p.Report(lint.Draft{
			Place: lint.AtValue(s.At, ""), Instance: p.NameOf(s), Trace: s.Trace,
			Message: fmt.Sprintf("%s holds %s, and %s variables are built into what every browser gets",
				s.Holder, what, strings.TrimSuffix(s.Name.PublicPrefix, "_")+"_"),
			Cause: cause,
		})
		p.Explain(s)
	}
}

// holdsSecret says whether a JWT secret stands at the site, and no word that somebody was to replace.
func holdsSecret(p *lint.Pass, s *sites.Site) bool {
	text := s.Value.Text()
	return s.Slot == keys.JWTSecret && text.Len() > 0 && (!keys.LooksLikePlaceholder(text) || keys.Published(text) != "" || signs(p, s))
}
