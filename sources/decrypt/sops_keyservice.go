package decrypt

import (
	"bytes"
	"context"
	"errors"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/getsops/sops/v3/keyservice"
	"google.golang.org/grpc"
)

// keyService answers sops' requests for a data key from the keys in memory. It is what
// stands in place of keyservice.LocalClient, which runs gpg and calls clouds. Every request
// is answered by what can be done here, and otherwise refused; the outcome is kept for the
// message, by the name that the metadata has for the key.
type keyService struct {
	held     *heldKeys
	spend    func(n int) bool // whether so many more private keys may be tried in this run
	outcomes map[string]error
}

var (
	// errNoneGiven is for a kind of key of which none was given.
	errNoneGiven = errors.New("no key of this kind was given")

	// errNotContacted is for every kind whose private half is held by a service.
	errNotContacted = errors.New("not contacted")
)

// Decrypt implements keyservice.KeyServiceClient.
func (s *keyService) Decrypt(_ context.Context, r *keyservice.DecryptRequest, _ ...grpc.CallOption) (*keyservice.DecryptResponse, error) {
	var dataKey []byte
	var name string
	err := errNotContacted
	switch key := r.GetKey().GetKeyType().(type) {
	case *keyservice.Key_AgeKey:
		name = key.AgeKey.GetRecipient()
		dataKey, err = s.openAge(name, r.Ciphertext)
	case *keyservice.Key_PgpKey:
		name = key.PgpKey.GetFingerprint()
		dataKey, err = s.openPGP(name, r.Ciphertext)
	}
	if err != nil {
		if s.outcomes == nil {
			s.outcomes = map[string]error{}
		}
		s.outcomes[name] = err
		return nil, err
	}
	return &keyservice.DecryptResponse{Plaintext: dataKey}, nil
}

// Encrypt implements keyservice.KeyServiceClient. It is never asked for.
func (*keyService) Encrypt(context.Context, *keyservice.EncryptRequest, ...grpc.CallOption) (*keyservice.EncryptResponse, error) {
	return nil, errNotContacted
}

// errNamedOnly is ciphertext whose recipient, by its name, is a key that was given, and
// which that key does not open all the same.
var errNamedOnly = errors.New("not encrypted for the key that it names")

// errNotTried is for what comes behind the bound on how many private keys a run tries.
var errNotTried = errors.New("not tried")

func (s *keyService) openAge(recipient string, ciphertext []byte) ([]byte, error) {
	var identities []age.Identity
	named := false
	for _, id := range s.held.age {
		if isSSH(id.recipient) == isSSH(recipient) {
			identities = append(identities, id.identity)
			named = named || sameRecipient(recipient, id.recipient)
		}
	}
	if len(identities) == 0 {
		return nil, errNoneGiven
	}
	if !s.spend(len(identities)) {
		return nil, errNotTried
	}
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(ciphertext)), identities...)
	var noMatch *age.NoIdentityMatchError
	switch {
	case errors.As(err, &noMatch) && named:
		return nil, errNamedOnly
	case errors.As(err, &noMatch):
		return nil, errNotOurs
	case err != nil:
		return nil, errDamagedCopy
	}
	return readDataKey(r)
}

func (s *keyService) openPGP(fingerprint string, ciphertext []byte) ([]byte, error) {
	if len(s.held.pgp) == 0 {
		return nil, errNoneGiven
	}
	if !s.spend(pgpTries) {
		return nil, errNotTried
	}
	dataKey, err := openPGP(ciphertext, s.held.pgp)
	if errors.Is(err, errNotOurs) && holdsPGP(s.held.pgp, fingerprint) {
		return nil, errNamedOnly
	}
	return dataKey, err
}
