package rules

import (
	"github.com/keylint/keylint/lint"
)

var valueTruncated = &lint.Rule{
	Name:     "value-truncated",
	Summary:  "a key is cut short",
	Severity: lint.Warning,
	ByKey:    true,
	After:    []*lint.Rule{keyMalformed},
	Doc: `Something is missing at the end of the key: a part of the JWT, the end of its signature, or all behind an ellipsis that a
dashboard shows. It was copied from where it is shown shortened, or a field was too narrow for it.

Copy the whole key.`,
	Bad: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.cut}} # HERE
`,
	Good: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
`,
	Check: checkValueTruncated,
}

func checkValueTruncated(p *lint.Pass) { reportDefects(p, true) }
