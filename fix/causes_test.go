package fix_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/keylint/keylint/fix"
	"github.com/keylint/keylint/internal/fixtures"
	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
)

// TestEachCauseIsMended does to a repository that is in sync what people do before every login fails, and mends it with one plan. The gateway, the
// Secret and the apps hold one key of each role then, and the plan names what has to be rolled out and built.
func TestEachCauseIsMended(t *testing.T) {
	const other = "another secret of the stack, with more than 32 characters"
	anew := func(secret, role string) string { return testkeys.Key(secret, role, 1780000000) }
	old := fixtureSecret(t)
	stored := func(s *sites.Site) bool { return s.Standing == sites.Stored }
	gateway := func(s *sites.Site) bool { return s.Standing == sites.Accepted }
	app := func(s *sites.Site) bool { return s.Standing == sites.Presented && s.Carrier.App != "" }
	type drift struct {
		of   func(*sites.Site) bool
		slot keys.Slot
		to   string
	}
	for what, c := range map[string]struct {
		drifts []drift
		choice lint.Choice
		then   int // commands at least
	}{
		"the keys were issued anew, and Kong's configuration was not updated": {
			[]drift{{stored, keys.Anon, anew(old, "anon")}, {stored, keys.ServiceRole, anew(old, "service_role")}}, lint.Choice{}, 2,
		},
		"the JWT secret was changed, and the keys were not issued anew": {
			[]drift{{func(*sites.Site) bool { return true }, keys.JWTSecret, other}}, lint.Choice{Mint: time.Unix(1790000000, 0)}, 2,
		},
		"the Secret was edited by hand, without Kong": {
			[]drift{{stored, keys.Anon, anew(old, "anon")}}, lint.Choice{}, 2,
		},
		"other keys were used in each place at the first set-up": {
			[]drift{{gateway, keys.Anon, anew(other, "anon")}, {gateway, keys.ServiceRole, anew(other, "service_role")}, {app, keys.Anon, testkeys.Key(other, "anon", 1770000000)}}, lint.Choice{}, 2,
		},
		"after fixing, the app still gets a 401": {
			[]drift{{app, keys.Anon, anew(other, "anon")}}, lint.Choice{}, 1,
		},
	} {
		t.Run(what, func(t *testing.T) {
			dir, k, before, repo := homelab(t)
			var edits []lint.Fix
			seen := map[sources.Position]bool{}
			for _, j := range before.Instances[0].Sites {
				for _, d := range c.drifts {
					if s := j.Site; s.Slot == d.slot && d.of(s) && s.Value.IsKnown() && s.Written.Column > 0 && !seen[s.Written] {
						seen[s.Written] = true
						edits = append(edits, lint.Fix{Kind: lint.SafeFix, Edits: []lint.Edit{{At: s.Written, Was: s.Value.Text(), To: keys.NewText(d.to), Slot: s.Slot, Holder: s.Holder}}})
					}
				}
			}
			drifted, made, left := fix.Apply(repo, edits, sealer)
			if len(made) == 0 || len(left) > 0 {
				t.Fatalf("%d places were edited, and not these: %v", len(made), left)
			}
			p, err := fix.Make(linter(dir, k, drifted, c.choice), fix.Options{Sealer: sealer})
			if err != nil {
				t.Fatal(err)
			}
			if inSync(p.Before) {
				t.Fatal("nothing is wrong with it")
			}
			if !inSync(p.After) || len(p.Against) > 0 || len(p.Left) > 0 {
				t.Errorf("it is not in sync: against that %q, left %v", p.Against, p.Left)
			}
			if len(p.Then) < c.then {
				t.Errorf("then: %v", p.Then)
			}
			held := map[keys.Slot]map[string]bool{keys.Anon: {}, keys.ServiceRole: {}}
			for _, j := range p.After.Instances[0].Sites {
				if held[j.Site.Slot] != nil && j.Site.Value.IsKnown() {
					held[j.Site.Slot][j.Site.Value.Text().Fingerprint()] = true
				}
			}
			for slot, keys := range held {
				if len(keys) != 1 {
					t.Errorf("there are %d %s keys", len(keys), slot)
				}
			}
		})
	}
}

// homelab is a copy of the homelab fixture, with what is said of it.
func homelab(t *testing.T) (dir string, k *decrypt.Keyring, result *lint.Result, repo *sources.Repository) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "homelab")
	if err := fixtures.Copy("homelab-in-sync", dir); err != nil {
		t.Fatal(err)
	}
	k = keyring(t)
	result, repo, err := linter(dir, k, nil, lint.Choice{})(nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir, k, result, repo
}

// fixtureSecret is the JWT secret of the fixture.
func fixtureSecret(t *testing.T) (secret string) {
	_, _, r, _ := homelab(t)
	for _, j := range r.Instances[0].Sites {
		if j.Site.Slot == keys.JWTSecret && j.Site.Value.IsKnown() {
			secret = j.Site.Value.Text().Reveal()
		}
	}
	return secret
}
