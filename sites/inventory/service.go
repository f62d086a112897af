package inventory

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// fillCarrier settles what the container is, and what it bears, when all its variables are
// read.
func (inv *Inventory) fillCarrier(c *Container) {
	c.Carrier.Backend = backendOf(c)
	c.Carrier.URLs = inv.URLs(c.Variables)
	if inv.Repo.MayRunDotenvx(c.Command) {
		c.Carrier.Opens = keys.ByDotenvx
	}
	for _, v := range c.Variables {
		if secrets := inv.Repo.Standins(); (dictionaries[v.Name] != "" || v.Name == hasuraSecret) && secrets.Composed(v.Value.Text()) && !secrets.Enclosed(v.Value.Text()) {
			v.Value = keys.Unknown("it is put together of what was decrypted and of other text, and what JSON makes of that is not followed")
		}
		if v.Name == hasuraSecret && v.Value.IsKnown() {
			c.Carrier.Bindings = append(c.Carrier.Bindings, readHasura(v)...)
			continue
		}
		v.Value = inv.asRead(c, v)
		if slot := dictionaries[v.Name]; slot != "" {
			c.Carrier.Bindings = append(c.Carrier.Bindings, inv.readDictionary(c, v, slot)...)
		} else {
			c.Carrier.Bindings = append(c.Carrier.Bindings, v)
		}
	}
	c.addOpen()
	inv.addLeftOut(c)
}

// addLeftOut adds the optional variables that are not there because nothing has their data key, where the container has no
// other key of the role: what was meant to be there is not known.
func (inv *Inventory) addLeftOut(c *Container) {
	for _, v := range c.left {
		name := inv.Names.Of(v.Name)
		if name.Slot != "" && !slices.ContainsFunc(c.Variables, func(other *Binding) bool {
			is := inv.Names.Of(other.Name)
			return is.Slot != "" && is.Role() == name.Role() && other.IsSet()
		}) {
			c.Carrier.Bindings = append(c.Carrier.Bindings, v)
		}
	}
}

// dictionaries are the variables of Edge Functions that hold several keys by name, as
// {"default": "sb_…"} (supabase/supabase docker-compose.yml).
var dictionaries = map[string]keys.Slot{"SUPABASE_PUBLISHABLE_KEYS": keys.Publishable, "SUPABASE_SECRET_KEYS": keys.Secret}

// readDictionary lists the keys in a dictionary. One that is made of another variable
// ("$(SUPABASE_SECRET_KEY)") is written where that one is.
func (inv *Inventory) readDictionary(c *Container, v *Binding, slot keys.Slot) []*Binding {
	if !v.Value.IsKnown() {
		b := *v
		b.Holder, b.Asked = v.Holder+" default", slot
		return []*Binding{&b}
	}
	var list map[string]string
	if err := json.Unmarshal([]byte(v.Value.Text().Reveal()), &list); err != nil {
		if v.Value.Text().Len() > 0 {
			inv.Repo.Note(sources.NoteUnreadable, v.At(), v.Holder+` is not a dictionary of keys ({"default": "sb_…"})`)
		}
		return nil
	}
	var out []*Binding
	for _, name := range slices.Sorted(maps.Keys(list)) {
		b := *v
		b.Holder, b.Asked, b.Value = v.Holder+" "+keys.ShownName(name), slot, keys.Known(keys.NewText(list[name]))
		for _, from := range c.Variables {
			if from != v && from.Value.Equal(b.Value) {
				b.Entry, b.locate = from.Entry, func() Placement {
					return Placement{at: v.At(), Written: from.Written(), Trace: append(slices.Clone(v.Trace()), from.Trace()...)}
				}
				break
			}
		}
		out = append(out, &b)
	}
	return out
}

// asRead is the value as the service takes it. PostgREST decodes its secret where it is
// told that it is base64, and reads a file where it begins with "@"
// (PostgREST src/PostgREST/Config.hs: parseSecret, decodeSecret). Storage, which knows the variable by
// the same name, takes it as it stands (storage-api src/config.ts: getConfig).
func (inv *Inventory) asRead(c *Container, v *Binding) keys.Value {
	if v.Name == "PGRST_APP_SETTINGS_JWT_SECRET" && strings.HasPrefix(v.Value.Text().Reveal(), "@/") {
		return keys.Unknown("it is the path of a file, which PostgREST opens for PGRST_JWT_SECRET alone: SQL gets the path itself")
	}
	if v.Name != "PGRST_JWT_SECRET" || c.Carrier.Backend == "Storage" {
		return v.Value
	}
	flag := c.Env["PGRST_JWT_SECRET_IS_BASE64"]
	decodes := flag != nil && flag.Value.IsKnown() && strings.EqualFold(flag.Value.Text().Reveal(), "true")
	if !v.Value.IsKnown() && decodes {
		return v.Value.Decoded()
	}
	text := v.Value.Text().Reveal()
	switch {
	case !v.Value.IsKnown():
		return v.Value
	case strings.HasPrefix(text, "@"):
		return keys.Unknown("PostgREST reads it from a file in its container")
	case !decodes:
		return v.Value
	case inv.Repo.Standins().Composed(v.Value.Text()):
		return keys.Unknown("it is put together of what was decrypted and of other text, and what its base64 comes to is not followed")
	}
	standard := strings.NewReplacer("_", "/", "-", "+", ".", "=").Replace(strings.TrimSpace(text))
	plain, err := base64.StdEncoding.DecodeString(standard)
	if err != nil {
		return keys.Unknown("PGRST_JWT_SECRET_IS_BASE64 is true and the value is not base64, so PostgREST does not start")
	}
	decoded := keys.NewText(string(plain))
	if inv.Repo.Standins().Holds(v.Value.Text()) {
		inv.Repo.HandSecret(decoded) // it is one as well
	}
	return keys.Known(decoded)
}

// hasuraSecret is the variable that tells Hasura how to verify a token. Beside Supabase it is GoTrue's.
const hasuraSecret = "HASURA_GRAPHQL_JWT_SECRET"

// readHasura lists what stands in it: {"type": "HS256", "key": "…"}, or where a key set is served and the issuer
// that tokens have to name (hasura.io/docs: authentication/jwt). A public key is none of Supabase's.
func readHasura(v *Binding) []*Binding {
	var config struct {
		Type   string
		Key    string
		Set    string `json:"jwk_url"`
		Issuer string
	}
	if json.Unmarshal([]byte(v.Value.Text().Reveal()), &config) != nil {
		return nil
	}
	var out []*Binding
	add := func(name, holder, text string) {
		if text != "" {
			b := *v
			b.Name, b.Holder, b.Value = name, holder, keys.Known(keys.NewText(text))
			out = append(out, &b)
		}
	}
	if config.Type == "HS256" {
		add(v.Name, v.Holder, config.Key)
	}
	add("jwk_url", v.Holder+" jwk_url", config.Set)
	add("issuer", v.Holder+" issuer", config.Issuer)
	return out
}

// VerifiesBeside says of a variable that whoever reads it verifies GoTrue's tokens where it is deployed with
// Supabase.
func VerifiesBeside(variable string) bool { return variable == hasuraSecret }
