package lint

import (
	"fmt"

	"github.com/keylint/keylint/keys"
)

var keyNotSignedBySecret = &Rule{
	Name:     "key-not-signed-by-secret",
	Summary:  "an instance's own key does not verify under its JWT secret",
	Severity: Error,
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

func checkKeyNotSignedBySecret(p *Pass) {
	for _, i := range p.instances {
		var secrets, failing, verifying []*Site
		for _, s := range i.sites {
			if s.Slot == keys.JWTSecret && s.Value.IsKnown() && s.Value.Text().Len() > 0 && !p.isExplained(s) {
				secrets = append(secrets, s)
			}
		}
		if len(secrets) == 0 {
			continue
		}
		for _, s := range i.sites {
			if p.isExplained(s) || p.isBlamed(s) || s.Slot != keys.Anon && s.Slot != keys.ServiceRole {
				continue
			}
			switch i.verifies(s) {
			case yes:
				verifying = append(verifying, s)
			case no:
				failing = append(failing, s)
			}
		}
		if len(failing) > 0 {
			reportUnsigned(p, i, secrets, failing, verifying)
		}
	}
}

// reportUnsigned names the secret where no key verifies, since it is then the one that
// was changed; else each key that fails.
func reportUnsigned(p *Pass, i *instance, secrets, failing, verifying []*Site) {
	if secret := byPlace(secrets); len(verifying) == 0 && len(slotsOf(failing)) > 1 && len(secret) == 1 {
		f := Finding{
			At: secret[0].Written, Instance: i.name, Trace: secret[0].Trace,
			Message: fmt.Sprintf("none of the instance's keys verifies under the JWT secret that %s holds", secret[0].Holder) + whyUnsigned(p, i, failing[0], secrets),
			Help: "Mint both keys anew with this secret and put them wherever the old ones stand, or put back the secret that signed them. " +
				"Every service reads the secret at its start, and the database only when it is made (app.settings.jwt_secret).",
		}
		if text := secret[0].Value.Text(); keys.Published(text) != "" || keys.LooksLikePlaceholder(text) || text.Len() < keys.MinSecret {
			f.Help = "Put the secret back that signed the keys: what stands here is a placeholder, a published secret or one that is too short. " +
				"Only if it is lost, make a new one (openssl rand -base64 30) and mint both keys anew with it."
		}
		f.Related = p.alike(failing, f.At, func(s *Site) string {
			return fmt.Sprintf("%s: signed with another secret (%s)", s.Holder, keys.Describe(s.Value.Text(), s.Slot))
		})
		p.report(f)
		p.explain(failing...)
		return
	}
	byValue := map[[32]byte][]*Site{}
	var order [][32]byte
	for _, s := range failing {
		sum := s.Value.Text().Sum()
		if byValue[sum] == nil {
			order = append(order, sum)
		}
		byValue[sum] = append(byValue[sum], s)
	}
	for _, sum := range order {
		sites := byValue[sum]
		named := byPlace(sites)[0]
		f := Finding{
			At: named.Written, Instance: i.name, Trace: named.Trace,
			Message: fmt.Sprintf("the %s key of %s does not verify under the instance's JWT secret (%s)", named.Slot, named.Holder,
				keys.Describe(named.Value.Text(), named.Slot)) + whyUnsigned(p, i, named, secrets),
			Help: "Mint the key anew with the JWT secret that is deployed, and put it wherever the old one stands; then roll the gateway out and rebuild the apps.",
		}
		f.Related = append(p.alike(sites, f.At, func(s *Site) string { return s.Holder + ": the same key" }),
			p.related(secrets, f.At, func(s *Site) string { return s.Holder + ": the JWT secret" })...)
		p.report(f)
		p.explain(sites...)
	}
}

// whyUnsigned says what signed the key, where that can be found: the secret with something
// done to it by mistake, a published one, or one that stands elsewhere in the repository.
func whyUnsigned(p *Pass, i *instance, s *Site, secrets []*Site) string {
	t, ok := s.token()
	if !ok {
		return ""
	}
	for _, secret := range byPlace(secrets) {
		if m := t.Mistake(secret.Value.Text()); m != "" {
			return fmt.Sprintf(": it does verify under %s, so whoever signed it used that (the secret is used byte for byte)", m)
		}
	}
	if origin := keys.Published(s.Value.Text()); origin != "" {
		return ": it is a demo key, signed with the secret that " + origin + " publishes"
	}
	for _, other := range p.sites {
		if other.Slot != keys.JWTSecret || !other.Value.IsKnown() || p.instanceOf(other) == i || !p.signed.verify(s, other) {
			continue
		}
		if name := p.instanceName(other); name != "" {
			return ": the JWT secret of " + name + " signed it"
		}
		return ": the JWT secret that " + other.Holder + " holds signed it"
	}
	return ""
}
