package rules

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var valueWhitespace = &lint.Rule{
	Name:     "value-whitespace",
	Summary:  "white space stands before, behind or in a key",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{valueInterpolated},
	Doc: `A JWT secret is used byte for byte: a newline at its end makes another secret, and every signature fails. A key with a newline
is not the text that the gateway compares it with. Kong's own YAML trims what a template puts into it, so that the gateway looks
well while everything else that reads the same Secret fails; where nothing but the gateway reads it, it is a warning.

echo adds a newline, a block scalar (|) ends with one, and openssl rand -base64 64 prints two lines. Use printf '%s', the
scalar |-, and openssl rand -base64 30.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
  JWT_SECRET: "{{jwt_secret}}\n" # HERE
`,
	Good: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
  JWT_SECRET: |-
    {{jwt_secret}}
`,
	Check: checkValueWhitespace,
}

var whitespaceAround = lint.Cause{Name: "whitespace", Advice: "Take it off: printf '%s' and not echo where it is encoded by hand, |- and not | in YAML, openssl rand -base64 30 for a secret of one line."}

func checkValueWhitespace(p *lint.Pass) {
	p.EachPlace(func(group []*sites.Site) {
		var wrong []*sites.Site
		where := ""
		for _, s := range group {
			if s.Slot == keys.JWKS || s.Slot == keys.JWTKeys || keys.IsPEM(s.Value.Text()) { // which may have lines
				continue
			}
			if w := keys.Spaces(s.Value.Text()); w != "" {
				wrong, where = append(wrong, s), w
			}
		}
		if len(wrong) == 0 {
			return
		}
		p.ReportKey(wrong, severityOfRim(p, wrong), whatItIs(wrong)+" of %s has "+where+whoTrims(p, wrong, "it"),
			whitespaceAround)
		p.Explain(wrong...)
	})
}

// severityOfRim is a warning where nothing takes along what stands round the key: the
// gateway, whose YAML takes it off, is all that reads it, or the keys were signed with the
// secret as it is. Else it is an error.
func severityOfRim(p *lint.Pass, group []*sites.Site) lint.Severity {
	severity := lint.Error
	for _, s := range group {
		switch {
		case s.Standing == sites.Presented:
			return lint.Error
		case s.Slot == keys.JWTSecret && p.InstanceOf(s) != nil && p.InstanceOf(s).Signs(s) > 0, gatewayReads(p, s):
			severity = lint.Warning
		}
	}
	return severity
}

// gatewayReads says whether the gateway takes its key from where the site's is written.
func gatewayReads(p *lint.Pass, s *sites.Site) bool {
	i := p.InstanceOf(s)
	if i == nil || s.Role == keys.Signing {
		return false
	}
	for _, other := range i.Sites {
		if other.Standing == sites.Accepted && other.Written == s.Written {
			return true
		}
	}
	return false
}

// whoTrims says why it may have gone unnoticed.
func whoTrims(p *lint.Pass, group []*sites.Site, it string) string {
	s := group[0]
	switch i := p.InstanceOf(s); {
	case s.Slot == keys.JWTSecret && i != nil && i.Signs(s) > 0:
		return ": the keys were signed with it as it is, and whoever types or trims it has another secret"
	case s.Slot == keys.JWTSecret:
		return ": it is used byte for byte, and refuses every key that was signed with the secret alone"
	case gatewayReads(p, s):
		return ": the gateway's YAML takes " + it + " off, and no other reader does"
	}
	return ": keys are compared byte for byte"
}

func whatItIs(group []*sites.Site) string {
	if group[0].Slot == keys.JWTSecret {
		return "the JWT secret"
	}
	return "the " + string(group[0].Slot) + " key"
}
