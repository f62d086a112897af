package keys

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

const (
	partSecret = "Zk7Qp2Xv9Rt4Lw8Ns3Hd6Jf1Gb5Mc0Ya"
	partToken  = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoiYW5vbiIsInJlZiI6IngifQ.7vgIdWfS6Z6GJY9Rp9DR7G1XJWWZ1KWX8Y96QfIGmiI"
)

// TestLeaksParts: a part of a secret is known in every form, and honest text is none.
func TestLeaksParts(t *testing.T) {
	var l Ledger
	l.Add(NewText(partSecret))
	l.Add(NewText(partToken))
	l.Add(NewText("super-secret-jwt-token-with-at-least-32-characters-long"))
	parts := strings.Split(partToken, ".")
	for name, text := range map[string]string{
		"a run": partSecret[5:17], "a run in a word": "x" + partSecret[5:18] + "y", "payload": parts[1], "signature": parts[2], "half a signature": parts[2][:20],
		"base64": base64.StdEncoding.EncodeToString([]byte(partSecret[3:20])), "base64 of more": base64.URLEncoding.EncodeToString([]byte("ab" + partSecret[:16])),
		"hex": hex.EncodeToString([]byte(partSecret[2:16])), "HEX": strings.ToUpper(hex.EncodeToString([]byte(parts[2][9:24]))),
		"base32": base32.StdEncoding.EncodeToString([]byte(partSecret[3:20])), "base32 in small letters": strings.ToLower(base32.StdEncoding.EncodeToString([]byte(parts[2]))),
		"by hyphens": strings.Join(strings.Split(partSecret[4:20], ""), "-"), "by line ends": strings.Join(strings.Split(parts[2], ""), "\n"), "by commas": partSecret[:4] + ", " + partSecret[4:8] + ", " + partSecret[8:12],
		"by blanks, reversed": strings.Join(strings.Split(reversed(partSecret), ""), " "), "without its own signs": strings.NewReplacer("-", "", "_", "").Replace(parts[2]),
		"reversed": reversed(partSecret), "reversed run": reversed(partSecret)[7:19], "reversed signature": reversed(parts[2]),
		"reversed base64": reversed(base64.StdEncoding.EncodeToString([]byte(partSecret))),
	} {
		if !l.Leaks("it is "+text+", here", nil) {
			t.Errorf("%s is not known", name)
		}
	}
	for _, text := range []string{
		parts[0], "eyJhbGciOiJIUzI1NiJ9", partSecret[5:16], "Deployment supabase/auth env GOTRUE_JWT_SECRET", "at least 32-characters-long", "sha256:1a2b3c4d",
		"a-b-c-d-e-f-g-h-i-j-k-l-m-n", "the list: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12", "Deployment web/web: A1, B2, C3, D4, E5, F6, G7",
		"2026-11-24T12:00:00Z", "commit 9c01a7fdd7e4cc6ba6c5f8d3b4d3a0f1e2d3c4b5", "a-token-with-at-least-some characters", "clusters/Prod2/k8s/supabase-Secret1.yaml",
	} {
		if l.Leaks(text, nil) {
			t.Errorf("%s is taken for a part of a secret", text)
		}
	}
	if got, want := l.Scrub("dir/"+parts[2]+"/x "+partSecret[4:20]), "dir/"+redacted+"/x "+redacted; got != want {
		t.Errorf("scrubbed to %s", got)
	}
}

// FuzzLeaks: no run of a secret passes, whatever is around it.
func FuzzLeaks(f *testing.F) {
	var l Ledger
	l.Add(NewText(partSecret))
	f.Add("before ", " behind", uint8(0))
	f.Add("k8s/", "/kustomization.yaml", uint8(9))
	f.Add("\x1b[2J", "\n::error::", uint8(200))
	f.Fuzz(func(t *testing.T, before, behind string, at uint8) {
		start := int(at) % (len(partSecret) - partLength + 1)
		run := partSecret[start : start+partLength]
		for _, form := range []string{run, reversed(run), base64.StdEncoding.EncodeToString([]byte(partSecret[start:])), hex.EncodeToString([]byte(run))} {
			text := before + form + behind
			if len(form) >= 16 || LooksRandom(run) {
				if !l.Leaks(text, nil) {
					t.Errorf("%q passes", text)
				}
			}
			if strings.Contains(l.Scrub(text), run) {
				t.Errorf("%q is not scrubbed", text)
			}
		}
	})
}
