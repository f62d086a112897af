package rules

import (
	"fmt"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/gateway"
)

var kicCredentialIgnored = &lint.Rule{
	Name:     "kic-credential-ignored",
	Summary:  "the Ingress Controller passes over a consumer, or a credential of one",
	Severity: lint.Error,
	Doc: `Kong's Ingress Controller takes a credential of a KongConsumer from a Secret of the same namespace that has the label
konghq.com/credential: key-auth (since 3.0; the data key kongCredType before that) and the key under the data key "key".
Any other Secret that the consumer names is passed over with a line in the controller's log, and the key gets a 401.

The consumer itself, and a KongClusterPlugin, need the annotation kubernetes.io/ingress.class with the controller's class, unless
the controller's IngressClass is the default one. Without it there is no line in any log: in Kong they do not exist. A consumer with
a class that no controller in sight serves does not exist either.

Label the Secret, in the consumer's namespace, and call the data key "key"; give the consumer its class.`,
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

var (
	credentialNotLabelled = lint.Cause{Name: "credential-not-labelled", Advice: "Give the Secret the label konghq.com/credential: key-auth."}
	labelTooNew           = lint.Cause{Name: "label-too-new", Advice: "Give the Secret the data key kongCredType with the value key-auth, or bring the controller to 3.0."}
	credentialNotFound    = lint.Cause{Name: "credential-not-found", Advice: "Name a Secret of the consumer's own namespace."}
	credentialKeyless     = lint.Cause{Name: "credential-keyless", Advice: "Put the key into the Secret under the data key \"key\"."}
	objectOfOtherClass    = lint.Cause{Name: "object-of-other-class", Advice: "Give it the controller's class (kubernetes.io/ingress.class), or the controller this one (--ingress-class, CONTROLLER_INGRESS_CLASS)."}
	objectWithoutClass    = lint.Cause{Name: "object-without-class", Advice: "Give it the annotation kubernetes.io/ingress.class with the controller's class (\"kong\", unless --ingress-class says otherwise), " +
		"or make the controller's IngressClass the default one (ingressclass.kubernetes.io/is-default-class: \"true\")."}
)

func checkKICCredentialIgnored(p *lint.Pass) {
	for _, c := range p.Ignored {
		if !c.Certain || !c.Unit.Deployed() {
			continue
		}
		d := lint.Draft{
			Place: lint.AtName(c.At, c.Object), Instance: p.NameIn(c.Unit, c.Namespace),
			Message: fmt.Sprintf("the Ingress Controller passes over this credential of %s, whose key gets a 401: %s", c.Object, c.Why),
			Cause:   credentialNotLabelled,
		}
		switch c.Mend {
		case gateway.MendField:
			d.Cause = labelTooNew
		case gateway.MendReference:
			d.Cause = credentialNotFound
		case gateway.MendDataKey:
			d.Cause = credentialKeyless
		}
		switch {
		case c.Whole && c.Wants != "":
			d.Message = fmt.Sprintf("the Ingress Controller passes over %s: its class is %q, and the controller's is %q", c.Object, c.Class, c.Wants)
			d.Cause = objectOfOtherClass
		case c.Whole:
			d.Message = fmt.Sprintf("the Ingress Controller passes over %s: it has no annotation kubernetes.io/ingress.class, and no IngressClass in sight is the default one", c.Object)
			d.Cause = objectWithoutClass
		}
		p.Report(d)
		for _, credential := range c.Credentials {
			if s := p.OfCredential(credential); s != nil {
				p.Explain(s)
			}
		}
	}
}
