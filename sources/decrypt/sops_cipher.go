package decrypt

import (
	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/aes"

	"github.com/keylint/keylint/keys"
)

// watchedCipher is sops' cipher, which remembers the last value that it could not
// decrypt: sops' own error quotes the value and not its place.
type watchedCipher struct {
	sops.Cipher
	failed *failedValue
	opened map[[32]byte]bool // what it decrypted, by its sum
}

type failedValue struct {
	text string
	path string // as SOPS authenticates it: "stringData:ANON_KEY:"
}

func newCipher() *watchedCipher {
	return &watchedCipher{Cipher: aes.NewCipher(), opened: map[[32]byte]bool{}}
}

// Decrypt implements sops.Cipher.
func (c *watchedCipher) Decrypt(ciphertext string, key []byte, path string) (any, error) {
	plain, err := c.Cipher.Decrypt(ciphertext, key, path)
	c.failed = nil
	if err != nil {
		c.failed = &failedValue{ciphertext, path}
	}
	if text, ok := textOf(plain); ok {
		c.opened[keys.NewText(text).Sum()] = true
	}
	return plain, err
}

// textOf is a value as it was before it was encrypted: which type it has stands beside the ciphertext, where anybody may change it. What is true or
// false is no secret.
func textOf(v any) (text string, ok bool) {
	if _, truth := v.(bool); truth || v == nil {
		return "", false
	}
	b, err := sops.ToBytes(v)
	return string(b), err == nil
}
