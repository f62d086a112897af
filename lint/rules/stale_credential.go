package rules

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var staleCredential = &lint.Rule{
	Name:     "stale-credential",
	Summary:  "the gateway accepts a key that nothing holds any more",
	Severity: lint.Warning,
	After:    []*lint.Rule{gatewayKeyMismatch, appKeyRejected, serverKeyRejected, backendKeyDrift},
	Doc: `A rotation puts the new key beside the old one in the gateway's list, so that apps may move one after the other. Where the
old one is never taken out, the rotation took nothing from whoever has it: the gateway lets it in to this day.

Take the credential out once nobody presents it.`,
	Bad: `
-- k8s/supabase.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "2.1"
    consumers:
      - username: anon
        keyauth_credentials:
          - key: {{anon}}
          - key: {{anon.old}} # HERE
`,
	Good: `
-- k8s/supabase.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "2.1"
    consumers:
      - username: anon
        keyauth_credentials:
          - key: {{anon}}
          - key: {{anon.old}}
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.old}}
`,
	Check: checkStaleCredential,
}

var leftInTheList = lint.Cause{Name: "left-in-the-list", Advice: "Take it out of the gateway's configuration%s If an app outside of this repository still presents it, let that move first."}

func checkStaleCredential(p *lint.Pass) {
	for _, i := range p.Instances {
		for _, s := range i.Sites {
			if s.Standing != sites.Accepted || !s.Value.IsKnown() || p.SetAside(s) || p.Blamed(s) || !isHeldNowhere(p, i, s) {
				continue
			}
			p.Explain(s) // it need not be minted anew
			p.Report(lint.Draft{
				Place: lint.AtSource(s), Instance: i.Name, Trace: s.Trace, Cause: leftInTheList.With(afterwards(p, s)),
				Message: fmt.Sprintf("%s accepts %s (%s) that nothing here holds any more: whoever still has it passes the gateway",
					s.Holder, lint.Article(string(s.Slot))+" key", keys.Describe(s.Value.Text(), s.Slot)),
			})
		}
	}
}

// isHeldNowhere says that no place in the repository but the gateway's list has the key, while
// the list has another of the slot that the stack stores, and that all who hold or present one
// are known.
func isHeldNowhere(p *lint.Pass, i *lint.Instance, s *sites.Site) bool {
	successor := false
	for _, other := range i.Sites {
		switch {
		case other == s || other.Role != s.Role:
		case !other.Value.IsKnown():
			return false
		case other.Standing == sites.Stored && other.Slot == s.Slot && isListed(i, other):
			successor = true
		}
	}
	for _, other := range p.Sites {
		if other.Standing != sites.Accepted && !p.IsIdle(other) && other.Value.Equal(s.Value) {
			return false
		}
	}
	return successor
}

// isListed says whether the gateway accepts the site's key.
func isListed(i *lint.Instance, s *sites.Site) bool {
	for _, other := range i.Sites {
		if other.Standing == sites.Accepted && other.Value.Equal(s.Value) {
			return true
		}
	}
	return false
}
