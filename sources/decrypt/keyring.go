package decrypt

import (
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/ProtonMail/go-crypto/openpgp"

	"github.com/keylint/keylint/keys"
)

// KeyFiles name where private keys come from: files from flags, the environment, and
// the user's home directory, under which sops has default places.
type KeyFiles struct {
	Age           []string // --age-key
	PGP           []string // --pgp-key
	SealedSecrets []string // --sealed-secrets-key

	Getenv func(string) string // nil for no environment
	Home   string              // empty for no default places
}

// The flags, as messages name them.
const (
	ageFlag  = "--age-key"
	pgpFlag  = "--pgp-key"
	sealFlag = "--sealed-secrets-key"
)

// Keyring holds private keys in memory. A nil Keyring holds none. It is safe for
// concurrent use once it is loaded.
type Keyring struct {
	// held gives the keys. They are behind a closure for the reason that keys.Text has
	// one: an age identity's String method and %+v of an RSA key print the key.
	held func() *heldKeys

	warnings []string
	setAside []string // age keys that cannot be used here, told where they would have mattered

	salt [sha256.Size]byte // of the keys

	mu       sync.Mutex
	unsealed map[sealedUnder]keys.Text // what was opened already: a base is rendered once for each overlay
	tries    int                       // RSA operations so far
	opened   int                       // private keys that were tried so far on copies of data keys
}

type heldKeys struct {
	age    []ageIdentity
	pgp    openpgp.EntityList
	sealed map[string]*rsa.PrivateKey // by fingerprint
	last   string                     // fingerprint of the key that opened something last

	certificates map[string]*Certificate // of the sealed keys, where one stands beside its key
}

// keys are none for a nil Keyring.
func (k *Keyring) keys() *heldKeys {
	if k == nil || k.held == nil {
		return &heldKeys{}
	}
	return k.held()
}

// Salt is what nobody can tell who does not have the keys, and the same in each run with these.
func (k *Keyring) Salt() []byte {
	if k == nil {
		return nil
	}
	return k.salt[:]
}

// season makes the salt depend on a text with keys.
func (k *Keyring) season(b []byte) { k.salt = sha256.Sum256(append(k.salt[:], b...)) }

// Warnings lists what could not be used of sops' default places.
func (k *Keyring) Warnings() []string {
	if k == nil {
		return nil
	}
	return k.warnings
}

// Load reads all keys. A file or variable that was named and gives no key is an
// error, since linting without it would look like a pass; so is one that holds a key which
// keylint cannot use. Of sops' default places those that do not exist are passed over
// (there is no need to have them), and those that cannot be read become warnings.
//
// SOPS_AGE_KEY_CMD and SOPS_AGE_SSH_PRIVATE_KEY_CMD are never obeyed: they name programs.
func Load(files KeyFiles) (*Keyring, error) {
	if files.Getenv == nil {
		files.Getenv = func(string) string { return "" }
	}
	held := &heldKeys{sealed: map[string]*rsa.PrivateKey{}, certificates: map[string]*Certificate{}}
	k := &Keyring{held: func() *heldKeys { return held }, unsealed: map[sealedUnder]keys.Text{}}
	for _, name := range files.Age {
		if err := k.loadAgeFile(ageFlag+" "+name, name); err != nil {
			return nil, err
		}
	}
	if err := k.loadAgeEnvironment(files.Getenv); err != nil {
		return nil, err
	}
	k.loadAgeDefaults(files)
	for _, name := range files.PGP {
		entities, err := k.readPGPKeys(name)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", pgpFlag, name, err)
		}
		held.pgp = append(held.pgp, entities...)
	}
	for _, name := range files.SealedSecrets {
		if err := k.loadSealedSecretsKeys(name); err != nil {
			return nil, fmt.Errorf("%s %s: %w", sealFlag, name, err)
		}
	}
	return k, nil
}

// maxKeyFile bounds in bytes what is read of a key file. The controller's whole history
// of keys, as kubectl prints it, has some 10 KB a key.
const maxKeyFile = 4 << 20

// readKeyFile reads a file of private keys. Unlike the repository's files it may be
// anything that can be read, such as the pipe of a process substitution.
func (k *Keyring) readKeyFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, keyFileError(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	switch {
	case err != nil:
		return nil, keyFileError(err)
	case len(b) > maxKeyFile:
		return nil, fmt.Errorf("is larger than %d MiB, which is no file of keys", maxKeyFile>>20)
	case len(b) == 0:
		return nil, errors.New("is empty")
	}
	k.season(b)
	return b, nil
}

func keyFileError(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such file")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("permission to read it is denied")
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err // whose path the message has already
	}
	return fmt.Errorf("cannot be read: %w", err)
}

// userConfigDir is where sops looks for "sops/age/keys.txt" (getUserConfigDir in sops
// age/keysource.go: os.UserConfigDir, and $XDG_CONFIG_HOME on macOS too).
func userConfigDir(files KeyFiles) string {
	if runtime.GOOS == "windows" {
		return files.Getenv("AppData")
	}
	if dir := files.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	if files.Home == "" {
		return ""
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(files.Home, "Library", "Application Support")
	}
	return filepath.Join(files.Home, ".config")
}
