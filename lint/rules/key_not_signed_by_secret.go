package rules

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var keyNotSignedBySecret = &lint.Rule{
	Name:     "key-not-signed-by-secret",
	Summary:  "an instance's own key does not verify under its JWT secret",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{backendKeyDrift, staleCredential},
	Doc: `The legacy keys are JWTs, signed with HS256 over the raw bytes of the JWT secret (never base64-decoded first). A key
that does not verify passes the gateway, which only compares texts, and is then refused by PostgREST,
Storage and Realtime with PGRST301. Usually the secret was changed and the keys were not minted anew.

Mint both keys with the JWT secret that is deployed (upstream's utils/generate-keys.sh), or put the old secret back.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon}}
  SERVICE_ROLE_KEY: {{service_role.old}} # HERE
`,
	Good: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  JWT_SECRET: {{jwt_secret}}
  ANON_KEY: {{anon}}
  SERVICE_ROLE_KEY: {{service_role}}
`,
	Check: checkKeyNotSignedBySecret,
}

var (
	secretChanged = lint.Cause{Name: "secret-changed", Advice: "Mint both keys anew with this secret and put them wherever the old ones stand, or put back the secret that signed them. " +
		"Every service reads the secret at its start, and the database only when it is made (app.settings.jwt_secret)."}
	secretReplaced = lint.Cause{Name: "secret-replaced", Advice: "Put the secret back that signed the keys: what stands here is a placeholder, a published secret or one that is too short. " +
		"Only if it is lost, make a new one (openssl rand -base64 30) and mint both keys anew with it."}
	secretEncoded = lint.Cause{Name: "secret-encoded", Advice: "Write the secret there as it is when it is decoded; something encodes it again on its way (a chart that puts b64enc on its values), or it was " +
		"encoded by hand. The keys are right, and need not be minted anew."}
	otherSecretSigned = lint.Cause{Name: "other-secret-signed", Advice: "Mint the key anew with the JWT secret that is deployed, and put it there%s"}
	manyOfOther       = lint.Cause{Name: "other-secret-signed", Advice: "Mint the key anew with the JWT secret that is deployed, and put it in all of these places. Then roll out what reads it, and rebuild what has it built in."}
	signedIsThere     = lint.Cause{Name: "signed-key-elsewhere", Advice: "Put there the key that %s holds, which the JWT secret signed%s"}
)

func checkKeyNotSignedBySecret(p *lint.Pass) {
	for _, i := range p.Instances {
		var secrets, failing, verifying []*sites.Site
		for _, s := range i.Sites {
			if s.Slot == keys.JWTSecret && s.Value.IsKnown() && s.Value.Text().Len() > 0 && !p.SetAside(s) {
				secrets = append(secrets, s)
			}
		}
		if len(secrets) == 0 {
			continue
		}
		for _, s := range i.Sites {
			if p.SetAside(s) || p.Blamed(s) || s.Slot != keys.Anon && s.Slot != keys.ServiceRole {
				continue
			}
			switch p.Verifies(i, s) {
			case lint.Yes:
				verifying = append(verifying, s)
			case lint.No:
				failing = append(failing, s)
			}
		}
		if len(failing) > 0 {
			reportUnsigned(p, i, secrets, failing, verifying)
		}
	}
	checkUnsignedAlone(p)
}

// reportUnsigned names the secret where no key verifies, since it is then the one that
// was changed; else each key that fails.
func reportUnsigned(p *lint.Pass, i *lint.Instance, secrets, failing, verifying []*sites.Site) {
	if secret := lint.ByPlace(secrets); len(verifying) == 0 && len(lint.SlotsOf(failing)) > 1 && len(secret) == 1 {
		f := lint.Draft{
			Place: lint.AtSource(secret[0]), Instance: i.Name, Trace: secret[0].Trace,
			Message: fmt.Sprintf("none of the instance's keys verifies under the JWT secret that %s holds, and each of them gets a 401", secret[0].Holder) + whyUnsigned(p, i, failing[0], secrets, "them"),
			Cause:   secretChanged, Then: p.Afterwards(secret),
		}
		text := secret[0].Value.Text()
		if token, ok := failing[0].Token(); ok && token.Mistake(text).Encoded {
			f.Cause = secretEncoded
		} else if keys.Published(text) != "" || keys.LooksLikePlaceholder(text) || text.Len() < keys.MinSecret {
			f.Cause = secretReplaced
		}
		f.Related = p.Alike(failing, f.Place.Position(), func(s *sites.Site) string {
			return fmt.Sprintf("signed with another secret (%s)", keys.Describe(s.Value.Text(), s.Slot))
		})
		p.Report(f)
		p.Explain(failing...)
		return
	}
	byValue := map[[32]byte][]*sites.Site{}
	var order [][32]byte
	for _, s := range failing {
		sum := s.Value.Text().Sum()
		if byValue[sum] == nil {
			order = append(order, sum)
		}
		byValue[sum] = append(byValue[sum], s)
	}
	for _, sum := range order {
		group := byValue[sum]
		named := lint.ByPlace(group)[0]
		why := whyUnsigned(p, i, named, secrets, "it")
		if why == "" {
			why = ": " + keys.Describe(named.Value.Text(), named.Slot)
		}
		f := lint.Draft{
			Place: lint.AtSource(named), Instance: i.Name, Trace: named.Trace,
			Message: fmt.Sprintf("the %s key of %s does not verify under the instance's JWT secret, and gets a 401", named.Slot, named.Holder) + why,
			Cause:   otherSecretSigned.With(afterwards(p, named)), Then: p.Afterwards(group),
		}
		if of := signedOf(verifying, named.Slot); of != nil {
			f.Cause = signedIsThere.With(of.Holder, afterwards(p, named))
		} else if len(lint.ByPlace(group)) > 1 {
			f.Cause = manyOfOther
		}
		f.Related = append(p.Alike(group, f.Place.Position(), func(s *sites.Site) string { return "the same key" }),
			p.Related(secrets, f.Place.Position(), func(s *sites.Site) string { return "the JWT secret" })...)
		p.Report(f)
		p.Explain(group...)
	}
}

// signedOf is where a key of the slot stands that the JWT secret signed, best of all where it is stored;
// nil where there is none.
func signedOf(verifying []*sites.Site, slot keys.Slot) *sites.Site {
	for _, s := range firstOf(lint.ByPlace(verifying), isStored) {
		if s.Slot == slot {
			return s
		}
	}
	return nil
}

// whyUnsigned says what signed the key, where that can be found: the secret with something
// done to it by mistake, a published one, or one that stands elsewhere in the repository.
func whyUnsigned(p *lint.Pass, i *lint.Instance, s *sites.Site, secrets []*sites.Site, them string) string {
	t, ok := s.Token()
	if !ok {
		return ""
	}
	for _, secret := range lint.ByPlace(secrets) {
		if m := t.Mistake(secret.Value.Text()); m.Words != "" {
			return fmt.Sprintf(": the secret signed %s in another form (%s), and every service uses it byte for byte", them, m.Words)
		}
	}
	if origin := keys.Published(s.Value.Text()); origin != "" {
		return ": it is a demo key, signed with the secret that " + origin + " publishes"
	}
	for _, other := range p.Sites {
		if other.Slot != keys.JWTSecret || !other.Value.IsKnown() || p.InstanceOf(other) == i || !p.Signed.Verify(s, other) {
			continue
		}
		if name := p.NameOf(other); name != "" {
			return ": the JWT secret of " + name + " signed it"
		}
		return ": the JWT secret that " + other.Holder + " holds signed it"
	}
	return ""
}
