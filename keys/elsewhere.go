package keys

import "regexp"

// UnknownFrom is an unknown value that a store elsewhere holds. The source names it there
// (store, path and property): two values of one source are the same value, whatever it is.
func UnknownFrom(source, reason string) Value { return Value{reason: reason, source: source} }

// Source is where in a store elsewhere an unknown value lies; empty where that is not
// known.
func (v Value) Source() string { return v.source }

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
	vaultPlaceholder = regexp.MustCompile(`^<path:([^>#|]+)#([^>#|]+?)(?:#([0-9]+))?\s*(?:\|[^>]*)?>$`)
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
		return fromVaultPlugin(m[1], m[2], m[3]), true
	}
	if m := valsReference.FindStringSubmatch(s); m != nil {
		source := m[1] + "://" + m[2]
		return UnknownFrom(source, "vals takes it from "+source), true
	}
	if onePassword.MatchString(s) {
		return UnknownFrom(s, "1Password gives it, from "+s), true
	}
	if m := bankVaults.FindStringSubmatch(s); m != nil {
		return UnknownFrom("vault "+m[1], "Bank-Vaults takes it from "+m[1]), true
	}
	return Value{}, false
}

func fromVaultPlugin(path, key, version string) Value {
	source := path + "#" + key
	if version != "" {
		source += " version " + version
	}
	return UnknownFrom("argocd-vault-plugin "+source, "argocd-vault-plugin takes it from "+source)
}

var shortPlaceholder = regexp.MustCompile(`^<([\w.-]+)\s*(?:\|[^>]*)?>$`)

// VaultPlaceholder is the value of a placeholder that names a key only, of an object whose
// annotation names the path.
func VaultPlaceholder(path string, t Text) (Value, bool) {
	m := shortPlaceholder.FindStringSubmatch(Trim(t).Reveal())
	if m == nil || path == "" {
		return Value{}, false
	}
	return fromVaultPlugin(path, m[1], ""), true
}
