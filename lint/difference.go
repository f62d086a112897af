package lint

import "github.com/keylint/keylint/keys"

// Compare says how a differs from b, as keys.Compare does. Of what was decrypted it does not say that it begins in some way, or in how many
// characters it differs: whoever may write the other text would find it out character by character.
func (p *Pass) Compare(a, b keys.Text, whose string, secrets ...keys.Text) keys.Difference {
	d := keys.Compare(a, b, whose, secrets...)
	switch standins := p.Repo.Standins(); d.Class {
	case keys.Cut, keys.Mistyped, keys.LetterCase:
		if standins.Holds(a) || standins.Holds(b) {
			return keys.ByLength(a, b, whose)
		}
	}
	return d
}
