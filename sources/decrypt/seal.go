package decrypt

import (
	"fmt"
	"maps"
	"slices"

	"github.com/keylint/keylint/keys"
)

// SealedSecret is what of a SealedSecret object decides how it is unsealed. Name and
// Namespace are those under which it is rendered, since the controller sees no others.
type SealedSecret struct {
	Name          string
	Namespace     string            // empty where neither the manifest nor the root names one
	Annotations   map[string]string // of the SealedSecret's own metadata, not of its template
	EncryptedData map[string]string // spec.encryptedData
	TemplateData  map[string]string // spec.template.data

	// Hand gives what renderers get in the place of a value; nil where none will.
	Hand func(keys.Text) string
}

// Identity is a name and namespace under which a value may have been sealed.
type Identity struct {
	Namespace string
	Name      string
}

// Unsealed is one entry of the Secret that the controller makes. Err is nil where the
// value is known.
type Unsealed struct {
	Value  keys.Value
	Err    *Locked
	Handed string // of what a template makes, what it makes of what renderers get in the place of the values
}

// Unseal opens every value as the controller does (SealedSecret.Unseal in sealed-secrets
// pkg/apis/sealedsecrets/v1alpha1/sealedsecret_expansion.go), and evaluates
// spec.template.data over them. Of one entry that is locked the controller makes no Secret
// at all; here the others are known all the same, so that more can be compared.
//
// hints are names under which the values may have been sealed, such as those that the
// manifest had before kustomize renamed it: ciphertext for another name cannot be told
// from ciphertext for another key, except by opening it under that name.
func (k *Keyring) Unseal(s SealedSecret, hints ...Identity) map[string]Unsealed {
	result := map[string]Unsealed{}
	for _, key := range slices.Sorted(maps.Keys(s.EncryptedData)) {
		text, locked := k.unsealValue(s, s.EncryptedData[key], hints)
		if locked != nil {
			result[key] = lockedEntry(locked)
			continue
		}
		result[key] = Unsealed{Value: keys.Known(text)}
	}
	opened := maps.Clone(result)
	for _, key := range slices.Sorted(maps.Keys(s.TemplateData)) { // what is handed is numbered
		template := s.TemplateData[key]
		text, handed, locked := evaluateTemplate(template, opened, s.Hand)
		if locked != nil {
			result[key] = lockedEntry(locked)
			continue
		}
		result[key] = Unsealed{Value: keys.Known(text), Handed: handed} // also over an entry of encryptedData
	}
	return result
}

func lockedEntry(l *Locked) Unsealed { return Unsealed{Value: keys.Unknown(l.Reason), Err: l} }

// unsealValue opens one value.
func (k *Keyring) unsealValue(s SealedSecret, text string, hints []Identity) (keys.Text, *Locked) {
	ciphertext, locked := readCiphertext(text)
	if locked != nil {
		return keys.Text{}, locked
	}
	held := k.keys().sealed
	if len(held) == 0 {
		return keys.Text{}, &Locked{Kind: NoKey,
			Reason: "sealed for a SealedSecrets controller, and none of its private keys was given (use " + sealFlag + " FILE)"}
	}
	rendered := s.label()
	if s.Namespace != "" || rendered.scope == clusterWide {
		if plain, ok := k.openSealed(ciphertext, rendered); ok {
			return plain, nil
		}
	}
	for _, l := range s.otherLabels(hints) {
		// What is rendered without a namespace gets one when it is deployed: sealed under
		// the same name and scope it is as good as open.
		deployed := s.Namespace == "" && l.scope == rendered.scope && (l.scope == namespaceWide || l.name == s.Name)
		if deployed {
			if plain, ok := k.openSealed(ciphertext, l); ok {
				return plain, nil
			}
		}
		if !k.opensSession(ciphertext, l) {
			continue
		}
		if deployed {
			return keys.Text{}, cutOrChanged()
		}
		return keys.Text{}, &Locked{Kind: SealedElsewhere, Reason: sealedElsewhere(l, rendered), Annotation: missingAnnotation(l, rendered)}
	}
	if k.opensSession(ciphertext, rendered) {
		return keys.Text{}, cutOrChanged()
	}
	if k.exhausted() {
		return keys.Text{}, &Locked{Kind: NotTried, Reason: "sealed, and not opened: there are more sealed values than keylint tries to open"}
	}
	return keys.Text{}, &Locked{Kind: WrongKey, Reason: wrongSealKey(len(held), rendered)}
}

// cutOrChanged is for ciphertext whose session key opens and whose content does not.
func cutOrChanged() *Locked {
	return &Locked{Kind: Damaged, Reason: "its ciphertext was cut or changed after it was sealed"}
}

func wrongSealKey(n int, rendered label) string {
	given := "the private key given does not open it"
	if n > 1 {
		given = fmt.Sprintf("none of the %d private keys given opens it", n)
	}
	return fmt.Sprintf("%s as %s: it was sealed for another cluster, with a newer key, or under another name or namespace", given, rendered)
}
