package rules

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

// What belongs to no instance, above all a copy that nothing deploys, is checked by itself: the keys of a file
// under the JWT secret that stands beside them.

var unsignedAlone = lint.Cause{Name: "unsigned-beside", Advice: "Mint both keys anew with this secret, or put back the one that signed them, before the two are deployed together."}

// fileOf is a file with what tells several sets of keys in it apart.
type fileOf struct{ name, of string }

// checkUnsignedAlone reports the keys of each file that none of the file's secrets signed. A key of a hosted
// project may stand beside the secret of a stack of one's own.
func checkUnsignedAlone(p *lint.Pass) {
	files := map[fileOf][]*sites.Site{}
	var order []fileOf
	for _, s := range p.Sites {
		if p.InstanceOf(s) != nil || p.SetAside(s) || !s.Value.IsKnown() || s.At != s.Written {
			continue
		}
		at := fileOf{s.Written.File, s.Name.Of}
		if files[at] == nil {
			order = append(order, at)
		}
		files[at] = append(files[at], s)
	}
	for _, at := range order {
		var secrets, failing []*sites.Site
		for _, s := range files[at] {
			if s.Role == keys.Signing && !s.Name.Apart && (s.Slot != keys.JWTSecret || holdsSecret(p, s)) {
				secrets = append(secrets, s)
			}
		}
		for _, s := range files[at] {
			if (s.Slot == keys.Anon || s.Slot == keys.ServiceRole) && s.ClaimedRef() == "" && isSignedByNone(p, s, secrets) {
				failing = append(failing, s)
			}
		}
		if len(failing) > 0 {
			reportUnsignedAlone(p, failing, secrets)
		}
	}
}

// isSignedByNone says of a legacy key that a JWT secret is among those beside it, and that it verifies under
// none of them.
func isSignedByNone(p *lint.Pass, s *sites.Site, secrets []*sites.Site) bool {
	if token, ok := s.Token(); !ok || token.Asymmetric() {
		return false
	}
	beside := false
	for _, secret := range secrets {
		if p.Signed.Verify(s, secret) {
			return false
		}
		beside = beside || secret.Slot == keys.JWTSecret
	}
	return beside
}

func reportUnsignedAlone(p *lint.Pass, failing, secrets []*sites.Site) {
	first := failing[0]
	f := lint.Draft{
		Place: lint.AtSource(first), Trace: first.Trace, Severity: lint.MildInDevelopment(failing), Cause: unsignedAlone,
		Message: fmt.Sprintf("the %s key of %s does not verify under the JWT secret beside it, and would get a 401", first.Slot, first.Holder) +
			whyUnsigned(p, nil, first, secrets, "it"),
	}
	if f.Severity == "" && first.Unit == nil {
		f.Severity = lint.Warning
	}
	f.Related = append(p.Alike(failing, f.Place.Position(), func(s *sites.Site) string { return "does not verify either" }),
		p.Related(secrets, f.Place.Position(), func(s *sites.Site) string { return "the JWT secret" })...)
	p.Report(f)
	p.Explain(failing...)
}
