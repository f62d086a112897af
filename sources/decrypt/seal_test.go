package decrypt

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keylint/keylint/sources/nodes"
)

func parseSealed(t testing.TB, b []byte) SealedSecret {
	t.Helper()
	docs, problems := nodes.Parse(b)
	if len(docs) != 1 || len(problems) > 0 {
		t.Fatalf("not one document: %v", problems)
	}
	texts := func(path ...string) map[string]string {
		m := map[string]string{}
		n := nodes.Field(docs[0].Root, path...)
		for i := 0; n != nil && i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = nodes.Text(n.Content[i+1])
		}
		return m
	}
	return SealedSecret{
		Name: nodes.Text(nodes.Field(docs[0].Root, "metadata", "name")), Namespace: nodes.Text(nodes.Field(docs[0].Root, "metadata", "namespace")),
		Annotations: texts("metadata", "annotations"), EncryptedData: texts("spec", "encryptedData"), TemplateData: texts("spec", "template", "data"),
	}
}

func sealedFile(t testing.TB, name string) SealedSecret {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(sealedDir, name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return parseSealed(t, b)
}

// checkUnsealed unseals with the right key among two, and compares with sealedPlain.
func checkUnsealed(t *testing.T, s SealedSecret) {
	t.Helper()
	got := ring(t, keyDir, "seal:seal2.pem", "seal:seal.pem").Unseal(s)
	for key, want := range map[string]string{"ANON_KEY": "anon-text-1", "jwt-secret": "with a newline\n"} {
		u := got[key]
		if u.Err != nil || u.Value.Text().Reveal() != want {
			t.Errorf("%s: %q, %v", key, u.Value.Text().Reveal(), u.Err)
		}
	}
	if len(got) != 2 {
		t.Errorf("%d entries", len(got))
	}
}

func TestUnseal(t *testing.T) {
	for _, c := range sealedCases {
		t.Run(c.name, func(t *testing.T) { checkUnsealed(t, sealedFile(t, c.name)) })
	}
}

func TestUnsealLocked(t *testing.T) {
	one := ring(t, keyDir, "seal:seal.pem")
	other := ring(t, keyDir, "seal:seal2.pem")
	strict, wide, cluster := sealedFile(t, "strict"), sealedFile(t, "namespace-wide"), sealedFile(t, "cluster-wide")
	cipher := strict.EncryptedData["ANON_KEY"]
	with := func(s SealedSecret, change func(*SealedSecret)) SealedSecret {
		change(&s)
		return s
	}
	value := func(v string) SealedSecret {
		return with(strict, func(s *SealedSecret) { s.EncryptedData = map[string]string{"ANON_KEY": v} })
	}
	changed := []byte(cipher)
	changed[len(changed)-6] ^= 1
	for _, c := range []struct {
		what  string
		ring  *Keyring
		s     SealedSecret
		hints []Identity
		kind  LockKind // -1 for known
		want  string
	}{
		{"no ring", nil, strict, nil, NoKey, "none of its private keys was given (use --sealed-secrets-key FILE)"},
		{"no key", ring(t, keyDir, "age:age.txt"), strict, nil, NoKey, "none of its private keys was given"},
		{"another key", other, strict, nil, WrongKey, "the private key given does not open it as web/app-keys"},
		{"two other keys", ring(t, keyDir, "seal:seal2.pem", "seal:seal.pem"), with(strict, func(s *SealedSecret) { s.Name = "x"; s.Namespace = "y" }), nil, WrongKey, "none of the 2 private keys given opens it as y/x"},

		{"renamed", one, with(strict, func(s *SealedSecret) { s.Name = "prod-app-keys" }), []Identity{{"web", "app-keys"}}, SealedElsewhere, "it was sealed as web/app-keys but is rendered as web/prod-app-keys"},
		{"moved", one, with(strict, func(s *SealedSecret) { s.Namespace = "prod" }), []Identity{{"web", "app-keys"}}, SealedElsewhere, "it was sealed as web/app-keys but is rendered as prod/app-keys"},
		{"moved, with half a hint", one, with(strict, func(s *SealedSecret) { s.Namespace = "prod" }), []Identity{{"web", ""}}, SealedElsewhere, "it was sealed as web/app-keys"},
		{"renamed without a hint", one, with(strict, func(s *SealedSecret) { s.Name = "prod-app-keys" }), nil, WrongKey, "as web/prod-app-keys"},
		{"namespace-wide, moved", one, with(wide, func(s *SealedSecret) { s.Namespace = "prod" }), []Identity{{"web", "app-keys"}}, SealedElsewhere, "it was sealed as any name in namespace web but is rendered as any name in namespace prod"},
		{"namespace-wide, renamed", one, with(wide, func(s *SealedSecret) { s.Name = "other" }), nil, -1, ""},
		{"namespace-wide, without its annotation", one, with(wide, func(s *SealedSecret) { s.Annotations = nil }), nil, SealedElsewhere, `the annotation sealedsecrets.bitnami.com/namespace-wide: "true" is missing`},
		{"cluster-wide, without its annotation", one, with(cluster, func(s *SealedSecret) { s.Annotations = nil }), nil, SealedElsewhere, `the annotation sealedsecrets.bitnami.com/cluster-wide: "true" is missing`},
		{"cluster-wide, moved and renamed", one, with(cluster, func(s *SealedSecret) { s.Name = "x"; s.Namespace = "y" }), nil, -1, ""},
		{"strict, annotated cluster-wide", one, with(strict, func(s *SealedSecret) { s.Annotations = cluster.Annotations }), nil, SealedElsewhere, "it was sealed for web/app-keys, but by its annotations and namespace it is cluster-wide"},
		{"rendered without a namespace", one, with(strict, func(s *SealedSecret) { s.Namespace = "" }), []Identity{{"web", "app-keys"}}, -1, ""},
		{"rendered without a namespace, unknown", one, with(strict, func(s *SealedSecret) { s.Namespace = "" }), nil, WrongKey, "as (no namespace)/app-keys"},
		{"rendered without a namespace, renamed", one, with(strict, func(s *SealedSecret) { s.Namespace = ""; s.Name = "x" }), []Identity{{"web", "app-keys"}}, SealedElsewhere, "it was sealed as web/app-keys but is rendered as (no namespace)/x"},

		{"placeholder", one, value("<SEALED_ANON_KEY>"), nil, Placeholder, "never sealed"},
		{"placeholder without a key", nil, value("${SEALED_ANON_KEY}"), nil, Placeholder, "never sealed"},
		{"template", one, value("{{ .Values.sealed.anonKey }}"), nil, Placeholder, "never sealed"},
		{"word that is base64", one, value("changeme"), nil, Placeholder, "never sealed"},
		{"words", one, value("replace me with kubeseal output"), nil, Placeholder, "never sealed"},
		{"nothing", one, value(""), nil, Placeholder, "nothing stands in place"},
		{"cut with dots", one, value("AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq..."), nil, Damaged, "character 33 is not base64"},
		{"cut", one, value(cipher[:200]), nil, Damaged, "it has 150 bytes, and the shortest ciphertext of its key has 274"},
		{"cut in a quantum", one, value(cipher[:len(cipher)-9]), nil, Damaged, "characters, at which base64 cannot end"},
		{"cut after the session key", one, value(cipher[:len(cipher)-4]), nil, Damaged, "cut or changed after it was sealed"},
		{"changed", one, value(string(changed)), nil, Damaged, "cut or changed after it was sealed"},
		{"changed and moved", one, with(value(string(changed)), func(s *SealedSecret) { s.Namespace = "" }), []Identity{{"web", "app-keys"}}, Damaged, "cut or changed"},
		{"folded", one, value(cipher[:100] + " " + cipher[100:]), nil, Damaged, "white space stands in it at character 101"},
		{"literal block", one, value(cipher[:100] + "\n" + cipher[100:] + "\n"), nil, -1, ""},
		{"in SOPS", one, value("ENC[AES256_GCM,data:x]"), nil, NotTried, "itself encrypted with SOPS"},
		{"another text in base64", one, value(string(sopsFileBase64(t))), nil, Damaged, "does not begin as ciphertext does"},
	} {
		t.Run(c.what, func(t *testing.T) {
			u := c.ring.Unseal(c.s, c.hints...)["ANON_KEY"]
			if c.kind == -1 {
				if u.Err != nil || u.Value.Text().Reveal() != "anon-text-1" {
					t.Errorf("%v", u.Err)
				}
				return
			}
			if u.Err == nil || u.Value.IsKnown() || u.Value.IsAbsent() {
				t.Fatal("it is known")
			}
			if u.Err.Kind != c.kind || !strings.Contains(u.Err.Reason, c.want) {
				t.Errorf("%v: %s\nwant %v: %s", u.Err.Kind, u.Err.Reason, c.kind, c.want)
			}
		})
	}
}

func sopsFileBase64(t *testing.T) []byte {
	return []byte(base64.StdEncoding.EncodeToString(sopsFile(t, "age.yaml")))
}

func TestUnsealTemplate(t *testing.T) {
	k := ring(t, keyDir, "seal:seal.pem")
	for _, c := range []struct {
		template string
		known    bool
		want     string
	}{
		{"in the clear", true, "in the clear"},
		{"", true, ""},
		{"{{ .ANON_KEY }}", true, "anon-text-1"},
		{"a={{ .ANON_KEY }}\nb={{- /* no */ -}}\n{{ index . \"jwt-secret\" | trim }}", true, "a=anon-text-1\nb=with a newline"},
		{"{{ .ANON_KEY | b64enc }} {{ b64enc (index . \"ANON_KEY\") }}", true, "YW5vbi10ZXh0LTE= YW5vbi10ZXh0LTE="},
		{"{{ .ANON_KEY | b64enc | b64dec | quote }}", true, `"anon-text-1"`},
		{"{{ toString .ANON_KEY }}", true, "anon-text-1"},
		{"{{ \"x\" | b64dec }}", true, "illegal base64 data at input byte 0"},
		{"{{ .missing }}", true, "<no value>"},
		{"{{ .LOCKED }}", false, "template.data uses LOCKED: a placeholder stands"},
		{"{{ .ANON_KEY | sha256sum }}", false, "template.data uses the function sha256sum, which keylint does not evaluate"},
		{"{{ env \"HOME\" }}", false, "the function env"},
		{"{{ printf \"%s\" .ANON_KEY }}", false, "the function printf"},
		{"{{ range $k, $v := . }}{{ $v }}{{ end }}", false, "template.data uses range"},
		{"{{ if .ANON_KEY }}x{{ end }}", false, "template.data uses if"},
		{"{{ with .ANON_KEY }}{{ . }}{{ end }}", false, "template.data uses with"},
		{"{{ $x := .ANON_KEY }}", false, "a variable"},
		{"{{ define \"x\" }}{{ end }}", false, "define or block"},
		{"{{ template \"x\" }}", false, "template"},
		{"{{ . }}", false, "all values at once"},
		{"{{ .a.b }}", false, "a field of a field"},
		{"{{ index . .ANON_KEY }}", false, "index in another form"},
		{"{{ .ANON_KEY | b64enc | b64enc | b64enc | b64enc }}", false, "a pipe of more than 4 functions"},
		{"{{ .anon-key }}", false, "does not parse as a template"},
		{strings.Repeat("{{ .ANON_KEY }}", 5000), false, "a template larger than"},
	} {
		s := sealedFile(t, "strict")
		s.EncryptedData["LOCKED"] = "<LOCKED>"
		s.TemplateData = map[string]string{"out": c.template}
		u := k.Unseal(s)["out"]
		got := u.Value.Text().Reveal()
		if !c.known {
			got = u.Value.Reason()
		}
		if u.Value.IsKnown() != c.known || c.known && got != c.want || !strings.Contains(got, c.want) {
			t.Errorf("%.80s: %q, want %q", c.template, got, c.want)
		}
	}
}

// TestUnsealBound stops where a repository holds more sealed values than anyone has.
func TestUnsealBound(t *testing.T) {
	k := ring(t, keyDir, "seal:seal.pem")
	k.tries = maxRSATries - 1
	s := sealedFile(t, "strict")
	s.Name = "other"
	for key, u := range k.Unseal(s) {
		if u.Err == nil || u.Err.Kind != NotTried {
			t.Errorf("%s: %v", key, u.Err)
		}
	}
}
