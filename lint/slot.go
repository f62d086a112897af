package lint

import "github.com/keylint/keylint/keys"

// slotOf settles which slot a value fills, from what its name promises and what its
// text says. A publishable key in a variable called ANON_KEY is legal: the text
// decides within a role. Where the roles differ the promise stands, so that the swap
// is found.
func slotOf(name keys.Name, value keys.Value) keys.Slot {
	if !value.IsKnown() {
		return name.Slot
	}
	recognized := keys.Recognize(value.Text())
	switch {
	case recognized == "":
		return name.Slot
	case name.Slot == "" || name.AnyRole:
		return recognized
	case recognized.Role() == name.Slot.Role():
		return recognized
	}
	return name.Slot
}
