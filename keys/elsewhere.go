package keys

import (
	"regexp"
	"strings"
)

// UnknownFrom is an unknown value that a store elsewhere holds. The source names it there
// (store, path and property): two values of one source are the same value, whatever it is.
func UnknownFrom(source, reason string) Value { return Value{reason: reason, source: source} }

// From is the value, whose source is known now: an unknown one that had none gets it. Of the
// same value in two places it must be called the same, with all that is done to it on the way.
func (v Value) From(source string) Value {
	if !v.IsKnown() && !v.IsAbsent() && v.source == "" {
		v.source = source
	}
	return v
}

// Decoded is what base64 decoding makes of an unknown value: another one, unless it was encoded
// on its way.
func (v Value) Decoded() Value {
	if v.source == "" {
		return v
	}
	if plain, ok := strings.CutSuffix(v.source, " | base64encode"); ok {
		v.source = plain
	} else {
		v.source += " | base64decode"
	}
	return v
}

// Renamed is an unknown value whose source has another name by which all call it.
func (v Value) Renamed(source string) Value {
	if v.source != "" {
		v.source = source
	}
	return v
}

// Piped is what a function makes of an unknown value: another one, the same wherever it is made in
// the same way.
func (v Value) Piped(function string) Value {
	switch {
	case v.source == "":
	case function == "base64encode" && strings.HasSuffix(v.source, " | base64decode"):
		v.source = strings.TrimSuffix(v.source, " | base64decode")
	default:
		v.source += " | " + function
	}
	return v
}

// Source is where an unknown value comes from: its place in a store elsewhere, a Secret that is
// not in the repository or not open here, a variable of a shell. It is empty where that is not
// known.
func (v Value) Source() string { return v.source }

// Property is the name under which its source keeps an unknown value: the property of a path, the
// data key of a Secret; empty where there is none.
func (v Value) Property() string {
	name := v.source
	if i := strings.LastIndexByte(name, '#'); i >= 0 {
		name = name[i+1:]
	} else {
		name = name[strings.LastIndexAny(name, "/:")+1:]
	}
	name, _, _ = strings.Cut(strings.TrimLeft(name, "/ "), " ")
	return name
}

// Same says that two values are certainly the same: their bytes are equal, or both come
// from one place in a store.
func (v Value) Same(w Value) bool {
	return v.Equal(w) || !v.IsKnown() && !w.IsKnown() && v.source != "" && v.source == w.source
}

// maxReference bounds in bytes what is taken for a reference to a store.
const maxReference = 500

var (
	// <path:secret/data/supabase#anon_key#2 | base64encode>
	// (argocd-vault-plugin: docs/howitworks).
	vaultPlaceholder = regexp.MustCompile(`^<path:([^>#|]+)#([^>#|]+?)(?:#([0-9]+))?\s*(\|[^>]*)?>$`)
	// ref+vault://secret/supabase#/anon_key (helmfile/vals).
	valsReference = regexp.MustCompile(`^(?:secret)?ref\+([a-z0-9]+)://(\S+)$`)
	// op://prod/supabase/jwt (1Password's CLI and operator: secret references).
	onePassword = regexp.MustCompile(`^op://[^/\s]+/\S+$`)
	// vault:secret/data/supabase#JWT_SECRET (Bank-Vaults' webhook: mutate a secret).
	bankVaults = regexp.MustCompile(`^(?:>>)?vault:([^#\s]+#\S+)$`)
)

// elsewhere is the value that a reference to a store stands for, where a text is one.
func elsewhere(t Text) (Value, bool) {
	s := Trim(t).Reveal()
	if len(s) > maxReference {
		return Value{}, false
	}
	if m := vaultPlaceholder.FindStringSubmatch(s); m != nil {
		return fromVaultPlugin(m[1], m[2], m[3], m[4]), true
	}
	if m := valsReference.FindStringSubmatch(s); m != nil {
		source := m[1] + "://" + m[2]
		return UnknownFrom(source, "vals takes it from "+source).of(OfVals), true
	}
	if onePassword.MatchString(s) {
		return UnknownFrom(s, "1Password gives it, from "+s).of(OfOnePassword), true
	}
	if m := bankVaults.FindStringSubmatch(s); m != nil {
		return UnknownFrom("vault "+m[1], "Bank-Vaults takes it from "+m[1]).of(OfBankVaults), true
	}
	return Value{}, false
}

// fromVaultPlugin is what the plugin finds at a path, with what a modifier makes of it: that is
// another value.
func fromVaultPlugin(path, key, version, modifier string) Value {
	source := path + "#" + key
	if version != "" {
		source += " version " + version
	}
	if modifier = strings.TrimSpace(modifier); modifier != "" {
		source += " " + modifier
	}
	return UnknownFrom("argocd-vault-plugin "+source, "argocd-vault-plugin takes it from "+source).of(OfVaultPlugin)
}

var shortPlaceholder = regexp.MustCompile(`^<([\w.-]+)\s*(\|[^>]*)?>$`)

// VaultPlaceholder is the value of a placeholder that names a key only, of an object whose
// annotation names the path.
func VaultPlaceholder(path string, t Text) (Value, bool) {
	m := shortPlaceholder.FindStringSubmatch(Trim(t).Reveal())
	if m == nil || path == "" {
		return Value{}, false
	}
	return fromVaultPlugin(path, m[1], "", m[2]), true
}
