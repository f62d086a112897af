package keys

import (
	"regexp"
	"strings"
)

// ciphertext matches what SOPS and kubeseal write in place of a value: "ENC[AES256_GCM,…]",
// and base64 that begins with the length of an RSA block (0x02…), as every SealedSecret
// under a key of 4096 bits does.
var ciphertext = regexp.MustCompile(`^\s*["']?(ENC\[AES256_GCM,|Ag[A-Za-z0-9+/]{400,}={0,2}["']?\s*$)`)

// IsCiphertext says whether a text is what SOPS or kubeseal writes in place of a value:
// nothing but SOPS or the controller of SealedSecrets makes a key of it.
func IsCiphertext(t Text) bool { return ciphertext.MatchString(t.Reveal()) }

// foreign is what further tools write in place of a value, by how it begins.
var foreign = []struct{ begins, tool string }{
	{"encrypted:", "dotenvx"},
	{"$ANSIBLE_VAULT;", "ansible-vault"},
	{"vault:v1:", "Vault's transit engine"},
	{"\x00GITCRYPT", "git-crypt"},
	{"-----BEGIN AGE ENCRYPTED FILE", "age"},
}

// EncryptedBy names the tool that encrypted a text and that keylint does not know how to open;
// empty for any other text.
func EncryptedBy(t Text) string {
	s := Trim(t).Reveal()
	for _, f := range foreign {
		if strings.HasPrefix(s, f.begins) {
			return f.tool
		}
	}
	return ""
}
