package lint

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
func (inv *inventory) fillCarrier(c *container) {
	c.carrier.backend = backendOf(c)
	c.carrier.urls = urlsOf(inv.names, c.variables)
	for _, v := range c.variables {
		v.value = c.asRead(v)
		if slot := dictionaries[v.name]; slot != "" {
			c.carrier.bindings = append(c.carrier.bindings, inv.readDictionary(c, v, slot)...)
		} else {
			c.carrier.bindings = append(c.carrier.bindings, v)
		}
	}
}

// dictionaries are the variables of Edge Functions that hold several keys by name, as
// {"default": "sb_…"} (supabase/supabase docker-compose.yml).
var dictionaries = map[string]keys.Slot{"SUPABASE_PUBLISHABLE_KEYS": keys.Publishable, "SUPABASE_SECRET_KEYS": keys.Secret}

// readDictionary lists the keys in a dictionary. One that is made of another variable
// ("$(SUPABASE_SECRET_KEY)") is written where that one is.
func (inv *inventory) readDictionary(c *container, v *binding, slot keys.Slot) []*binding {
	if !v.value.IsKnown() {
		b := *v
		b.holder, b.asked = v.holder+" default", slot
		return []*binding{&b}
	}
	var list map[string]string
	if err := json.Unmarshal([]byte(v.value.Text().Reveal()), &list); err != nil {
		if v.value.Text().Len() > 0 {
			inv.repo.Note(sources.NoteUnreadable, v.at(), v.holder+` is not a dictionary of keys ({"default": "sb_…"})`)
		}
		return nil
	}
	var out []*binding
	for _, name := range slices.Sorted(maps.Keys(list)) {
		b := *v
		b.holder, b.asked, b.value = v.holder+" "+keys.ShownName(name), slot, keys.Known(keys.NewText(list[name]))
		for _, from := range c.variables {
			if from != v && from.value.Equal(b.value) {
				b.entry, b.locate = from.entry, func() placement {
					return placement{at: v.at(), written: from.written(), trace: append(slices.Clone(v.trace()), from.trace()...)}
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
// (PostgREST src/PostgREST/Config.hs: parseSecret, decodeSecret).
func (c *container) asRead(v *binding) keys.Value {
	if v.name != "PGRST_JWT_SECRET" || !v.value.IsKnown() {
		return v.value
	}
	text := v.value.Text().Reveal()
	if strings.HasPrefix(text, "@") {
		return keys.Unknown("PostgREST reads it from a file in its container")
	}
	flag := c.env["PGRST_JWT_SECRET_IS_BASE64"]
	if flag == nil || !flag.value.IsKnown() || !strings.EqualFold(flag.value.Text().Reveal(), "true") {
		return v.value
	}
	standard := strings.NewReplacer("_", "/", "-", "+", ".", "=").Replace(strings.TrimSpace(text))
	plain, err := base64.StdEncoding.DecodeString(standard)
	if err != nil {
		return keys.Unknown("PGRST_JWT_SECRET_IS_BASE64 is true and the value is not base64, so PostgREST does not start")
	}
	return keys.Known(keys.NewText(string(plain)))
}
