package lint

import (
	"github.com/keylint/keylint/keys"
)

var opaqueKeyFormat = &Rule{
	Name:     "opaque-key-format",
	Summary:  "a text with the prefix of an opaque key is none",
	Severity: Error,
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

func checkOpaqueKeyFormat(p *Pass) {
	p.eachKey(func(sites []*Site) {
		if d := keys.OpaqueDefect(sites[0].Value.Text()); d != "" && !keys.LooksLikePlaceholder(sites[0].Value.Text()) {
			p.reportKey(sites, mildInDevelopment(sites), "the opaque key of %s is not one: "+d, "Copy the key anew from where it was made.")
			p.explain(sites...)
		}
	})
}
