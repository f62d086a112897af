package decrypt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
)

// readPGPKeys reads private keys as "gpg --export-secret-keys" writes them, armored or
// not, several blocks in a file. gpg itself, its agent and its home are never used.
func (k *Keyring) readPGPKeys(name string) (openpgp.EntityList, error) {
	b, err := k.readKeyFile(name)
	if err != nil {
		return nil, err
	}
	entities, err := parsePGP(b)
	if err != nil || len(entities) == 0 {
		return nil, errors.New("holds no PGP key that can be parsed; export one with gpg --armor --export-secret-keys")
	}
	var usable openpgp.EntityList
	private, protected := false, false
	for _, e := range entities {
		open, locked := privateHalves(e)
		private = private || open || locked
		protected = protected || locked
		if open {
			usable = append(usable, e)
		}
	}
	switch {
	case len(usable) > 0:
		return usable, nil
	case protected:
		return nil, errors.New("the PGP key is protected by a passphrase, which keylint does not ask for; export a copy without one")
	case private:
		return nil, errors.New("holds only stubs of private keys, whose secret part is elsewhere (on a smartcard)")
	}
	return nil, errors.New("holds a public key; the private one is needed (gpg --armor --export-secret-keys)")
}

func parsePGP(b []byte) (openpgp.EntityList, error) {
	if !bytes.Contains(b, []byte("-----BEGIN PGP")) {
		return openpgp.ReadKeyRing(bytes.NewReader(b))
	}
	var all openpgp.EntityList
	for _, text := range bytes.Split(b, []byte("-----BEGIN PGP"))[1:] {
		block, err := armor.Decode(io.MultiReader(strings.NewReader("-----BEGIN PGP"), bytes.NewReader(text)))
		if err != nil {
			return nil, err
		}
		entities, err := openpgp.ReadKeyRing(block.Body)
		if err != nil {
			return nil, err
		}
		all = append(all, entities...)
	}
	return all, nil
}

// privateHalves says whether a key or subkey of e has a private half that can be used,
// and whether one is behind a passphrase.
func privateHalves(e *openpgp.Entity) (open, locked bool) {
	if p := e.PrivateKey; p != nil && !p.Dummy() {
		open, locked = !p.Encrypted, p.Encrypted
	}
	for _, s := range e.Subkeys {
		if p := s.PrivateKey; p != nil && !p.Dummy() {
			open, locked = open || !p.Encrypted, locked || p.Encrypted
		}
	}
	return open, locked
}

var (
	// errNotOurs is a copy of the data key that is whole and meant for another key.
	errNotOurs = errors.New("encrypted for another key")

	// errDamagedCopy is a copy of the data key that no key can open.
	errDamagedCopy = errors.New("damaged")
)

// openPGP decrypts a data key as sops' pgp.MasterKey does with go-crypto, but with keys
// that were given instead of those in gpg's home, and without ever asking for a passphrase.
func openPGP(ciphertext []byte, ring openpgp.EntityList) ([]byte, error) {
	block, err := armor.Decode(bytes.NewReader(ciphertext))
	if err != nil {
		return nil, errDamagedCopy
	}
	message, err := openpgp.ReadMessage(block.Body, ring, nil, nil)
	switch {
	case errors.Is(err, pgperrors.ErrKeyIncorrect):
		return nil, errNotOurs
	case err != nil || !message.IsEncrypted: // a literal in the clear is a message too
		return nil, errDamagedCopy
	}
	return readDataKey(message.UnverifiedBody)
}

// maxDataKey bounds in bytes what is read of a decrypted data key, which has 32, and 33
// as a part of Shamir's.
const maxDataKey = 256

func readDataKey(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxDataKey+1))
	if err != nil || len(b) == 0 || len(b) > maxDataKey {
		return nil, errDamagedCopy
	}
	return b, nil
}

// holdsPGP says whether the ring holds the key of a fingerprint as sops writes it: 40 hex
// digits of the primary key or a subkey, with or without spaces or a final "!".
func holdsPGP(ring openpgp.EntityList, fingerprint string) bool {
	want := strings.ToLower(strings.NewReplacer(" ", "", "!", "").Replace(fingerprint))
	same := func(have []byte) bool {
		s := fmt.Sprintf("%x", have)
		return len(want) >= 16 && strings.HasSuffix(s, want)
	}
	for _, e := range ring {
		if same(e.PrimaryKey.Fingerprint) {
			return true
		}
		for _, s := range e.Subkeys {
			if same(s.PublicKey.Fingerprint) {
				return true
			}
		}
	}
	return false
}
