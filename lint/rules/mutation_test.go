package rules_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

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

// TestMutations holds keylint to what it claims: in every fixture that is in sync it changes one
// thing at a time on each line from which a site that agrees has its value. Then a finding names
// the file, or one names another and the site agrees no more, or fewer sites agree, and none of
// those that do presents what its gateway does not list. A change after which as many agree must be one of those that nobody can tell from the
// repository: all take the value from the one place, and it is not proven but by its signature; or
// a name is misspelt which an app of the user's reads, or nobody does.
func TestMutations(t *testing.T) {
	names, err := fixtures.Names()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	verdicts := map[string]map[verdict]int{}
	encrypted, known, skipped := 0, map[string]bool{}, 0
	t.Run("fixtures", func(t *testing.T) {
		for _, name := range names {
			before := lintFixture(t, name)
			if !inSync(before) || strings.HasPrefix(name, "no-keys") { // the test keys open those, too
				continue
			}
			skipped++
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				dir := filepath.Join(t.TempDir(), name)
				if err := fixtures.Copy(name, dir); err != nil {
					t.Fatal(err)
				}
				keyring, err := testKeyring()
				if err != nil {
					t.Fatal(err)
				}
				found, sealed := mutations(t, dir, before)
				for _, m := range found {
					after := m.lint(t, dir, keyring)
					v := judgeMutation(before, after, m)
					id := name + " " + m.String()
					_, isKnown := knownMisses[id]
					switch {
					case v == missed && !isKnown:
						t.Errorf("%s: nothing is said of it:\n%s", m, said(before, after, m))
					case v != missed && isKnown:
						t.Errorf("%s: it is %s; take it from the known misses", m, v)
					}
					mu.Lock()
					if verdicts[m.kind] == nil {
						verdicts[m.kind] = map[verdict]int{}
					}
					verdicts[m.kind][v]++
					known[id] = isKnown
					mu.Unlock()
				}
				mu.Lock()
				skipped--
				encrypted += sealed
				mu.Unlock()
			})
		}
	})
	for id := range knownMisses {
		if !known[id] && skipped == 0 { // some were with -run
			t.Errorf("%s: there is no such mutation any more", id)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(verdicts)) {
		t.Logf("%s: %v", kind, verdicts[kind])
	}
	t.Logf("%d encrypted values were left alone", encrypted)
}

// knownMisses says why nothing is said of a mutation of which something should be.
var knownMisses = map[string]string{
	"gateway-envoy-in-sync k8s/envoy-config.yaml:65: reference: SERVICE_ROLE_KEY → SUPABASE_PUBLISHABLE_KEY":            onePolicy,
	"gateway-envoy-in-sync k8s/envoy-config.yaml:66: reference: SERVICE_ROLE_KEY_ASYMMETRIC → SUPABASE_PUBLISHABLE_KEY": onePolicy,
	"gateway-envoy-legacy k8s/envoy-config.yaml:65: reference: SERVICE_ROLE_KEY → ANON_KEY":                             onePolicy,
}

const onePolicy = "what Envoy's policies allow is read as one list: that a key may be in one policy and not in another is not known"

func inSync(r *lint.Result) bool {
	return r.Worst() != lint.Error && r.Coverage.Disagree == 0 && r.Coverage.Agree+r.Coverage.ByConstruction > 0
}

// The kinds of mutations.
const (
	literal     = "literal key"
	reissued    = "literal key, signed by the same secret"
	reference   = "reference"
	misspelling = "name"
	path        = "store path"
)

// mutation puts other text in the place of some on one line.
type mutation struct {
	kind, what string
	at         sources.Position // of the text that goes
	text       string           // that comes
	line       int              // of the place that sites have their value from
	hasDefault bool             // it is a variable that has a default
}

func (m mutation) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", m.at.File, m.at.Line, m.kind, m.what)
}

// lint lints the repository with the mutation in it.
func (m mutation) lint(t *testing.T, dir string, keyring *decrypt.Keyring) *lint.Result {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(m.at.File))
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(was), "\n")
	line := lines[m.at.Line-1]
	lines[m.at.Line-1] = line[:m.at.Column-1] + m.text + line[m.at.EndColumn-1:]
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.WriteFile(file, was, 0o644); err != nil {
			t.Fatal(err)
		}
	}()
	repo, err := sources.Open(sources.Options{Paths: []string{dir}, Keyring: keyring, Ledger: &keys.Ledger{}})
	if err != nil {
		t.Fatal(err)
	}
	return lint.Check(lint.Group(sites.Collect(repo, render.Units(repo)), lint.Config{}), rules.All(), keys.At(testkeys.Now))
}

// mutations lists what can be changed in the places from which the sites that agree have their
// values, in order of place, and counts the places whose text is encrypted.
func mutations(t *testing.T, dir string, r *lint.Result) (out []mutation, sealed int) {
	t.Helper()
	secrets := jwtSecrets(t)
	files := map[string][]string{}
	lines := func(file string) []string {
		if files[file] == nil {
			b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
			if err != nil {
				t.Fatal(err)
			}
			files[file] = strings.Split(string(b), "\n")
		}
		return files[file]
	}
	seen := map[mutation]bool{}
	add := func(m mutation) {
		if !seen[m] {
			seen[m] = true
			out = append(out, m)
		}
	}
	locked := map[sources.Position]bool{}
	for j := range agreeing(r) {
		s := j.Site
		for at, variable := range placesOf(s) {
			all := lines(at.File)
			text := all[at.Line-1][at.Column-1 : at.EndColumn-1]
			for _, m := range misspelt(all, at, variable, text) {
				add(m)
			}
			switch {
			case isEncrypted(text):
				locked[at] = true
			case at == s.Written && s.Value.IsKnown():
				for _, m := range otherKeys(secrets, s, at, text) {
					add(m)
				}
			case at != s.Written:
				for _, m := range otherReferences(r, s, at, text) {
					add(m)
				}
			}
		}
		if !s.Value.IsKnown() && s.Written.Line > 0 {
			for _, m := range otherPaths(lines(s.Written.File), r, s) {
				add(m)
			}
		}
	}
	slices.SortFunc(out, func(a, b mutation) int {
		return cmp.Or(cmp.Compare(a.at.File, b.at.File), a.at.Line-b.at.Line, a.at.Column-b.at.Column, cmp.Compare(a.kind+a.what, b.kind+b.what))
	})
	return out, len(locked)
}

// agreeing are the sites that agree, by construction or not.
func agreeing(r *lint.Result) func(func(lint.Judged) bool) {
	return func(yield func(lint.Judged) bool) {
		for _, i := range r.Instances {
			for _, j := range i.Sites {
				if agrees(j) && !yield(j) {
					return
				}
			}
		}
	}
}

// envStep is a step at which a variable takes a value.
var envStep = regexp.MustCompile(`^(?:env|environment|build\.args) (\w+)$`)

// placesOf are the places on disk by which a site has its value, each with the variable that
// stands before it.
func placesOf(s *sites.Site) map[sources.Position]string {
	out := map[sources.Position]string{}
	for _, step := range s.Trace {
		if m := envStep.FindStringSubmatch(step.Text); m != nil {
			out[step.At] = m[1]
		} else if out[step.At] == "" {
			out[step.At] = ""
		}
	}
	out[s.Written] = ""
	if s.Entry != nil {
		out[s.Written] = s.Entry.Key
	}
	if s.Entry == nil || s.Standing != sites.Accepted && s.Standing != sites.Stored {
		out[s.At] = s.Variable
	} else if _, ok := out[s.At]; !ok {
		out[s.At] = "" // what is on this line is a data key, or a gateway's own
	}
	maps.DeleteFunc(out, func(at sources.Position, _ string) bool { return at.Line == 0 || at.EndColumn == 0 })
	return out
}

// verdict is what becomes of a mutation.
type verdict string

const (
	named      verdict = "named"                   // a finding names the file
	namedElse  verdict = "named in another file"   // a finding names what the change leads to
	unknown    verdict = "not told"                // a site that agreed does so no more
	gone       verdict = "gone"                    // a site that agreed is none any more, and nothing claims that it was
	solely     verdict = "by construction"         // all take it from there, and nothing is proven
	signed     verdict = "signed"                  // all take the key from there, and the JWT secret vouches for it
	sameValues verdict = "every value what it was" // what the name stands for is in nobody's repository
	missed     verdict = "missed"
)

// judgeMutation compares what is said with the mutation with what was said without it.
func judgeMutation(before, after *lint.Result, m mutation) verdict {
	told := map[string]bool{}
	for _, f := range before.Findings {
		told[f.Rule+f.At.String()+f.Message] = true
	}
	somewhere := false
	for _, f := range after.Findings {
		if told[f.Rule+f.At.String()+f.Message] {
			continue
		}
		files := []string{f.At.File}
		for _, r := range f.Related {
			files = append(files, r.At.File)
		}
		if slices.Contains(files, m.at.File) {
			return named
		}
		somewhere = somewhere || f.Severity == lint.Error
	}
	switch {
	case somewhere && (count(after) < count(before) || slices.ContainsFunc(m.touched(after), func(j lint.Judged) bool { return !agrees(j) })):
		return namedElse
	case refused(after) != "":
		return missed
	case after.Coverage.Unknown > before.Coverage.Unknown:
		return unknown
	case count(after) < count(before):
		return gone
	case sameEverywhere(before, after) && (m.kind == misspelling && !m.read(after) || m.hasDefault):
		return sameValues
	}
	// It is the one place from which all take what they have: nobody has the old value any more,
	// and the new one is proven by its signature alone.
	for _, old := range m.touched(before) {
		if in := instanceOf(after, old); in != nil && holds(in, old.Site.Value) {
			return missed
		}
	}
	proven := false
	for _, j := range m.touched(after) {
		proven = proven || j.Outcome == lint.Agree
	}
	switch {
	case m.kind == reissued:
		return signed
	case proven:
		return missed
	}
	return solely
}

// refused names a site that is said to agree, though it presents to its instance's gateway what
// that does not list; empty where there is none. A backend may go past the gateway.
func refused(r *lint.Result) string {
	for _, i := range r.Instances {
		accepted := slices.ContainsFunc(i.Sites, func(j lint.Judged) bool { return j.Site.Standing == sites.Accepted && agrees(j) })
		for _, j := range i.Sites {
			if s := j.Site; accepted && agrees(j) && s.Standing == sites.Presented && s.Role != keys.Signing && s.Carrier.Backend == "" &&
				!slices.ContainsFunc(i.Sites, func(k lint.Judged) bool {
					return k.Site.Standing == sites.Accepted && k.Site.Value.Same(s.Value)
				}) {
				return s.Holder
			}
		}
	}
	return ""
}

func agrees(j lint.Judged) bool { return j.Outcome == lint.Agree || j.Outcome == lint.ByConstruction }

func count(r *lint.Result) int { return r.Coverage.Agree + r.Coverage.ByConstruction }

// instanceOf is the instance in which a site of an earlier run stands.
func instanceOf(r *lint.Result, old lint.Judged) *lint.JudgedInstance {
	for _, i := range r.Instances {
		for _, j := range i.Sites {
			if j.Site.At.File == old.Site.At.File && j.Site.At.Line == old.Site.At.Line {
				return i
			}
		}
	}
	return nil
}

// read says whether a service of Supabase, which reads what it was written to read, would have to
// read the misspelt name.
func (m mutation) read(after *lint.Result) bool {
	return slices.ContainsFunc(m.touched(after), func(j lint.Judged) bool {
		s := j.Site
		return s.At.File == m.at.File && s.At.Line == m.line && (s.Standing == sites.Presented || s.Standing == sites.Verifying) &&
			s.Carrier.Backend != "" && s.Carrier.Backend != "Functions" && s.Variable == m.text
	})
}

// touched are the sites that have their value by way of the mutated line.
func (m mutation) touched(r *lint.Result) (out []lint.Judged) {
	for _, i := range r.Instances {
		for _, j := range i.Sites {
			on := false
			for at := range placesOf(j.Site) {
				on = on || at.File == m.at.File && at.Line == m.line
			}
			if on {
				out = append(out, j)
			}
		}
	}
	return out
}

// holds says whether a site of the instance that agrees has the value.
func holds(i *lint.JudgedInstance, v keys.Value) bool {
	return slices.ContainsFunc(i.Sites, func(j lint.Judged) bool { return agrees(j) && j.Site.Value.Same(v) })
}

// sameEverywhere says whether as many sites agree, with the same values in the same order.
func sameEverywhere(before, after *lint.Result) bool {
	a, b := slices.Collect(agreeing(before)), slices.Collect(agreeing(after))
	count := func(all []lint.Judged, v keys.Value) (n int) {
		for _, j := range all {
			if j.Site.Value.Same(v) {
				n++
			}
		}
		return n
	}
	for _, j := range a {
		if count(a, j.Site.Value) != count(b, j.Site.Value) {
			return false
		}
	}
	return len(a) == len(b)
}

// said is what a person would read of the mutated line.
func said(before, r *lint.Result, m mutation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\t%d sites agree, where %d did\n", count(r), count(before))
	if holder := refused(r); holder != "" {
		fmt.Fprintf(&b, "\t%s agrees, and the gateway does not list what it presents\n", holder)
	}
	for _, j := range m.touched(r) {
		fmt.Fprintf(&b, "\t%s %s %s: %s %s\n", j.Outcome, j.Site.Standing, j.Site.Slot, j.Site.Holder, j.Why)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "\t%s: %s [%s]\n", f.At, f.Message, f.Rule)
	}
	return b.String()
}
