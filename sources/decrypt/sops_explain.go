package decrypt

import (
	"errors"
	"fmt"
	"strings"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/age"
	"github.com/getsops/sops/v3/azkv"
	"github.com/getsops/sops/v3/gcpkms"
	"github.com/getsops/sops/v3/hckms"
	"github.com/getsops/sops/v3/hcvault"
	sopskeys "github.com/getsops/sops/v3/keys"
	"github.com/getsops/sops/v3/kms"
	"github.com/getsops/sops/v3/pgp"
)

// explain says why no data key could be had: for whom the file is encrypted, what was
// given, and what would help.
func (k *Keyring) explain(m *sops.Metadata, s *keyService) *Locked {
	var groups []*lockedGroup
	for _, group := range m.KeyGroups {
		groups = append(groups, s.closed(group))
	}
	switch {
	case len(groups) == 0:
		return damaged("its metadata names no key that it is encrypted for")
	case len(groups) > 1:
		return k.explainShamir(m, groups)
	}
	g := groups[0]
	kind, why := g.reason(k)
	if kind == CloudKMS {
		return &Locked{Kind: kind, Reason: "encrypted with SOPS; it needs " + g.recipients() + ", not contacted"}
	}
	return &Locked{Kind: kind, Reason: "encrypted with SOPS for " + g.recipients() + "; " + why}
}

// explainShamir is for a data key that was split over several groups (Shamir's secret
// sharing), of which too few could be opened.
func (k *Keyring) explainShamir(m *sops.Metadata, groups []*lockedGroup) *Locked {
	var closed []string
	var kind LockKind
	for i, g := range groups {
		if g.open {
			continue
		}
		groupKind, why := g.reason(k)
		closed = append(closed, fmt.Sprintf("group %d is for %s; %s", i+1, g.recipients(), why))
		if kind == NotTried || groupKind == NoKey {
			kind = groupKind // what a flag can mend goes first
		}
	}
	opened := len(groups) - len(closed)
	if opened >= max(m.ShamirThreshold, 2) || len(closed) == 0 {
		return damaged("the parts of its data key do not fit together")
	}
	return &Locked{Kind: kind, Reason: fmt.Sprintf("encrypted with SOPS for %d of %d key groups, of which %d could be opened: %s",
		m.ShamirThreshold, len(groups), opened, strings.Join(closed, ". "))}
}

// lockedGroup sorts the keys of a group by what became of them.
type lockedGroup struct {
	age, ssh, pgp []string // names for messages
	services      []string // "AWS KMS arn:…"
	outcomes      []error  // of age, ssh and pgp
	open          bool
}

func (s *keyService) closed(group sops.KeyGroup) *lockedGroup {
	g := &lockedGroup{}
	for _, key := range group {
		switch key := key.(type) {
		case *age.MasterKey:
			if isSSH(key.Recipient) {
				g.ssh = append(g.ssh, showSSH(key.Recipient))
			} else {
				g.age = append(g.age, shorten(key.Recipient))
			}
			g.tried(s, key.Recipient)
		case *pgp.MasterKey:
			g.pgp = append(g.pgp, "PGP key "+printable(key.Fingerprint))
			g.tried(s, key.Fingerprint)
		default:
			g.services = append(g.services, service(key))
		}
	}
	return g
}

// tried notes the outcome. The first key of a group that opens ends the group, so that a
// key without an outcome says that it is open.
func (g *lockedGroup) tried(s *keyService, name string) {
	if err, ok := s.outcomes[name]; ok {
		g.outcomes = append(g.outcomes, err)
	} else {
		g.open = true
	}
}

func (g *lockedGroup) has(outcome error) bool {
	for _, err := range g.outcomes {
		if errors.Is(err, outcome) {
			return true
		}
	}
	return false
}

// all says that every key that is not a service's ended so.
func (g *lockedGroup) all(outcome error) bool {
	for _, err := range g.outcomes {
		if !errors.Is(err, outcome) {
			return false
		}
	}
	return len(g.outcomes) > 0
}

// recipients lists for whom the group is encrypted, a few at the most.
func (g *lockedGroup) recipients() string {
	all := append(append(append(append([]string{}, g.age...), g.ssh...), g.pgp...), g.services...)
	const most = 3
	if len(all) > most {
		return strings.Join(all[:most], ", ") + fmt.Sprintf(" and %d more", len(all)-most)
	}
	return strings.Join(all, ", ")
}

func (g *lockedGroup) reason(k *Keyring) (LockKind, string) {
	switch {
	case len(g.outcomes) == 0:
		if len(g.services) == 0 {
			return Damaged, "the group names no key"
		}
		return CloudKMS, "it was not contacted"
	case g.all(errDamagedCopy):
		return Damaged, "the encrypted data key is damaged"
	case g.has(errNamedOnly):
		return WrongKey, "that private key was given, but the data key is not encrypted for it: the recipient was edited by hand (run sops updatekeys)"
	}
	kind, why := NoKey, ""
	if given := g.given(k); given == "" {
		why = "no " + g.needed() + " was given (use " + g.flags() + ")"
	} else {
		kind, why = WrongKey, given+" among its recipients"
	}
	if g.has(errDamagedCopy) {
		why += "; one copy of the data key is damaged"
	}
	if len(g.services) > 0 {
		why += "; " + g.services[0] + " was not contacted"
	}
	if (len(g.age) > 0 || len(g.ssh) > 0) && k != nil && len(k.setAside) > 0 {
		why += "; " + strings.Join(k.setAside, "; ")
	}
	return kind, why
}

// given counts the private keys of the kinds that the group is for: "none of the 2 age
// identities given is"; empty where there is none.
func (g *lockedGroup) given(k *Keyring) string {
	var native, ssh int
	for _, id := range k.keys().age {
		if isSSH(id.recipient) {
			ssh++
		} else {
			native++
		}
	}
	var counts []string
	total := 0
	add := func(wanted []string, n int, one, many string) {
		if len(wanted) == 0 || n == 0 {
			return
		}
		total += n
		if n == 1 {
			many = one
		}
		counts = append(counts, fmt.Sprintf("%d %s", n, many))
	}
	add(g.age, native, "age identity", "age identities")
	add(g.ssh, ssh, "SSH key", "SSH keys")
	add(g.pgp, len(k.keys().pgp), "PGP key", "PGP keys")
	switch total {
	case 0:
		return ""
	case 1:
		return "the " + strings.TrimPrefix(counts[0], "1 ") + " given is not"
	}
	return "none of the " + strings.Join(counts, " and ") + " given is"
}

func (g *lockedGroup) needed() string {
	var kinds []string
	if len(g.age) > 0 {
		kinds = append(kinds, "age identity")
	}
	if len(g.ssh) > 0 {
		kinds = append(kinds, "SSH key")
	}
	if len(g.pgp) > 0 {
		kinds = append(kinds, "PGP private key")
	}
	return strings.Join(kinds, " or ")
}

func (g *lockedGroup) flags() string {
	var flags []string
	if len(g.age)+len(g.ssh) > 0 {
		flags = append(flags, ageFlag+" FILE or SOPS_AGE_KEY_FILE")
	}
	if len(g.pgp) > 0 {
		flags = append(flags, pgpFlag+" FILE")
	}
	return strings.Join(flags, ", or ")
}

// service names a key that a service holds.
func service(key sopskeys.MasterKey) string {
	name := "a key of an unknown kind"
	switch key := key.(type) {
	case *kms.MasterKey:
		name = "AWS KMS " + key.Arn
	case *gcpkms.MasterKey:
		name = "Google Cloud KMS " + key.ResourceID
	case *azkv.MasterKey:
		name = "Azure Key Vault " + key.VaultURL + "/keys/" + key.Name
	case *hcvault.MasterKey:
		name = "HashiCorp Vault " + key.VaultAddress + "/v1/" + key.EnginePath + "/keys/" + key.KeyName
	case *hckms.MasterKey:
		name = "Huawei Cloud KMS " + key.KeyID
	}
	return printable(name)
}

// shorten shows the beginning of an age recipient, which is enough to find it by.
func shorten(recipient string) string {
	recipient = printable(recipient)
	if len(recipient) > 20 {
		return recipient[:16] + "…"
	}
	return recipient
}

// showSSH shows an SSH public key by its comment, or by its end: all begin alike.
func showSSH(recipient string) string {
	fields := strings.Fields(recipient)
	switch {
	case len(fields) > 2:
		return printable(fields[0] + " " + fields[2])
	case len(fields) == 2 && len(fields[1]) > 12:
		return printable(fields[0]) + " …" + printable(fields[1][len(fields[1])-12:])
	}
	return printable(recipient)
}
