package rules

import (
	"errors"
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

var jwksShape = &lint.Rule{
	Name:     "jwks-shape",
	Summary:  "a JWKS or a JWT secret has not the form that its reader needs",
	Severity: lint.Error,
	After:    []*lint.Rule{refURLMismatch},
	Doc: `Who verifies (PostgREST, Realtime, Storage, Functions) needs a JSON object, {"keys": […]}; GoTrue's GOTRUE_JWT_KEYS needs the
bare array. Realtime crashes when it is given an array (supabase/realtime#1269); PostgREST takes what is no JWKS for a plain
secret, and refuses every token. A default such as ${JWT_JWKS:-{"keys":[]}} is mangled by older versions of compose. A private
key (d) belongs to GoTrue alone: a verifier that holds it could sign.

A set may also be well-formed and of no use to its reader: PostgREST starts with {"keys":[]} and refuses every token, GoTrue does
not start where GOTRUE_JWT_KEYS has not just one key with "sign" among its key_ops, or is set to nothing. And a JWT secret that
is a token, or a public key, is the wrong one of two values that are copied together.

Let upstream's utils/add-new-auth-keys.sh make both values.`,
	Bad: `
-- k8s/realtime.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: realtime, namespace: supabase}
spec:
  template:
    spec:
      containers:
        - name: realtime
          image: supabase/realtime:v2.34.47
          env:
            - {name: API_JWT_SECRET, value: {{jwt_secret}}}
            - name: API_JWT_JWKS
              value: '[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]' # HERE
`,
	Good: `
-- k8s/realtime.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: realtime, namespace: supabase}
spec:
  template:
    spec:
      containers:
        - name: realtime
          image: supabase/realtime:v2.34.47
          env:
            - {name: API_JWT_SECRET, value: {{jwt_secret}}}
            - name: API_JWT_JWKS
              value: '{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}'
`,
	Check: checkJWKSShape,
}

var (
	jwksDefective  = lint.Cause{Name: "jwks-defective", Advice: "Let upstream's utils/add-new-auth-keys.sh make JWT_KEYS and JWT_JWKS anew."}
	jwksUnreadable = lint.Cause{Name: "jwks-unreadable", Advice: "Where it is the default of a variable (${JWT_JWKS:-{\"keys\":[]}}), put it in .env: older versions of compose end the variable at the first brace."}
	jwksIsArray    = lint.Cause{Name: "jwks-is-array", Advice: "Give it the value of JWT_JWKS; the array (JWT_KEYS) is for GoTrue alone."}
	jwksIsPrivate  = lint.Cause{Name: "jwks-is-private", Advice: "Give it the value of JWT_JWKS, whose keys are public, and make a new pair: this one must be taken as known."}
)

func checkJWKSShape(p *lint.Pass) {
	p.EachKey(func(group []*sites.Site) {
		switch s := group[0]; {
		case s.Slot == keys.JWTSecret:
			checkSecretForm(p, group)
		case s.Slot == keys.JWKS || s.Slot == keys.JWTKeys:
			if !keys.IsReference(s.Value.Text()) {
				checkSetForm(p, group)
			}
		}
	})
	checkEmptyKeys(p)
}

// checkSetForm looks at a set, and at who reads it.
func checkSetForm(p *lint.Pass, group []*sites.Site) {
	first := group[0]
	set, err := keys.ParseKeySet(first.Value.Text())
	if notJSON := keys.NotJSON(0); errors.As(err, &notJSON) && p.Repo.Standins().Holds(first.Value.Text()) {
		err = errors.New("it is not JSON")
	}
	if set.Size > keys.MaxKeys {
		p.Repo.Note(sources.NoteBound, first.Written, fmt.Sprintf("%s: the set has %d keys, of which the first %d are read", first.Holder, set.Size, keys.MaxKeys))
	}
	for _, s := range group {
		message, cause := "", jwksDefective
		switch {
		case err != nil:
			message = "the JWKS of %s cannot be read: " + err.Error()
			cause = jwksUnreadable
		case s.Name.Slot == keys.JWTKeys && set.Form != "array":
			message = "%s is a JSON object, and GoTrue needs the bare array of its keys"
		case s.Name.Slot != keys.JWTKeys && set.Form == "array":
			message = "%s is a JSON array, and a verifier needs an object with the array in it ({\"keys\": […]})"
			cause = jwksIsArray
		case set.Defect() != "":
			message = "the JWKS of %s: " + set.Defect()
		case s.Name.Slot != keys.JWTKeys && set.HoldsPrivate():
			message = "%s holds a private key (d), and what verifies needs the public one only: whoever reads it can sign any token"
			cause = jwksIsPrivate
		default:
			continue
		}
		p.ReportKey([]*sites.Site{s}, "", message, cause)
		p.Explain(s)
	}
	checkReaders(p, group, set)
}
