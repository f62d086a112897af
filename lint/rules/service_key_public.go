package rules

import (
	"fmt"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
)

var serviceKeyPublic = &lint.Rule{
	Name:     "service-key-public",
	Summary:  "a server key stands in a variable that is built into what the browser gets",
	Severity: lint.Error,
	After:    []*lint.Rule{valueQuoted},
	Doc: `A variable with a public prefix (NEXT_PUBLIC_, VITE_, PUBLIC_ …) is written into the bundle at build time, where
everybody can read it. A service_role or sb_secret_ key bypasses row level security: whoever loads the
page owns the database.

Move the key to a variable without the prefix that only the server reads, and rotate it.`,
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

var publicPrefix = lint.Cause{Name: "public-prefix", Advice: "Move it to a variable without the prefix that only the server reads, and rotate the key: it must be taken as published."}

func checkServiceKeyPublic(p *lint.Pass) {
	for _, s := range p.Sites {
		if p.Explained(s) || s.Name.PublicPrefix == "" || !s.Value.IsKnown() {
			continue
		}
		slot := keys.Recognize(s.Value.Text())
		if slot.Role() != keys.Server {
			continue
		}
		p.Report(lint.Draft{
			Place: lint.AtValue(s.At, ""), Instance: p.NameOf(s), Trace: s.Trace,
			Message: fmt.Sprintf("%s holds the %s key, and %s variables are built into what every browser gets",
				s.Holder, slot, strings.TrimSuffix(s.Name.PublicPrefix, "_")+"_"),
			Cause: publicPrefix,
		})
		p.Explain(s)
	}
}
