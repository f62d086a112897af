package rules

import (
	"fmt"

	"github.com/keylint/keylint/lint"
)

var kicCredentialIgnored = &lint.Rule{
	Name:     "kic-credential-ignored",
	Summary:  "the Ingress Controller passes over a credential of a consumer",
	Severity: lint.Error,
	Doc: `Kong's Ingress Controller takes a credential of a KongConsumer from a Secret of the same namespace that has the label
konghq.com/credential: key-auth (since 3.0; the data key kongCredType before that) and the key under the data key "key".
Any other Secret that the consumer names is passed over with a line in the controller's log, and the key gets a 401.

Label the Secret, in the consumer's namespace, and call the data key "key".`,
	Bad: `
-- k8s/kong.yaml --
apiVersion: configuration.konghq.com/v1
kind: KongConsumer
metadata: {name: anon, namespace: supabase, annotations: {kubernetes.io/ingress.class: kong}}
username: anon
credentials:
  - anon-key # HERE
---
apiVersion: v1
kind: Secret
metadata: {name: anon-key, namespace: supabase}
stringData:
  key: {{anon}}
`,
	Good: `
-- k8s/kong.yaml --
apiVersion: configuration.konghq.com/v1
kind: KongConsumer
metadata: {name: anon, namespace: supabase, annotations: {kubernetes.io/ingress.class: kong}}
username: anon
credentials:
  - anon-key
---
apiVersion: v1
kind: Secret
metadata: {name: anon-key, namespace: supabase, labels: {konghq.com/credential: key-auth}}
stringData:
  key: {{anon}}
`,
	Check: checkKICCredentialIgnored,
}

var credentialNotLabelled = lint.Cause{Name: "credential-not-labelled", Advice: "Give the Secret the label konghq.com/credential: key-auth, in the consumer's namespace, and call the data key \"key\"."}

func checkKICCredentialIgnored(p *lint.Pass) {
	for _, c := range p.Ignored {
		if !c.Certain || !c.Gateway.Unit.Deployed() {
			continue
		}
		p.Report(lint.Draft{
			Place: lint.AtName(c.At, "KongConsumer "+c.Consumer), Instance: p.NameIn(c.Gateway.Unit, c.Gateway.Namespace),
			Message: fmt.Sprintf("the Ingress Controller passes over this credential of KongConsumer %s: %s", c.Consumer, c.Why),
			Cause:   credentialNotLabelled,
		})
	}
}
