package rules

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var valueDoubleBase64 = &lint.Rule{
	Name:     "value-double-base64",
	Summary:  "a key is encoded as base64 once too often, or not at all",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{stillEncrypted, sameKeyBothRoles},
	Doc: `What stands under data: in a Secret is base64, once; what stands under stringData: and in Helm values is the text itself
(supabase-community/supabase-kubernetes#5: the chart encodes its values). A key that was encoded twice reaches its reader as
base64; one that stands under data: in the open makes the API server refuse the Secret.

Put the text under stringData:, or its base64 under data:.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon.longer}} # HERE
`,
	Good: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
data:
  ANON_KEY: {{anon.base64}}
`,
	Check: checkValueDoubleBase64,
}

var (
	notBase64    = lint.Cause{Name: "not-base64", Advice: "Put the text under stringData:, or its base64 under data: (printf '%s' \"$KEY\" | base64 -w0)."}
	encodedTwice = lint.Cause{Name: "encoded-twice", Advice: "Put the text itself under stringData: and in Helm values, its base64 (once) under data:."}
)

func checkValueDoubleBase64(p *lint.Pass) {
	for _, s := range p.Sites {
		if s.NotBase64 && !(s.Value.IsKnown() && keys.IsReference(s.Value.Text())) && (s.Unit == nil || s.Unit.Deployed()) {
			p.ReportKey([]*sites.Site{s}, "", "%s stands under data: and is not base64: the API server refuses the whole Secret",
				notBase64)
			p.Explain(s)
		}
	}
	p.EachKey(func(group []*sites.Site) {
		plain, ok := keys.Decoded(group[0].Value.Text())
		if !ok || group[0].Role == keys.Signing {
			return
		}
		p.ReportKey(group, "", fmt.Sprintf("%%s holds the base64 of the %s key, and not the key: it was encoded once too often", keys.Recognize(plain)),
			encodedTwice)
		p.Explain(group...)
	})
}
