package inventory

import "github.com/keylint/keylint/keys"

// Readable is a text that is to be parsed: where it was put together of what was decrypted and of other text, with words in the place of the one. What a
// parser makes of a sign before a secret would say how that begins.
func (inv *Inventory) Readable(v keys.Value) []byte {
	if handed, ok := inv.Repo.Standins().Made(v.Text()); ok {
		return []byte(handed)
	}
	return []byte(v.Text().Reveal())
}

// restored is a part of such a text, with what was decrypted in the place of the words.
func (inv *Inventory) restored(part string) string {
	if t, ok := inv.Repo.Standins().Uncovered(keys.NewText(part)); ok {
		return t.Reveal()
	}
	return part
}
