package decrypt

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bitnami-labs/sealed-secrets/pkg/crypto"

	"github.com/keylint/keylint/keys"
)

const (
	minRSA      = 128     // bytes of the smallest RSA key that is in use
	maxRSA      = 2048    // of the largest that anyone has
	gcmTag      = 16      // bytes by which AES-GCM lengthens
	maxSealed   = 4 << 20 // bytes; a Secret holds 1 MiB
	maxRSATries = 5_000   // RSA operations of a run, some 5 ms each with 4096 bits
	sealedStart = 16      // characters of base64 by which the beginning of ciphertext is known
)

// readCiphertext decodes a value of spec.encryptedData: two bytes of length, the session
// key under RSA-OAEP, and the value under AES-GCM (pkg/crypto HybridEncrypt).
func readCiphertext(text string) ([]byte, *Locked) {
	if len(text) > maxSealed {
		return nil, &Locked{Kind: NotTried, Reason: fmt.Sprintf("sealed, and not opened: the value is larger than %d MiB", maxSealed>>20)}
	}
	if EncryptedLeaf(text) {
		return nil, &Locked{Kind: NotTried, Reason: "the SealedSecret is itself encrypted with SOPS"}
	}
	b, err := base64.StdEncoding.DecodeString(text) // which passes over line ends, as in the controller
	if err != nil {
		return nil, notBase64(text, err)
	}
	if len(b) < 2 {
		return nil, notCiphertext(text, "")
	}
	n := int(binary.BigEndian.Uint16(b))
	if n < minRSA || n > maxRSA {
		return nil, notCiphertext(text, "it does not begin as ciphertext does")
	}
	if need := 2 + n + gcmTag; len(b) < need {
		return nil, notCiphertext(text, fmt.Sprintf("it has %d bytes, and the shortest ciphertext of its key has %d", len(b), need))
	}
	return b, nil
}

// SealedLength is the length of what is sealed, in bytes, which the ciphertext gives away:
// it is the rest behind the session key, less the tag. ok is false for what is no
// ciphertext.
func SealedLength(text string) (length int, ok bool) {
	b, err := readCiphertext(text)
	if err != nil {
		return 0, false
	}
	return len(b) - 2 - int(binary.BigEndian.Uint16(b)) - gcmTag, true
}

func notBase64(text string, err error) *Locked {
	var at base64.CorruptInputError
	if !errors.As(err, &at) {
		return notCiphertext(text, "it is not base64")
	}
	i := int(at)
	switch {
	case i >= len(strings.TrimRight(text, "\r\n")) || !strings.ContainsFunc(text, notBase64Char):
		return notCiphertext(text, fmt.Sprintf("it has %d characters, at which base64 cannot end", len(strings.TrimSpace(text))))
	case text[i] == ' ' || text[i] == '\t':
		return notCiphertext(text, fmt.Sprintf("white space stands in it at character %d (a folded block, \">\", leaves some)", i+1))
	}
	return notCiphertext(text, fmt.Sprintf("character %d is not base64", i+1))
}

func notBase64Char(r rune) bool {
	return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("+/=\r\n", r))
}

// notCiphertext tells a placeholder from damaged ciphertext. Ciphertext begins with the
// length of an RSA key, which makes it begin with "Ag" or "AQ" and go on at random.
func notCiphertext(text, why string) *Locked {
	text = strings.TrimSpace(text)
	if text == "" {
		return &Locked{Kind: Placeholder, Reason: "nothing stands in place of ciphertext"}
	}
	start := strings.IndexFunc(text, notBase64Char)
	if start < 0 {
		start = len(text)
	}
	sealed := start >= sealedStart && (strings.HasPrefix(text, "Ag") || strings.HasPrefix(text, "AQ"))
	if !sealed && len(text) < 256 {
		return &Locked{Kind: Placeholder, Reason: "a placeholder stands in place of ciphertext: it was never sealed"}
	}
	if why == "" {
		why = "it was cut"
	}
	return &Locked{Kind: Damaged, Reason: "its ciphertext is damaged: " + why}
}

// sealedUnder is ciphertext (by its hash) and the label under which it was opened.
type sealedUnder struct {
	ciphertext [sha256.Size]byte
	label      string
}

// openSealed opens ciphertext under a label with any of the keys.
func (k *Keyring) openSealed(ciphertext []byte, l label) (keys.Text, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := sealedUnder{sha256.Sum256(ciphertext), string(l.bytes())}
	if text, ok := k.unsealed[id]; ok {
		return text, true
	}
	for fingerprint, key := range k.candidates(ciphertext) {
		plain, err := crypto.HybridDecrypt(nil, map[string]*rsa.PrivateKey{fingerprint: key}, ciphertext, l.bytes())
		if err != nil {
			continue
		}
		k.keys().last = fingerprint
		k.unsealed[id] = keys.NewText(string(plain))
		return k.unsealed[id], true
	}
	return keys.Text{}, false
}

// opensSession says whether the session key opens under a label, which proves that the
// value was sealed under it, whatever has become of the rest.
func (k *Keyring) opensSession(ciphertext []byte, l label) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := int(binary.BigEndian.Uint16(ciphertext))
	for _, key := range k.candidates(ciphertext) {
		if _, err := rsa.DecryptOAEP(sha256.New(), nil, key, ciphertext[2:2+n], l.bytes()); err == nil {
			return true
		}
	}
	return false
}

// candidates gives the keys that may open the ciphertext, which tells their size, and
// counts each as a try. The key that opened the last value comes first: a controller has
// a key for every month, and values are sealed together.
func (k *Keyring) candidates(ciphertext []byte) func(func(string, *rsa.PrivateKey) bool) {
	held := k.keys()
	size := int(binary.BigEndian.Uint16(ciphertext))
	return func(yield func(string, *rsa.PrivateKey) bool) {
		try := func(fingerprint string) bool {
			key := held.sealed[fingerprint]
			if key == nil || key.Size() != size {
				return true
			}
			k.tries++
			return k.tries <= maxRSATries && yield(fingerprint, key)
		}
		last := held.last
		if !try(last) {
			return
		}
		for _, fingerprint := range slices.Sorted(maps.Keys(held.sealed)) { // so that the bound is reached at the same value each time
			if fingerprint != last && !try(fingerprint) {
				return
			}
		}
	}
}

func (k *Keyring) exhausted() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.tries > maxRSATries
}
