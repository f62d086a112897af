package rules_test

import (
	"cmp"
	"encoding/base64"
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

// isEncrypted knows what sops and kubeseal write.
func isEncrypted(text string) bool {
	return strings.Contains(text, "ENC[") || len(text) > 200 && strings.HasPrefix(text, "Ag") && !strings.Contains(text, ".")
}

var (
	jwt    = regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.[\w-]+`)
	opaque = regexp.MustCompile(`sb_(publishable|secret)_\w+`)
	octet  = regexp.MustCompile(`("k\\*": *\\*")([\w-])`)
)

// otherKeys puts a well-formed key of the same slot where one stands, in plain or in base64.
func otherKeys(secrets []string, s *sites.Site, at sources.Position, text string) []mutation {
	if b, err := base64.StdEncoding.DecodeString(strings.Trim(text, `"'`)); err == nil && (jwt.Match(b) || opaque.Match(b) || strings.HasPrefix(string(b), "keylint-test-")) {
		var out []mutation
		for _, m := range otherKeys(secrets, s, at, string(b)) {
			m.text = base64.StdEncoding.EncodeToString([]byte(m.text))
			out = append(out, m)
		}
		return out
	}
	change := func(kind, what, to string) mutation {
		return mutation{kind: kind, what: what, at: at, text: to, line: at.Line}
	}
	role := map[keys.Slot]string{keys.Anon: "anon", keys.ServiceRole: "service_role"}[s.Slot]
	switch {
	case role != "" && jwt.MatchString(text):
		out := []mutation{change(literal, "a key of "+role+" that another secret signed", jwt.ReplaceAllString(text, testkeys.Key(testkeys.OldSecret, role, 1767225600)))}
		token, isToken := keys.ParseJWT(keys.NewText(jwt.FindString(text)))
		for _, secret := range secrets {
			if isToken && token.SignedBy(keys.NewText(secret)) {
				out = append(out, change(reissued, "a newer key of "+role, jwt.ReplaceAllString(text, testkeys.Key(secret, role, 1767312000))))
			}
		}
		return out
	case opaque.MatchString(text):
		slot := opaque.FindStringSubmatch(text)[1]
		return []mutation{change(literal, "another "+slot+" key", opaque.ReplaceAllString(text, testkeys.All()["{{"+slot+"}}"]))}
	case (s.Slot == keys.JWKS || s.Slot == keys.JWTKeys) && octet.MatchString(text):
		return []mutation{change(literal, "another secret in the set", octet.ReplaceAllStringFunc(text, func(k string) string {
			last := "A"
			if strings.HasSuffix(k, last) {
				last = "B"
			}
			return k[:len(k)-1] + last
		}))}
	case s.Slot == keys.JWTSecret && !strings.ContainsAny(text, "${}"):
		bare := strings.Trim(text, `"'`)
		if !s.Value.Text().Equal(keys.NewText(bare)) {
			return nil // it stands there in another form, or not at all, as what a chart has of its own
		}
		return []mutation{change(literal, "another JWT secret", strings.Replace(text, bare, testkeys.OldSecret, 1))}
	}
	return nil
}

// jwtSecrets are those that the fixtures' keys were signed with.
func jwtSecrets(t *testing.T) (out []string) {
	t.Helper()
	dir, err := fixtures.Key("")
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []string{"old", "new", "dev"} {
		b, err := os.ReadFile(filepath.Join(dir, "supabase-"+set+".env"))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(b), "\nJWT_SECRET=")
		secret, _, _ := strings.Cut(rest, "\n")
		out = append(out, secret)
	}
	return out
}

var variable = regexp.MustCompile(`^"?\$\{?(\w+)`)

// otherReferences leads a reference to the key of another role, and to nothing: that of a
// template to another variable, that of a Secret to another data key.
func otherReferences(r *lint.Result, s *sites.Site, at sources.Position, text string) (out []mutation) {
	refer := func(to, with string) {
		out = append(out, mutation{kind: reference, what: with + " → " + to, at: at, text: strings.Replace(text, with, to, 1), line: at.Line, hasDefault: strings.Contains(text, ":-")})
	}
	if m := variable.FindStringSubmatch(text); m != nil {
		for j := range agreeing(r) { // the variable of another role that the same file refers to
			other := j.Site
			if other.Role != s.Role && other.At.File == s.At.File && other.Standing == s.Standing && other.At != s.At {
				if to := variableOf(other, at.File); to != "" && to != m[1] {
					refer(to, m[1])
					break
				}
			}
		}
		refer(m[1]+"_OF_NOBODY", m[1])
	}
	if s.Entry != nil && strings.Trim(text, `"'`) == s.Entry.Key {
		for j := range agreeing(r) {
			other := j.Site
			if other.Role != s.Role && other.Standing == sites.Stored && other.Entry != nil && other.Entry.Object == s.Entry.Object {
				refer(other.Entry.Key, s.Entry.Key)
				break
			}
		}
		refer(s.Entry.Key+"-of-nobody", s.Entry.Key)
	}
	return out
}

// variableOf is the variable that a site's value is referred to by in a file.
func variableOf(s *sites.Site, file string) string {
	for _, step := range s.Trace {
		if m := variable.FindStringSubmatch(step.Text); m != nil && step.At.File == file {
			return m[1]
		}
	}
	return ""
}

// misspelt changes the name that stands before a place: on its line, or above it as that of an
// environment variable does. Of a store it is the place's own text.
func misspelt(lines []string, at sources.Position, variable, text string) []mutation {
	if len(variable) < 2 {
		return nil
	}
	wrong := variable[:len(variable)-2] + variable[len(variable)-1:] + variable[len(variable)-2:len(variable)-1]
	if wrong == variable {
		wrong += "X"
	}
	word := regexp.MustCompile(`(?:^|[^\w.-])(` + regexp.QuoteMeta(variable) + `)(?:[^\w.-]|$)`)
	for line := at.Line; line > 0 && line >= at.Line-4; line-- {
		before := lines[line-1]
		if line == at.Line {
			before = before[:at.Column-1]
		}
		if all := word.FindAllStringSubmatchIndex(before, -1); all != nil {
			m := all[len(all)-1]
			name := sources.Position{File: at.File, Line: line, Column: m[2] + 1, EndColumn: m[3] + 1}
			return []mutation{{kind: misspelling, what: variable + " → " + wrong, at: name, text: wrong, line: at.Line}}
		}
	}
	if strings.Trim(text, `"'`) == variable {
		return []mutation{{kind: misspelling, what: variable + " → " + wrong, at: at, text: strings.Replace(text, variable, wrong, 1), line: at.Line}}
	}
	return nil
}

var storePath = regexp.MustCompile(`^\s*(?:- )?(key|property|path|mount): (\S+)$`)

// otherPaths leads a store's object elsewhere.
func otherPaths(lines []string, r *lint.Result, s *sites.Site) (out []mutation) {
	for i, line := range lines[s.Written.Line:] {
		m := storePath.FindStringSubmatchIndex(line)
		switch {
		case strings.HasPrefix(line, "---") || strings.Contains(line, "secretKey:"):
			return out
		case m != nil:
			at := sources.Position{File: s.Written.File, Line: s.Written.Line + i + 1, Column: m[4] + 1, EndColumn: m[5] + 1}
			out = append(out, mutation{kind: path, what: "another " + line[m[2]:m[3]], at: at, text: line[m[4]:m[5]] + "-elsewhere", line: s.Written.Line})
		}
	}
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
