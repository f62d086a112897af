package decrypt

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/bitnami-labs/sealed-secrets/pkg/crypto"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// loadSealedSecretsKeys reads private keys of the controller: PEM, or the Secrets that
// hold them, in YAML or JSON, alone, in a List or as several documents (kubeseal
// --recovery-private-key takes the same, pkg/kubeseal/kubeseal.go readPrivKeysFromFile).
func (k *Keyring) loadSealedSecretsKeys(name string) error {
	b, err := k.readKeyFile(name)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("-----BEGIN")) {
		return k.addSealedPEM(b)
	}
	return k.addSealedManifest(b)
}

var errNoSealedKey = errors.New("holds no private key of a SealedSecrets controller: neither PEM nor a Secret with tls.key; " +
	"kubectl get secret -n kube-system -l sealedsecrets.bitnami.com/sealed-secrets-key -o yaml prints them")

// addSealedPEM adds the RSA keys among the blocks. Certificates beside them are passed over.
func (k *Keyring) addSealedPEM(b []byte) error {
	found := 0
	for {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			k.addCertificate(block)
			continue
		}
		key, err := parseRSA(block)
		if err != nil {
			return err
		}
		fingerprint, err := crypto.PublicKeyFingerprint(&key.PublicKey)
		if err != nil {
			return errors.New("holds an RSA key that cannot be used")
		}
		k.keys().sealed[fingerprint] = key
		found++
	}
	if found == 0 {
		return errors.New("holds no private key (a certificate is the public half, which cannot unseal)")
	}
	return nil
}

// addCertificate remembers from when on a key is in use. It is no matter where it tells nothing.
func (k *Keyring) addCertificate(block *pem.Block) {
	c, err := ReadCertificate(pem.EncodeToMemory(block))
	if err != nil {
		return
	}
	if fingerprint, err := crypto.PublicKeyFingerprint(c.key); err == nil {
		k.keys().certificates[fingerprint] = c
	}
}

func parseRSA(block *pem.Block) (*rsa.PrivateKey, error) {
	if strings.Contains(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "" {
		return nil, errors.New("the private key is protected by a passphrase, which keylint does not ask for")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("holds a PEM block that is no RSA private key, or a damaged one")
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("the private key is not an RSA key, which SealedSecrets needs")
	}
	return key, nil
}

// addSealedManifest adds tls.key of every Secret.
func (k *Keyring) addSealedManifest(b []byte) error {
	docs, problems := nodes.Parse(b)
	if len(problems) > 0 {
		return fmt.Errorf("line %d: this is neither PEM nor YAML", problems[0].Line)
	}
	found := 0
	for _, d := range docs {
		objects := []*yaml.Node{d.Root}
		if strings.HasSuffix(nodes.Text(nodes.Field(d.Root, "kind")), "List") {
			objects = nodes.Items(nodes.Field(d.Root, "items"))
		}
		for _, o := range objects {
			key, err := tlsEntry(o, "tls.key")
			if err != nil {
				return err
			}
			if key == nil {
				continue
			}
			if cert, err := tlsEntry(o, "tls.crt"); err == nil {
				key = append(append(key, '\n'), cert...)
			}
			if err := k.addSealedPEM(key); err != nil {
				return fmt.Errorf("tls.key of Secret %s: %w", nodes.Text(nodes.Field(o, "metadata", "name")), err)
			}
			found++
		}
	}
	if found == 0 {
		return errNoSealedKey
	}
	return nil
}

// tlsEntry is the private key in a Secret, or its certificate; nil where there is none.
func tlsEntry(o *yaml.Node, name string) ([]byte, error) {
	if nodes.Text(nodes.Field(o, "kind")) != "Secret" {
		return nil, nil
	}
	if s := nodes.Text(nodes.Field(o, "stringData", name)); s != "" {
		return []byte(s), nil
	}
	s := nodes.Text(nodes.Field(o, "data", name))
	if s == "" {
		return nil, nil
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("%s of Secret %s is not base64", name, nodes.Text(nodes.Field(o, "metadata", "name")))
	}
	return b, nil
}
