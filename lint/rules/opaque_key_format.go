package rules

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var opaqueKeyFormat = &lint.Rule{
	Name:     "opaque-key-format",
	Summary:  "a text with the prefix of an opaque key is none",
	Severity: lint.Error,
	After:    []*lint.Rule{valueTruncated},
	Doc: `sb_publishable_ and sb_secret_ are followed by 22 random characters, an underscore and 8 of a checksum, all base64url: 46 and
41 bytes in all. A text of another length was cut, or something was pasted behind it.

Copy the key anew from where it was made (upstream's utils/add-new-auth-keys.sh).`,
	Bad: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY={{publishable}}x # HERE
`,
	Good: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY={{publishable}}
`,
	Check: checkOpaqueKeyFormat,
}

var notOpaque = lint.Cause{Name: "malformed", Advice: "Copy the key anew from where it was made."}

func checkOpaqueKeyFormat(p *lint.Pass) {
	p.EachKey(func(group []*sites.Site) {
		if d := keys.OpaqueDefect(group[0].Value.Text()); d != "" && !keys.LooksLikePlaceholder(group[0].Value.Text()) {
			p.ReportKey(group, lint.MildInDevelopment(group), "the opaque key of %s is not one: "+d, notOpaque)
			p.Explain(group...)
		}
	})
}
