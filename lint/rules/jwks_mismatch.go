package rules

import (
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var jwksMismatch = &lint.Rule{
	Name:     "jwks-mismatch",
	Summary:  "a JWKS does not go with the JWT secret, the key pair or the keys of its instance",
	Severity: lint.Error,
	After:    []*lint.Rule{jwksShape},
	Doc: `The set holds the JWT secret once more, as a symmetric key (oct) whose k is the secret's base64url: without it PostgREST and
GoTrue refuse the legacy keys; Realtime, Storage and Functions fall back to the secret. Its key pair must be that of
GOTRUE_JWT_KEYS, and the gateway's asymmetric keys must verify under it. Upstream's documentation: "If you later change
JWT_SECRET, you must regenerate the JWKS as well."

Auth serves the public halves of its key pairs only. Whoever verifies with the set that it serves, and has no JWT secret beside that,
verifies nothing while Auth signs with the JWT secret; that is a warning.

Make JWT_KEYS, JWT_JWKS and the asymmetric keys anew, together (utils/add-new-auth-keys.sh).`,
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
              value: '{"keys":[{"kty":"oct","k":"{{jwt_secret.old.url}}"}]}' # HERE
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
              value: '{"keys":[{"kty":"oct","k":"{{jwt_secret.url}}"}]}'
`,
	Check: checkJWKSMismatch,
}

var (
	jwksOfOtherSecret = lint.Cause{Name: "jwks-of-other-secret", Advice: "Make JWT_KEYS and JWT_JWKS anew from the JWT secret (utils/add-new-auth-keys.sh), and restart auth, rest, realtime, storage and functions."}
	jwksWithoutSecret = lint.Cause{Name: "jwks-without-secret", Advice: "Put the JWT secret into the set as well ({\"kty\": \"oct\", \"alg\": \"HS256\", \"k\": its base64url}), as upstream's utils/add-new-auth-keys.sh does, until no legacy key is in use."}
	jwksOfOtherPairs  = lint.Cause{Name: "jwks-of-other-pairs", Advice: "Put there the public halves of the same pairs: make JWT_KEYS and JWT_JWKS together (utils/add-new-auth-keys.sh)."}
	keyOfOtherPair    = lint.Cause{Name: "key-of-other-pair", Advice: "Make the asymmetric keys anew together with the JWKS (utils/add-new-auth-keys.sh), and restart the gateway."}
)

func checkJWKSMismatch(p *lint.Pass) {
	for _, i := range p.Instances {
		sets := keySets(p, i)
		for _, set := range sets {
			checkSymmetric(p, i, set)
			checkLegacy(p, i, set)
		}
		checkPairs(p, sets)
		checkAsymmetric(p, i, sets)
	}
	checkServedSets(p)
}

// keySet is one distinct set of an instance with the sites that hold it.
type keySet struct {
	keys.KeySet
	group []*sites.Site
}

func keySets(p *lint.Pass, i *lint.Instance) []keySet {
	var out []keySet
	byText := map[[32]byte]int{}
	for _, s := range i.Sites {
		if s.Slot != keys.JWKS && s.Slot != keys.JWTKeys || !s.Value.IsKnown() || p.SetAside(s) {
			continue
		}
		sum := s.Value.Text().Sum()
		if n, ok := byText[sum]; ok {
			out[n].group = append(out[n].group, s)
			continue
		}
		if set, err := keys.ParseKeySet(s.Value.Text()); err == nil {
			byText[sum] = len(out)
			out = append(out, keySet{set, []*sites.Site{s}})
		}
	}
	return out
}

// checkSymmetric holds the symmetric key in a set against the JWT secrets.
func checkSymmetric(p *lint.Pass, i *lint.Instance, set keySet) {
	var other *sites.Site
	for _, s := range i.Sites {
		if s.Slot != keys.JWTSecret || p.IsIdle(s) {
			continue
		}
		if !s.Value.IsKnown() {
			return
		}
		if holds, has := set.HoldsSecret(s.Value.Text()); holds || !has {
			return
		}
		if other == nil || s.Standing == sites.Stored && other.Standing != sites.Stored {
			other = s
		}
	}
	if other == nil {
		return
	}
	why := "it is another secret's"
	if m := set.Mistaken(other.Value.Text()); m != "" {
		why = m
	}
	p.ReportKey(set.group, "", "the symmetric key in the JWKS of %s is not the base64url of the JWT secret that "+other.Holder+" holds: "+why+"; legacy keys do not verify under it",
		jwksOfOtherSecret)
	p.Explain(set.group...)
}

// checkLegacy finds a set without a symmetric key where it is all that its reader has, while
// the instance's legacy keys are in use: PostgREST has no key for them, and GoTrue allows the
// algorithms of its keys only, though it has GOTRUE_JWT_SECRET (supabase/auth
// internal/conf/configuration.go, ApplyDefaults).
func checkLegacy(p *lint.Pass, i *lint.Instance, set keySet) {
	at := slices.IndexFunc(i.Sites, func(s *sites.Site) bool {
		inUse := s.Standing == sites.Accepted || s.Standing == sites.Presented && !s.Carrier.Development
		return inUse && isLegacy(s) && !p.Explained(s) && !p.IsIdle(s)
	})
	readers := pick(p, set.group, func(s *sites.Site) bool { return readByPostgREST(s) || readByGoTrue(s) })
	if at < 0 || len(readers) == 0 || set.Size == 0 || set.HasSymmetric() {
		return
	}
	reportReaders(p, set.group, readers, "%s has no symmetric key (oct): "+readers[0].Carrier.Backend+" refuses every legacy key, such as that of "+i.Sites[at].Holder,
		jwksWithoutSecret)
	refused(p, readers[0])
}

// checkPairs holds what verifies against what signs.
func checkPairs(p *lint.Pass, sets []keySet) {
	for _, signing := range sets {
		if signing.Form != "array" {
			continue
		}
		for _, verifying := range sets {
			if verifying.Form == "array" || p.Explained(verifying.group[0]) || verifying.HasPairsOf(signing.KeySet) {
				continue
			}
			p.ReportKey(verifying.group, "", "the JWKS of %s has not the key pairs that "+lint.Principal(signing.group).Holder+" signs with: what GoTrue signs is refused",
				jwksOfOtherPairs)
			p.Explain(verifying.group...)
		}
	}
}

// checkAsymmetric verifies the gateway's own tokens under each set of a verifier.
func checkAsymmetric(p *lint.Pass, i *lint.Instance, sets []keySet) {
	p.EachKey(func(group []*sites.Site) {
		t, ok := group[0].Token()
		if !ok || p.InstanceOf(group[0]) != i || !t.Asymmetric() {
			return
		}
		for _, set := range sets {
			if set.Form == "array" || p.Explained(set.group[0]) {
				continue
			}
			if verifies, why := set.Verify(t); !verifies {
				p.ReportKey(group, "", "the asymmetric key of %s does not verify under the JWKS of "+lint.Principal(set.group).Holder+": "+why,
					keyOfOtherPair)
				p.Explain(group...)
				return
			}
		}
	})
}
