package keys

import "regexp"

// ciphertext matches what SOPS and kubeseal write in place of a value: "ENC[AES256_GCM,…]",
// and base64 that begins with the length of an RSA block (0x02…), as every SealedSecret
// under a key of 4096 bits does.
var ciphertext = regexp.MustCompile(`^\s*["']?(ENC\[AES256_GCM,|Ag[A-Za-z0-9+/]{400,}={0,2}["']?\s*$)`)

// IsCiphertext says whether a text is what SOPS or kubeseal writes in place of a value:
// nothing but SOPS or the controller of SealedSecrets makes a key of it.
func IsCiphertext(t Text) bool { return ciphertext.MatchString(t.Reveal()) }
