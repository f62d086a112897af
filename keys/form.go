package keys

import (
	"bytes"
	"slices"
	"strings"
)

// Form is how a key is written where its text is no key yet: a program on its way has to make one of it.
// The zero Form is a key as it stands.
type Form string

// The forms. Those that a tool encrypted are called as the tool is, and the others are a reference to
// a store, called as what resolves it is.
const (
	BySOPS         Form = "SOPS"
	ByDotenvx      Form = "dotenvx"
	ByAnsibleVault Form = "ansible-vault"
	ByTransit      Form = "Vault's transit engine"
	ByGitCrypt     Form = "git-crypt"
	ByAge          Form = "age"

	OfVals        Form = "vals"
	OfVaultPlugin Form = "argocd-vault-plugin"
	OfOnePassword Form = "1Password"
	OfBankVaults  Form = "Bank-Vaults"
)

// IsReference says whether the form is a reference to a store, and nothing encrypted.
func (f Form) IsReference() bool {
	switch f {
	case OfVals, OfVaultPlugin, OfOnePassword, OfBankVaults:
		return true
	}
	return false
}

// encrypted is what tools write in place of a value, by how it begins.
var encrypted = []struct {
	begins string
	by     Form
}{
	{"encrypted:", ByDotenvx},
	{"$ANSIBLE_VAULT;", ByAnsibleVault},
	{"vault:v1:", ByTransit},
	{"\x00GITCRYPT", ByGitCrypt},
	{"-----BEGIN AGE ENCRYPTED FILE", ByAge},
}

// EncryptedBy is the tool that encrypted a text which keylint does not know how to open; empty for any
// other text.
func EncryptedBy(t Text) Form {
	s := Trim(t).Reveal()
	for _, f := range encrypted {
		if strings.HasPrefix(s, f.begins) {
			return f.by
		}
	}
	return ""
}

// wholeFiles are the tools that encrypt a file as a whole.
var wholeFiles = []Form{ByGitCrypt, ByAnsibleVault, ByAge}

// WholeFileBy is the tool that encrypted a file, by how that begins; empty where none of these did.
func WholeFileBy(file []byte) Form {
	for _, e := range encrypted {
		if slices.Contains(wholeFiles, e.by) && bytes.HasPrefix(file, []byte(e.begins)) {
			return e.by
		}
	}
	return ""
}

// Form is that of an unknown value that a reference to a store stands for.
func (v Value) Form() Form { return v.form }

// of is an unknown value that was written in a form.
func (v Value) of(form Form) Value {
	v.form = form
	return v
}
