package decrypt

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"time"

	"github.com/bitnami-labs/sealed-secrets/pkg/crypto"

	"github.com/keylint/keylint/keys"
)

// Certificate is the public half of a controller's key, with which values are sealed for it.
type Certificate struct {
	key        *rsa.PublicKey
	begin, end time.Time // zero where nothing says them
}

// ReadCertificate reads what "kubeseal --fetch-cert" prints.
func ReadCertificate(b []byte) (*Certificate, error) {
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("holds a certificate that is damaged")
		}
		key, ok := cert.PublicKey.(*rsa.PublicKey)
		if !ok {
			return nil, errors.New("holds a certificate without an RSA key, which SealedSecrets needs")
		}
		return &Certificate{key, cert.NotBefore, cert.NotAfter}, nil
	}
	return nil, errors.New("holds no certificate; kubeseal --fetch-cert prints the controller's")
}

// Seals says why values are not to be sealed with the certificate now; nil where they may. kubeseal refuses one that has expired.
func (c *Certificate) Seals(now time.Time) error {
	if !c.end.IsZero() && now.After(c.end) {
		return errors.New("the certificate expired on " + c.end.Format(time.DateOnly) + ": the controller has a newer one, which kubeseal --fetch-cert prints")
	}
	return nil
}

// NewestCertificate is that of the newest private key of a SealedSecrets controller: it makes a key each month, and opens with all.
func (k *Keyring) NewestCertificate() (*Certificate, error) {
	var newest *Certificate
	held := k.keys()
	for fingerprint, key := range held.sealed {
		c := held.certificates[fingerprint]
		if c == nil {
			if len(held.sealed) > 1 {
				return nil, errors.New("which of the private keys is the newest is not known: not all have their certificate beside them")
			}
			c = &Certificate{key: &key.PublicKey}
		}
		if newest == nil || c.begin.After(newest.begin) {
			newest = c
		}
	}
	if newest == nil {
		return nil, errors.New("no private key of the controller was given")
	}
	return newest, nil
}

// Reseal seals a text in place of one that was opened in this run: for the same scope, namespace and name, as it is rendered.
func (k *Keyring) Reseal(ciphertext string, to keys.Text, with *Certificate) (string, error) {
	b, locked := readCiphertext(ciphertext)
	if locked != nil {
		return "", errors.New(locked.Reason)
	}
	var under []string
	k.mu.Lock()
	for id := range k.unsealed {
		if id.ciphertext == sha256.Sum256(b) {
			under = append(under, id.label)
		}
	}
	k.mu.Unlock()
	if len(under) != 1 {
		return "", errors.New("it was not opened under one name and namespace")
	}
	sealed, err := crypto.HybridEncrypt(rand.Reader, with.key, []byte(to.Reveal()), []byte(under[0]))
	if err != nil {
		return "", errors.New("it cannot be sealed with the certificate")
	}
	return base64.StdEncoding.EncodeToString(sealed), nil
}
