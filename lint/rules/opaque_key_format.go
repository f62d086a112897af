package rules

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var opaqueKeyFormat = &lint.Rule{
	Name:     "opaque-key-format",
	Summary:  "an opaque key is none by its form, or stands where it cannot be used",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{valueTruncated},
	Doc: `sb_publishable_ and sb_secret_ are followed by 22 random characters, an underscore and 8 of a checksum, all base64url: 46 and
41 bytes in all. A text of another length was cut, or something was pasted behind it.

An opaque key is no token. Storage sends its ANON_KEY and SERVICE_KEY to PostgREST itself, which answers "Expected 3 parts in
JWT; got 1"; Studio and Functions send theirs to the gateway, which must put a token in its place. So the stack's ANON_KEY and
SERVICE_ROLE_KEY stay legacy keys, and the opaque keys have variables of their own.

Copy the key anew from where it was made (upstream's utils/add-new-auth-keys.sh), or put it under its own name.`,
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

var (
	notOpaque     = lint.Cause{Name: "malformed", Advice: "Copy the key anew from where it was made."}
	opaqueAsToken = lint.Cause{Name: "opaque-as-token", Advice: "Put the legacy key there again (a JWT, signed with the JWT secret), and the opaque key into %s, " +
		"beside the other three that upstream's utils/add-new-auth-keys.sh makes."}
)

func checkOpaqueKeyFormat(p *lint.Pass) {
	p.EachKey(func(group []*sites.Site) {
		text := group[0].Value.Text()
		if d := keys.OpaqueDefect(text); d != "" {
			if !keys.LooksLikePlaceholder(text) {
				p.ReportKey(group, lint.MildInDevelopment(group), "the key of %s has the prefix of an opaque key, and is none: "+d, notOpaque)
				p.Explain(group...)
			}
			return
		}
		checkOpaqueAsToken(p, group)
	})
}

// upstreamVariables are the names that the opaque keys, and the tokens in their place, have in upstream's stack.
var upstreamVariables = map[keys.Slot]string{
	keys.Publishable: "SUPABASE_PUBLISHABLE_KEY", keys.Secret: "SUPABASE_SECRET_KEY",
	keys.AnonAsymmetric: "ANON_KEY_ASYMMETRIC", keys.ServiceRoleAsymmetric: "SERVICE_ROLE_KEY_ASYMMETRIC",
}

// isOpaque says whether the slot's keys are sb_ keys.
func isOpaque(slot keys.Slot) bool { return slot == keys.Publishable || slot == keys.Secret }

// checkOpaqueAsToken finds an opaque key in the legacy slot of a service of the stack that
// sends it as a token.
func checkOpaqueAsToken(p *lint.Pass, group []*sites.Site) {
	slot := keys.Recognize(group[0].Value.Text())
	readers := pick(p, group, func(s *sites.Site) bool { return sendsToken(p, s) })
	if !isOpaque(slot) || len(readers) == 0 {
		return
	}
	reportReaders(p, group, readers, "%s is an opaque key, and "+readers[0].Carrier.Backend+" sends it as a token: PostgREST refuses it (401, \"Expected 3 parts in JWT; got 1\")",
		opaqueAsToken.With(upstreamVariables[slot]))
	if i := p.InstanceOf(readers[0]); handsOn(p, i) {
		for _, s := range pick(p, group, func(s *sites.Site) bool { return p.InstanceOf(s) == i }) {
			p.Blame(s) // the gateway lets it pass, and nobody behind it
			p.Affect(s)
		}
	}
}

// sendsToken says whether the site is a legacy slot of a service that sends it as a token to
// who verifies it: Storage does itself (supabase/storage config.ts), Studio and Functions do
// through the gateway.
func sendsToken(p *lint.Pass, s *sites.Site) bool {
	i := p.InstanceOf(s)
	if s.Standing != sites.Presented || s.Name.Slot != keys.Anon && s.Name.Slot != keys.ServiceRole || i == nil || !i.Nucleus(s) {
		return false
	}
	switch s.Carrier.Backend {
	case "Storage":
		return true
	case "Studio", "Functions":
		return handsOn(p, i)
	}
	return false
}

// handsOn says whether the instance's gateway, for certain, puts no token in place of an opaque
// key; false where none is in sight.
func handsOn(p *lint.Pass, i *lint.Instance) bool {
	found := false
	for _, g := range p.Gateways {
		if i.Holds(g.Unit, g.Namespace) && !g.Dead {
			if !g.HandsOn() {
				return false
			}
			found = true
		}
	}
	return found
}
