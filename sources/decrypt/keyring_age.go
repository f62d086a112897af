package decrypt

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

// ageIdentity is a private key with its public half as sops' metadata writes it:
// "age1…", or "ssh-ed25519 AAAA…".
type ageIdentity struct {
	identity  age.Identity
	recipient string
}

// isSSH says whether a recipient of sops' metadata is an SSH key.
func isSSH(recipient string) bool { return strings.HasPrefix(recipient, "ssh-") }

// sameRecipient compares recipients; the comment of an SSH key does not count.
func sameRecipient(a, b string) bool {
	if !isSSH(a) {
		return strings.TrimSpace(a) == b
	}
	fields := strings.Fields(a)
	return len(fields) >= 2 && fields[0]+" "+fields[1] == b
}

// errPassphrase is a key that is there and cannot be used, because keylint never asks
// for anything.
var errPassphrase = errors.New("the SSH key is protected by a passphrase, which keylint does not ask for")

// loadAgeFile adds the identities of a file that was named. where is how messages
// call it.
func (k *Keyring) loadAgeFile(where, name string) error {
	b, err := k.readKeyFile(name)
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	if err := k.addAge(where, b, false); err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	return nil
}

// loadAgeEnvironment follows the variables that sops reads (age/keysource.go of sops). An
// empty one is as none: so comes a missing secret out of a CI system.
func (k *Keyring) loadAgeEnvironment(getenv func(string) string) error {
	if text := getenv("SOPS_AGE_KEY"); strings.TrimSpace(text) != "" {
		if err := k.addAge("SOPS_AGE_KEY", []byte(text), true); err != nil {
			return fmt.Errorf("SOPS_AGE_KEY: %w", err)
		}
	}
	if name := getenv("SOPS_AGE_KEY_FILE"); name != "" {
		if err := k.loadAgeFile("SOPS_AGE_KEY_FILE "+name, name); err != nil {
			return err
		}
	}
	if name := getenv("SOPS_AGE_SSH_PRIVATE_KEY_FILE"); name != "" {
		where := "SOPS_AGE_SSH_PRIVATE_KEY_FILE " + name
		switch err := k.loadAgeFile(where, name); {
		case errors.Is(err, errPassphrase): // sops would ask for it
			k.setAside = append(k.setAside, name+" is protected by a passphrase, which keylint does not ask for")
		case err != nil:
			return err
		}
	}
	for _, command := range []string{"SOPS_AGE_KEY_CMD", "SOPS_AGE_SSH_PRIVATE_KEY_CMD"} {
		if getenv(command) != "" {
			k.setAside = append(k.setAside, command+" is set, and keylint runs no command")
		}
	}
	return nil
}

// loadAgeDefaults looks where sops looks. Most people's SSH key there has a passphrase
// and nothing to do with the repository, so that is kept for the message of a file that
// is encrypted for an SSH key.
func (k *Keyring) loadAgeDefaults(files KeyFiles) {
	if dir := userConfigDir(files); dir != "" {
		k.loadAgeDefault(filepath.Join(dir, "sops", "age", "keys.txt"))
	}
	if files.Home != "" {
		k.loadAgeDefault(filepath.Join(files.Home, ".ssh", "id_ed25519"))
		k.loadAgeDefault(filepath.Join(files.Home, ".ssh", "id_rsa"))
	}
}

func (k *Keyring) loadAgeDefault(name string) {
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return
	}
	switch err := k.loadAgeFile(name, name); {
	case errors.Is(err, errPassphrase):
		k.setAside = append(k.setAside, name+" is protected by a passphrase, which keylint does not ask for")
	case err != nil:
		k.warnings = append(k.warnings, err.Error()+"; it was passed over")
	}
}

// addAge parses native identities, one a line, or one SSH private key. words allows
// several on a line, as sops does in SOPS_AGE_KEY. No error quotes the text.
func (k *Keyring) addAge(where string, b []byte, words bool) error {
	k.season(b)
	text := string(bytes.TrimSpace(b))
	switch {
	case strings.HasPrefix(text, "age-encryption.org/") || strings.HasPrefix(text, "-----BEGIN AGE ENCRYPTED FILE"):
		return errors.New("the file of identities is itself encrypted with a passphrase, which keylint does not ask for")
	case strings.HasPrefix(text, "-----BEGIN PGP"):
		return fmt.Errorf("holds a PGP key; use %s for it", pgpFlag)
	case strings.HasPrefix(text, "-----BEGIN"):
		return k.addSSH([]byte(text + "\n"))
	}
	held := k.keys()
	found, plugins := 0, 0
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := []string{line}
		if words {
			parts = strings.Fields(line)
		}
		for _, part := range parts {
			if strings.HasPrefix(part, "AGE-PLUGIN-") {
				plugins++
				continue
			}
			id, err := parseAgeIdentity(part)
			if err != nil {
				return fmt.Errorf("line %d %w", i+1, err)
			}
			held.age = append(held.age, id)
			found++
		}
	}
	switch {
	case plugins > 0 && found == 0:
		return errors.New("holds only identities of age plugins, which are programs, and keylint runs none")
	case plugins > 0:
		k.setAside = append(k.setAside, where+" holds an identity of an age plugin, which keylint does not run")
	case found == 0:
		return errors.New("holds no age identity (AGE-SECRET-KEY-1…)")
	}
	return nil
}

func parseAgeIdentity(s string) (ageIdentity, error) {
	switch {
	case strings.HasPrefix(s, "AGE-SECRET-KEY-PQ-1"):
		if id, err := age.ParseHybridIdentity(s); err == nil {
			return ageIdentity{id, id.Recipient().String()}, nil
		}
		return ageIdentity{}, errors.New("is a damaged age identity")
	case strings.HasPrefix(s, "AGE-SECRET-KEY-1"):
		if id, err := age.ParseX25519Identity(s); err == nil {
			return ageIdentity{id, id.Recipient().String()}, nil
		}
		return ageIdentity{}, errors.New("is a damaged age identity")
	case strings.HasPrefix(s, "age1") || isSSH(s):
		return ageIdentity{}, errors.New("is a public key; the private one is needed (AGE-SECRET-KEY-1…)")
	}
	return ageIdentity{}, errors.New("is no age identity (AGE-SECRET-KEY-1…)")
}

// addSSH parses an SSH private key, Ed25519 or RSA, as agessh does.
func (k *Keyring) addSSH(b []byte) error {
	raw, err := ssh.ParseRawPrivateKey(b)
	var missing *ssh.PassphraseMissingError
	switch {
	case errors.As(err, &missing):
		return errPassphrase
	case err != nil:
		return errors.New("holds neither an age identity nor an SSH private key that can be parsed")
	}
	id, err := agessh.ParseIdentity(b)
	if err != nil {
		return errors.New("holds an SSH key of a kind that age does not use (it uses Ed25519, and RSA of 2048 bits or more)")
	}
	var public any
	switch key := raw.(type) {
	case *ed25519.PrivateKey:
		public = key.Public()
	case ed25519.PrivateKey:
		public = key.Public()
	case *rsa.PrivateKey:
		public = key.Public()
	}
	recipient, err := ssh.NewPublicKey(public)
	if err != nil {
		return errors.New("holds an SSH key of a kind that age does not use")
	}
	held := k.keys()
	held.age = append(held.age, ageIdentity{id, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(recipient)))})
	return nil
}
