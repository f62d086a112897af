package rules

import (
	"fmt"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var (
	setIsEmpty = lint.Cause{Name: "jwks-is-empty", Advice: "Put upstream's set there (JWT_JWKS, made by utils/add-new-auth-keys.sh), " +
		"or set nothing at all, so that PostgREST is given the JWT secret (${JWT_JWKS:-${JWT_SECRET}})."}
	setHasNoSigner = lint.Cause{Name: "no-signing-key", Advice: "Give the one key that signs \"key_ops\": [\"sign\", \"verify\"], and all others \"key_ops\": [\"verify\"] or none."}
	keysAreNothing = lint.Cause{Name: "jwt-keys-empty", Advice: "Leave GOTRUE_JWT_KEYS out, or let it fall back to an empty list (${JWT_KEYS:-[]}): GoTrue then signs with the JWT secret."}
	secretIsNone   = lint.Cause{Name: "no-jwt-secret", Advice: "Put the JWT secret there that signed the keys. What stands there was meant for another variable, and if it was secret it must be taken as known to whoever reads this one."}
)

// readsAs says whether the site is the variable from which that service of Supabase takes
// what it verifies with.
func readsAs(s *sites.Site, service, variable string) bool {
	return s.Carrier != nil && s.Carrier.Backend == service && s.Variable == variable
}

// PostgREST takes its secret or a set from one variable, and falls back to nothing else; GoTrue
// verifies with the keys that it signs with, if it is given any. The others fall back to the
// JWT secret beside the set (supabase/realtime jwt_verification.ex, supabase/storage jwt.ts).
func readByPostgREST(s *sites.Site) bool { return readsAs(s, "PostgREST", "PGRST_JWT_SECRET") }
func readByGoTrue(s *sites.Site) bool    { return readsAs(s, "GoTrue", "GOTRUE_JWT_KEYS") }

// pick are the sites of a key that something is true of, and that no rule has told of.
func pick(p *lint.Pass, group []*sites.Site, is func(*sites.Site) bool) []*sites.Site {
	return slices.DeleteFunc(slices.Clone(group), func(s *sites.Site) bool { return p.Explained(s) || !is(s) })
}

// reportReaders reports that a value is of no use to those who read it. Where it is stored it
// must be edited, whoever else takes it from there.
func reportReaders(p *lint.Pass, group, readers []*sites.Site, message string, cause lint.Cause) {
	p.ReportKey(readers, "", message, cause)
	p.Explain(readers...)
	for _, s := range group {
		if s.Standing == sites.Stored && slices.ContainsFunc(readers, func(r *sites.Site) bool { return r.Written == s.Written }) {
			p.Explain(s)
		}
	}
}

// checkReaders holds a set against what the services need that read it.
func checkReaders(p *lint.Pass, group []*sites.Site, set keys.KeySet) {
	if readers := pick(p, group, readByPostgREST); len(readers) > 0 && set.Size == 0 {
		reportReaders(p, group, readers, "%s is a set that has no key: PostgREST starts with it and refuses every token (401, PGRST301)", setIsEmpty)
		refused(p, readers[0])
	}
	n := set.Signers()
	signers := lint.Number(n)
	if n == 0 {
		signers = "none"
	}
	if readers := pick(p, group, readByGoTrue); len(readers) > 0 && set.Size > 0 && n != 1 {
		reportReaders(p, group, readers, fmt.Sprintf("GoTrue does not start with what %%s holds: %s of its keys can sign (\"sign\" among its key_ops), and it must be just one", signers), setHasNoSigner)
	}
}

// refused marks the legacy keys that the instance of a verifier uses as refused: they are
// right, and do not agree.
func refused(p *lint.Pass, verifier *sites.Site) {
	i := p.InstanceOf(verifier)
	if i == nil {
		return
	}
	for _, s := range i.Sites {
		if isLegacy(s) && !p.Explained(s) && !p.IsIdle(s) {
			p.Blame(s)
			p.Affect(s)
		}
	}
}

// isLegacy says whether the site holds a key that is signed with the JWT secret.
func isLegacy(s *sites.Site) bool {
	t, ok := s.Token()
	return ok && s.Role != keys.Signing && t.Alg == "HS256"
}

// checkEmptyKeys finds a GOTRUE_JWT_KEYS that is set to nothing, which is not the same as unset:
// GoTrue ends with "unexpected end of JSON input" (supabase/auth internal/conf/jwk.go).
func checkEmptyKeys(p *lint.Pass) {
	for _, c := range p.Containers {
		v := c.Env["GOTRUE_JWT_KEYS"]
		if c.Carrier.Backend != "GoTrue" || v == nil || !v.Value.IsKnown() || v.IsSet() || !c.Unit.Deployed() {
			continue
		}
		p.Report(lint.Draft{
			Place: lint.AtName(v.At(), v.Holder), Instance: p.NameIn(c.Unit, c.Namespace), Trace: v.Trace(),
			Message: v.Holder + " is set to nothing, which is no list of keys: GoTrue does not start",
			Cause:   keysAreNothing,
		})
	}
}

// checkSecretForm finds a JWT secret that is a token or a public key, under which nothing of
// the instance verifies.
func checkSecretForm(p *lint.Pass, group []*sites.Site) {
	secret := group[0]
	i, text := p.InstanceOf(secret), secret.Value.Text()
	if i == nil || i.Signs(secret) > 0 {
		return
	}
	_, isToken := keys.ParseJWT(keys.Trim(text))
	switch {
	case isToken:
		p.ReportKey(group, "", "the JWT secret of %s is a token: it is what a secret signs, and nothing that the secret signed verifies under it", secretIsNone)
	case keys.IsPEM(text):
		p.ReportKey(group, "", "the JWT secret of %s is a key in PEM, which no service of Supabase reads: its text is taken for the secret, and nothing verifies under it", secretIsNone)
	default:
		return
	}
	p.Explain(group...)
}
