package lint

import (
	"github.com/keylint/keylint/keys"
)

var valueWhitespace = &Rule{
	Name:     "value-whitespace",
	Summary:  "white space stands before, behind or in a key",
	Severity: Error,
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

func checkValueWhitespace(p *Pass) {
	p.eachPlace(func(sites []*Site) {
		var wrong []*Site
		where := ""
		for _, s := range sites {
			if s.Slot == keys.JWKS || s.Slot == keys.JWTKeys {
				continue
			}
			if w := keys.Spaces(s.Value.Text()); w != "" {
				wrong, where = append(wrong, s), w
			}
		}
		if len(wrong) == 0 {
			return
		}
		p.reportKey(wrong, severityOfRim(p, wrong), whatItIs(wrong)+" of %s has "+where+whoTrims(p, wrong),
			"Take it off: printf '%s' and not echo where it is encoded by hand, |- and not | in YAML, openssl rand -base64 30 for a secret of one line.")
		p.explain(wrong...)
	})
}

// severityOfRim is a warning where nothing takes along what stands round the key: the
// gateway, whose YAML takes it off, is all that reads it, or the keys were signed with the
// secret as it is. Else it is an error.
func severityOfRim(p *Pass, sites []*Site) Severity {
	severity := Error
	for _, s := range sites {
		switch {
		case s.Standing == Presented:
			return Error
		case s.Slot == keys.JWTSecret && p.instanceOf(s) != nil && p.instanceOf(s).signs(s) > 0, gatewayReads(p, s):
			severity = Warning
		}
	}
	return severity
}

// gatewayReads says whether the gateway takes its key from where the site's is written.
func gatewayReads(p *Pass, s *Site) bool {
	i := p.instanceOf(s)
	if i == nil || s.Role == keys.Signing {
		return false
	}
	for _, other := range i.sites {
		if other.Standing == Accepted && other.Written == s.Written {
			return true
		}
	}
	return false
}

// whoTrims says why it may have gone unnoticed.
func whoTrims(p *Pass, sites []*Site) string {
	s := sites[0]
	switch i := p.instanceOf(s); {
	case s.Slot == keys.JWTSecret && i != nil && i.signs(s) > 0:
		return ": the keys were signed with it as it is, and whoever types or trims it has another secret"
	case s.Slot == keys.JWTSecret:
		return ": it is used byte for byte, so that it is another secret than without"
	case gatewayReads(p, s):
		return ": the gateway's YAML takes it off, and no other reader does"
	}
	return ": keys are compared byte for byte"
}

func whatItIs(sites []*Site) string {
	if sites[0].Slot == keys.JWTSecret {
		return "the JWT secret"
	}
	return "the " + string(sites[0].Slot) + " key"
}
