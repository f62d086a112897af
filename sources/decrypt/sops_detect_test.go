package decrypt

import "testing"

func TestDetect(t *testing.T) {
	for _, c := range sopsCases {
		want := map[string]fileFormat{"yaml": formatYAML, "multi": formatYAML, "json": formatJSON, "dotenv": formatDotenv, "ini": formatINI, "binary": formatBinary}[c.plain]
		if got, ok := detect(c.name, sopsFile(t, c.name)); !ok || got != want {
			t.Errorf("%s: %q", c.name, got)
		}
		if got, ok := detect(c.name, sopsFile(t, c.name+".want")); ok {
			t.Errorf("%s decrypted: %q", c.name, got)
		}
	}
	binary := `{"data": "ENC[AES256_GCM,data:x]", "sops": {"mac": "ENC[AES256_GCM,data:x]", "lastmodified": "x"}}`
	for _, c := range []struct {
		what, name, text string
		want             fileFormat
	}{
		{"binary", "x.pem.enc", binary, formatBinary},
		{"json of one value", "x.json", binary, formatJSON},
		{"json called yaml", "x.yaml", binary, formatYAML},
		{"json with more", "x.enc", `{"a": 1, ` + binary[1:], formatJSON},
		{"json with an object for data", "x.enc", `{"data": {"k": "v"}, "sops": {"mac": "x"}}`, formatJSON},
		{"json that was cut", "x.json", binary[:80], formatJSON},
		{"json with other sops", "x.json", `{"sops": {"enabled": true, "mac_address": 1}}`, ""},
		{"json with a text for sops", "x.json", `{"sops": "mac", "lastmodified": 1}`, ""},
		{"flow style that is no JSON", "x.yaml", "{sops: mac", ""},
		{"yaml", "secret", "a: b\nsops:\n  lastmodified: x\n  mac: y\n", formatYAML},
		{"yaml first", "x.yaml", "sops:\n    mac: y\na: b\n", formatYAML},
		{"yaml quoted", "x.yaml", "a: b\n\"sops\":\n    \"mac\": y\n", formatYAML},
		{"yaml in flow style", "x.yaml", "a: b\nsops: {age: [], mac: y}\n", formatYAML},
		{"yaml with CRLF", "x.yaml", "a: b\r\nsops:\r\n    mac: y\r\n", formatYAML},
		{"yaml with conflict marks", "x.yaml", "<<<<<<< HEAD\na: b\n=======\n>>>>>>> x\nsops:\n    mac: y\n", formatYAML},
		{"helm values for sops", "values.yaml", "sops:\n  enabled: true\n  version: 3.9\nmachine: x\n", ""},
		{"sops below the top", "x.yaml", "a:\n  sops:\n    mac: y\n    lastmodified: z\n", ""},
		{"a configuration", ".sops.yaml", "creation_rules:\n  - age: age1\n    mac_only_encrypted: true\n", ""},
		{"dotenv", "prod.secrets", "A=ENC[AES256_GCM,data:x]\nsops_version=3.9.0\nsops_mac=x\n", formatDotenv},
		{"dotenv that speaks of sops", ".env", "# sops_mac=\nNOT_sops_mac=1\n", ""},
		{"ini", "x.conf", "[a]\nb=c\n[sops]\nmac = x\n", formatINI},
		{"ini with other sops", "x.ini", "[sops]\nmachine = x\n", ""},
		{"prose", "x.md", "sops writes a mac and lastmodified", ""},
		{"empty", "x.yaml", "", ""},
	} {
		if got, ok := detect(c.name, []byte(c.text)); got != c.want || ok != (c.want != "") {
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
