package fix_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/keylint/keylint/fix"
	"github.com/keylint/keylint/internal/fixtures"
	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
)

// sealer is that of all tests here.
var sealer = fix.Sealer{Now: testkeys.Now}

func keyring(t *testing.T) *decrypt.Keyring {
	t.Helper()
	dir, err := fixtures.Key("")
	if err != nil {
		t.Fatal(err)
	}
	k, err := decrypt.Load(decrypt.KeyFiles{
		Age: []string{filepath.Join(dir, fixtures.AgeKey)}, PGP: []string{filepath.Join(dir, fixtures.PGPKey)}, SealedSecrets: []string{filepath.Join(dir, "sealed-secrets.yaml")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// linter lints a directory as it is when files hold other bytes: first these, then those that a plan asks for.
func linter(dir string, k *decrypt.Keyring, first fix.Files, choice lint.Choice) fix.Linter {
	return func(then fix.Files) (*lint.Result, *sources.Repository, error) {
		edited := maps.Clone(first)
		if edited == nil {
			edited = fix.Files{}
		}
		maps.Copy(edited, then)
		repo, err := sources.Open(sources.Options{Paths: []string{dir}, Keyring: k, Ledger: &keys.Ledger{}, Edited: edited})
		if err != nil {
			return nil, nil, err
		}
		config := lint.Config{Mend: true, Choice: choice}
		return lint.Check(lint.Group(sites.Collect(repo, render.Units(repo)), config), rules.All(), keys.At(testkeys.Now)), repo, nil
	}
}

func inSync(r *lint.Result) bool { return r.Worst() != lint.Error && r.Coverage.Disagree == 0 }

// mistakes are what people make of a key where they write it. Each gives nothing of a key that it does not apply to.
var mistakes = map[string]func(s *sites.Site, old map[keys.Slot]string) string{
	"not rotated":          func(s *sites.Site, old map[keys.Slot]string) string { return old[s.Slot] },
	"a line end behind it": func(s *sites.Site, _ map[keys.Slot]string) string { return s.Value.Text().Reveal() + "\n" },
	"quotes round it":      func(s *sites.Site, _ map[keys.Slot]string) string { return `"` + s.Value.Text().Reveal() + `"` },
	"cut": func(s *sites.Site, _ map[keys.Slot]string) string {
		return s.Value.Text().Reveal()[:s.Value.Text().Len()*2/3]
	},
	"encoded twice": func(s *sites.Site, _ map[keys.Slot]string) string {
		return base64.StdEncoding.EncodeToString([]byte(s.Value.Text().Reveal()))
	},
	"the other role's": func(s *sites.Site, old map[keys.Slot]string) string {
		return map[keys.Slot]string{keys.Anon: old[keys.ServiceRole], keys.ServiceRole: old[keys.Anon]}[s.Slot]
	},
}

// TestDriftIsMended drifts each place of each fixture that is in sync, by each kind of mistake in turn, and mends it. What is in sync then is what
// the rules take for it; a place that is not encrypted holds what it did before, byte for byte, and nothing else of any file differs.
func TestDriftIsMended(t *testing.T) {
	names, err := fixtures.Names()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	mended := map[string]int{} // by the kind of mistake, and of file
	for _, name := range names {
		if !strings.Contains(name, "in-sync") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), name)
			if err := fixtures.Copy(name, dir); err != nil {
				t.Fatal(err)
			}
			k := keyring(t)
			before, repo, err := linter(dir, k, nil, lint.Choice{})(nil)
			if err != nil {
				t.Fatal(err)
			}
			kinds := slices.Sorted(maps.Keys(mistakes))
			seen := map[sources.Position]bool{}
			for _, i := range before.Instances {
				for _, j := range i.Sites {
					s := j.Site
					if seen[s.Written] || !s.Value.IsKnown() || s.Written.Column == 0 || j.Outcome != lint.Agree {
						continue
					}
					seen[s.Written] = true
					if kind := kinds[len(seen)%len(kinds)]; tryMistake(t, dir, k, repo, s, kind) {
						mu.Lock()
						mended[kind]++
						mended[form(repo, s)]++
						mu.Unlock()
					}
				}
			}
		})
	}
	t.Cleanup(func() {
		for _, kind := range append(slices.Collect(maps.Keys(mistakes)), ".env", ".yaml", ".yml", "Dockerfile", "SOPS", "SealedSecret") {
			if mended[kind] == 0 {
				t.Errorf("nothing was mended of %q: %v", kind, mended)
			}
		}
	})
}

func tryMistake(t *testing.T, dir string, k *decrypt.Keyring, repo *sources.Repository, s *sites.Site, kind string) (mended bool) {
	to := mistakes[kind](s, otherKeys)
	if to == "" || to == s.Value.Text().Reveal() {
		return false
	}
	edit := lint.Edit{At: s.Written, Was: s.Value.Text(), To: keys.NewText(to), Slot: s.Slot, Holder: s.Holder}
	drifted, made, _ := fix.Apply(repo, []lint.Fix{{Kind: lint.ValueFix, Edits: []lint.Edit{edit}}}, sealer)
	if len(made) == 0 {
		return false // the mistake would have to be written in another way
	}
	at := fmt.Sprintf("%s, %s", s.Written, kind)
	p, err := fix.Make(linter(dir, k, drifted, lint.Choice{}), fix.Options{Sealer: sealer})
	if err != nil {
		t.Fatal(at, err)
	}
	switch {
	case inSync(p.Before):
		return false
	case len(p.Against) > 0:
		t.Errorf("%s: what would be written is not right: %q", at, p.Against)
	case !inSync(p.After): // it was the only one, or somebody has to choose
		if len(p.Left) == 0 && !slices.ContainsFunc(p.After.Findings, func(f lint.Finding) bool { return f.Rule == "service-key-public" }) {
			t.Errorf("%s: nothing says why it is not mended", at)
		}
	default:
		was, err := repo.File(s.Written.File).Disk()
		if err != nil {
			t.Fatal(err)
		}
		if is, ok := p.Files[s.Written.File]; ok && len(p.Files) == 1 && form(repo, s) != "SOPS" && form(repo, s) != "SealedSecret" && !bytes.Equal(is, was) {
			t.Errorf("%s: the file is not what it was", at)
		}
		again, err := fix.Make(linter(dir, k, merged(drifted, p.Files), lint.Choice{}), fix.Options{Sealer: sealer})
		if err != nil || len(again.Files) > 0 {
			t.Errorf("%s: a second run changes %v, %v", at, slices.Collect(maps.Keys(again.Files)), err)
		}
		return true
	}
	return false
}

func merged(a, b fix.Files) fix.Files {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// form is how a site's value is written: how it is encrypted or encoded, or else in what kind of file.
func form(repo *sources.Repository, s *sites.Site) string {
	f := repo.File(s.Written.File)
	text := f.Line(s.Written.Line)[s.Written.Column-1 : s.Written.EndColumn-1]
	_, sealed := decrypt.SealedLength(text)
	switch {
	case decrypt.EncryptedLeaf(text):
		return "SOPS"
	case sealed:
		return "SealedSecret"
	case text == base64.StdEncoding.EncodeToString([]byte(s.Value.Text().Reveal())):
		return "base64"
	case f.IsDotenv():
		return ".env"
	case f.IsDockerfile():
		return "Dockerfile"
	}
	return filepath.Ext(s.Written.File)
}

// otherKeys are those of another rotation.
var otherKeys = map[keys.Slot]string{
	keys.Anon: testkeys.All()["{{anon.old}}"], keys.ServiceRole: testkeys.All()["{{service_role.old}}"], keys.JWTSecret: testkeys.OldSecret,
}
