package decrypt

import (
	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/aes"
)

// watchedCipher is sops' cipher, which remembers the last value that it could not
// decrypt: sops' own error quotes the value and not its place.
type watchedCipher struct {
	sops.Cipher
	failed *failedValue
}

type failedValue struct {
	text string
	path string // as SOPS authenticates it: "stringData:ANON_KEY:"
}

func newCipher() *watchedCipher { return &watchedCipher{Cipher: aes.NewCipher()} }

// Decrypt implements sops.Cipher.
func (c *watchedCipher) Decrypt(ciphertext string, key []byte, path string) (any, error) {
	plain, err := c.Cipher.Decrypt(ciphertext, key, path)
	c.failed = nil
	if err != nil {
		c.failed = &failedValue{ciphertext, path}
	}
	return plain, err
}
