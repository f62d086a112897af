package rules_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/fixtures"
	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

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
