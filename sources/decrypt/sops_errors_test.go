package decrypt

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cloudFile is a file that only a service could open.
func cloudFile(keys string) []byte {
	return []byte("a: ENC[AES256_GCM,data:Xzf4iNEjK8zQYdg=,iv:bU56eVVUp+6NeQVnBAw5br1FV8Xzfr57D39BXMskStg=,tag:Jp6EX/Wgi64V7RopNEcZ2A==,type:str]\n" +
		"sops:\n" + keys + "    lastmodified: \"2026-11-23T00:00:00Z\"\n" +
		"    mac: ENC[AES256_GCM,data:Xzf4iNEjK8zQYdg=,iv:bU56eVVUp+6NeQVnBAw5br1FV8Xzfr57D39BXMskStg=,tag:Jp6EX/Wgi64V7RopNEcZ2A==,type:str]\n    version: 3.13.3\n")
}

const (
	awsKey   = "    kms:\n        - arn: arn:aws:kms:eu-west-1:123456789012:key/abcd\n          created_at: \"2026-11-23T00:00:00Z\"\n          enc: AAAA\n"
	gcpKey   = "    gcp_kms:\n        - resource_id: projects/p/locations/l/keyRings/r/cryptoKeys/k\n          created_at: \"2026-11-23T00:00:00Z\"\n          enc: AAAA\n"
	azureKey = "    azure_kv:\n        - vault_url: %s\n          name: n\n          version: v\n          created_at: \"2026-11-23T00:00:00Z\"\n          enc: AAAA\n"
	vaultKey = "    hc_vault:\n        - vault_address: %s\n          engine_path: transit\n          key_name: k\n          created_at: \"2026-11-23T00:00:00Z\"\n          enc: AAAA\n"
	hwKey    = "    hckms:\n        - key_id: eu-west-101:12345678-1234-1234-1234-123456789012\n          created_at: \"2026-11-23T00:00:00Z\"\n          enc: AAAA\n"
)

// edited changes a file of testdata, and fails where there is nothing to change.
func edited(t *testing.T, name string, oldnew ...string) []byte {
	t.Helper()
	s := string(sopsFile(t, name))
	for i := 0; i < len(oldnew); i += 2 {
		if !strings.Contains(s, oldnew[i]) {
			t.Fatalf("%s does not hold %q", name, oldnew[i])
		}
		s = strings.Replace(s, oldnew[i], oldnew[i+1], 1)
	}
	return []byte(s)
}

// valueOf is the encrypted value of a key in a file of testdata.
func valueOf(t *testing.T, name, key string) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(sopsFile(t, name)), key)
	if !ok {
		t.Fatalf("%s has no %q", name, key)
	}
	start, end := strings.Index(rest, "ENC["), strings.Index(rest, "type:str]")
	return rest[start : end+len("type:str]")]
}

func TestDecryptSOPSErrors(t *testing.T) {
	all := []string{"age:age.txt", "pgp:pgp.asc"}
	anon, port := valueOf(t, "age.yaml", "ANON_KEY: "), valueOf(t, "age.yaml", "PORT: ")
	mac := valueOf(t, "regex.yaml", "mac: ")
	age, age2 := publicKey(t, keyDir, "age"), publicKey(t, keyDir, "age2")
	for _, c := range []struct {
		what string
		name string
		file []byte
		keys []string
		kind LockKind
		want string // all of it where it ends with "$", else a part
		line bool
	}{
		{"no age", "age.yaml", sopsFile(t, "age.yaml"), nil, NoKey,
			"encrypted with SOPS for " + age[:16] + "…; no age identity was given (use --age-key FILE or SOPS_AGE_KEY_FILE)$", false},
		{"only ssh given", "age.yaml", sopsFile(t, "age.yaml"), []string{"age:id_rsa"}, NoKey, "; no age identity was given", false},
		{"no ssh", "ed25519.yaml", sopsFile(t, "ed25519.yaml"), []string{"age:age.txt"}, NoKey, "for ssh-ed25519 …", false},
		{"no pgp", "pgp.yaml", sopsFile(t, "pgp.yaml"), []string{"age:age.txt"}, NoKey,
			"for PGP key " + publicKey(t, keyDir, "pgp") + "; no PGP private key was given (use --pgp-key FILE)$", false},
		{"no age or pgp", "mixed.json", sopsFile(t, "mixed.json"), nil, NoKey, "; no age identity or PGP private key was given (use --age-key FILE or SOPS_AGE_KEY_FILE, or --pgp-key FILE)$", false},
		{"wrong age", "age.yaml", sopsFile(t, "age.yaml"), []string{"age:age2.txt"}, WrongKey, "; the age identity given is not among its recipients$", false},
		{"wrong ages", "age.yaml", sopsFile(t, "age.yaml"), []string{"age:age2.txt", "age:age3.txt"}, WrongKey, "; none of the 2 age identities given is among its recipients$", false},
		{"wrong age of two", "two.yaml", sopsFile(t, "two.yaml"), []string{"age:age.txt"}, WrongKey, ", " + age2[:16] + "…; the age identity given", false},
		{"wrong pgp", "pgp.yaml", sopsFile(t, "pgp.yaml"), []string{"pgp:pgp2.asc"}, WrongKey, "; the PGP key given is not among its recipients$", false},
		{"wrong of both", "mixed.json", sopsFile(t, "mixed.json"), []string{"age:age.txt", "age:age3.txt", "pgp:pgp2.asc"}, WrongKey, "; none of the 2 age identities and 1 PGP key given is", false},
		{"named only", "age.yaml", edited(t, "age.yaml", age, age2), []string{"age:age2.txt"}, WrongKey, "run sops updatekeys", false},
		{"shamir none", "shamir.yaml", sopsFile(t, "shamir.yaml"), nil, NoKey, "encrypted with SOPS for 2 of 3 key groups, of which 0 could be opened: group 1 is for " + age[:16], false},
		{"shamir one", "shamir.yaml", sopsFile(t, "shamir.yaml"), []string{"age:age.txt"}, NoKey, "of which 1 could be opened: group 2 is for PGP key", false},

		{"aws", "a.yaml", cloudFile(awsKey), all, CloudKMS, "it needs AWS KMS arn:aws:kms:eu-west-1:123456789012:key/abcd, not contacted$", false},
		{"gcp", "a.yaml", cloudFile(gcpKey), all, CloudKMS, "it needs Google Cloud KMS projects/p/", false},
		{"azure", "a.yaml", cloudFile(fmt.Sprintf(azureKey, "https://v.vault.azure.net")), all, CloudKMS, "it needs Azure Key Vault https://v.vault.azure.net/keys/n, not contacted$", false},
		{"vault", "a.yaml", cloudFile(fmt.Sprintf(vaultKey, "https://vault.test")), all, CloudKMS, "it needs HashiCorp Vault https://vault.test/v1/transit/keys/k, not contacted$", false},
		{"huawei", "a.yaml", cloudFile(hwKey), all, CloudKMS, "it needs Huawei Cloud KMS eu-west-101:", false},
		{"aws or age", "age.yaml", edited(t, "age.yaml", "sops:\n", "sops:\n"+awsKey), nil, NoKey, "; AWS KMS arn:aws:kms:eu-west-1:123456789012:key/abcd was not contacted$", false},

		{"plain value edited", "regex.yaml", edited(t, "regex.yaml", "namespace: supabase", "namespace: moved"), all, BadMAC, "where it is not encrypted, edited", true},
		{"value removed", "maconly.yaml", edited(t, "maconly.yaml", "    PORT: "+valueOf(t, "maconly.yaml", "PORT: ")+"\n", ""), all, BadMAC, "an encrypted value was removed", true},
		{"no mac", "regex.yaml", edited(t, "regex.yaml", mac, `""`), all, BadMAC, "the file has none", false},
		{"lastmodified edited", "regex.yaml", edited(t, "regex.yaml", "lastmodified: \"20", "lastmodified: \"19"), all, BadMAC, "mac or lastmodified was edited", true},

		{"value cut", "age.yaml", edited(t, "age.yaml", anon, anon[:len(anon)/2]), all, Damaged, "the value of stringData.ANON_KEY was cut", true},
		{"value edited", "age.yaml", edited(t, "age.yaml", anon, strings.Replace(anon, "data:", "data:AAAA", 1)), all, Damaged, "the value of stringData.ANON_KEY was changed", true},
		{"value moved", "age.yaml", edited(t, "age.yaml", anon, "§", port, anon, "§", port), all, Damaged, "moved from another place", true},
		{"value in the clear", "age.yaml", edited(t, "age.yaml", anon, "anon-text-9"), all, Damaged, "stringData.ANON_KEY is not encrypted and should be", true},
		{"a number", "age.yaml", edited(t, "age.yaml", anon, "12"), all, Damaged, "a number, boolean or null", false},
		{"file cut in the data key", "age.yaml", sopsFile(t, "age.yaml")[:len(sopsFile(t, "age.yaml"))-700], all, Damaged, "", false},
		{"conflict", "age.yaml", edited(t, "age.yaml", "kind:", "<<<<<<< HEAD\nkind:"), all, Damaged, "conflict markers", true},
		{"json cut", "age.json", sopsFile(t, "age.json")[:len(sopsFile(t, "age.json"))-20], all, Damaged, "", false},
		{"data key cut", "age.yaml", edited(t, "age.yaml", "            YWdl", "            AAAA"), all, Damaged, "the encrypted data key is damaged", false},
		{"no keys", "a.yaml", cloudFile(""), all, Damaged, "names no key", false},
		{"no metadata", "a.yaml", []byte("a: 1\n"), all, Damaged, "no SOPS metadata", false},
		{"a context without a value", "a.yaml", cloudFile(strings.Replace(awsKey, "enc:", "context:\n            a: null\n          enc:", 1)), all, Damaged, "", false},
	} {
		t.Run(c.what, func(t *testing.T) {
			plain, l := ring(t, keyDir, c.keys...).DecryptSOPS(c.name, c.file, nil)
			if l == nil || plain.Plain != nil {
				t.Fatal("decrypted")
			}
			if l.Kind != c.kind {
				t.Errorf("kind %v, want %v", l.Kind, c.kind)
			}
			want, whole := strings.CutSuffix(c.want, "$")
			if !strings.Contains(l.Reason, want) || whole && !strings.HasSuffix(l.Reason, want) {
				t.Errorf("reason: %s\nwant:   %s", l.Reason, want)
			}
			if (l.Line > 0) != c.line {
				t.Errorf("line %d", l.Line)
			}
			for _, secret := range []string{"anon-text", "5432", "line one", "AGE-SECRET"} {
				if strings.Contains(l.Reason, secret) {
					t.Errorf("the reason holds %q", secret)
				}
			}
		})
	}
}

// TestDecryptSOPSWithoutKeyring is for a nil Keyring.
func TestDecryptSOPSWithoutKeyring(t *testing.T) {
	var k *Keyring
	_, locked := k.DecryptSOPS("age.yaml", sopsFile(t, "age.yaml"), nil)
	if locked.Kind != NoKey {
		t.Error(locked)
	}
}

// TestLine checks that a line is where a person finds the fault.
func TestLine(t *testing.T) {
	anon := valueOf(t, "age.yaml", "ANON_KEY: ")
	file := edited(t, "age.yaml", anon, "anon-text-9")
	_, locked := ring(t, keyDir, "age:age.txt").DecryptSOPS("age.yaml", file, nil)
	if got := strings.Split(string(file), "\n")[locked.Line-1]; !strings.Contains(got, "ANON_KEY: anon-text-9") {
		t.Errorf("line %d: %s", locked.Line, got)
	}
}

// TestSetAside names the keys that are there and cannot be used, where they matter.
func TestSetAside(t *testing.T) {
	env := map[string]string{"SOPS_AGE_SSH_PRIVATE_KEY_FILE": keyFile("id_locked"), "SOPS_AGE_KEY_CMD": "false"}
	k, err := Load(KeyFiles{Getenv: func(n string) string { return env[n] }})
	if err != nil {
		t.Fatal(err)
	}
	_, locked := k.DecryptSOPS("ed25519.yaml", sopsFile(t, "ed25519.yaml"), nil)
	for _, want := range []string{filepath.Base(keyFile("id_locked")) + " is protected by a passphrase", "SOPS_AGE_KEY_CMD is set"} {
		if !strings.Contains(locked.Reason, want) {
			t.Errorf("%v\nwithout %q", locked, want)
		}
	}
}

// TestSeveralFilesInOne decrypts documents that were encrypted apart and put together,
// with one in the clear among them.
func TestSeveralFilesInOne(t *testing.T) {
	file := string(sopsFile(t, "age.yaml")) + "---\nplain: document\n---\n" + string(sopsFile(t, "regex.yaml"))
	got, locked := ring(t, keyDir, "age:age.txt").DecryptSOPS("x.yaml", []byte(file), nil)
	if locked != nil {
		t.Fatal(locked)
	}
	want := string(sopsFile(t, "age.yaml.want")) + "---\nplain: document\n---\n" + string(sopsFile(t, "regex.yaml.want"))
	if string(got.Plain) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got.Plain, want)
	}
	lines := strings.Count(string(sopsFile(t, "age.yaml")), "\n") + 2
	file = strings.Replace(file, "namespace: supabase", "namespace: moved", 1)
	_, locked = ring(t, keyDir, "age:age.txt").DecryptSOPS("x.yaml", []byte(file), nil)
	if locked.Kind != BadMAC || locked.Line <= lines {
		t.Errorf("%v at line %d, want after %d", locked, locked.Line, lines)
	}
}

// TestBounds is about files that were made to cost much.
func TestBounds(t *testing.T) {
	metadata := string(cloudFile(awsKey))
	metadata = metadata[strings.Index(metadata, "sops:"):]
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 9; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i-1, i-1, i-1, i-1, i-1, i-1)
	}
	jsonMeta := `,"sops":{"kms":[{"arn":"a","created_at":"2026-11-23T00:00:00Z","enc":"A"}],"lastmodified":"2026-11-23T00:00:00Z","mac":"ENC[AES256_GCM,data:x]"}}`
	for _, c := range []struct{ what, name, file string }{
		{"alias bomb", "a.yaml", bomb + metadata},
		{"alias circle", "a.yaml", "a: &a\n  b: *a\n" + metadata},
		{"alias circle in a key", "a.yaml", "a: &a {? *a : 1}\n" + metadata},
		{"deep json", "a.json", `{"a":` + strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000) + jsonMeta},
		{"deep json, never closed", "a.json", `{"sops":{"mac":"ENC[AES256_GCM,"},"a":` + strings.Repeat("[", 3_000_000)},
		{"deep yaml", "a.yaml", "a: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "\n" + metadata},
		{"many lines", "a.env", strings.Repeat("sops_a=1\n", 400_000) + "sops_mac=x\n"},
		{"many sections", "a.ini", strings.Repeat("a=1\n", 400_000) + "[sops]\nmac=x\n"},
		{"large", "a.yaml", strings.Repeat("#\n", 3<<20) + metadata},
		{"a large regular expression", "a.yaml", "a: [" + strings.Repeat("1,", 50_000) + "1]\n" + metadata + "    encrypted_regex: ((a{30}){33})\n"},
		{"many keys", "a.yaml", string(cloudFile(strings.Replace(awsKey, "kms:\n", "kms:\n"+strings.Repeat(strings.TrimPrefix(awsKey, "    kms:\n"), 1000), 1)))},
		{"a long path", "a.yaml", "? " + strings.Repeat("k", 100_000) + "\n: [" + strings.Repeat("1,", 50_000) + "1]\n" + metadata},
	} {
		t.Run(c.what, func(t *testing.T) {
			start := time.Now()
			_, locked := ring(t, keyDir, "age:age.txt").DecryptSOPS(c.name, []byte(c.file), nil)
			t.Log(time.Since(start), locked)
			if locked == nil || locked.Kind != NotTried && locked.Kind != Damaged {
				t.Errorf("%v", locked)
			}
		})
	}
}

// TestDataKeyBound stops where a repository holds more copies of data keys than anyone has.
func TestDataKeyBound(t *testing.T) {
	k := ring(t, keyDir, "age:age.txt")
	k.opened = maxDataKeys
	if _, locked := k.DecryptSOPS("age.yaml", sopsFile(t, "age.yaml"), nil); locked == nil || locked.Kind != NotTried {
		t.Errorf("%v", locked)
	}
}
