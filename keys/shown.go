package keys

// Mask stands for a key where its surroundings are shown. Its length tells nothing of the
// key's.
const Mask = "••••••••"

// ShownName is a name that a person wrote where a name belongs, if it can be one: a key
// that was pasted there by mistake is masked.
func ShownName(name string) string {
	if len(name) > 40 && (Names{}).Of(name).Slot == "" || len(name) >= 24 && LooksRandom(name) {
		return Mask
	}
	return name
}

// ShownVariable is how a variable is called in a message. What only looks like one may be a
// secret with a "$" in it, and is not named.
func ShownVariable(variable string) string {
	if isVariableName(variable) {
		return variable
	}
	return "a variable"
}
