package rules

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

var placeholderValue = &lint.Rule{
	Name:     "placeholder-value",
	Summary:  "a placeholder stands where a key must be",
	Severity: lint.Warning,
	ByKey:    true,
	After:    []*lint.Rule{keyNotSignedBySecret},
	Doc: `"changeme", "your-anon-key", "<anon-key>": a word that somebody was to replace is deployed, or built into an app. If nothing fills
it in on the way, every request is refused.

Put the key there, or leave the variable out and let the build set it.`,
	Bad: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
NEXT_PUBLIC_SUPABASE_ANON_KEY=your-anon-key # HERE
`,
	Good: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
`,
	Check: checkPlaceholderValue,
}

var placeholderLeft = lint.Cause{Name: "placeholder-left", Advice: "Put the key there, or leave the variable out where something else sets it (the build, the cluster, the shell)."}

// checkPlaceholderValue leaves what was found a placeholder among those of which nothing can
// be told: something may fill it in.
func checkPlaceholderValue(p *lint.Pass) {
	reported := map[sources.Position]bool{}
	for _, s := range p.Sites {
		if p.SetAside(s) || reported[s.Written] || !isPlaceholder(s) || signs(p, s) || s.Carrier.Development || s.Unit != nil && !s.Unit.Deployed() {
			continue
		}
		reported[s.Written] = true
		p.ReportKey([]*sites.Site{s}, "", "%s is a placeholder, not a key: unless something replaces it, whatever uses it is refused",
			placeholderLeft)
	}
}

// signs says of a JWT secret that a key of its instance verifies under it: whatever words it
// is made of, it is in use.
func signs(p *lint.Pass, s *sites.Site) bool {
	return s.Slot == keys.JWTSecret && s.Value.IsKnown() && p.InstanceOf(s) != nil && p.InstanceOf(s).Signs(s) > 0
}

// isPlaceholder says whether a word stands in the key's place that a person was to replace. A
// credential of the gateway has rules of its own.
func isPlaceholder(s *sites.Site) bool {
	if s.Standing == sites.Accepted {
		return false
	}
	if s.Placeholder {
		return true
	}
	text := s.Value.Text()
	return s.Value.IsKnown() && text.Len() > 0 && keys.IsPlaceholder(text) && !keys.IsReference(text) &&
		keys.Published(text) == "" && s.Slot != keys.JWKS && s.Slot != keys.JWTKeys && (s.Slot != keys.JWTSecret || text.Len() >= keys.MinSecret)
}

// isYetToCome says of a text that it is a word which stands for a key, and no longer than that: what is wrong with it is that the
// key is not there, whatever else would be.
func isYetToCome(t keys.Text) bool {
	return t.Len() < keys.MinSecret && keys.IsPlaceholder(t)
}
