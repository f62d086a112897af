package rules

import (
	"fmt"
	"regexp"
	"sort"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var plaintextSecret = &lint.Rule{
	Name:     "plaintext-secret",
	Summary:  "a server key or a JWT secret stands in the open in a file that git holds",
	Severity: lint.Warning,
	Doc: `Whoever can read the repository, or an old clone of it, can read the key: a service_role key bypasses row level
security, and with the JWT secret anybody can sign one. Base64, as in a Secret's data, hides nothing. A key that was once committed
stays in the history.

Encrypt the file with SOPS, seal the Secret, or let the cluster fetch it (External Secrets); and rotate the key. What git
ignores and published demo keys are not told, nor is what stands in documentation, tests and comments, unless an instance uses it now.`,
	Bad: `
-- .git/HEAD --
ref: refs/heads/main
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
  SERVICE_ROLE_KEY: {{service_role}} # HERE
  JWT_SECRET: {{jwt_secret}}
`,
	Good: `
-- .git/HEAD --
ref: refs/heads/main
-- .gitignore --
.env
-- .env --
ANON_KEY={{anon}}
SERVICE_ROLE_KEY={{service_role}}
JWT_SECRET={{jwt_secret}}
`,
	Check: checkPlaintextSecret,
}

var inTheOpen = lint.Cause{Name: "in-the-open", Advice: "Encrypt it (SOPS, a SealedSecret), or keep it out of git (a secret store, a .env that git ignores); then rotate it, since the history keeps the old one."}

// liveInExample is why a key in documentation, in a test or in a comment matters: it is in use.
var liveInExample = lint.Cause{Name: "live-in-example", Advice: "Put a word in its place that nobody takes for a key, and rotate the key, since the history keeps it."}

// checkPlaintextSecret reports each file once: how it is kept is one decision.
func checkPlaintextSecret(p *lint.Pass) {
	reportStored(p)
	reportLive(p)
}

// reportLive reports server keys of the instances that stand where nothing is truth.
func reportLive(p *lint.Pass) {
	told := map[string]bool{}
	for _, k := range p.Counted {
		f := p.Repo.File(k.At.File)
		if told[k.At.File] || f == nil || !f.Committed() || keys.Recognize(k.Key).Role() != keys.Server || keys.Published(k.Key) != "" {
			continue
		}
		holder := heldIn(p, k.Key)
		if holder == nil {
			continue
		}
		told[k.At.File] = true
		p.Report(lint.Draft{
			Place: lint.AtValue(k.At, k.At.File), Instance: p.NameOf(holder), Cause: liveInExample,
			Message: fmt.Sprintf("%s holds the %s key that %s uses, in the open: more people read %s than the cluster", k.At.File, keys.Recognize(k.Key), p.NameOf(holder), k.Place),
		})
	}
}

// heldIn is a site of an instance that holds the key; nil where none does.
func heldIn(p *lint.Pass, key keys.Text) *sites.Site {
	for _, s := range p.Sites {
		if p.InstanceOf(s) != nil && !p.IsIdle(s) && keys.Trim(s.Value.Text()).Equal(key) {
			return s
		}
	}
	return nil
}

// reportStored reports what sites hold.
func reportStored(p *lint.Pass) {
	byFile := map[string][]*sites.Site{}
	var order []string
	for _, s := range p.Sites {
		if !isSecret(p, s) {
			continue
		}
		f := p.Repo.File(s.Written.File)
		if f == nil || f.Example || !f.Committed() || !f.Shows(s.Value.Text()) {
			continue
		}
		if byFile[f.Path] == nil {
			order = append(order, f.Path)
		}
		byFile[f.Path] = append(byFile[f.Path], s)
	}
	sort.Strings(order)
	for _, file := range order {
		places := lint.ByPlace(byFile[file])
		first := places[0]
		f := lint.Draft{
			Place: lint.AtValue(first.Written, ""), Instance: p.NameOf(first),
			Message: fmt.Sprintf("%s is in the open, in a file that git keeps: whoever reads the repository has it", heldAt(p, first)),
			Cause:   inTheOpen,
		}
		for _, s := range places[1:] {
			f.Related = append(f.Related, lint.Related{At: s.Written, Holder: heldAt(p, s), Says: "likewise", Alike: s.Identity(), AtName: s.InForce != "", Stored: s.Standing == sites.Stored})
		}
		p.Report(f)
	}
}

// variableBefore matches what stands before a value in a file of variables.
var variableBefore = regexp.MustCompile(`^(?:export )?(\w+)=["']?$`)

// heldAt is what holds the key where it is written: where only those are known that read it from a file of
// variables, the variable there.
func heldAt(p *lint.Pass, s *sites.Site) string {
	if s.Standing != sites.Stored && s.Written.Column > 0 {
		line := p.Repo.File(s.Written.File).Line(s.Written.Line)
		if m := variableBefore.FindStringSubmatch(line[:min(s.Written.Column-1, len(line))]); m != nil {
			return s.Written.File + " " + m[1]
		}
	}
	return s.Holder
}

// shortestSecret is the length in bytes from which what is no key may be a secret all the same.
const shortestSecret = 16

// isSecret says whether a site's value must be kept from readers of the repository: a server
// key or a signing secret that is nobody's dummy.
func isSecret(p *lint.Pass, s *sites.Site) bool {
	text := s.Value.Text()
	slot, form := s.Slot, keys.Recognize(text)
	if form != "" {
		slot = form
	}
	switch {
	case !s.Value.IsKnown() || text.Len() == 0 || keys.Published(text) != "" || s.Carrier.Development && !keys.HasForm(text):
		return false
	case signs(p, s):
		return true
	case form == "" && slot.Role() != keys.Signing && text.Len() < shortestSecret && p.Names.Instead(text) != "":
		return false // a word such as "none", of which key-not-a-key tells
	case slot == keys.JWKS && !keys.SignsAlone(text) || slot.Role() == keys.Public || keys.IsCiphertext(text) || keys.IsEmptySet(text):
		return false
	}
	return form != "" || !keys.LooksLikePlaceholder(text)
}
