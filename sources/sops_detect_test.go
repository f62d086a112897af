package sources

import "testing"

func TestDetectSOPS(t *testing.T) {
	for _, c := range sopsCases {
		want := map[string]Format{"yaml": FormatYAML, "multi": FormatYAML, "json": FormatJSON, "dotenv": FormatDotenv, "ini": FormatINI, "binary": FormatBinary}[c.plain]
		if got, ok := DetectSOPS(c.name, sopsFile(t, c.name)); !ok || got != want {
			t.Errorf("%s: %q", c.name, got)
		}
		if got, ok := DetectSOPS(c.name, sopsFile(t, c.name+".want")); ok {
			t.Errorf("%s decrypted: %q", c.name, got)
		}
	}
	binary := `{"data": "ENC[AES256_GCM,data:x]", "sops": {"mac": "ENC[AES256_GCM,data:x]", "lastmodified": "x"}}`
	for _, c := range []struct {
		what, name, text string
		want             Format
	}{
		{"binary", "x.pem.enc", binary, FormatBinary},
		{"json of one value", "x.json", binary, FormatJSON},
		{"json called yaml", "x.yaml", binary, FormatYAML},
		{"json with more", "x.enc", `{"a": 1, ` + binary[1:], FormatJSON},
		{"json with an object for data", "x.enc", `{"data": {"k": "v"}, "sops": {"mac": "x"}}`, FormatJSON},
		{"json that was cut", "x.json", binary[:80], FormatJSON},
		{"json with other sops", "x.json", `{"sops": {"enabled": true, "mac_address": 1}}`, ""},
		{"json with a text for sops", "x.json", `{"sops": "mac", "lastmodified": 1}`, ""},
		{"flow style that is no JSON", "x.yaml", "{sops: mac", ""},
		{"yaml", "secret", "a: b\nsops:\n  lastmodified: x\n  mac: y\n", FormatYAML},
		{"yaml first", "x.yaml", "sops:\n    mac: y\na: b\n", FormatYAML},
		{"yaml quoted", "x.yaml", "a: b\n\"sops\":\n    \"mac\": y\n", FormatYAML},
		{"yaml in flow style", "x.yaml", "a: b\nsops: {age: [], mac: y}\n", FormatYAML},
		{"yaml with CRLF", "x.yaml", "a: b\r\nsops:\r\n    mac: y\r\n", FormatYAML},
		{"yaml with conflict marks", "x.yaml", "<<<<<<< HEAD\na: b\n=======\n>>>>>>> x\nsops:\n    mac: y\n", FormatYAML},
		{"helm values for sops", "values.yaml", "sops:\n  enabled: true\n  version: 3.9\nmachine: x\n", ""},
		{"sops below the top", "x.yaml", "a:\n  sops:\n    mac: y\n    lastmodified: z\n", ""},
		{"a configuration", ".sops.yaml", "creation_rules:\n  - age: age1\n    mac_only_encrypted: true\n", ""},
		{"dotenv", "prod.secrets", "A=ENC[AES256_GCM,data:x]\nsops_version=3.9.0\nsops_mac=x\n", FormatDotenv},
		{"dotenv that speaks of sops", ".env", "# sops_mac=\nNOT_sops_mac=1\n", ""},
		{"ini", "x.conf", "[a]\nb=c\n[sops]\nmac = x\n", FormatINI},
		{"ini with other sops", "x.ini", "[sops]\nmachine = x\n", ""},
		{"prose", "x.md", "sops writes a mac and lastmodified", ""},
		{"empty", "x.yaml", "", ""},
	} {
		if got, ok := DetectSOPS(c.name, []byte(c.text)); got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, %v, want %q", c.what, got, ok, c.want)
		}
	}
}

func TestEncryptedLeaf(t *testing.T) {
	for s, want := range map[string]bool{
		"ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]": true, " ENC[AES256_GCM,data:a": true, "ENC[x]": false, "": false,
	} {
		if EncryptedLeaf(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}
