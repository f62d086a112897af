package lint

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// collectEnv turns the containers' variables into sites. A gateway's own variables are
// none: they feed its configuration, where the placeholder is the site.
func (w *world) collectEnv() {
	for _, c := range w.containers {
		if c.carrier.backend == "Kong" || c.carrier.backend == "Envoy" || w.rendersGateway(c) {
			continue
		}
		for _, name := range c.order {
			w.collectVariable(c, c.env[name])
		}
	}
}

func (w *world) collectVariable(c *container, v *variable) {
	if slot := dictionaries[v.name]; slot != "" {
		w.collectDictionary(c, v, slot)
		return
	}
	class := w.classify(v.name)
	recognized := keys.Slot("")
	value := c.asRead(v)
	if value.IsKnown() {
		recognized = keys.Recognize(value.Text())
	}
	known := class.Strong || recognized != "" || class.Slot != "" && (c.carrier.backend != "" || w.isSupabaseEntry(v.entry))
	if !known {
		return
	}
	if v.missing != nil {
		w.dangling = append(w.dangling, v.missing)
	}
	slot := slotOf(class, value)
	if slot == "" || value.IsKnown() && value.Text().Len() == 0 {
		return // declared but empty: a slot that is not in use
	}
	standing := Presented
	if slot.Role() == keys.Signing {
		standing = Verifying
	}
	w.add(&Site{
		Slot: slot, Standing: standing, Holder: c.holder(v.name), Value: value,
		At: v.at, Written: v.written, Trace: v.trace, Unit: c.unit,
		name: class, variable: v.name, namespace: c.namespace, carrier: c.carrier, entry: v.entry,
	})
}

// dictionaries are the variables of Edge Functions that hold several keys by name, as
// {"default": "sb_…"} (supabase/supabase docker-compose.yml).
var dictionaries = map[string]keys.Slot{"SUPABASE_PUBLISHABLE_KEYS": keys.Publishable, "SUPABASE_SECRET_KEYS": keys.Secret}

// collectDictionary makes a site of each key in a dictionary. One that is made of another
// variable ("$(SUPABASE_SECRET_KEY)") is written where that one is.
func (w *world) collectDictionary(c *container, v *variable, slot keys.Slot) {
	site := func(name string, value keys.Value) *Site {
		return &Site{
			Slot: slot, Standing: Presented, Holder: c.holder(v.name) + " " + name, Value: value,
			At: v.at, Written: v.written, Trace: v.trace, Unit: c.unit,
			name: keys.Name{Slot: slot, Strong: true}, namespace: c.namespace, carrier: c.carrier, entry: v.entry,
		}
	}
	if !v.value.IsKnown() {
		w.add(site("default", v.value))
		return
	}
	var list map[string]string
	if err := json.Unmarshal([]byte(v.value.Text().Reveal()), &list); err != nil {
		if v.value.Text().Len() > 0 {
			w.repo.Note(sources.NoteUnreadable, v.at, c.holder(v.name)+` is not a dictionary of keys ({"default": "sb_…"})`)
		}
		return
	}
	for _, name := range sortedKeys(list) {
		if list[name] == "" {
			continue
		}
		s := site(shownName(name), keys.Known(keys.NewText(list[name])))
		for _, other := range c.order {
			if from := c.env[other]; other != v.name && from.value.Equal(s.Value) {
				s.Written, s.entry, s.Trace = from.written, from.entry, append(s.Trace[:len(s.Trace):len(s.Trace)], from.trace...)
				break
			}
		}
		s.Slot = slotOf(s.name, s.Value)
		w.add(s)
	}
}

// asRead is the value as the service takes it. PostgREST decodes its secret where it is
// told that it is base64, and reads a file where it begins with "@"
// (PostgREST src/PostgREST/Config.hs: parseSecret, decodeSecret).
func (c *container) asRead(v *variable) keys.Value {
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

// urlsOf reads the Supabase URLs among the container's variables.
func urlsOf(c *container) []urlVariable {
	var urls []urlVariable
	for _, name := range c.order {
		if v := c.env[name]; wellKnown.Of(name).URL && v.value.IsKnown() {
			urls = appendURL(urls, name, v.value.Text().Reveal())
		}
	}
	return urls
}

// appendURL adds the host of a URL variable.
func appendURL(urls []urlVariable, name, value string) []urlVariable {
	u, err := url.Parse(strings.Trim(strings.TrimSpace(value), `"'`))
	if err != nil || u.Hostname() == "" {
		return urls
	}
	return append(urls, urlVariable{prefix: wellKnown.Of(name).PublicPrefix, host: strings.ToLower(u.Hostname())})
}

// collectEntries turns the entries of Secrets and ConfigMaps into stored sites. It
// runs after collectEnv, because a data key that is called just "secret" is a JWT
// secret only where GoTrue reads it as one.
func (w *world) collectEntries() {
	read := map[entryRef]keys.Slot{}
	for _, s := range w.sites {
		if s.entry != nil && read[*s.entry] == "" {
			read[*s.entry] = s.Slot
		}
	}
	for _, g := range w.gateways {
		for _, s := range g.sites {
			if s.entry != nil && read[*s.entry] == "" {
				read[*s.entry] = s.Slot
			}
		}
	}
	for _, u := range w.units {
		for _, o := range u.Objects {
			if o.Kind != "Secret" && o.Kind != "ConfigMap" {
				continue
			}
			c := &carrier{name: labelOf(o), file: o.File}
			for _, e := range w.entriesOf(o) {
				if wellKnown.Of(e.Key).URL && e.Value.IsKnown() {
					c.urls = appendURL(c.urls, e.Key, e.Value.Text().Reveal())
				}
			}
			for _, e := range w.entriesOf(o) {
				ref := entryRef{o, u, e.Key}
				name := w.classify(e.Key)
				if read[ref] == "" && !w.isSupabaseEntry(&ref) {
					continue
				}
				if name.Slot == "" {
					name.Slot = read[ref]
				}
				slot := slotOf(name, e.Value)
				if e.NotBase64 {
					w.repo.Note(sources.NoteUnreadable, e.At, c.name+" "+e.Key+": "+e.Value.Reason())
				}
				if slot == "" || e.Value.IsAbsent() || e.Value.IsKnown() && e.Value.Text().Len() == 0 {
					continue
				}
				w.add(&Site{
					Slot: slot, Standing: Stored, Holder: c.name + " " + e.Key, Value: e.Value,
					At: e.At, Trace: viaSteps(e.Via, e.At), Unit: u,
					name: name, namespace: o.Namespace, carrier: c, entry: &ref, notBase64: e.NotBase64 && o.Kind == "Secret",
				})
			}
		}
	}
}

func viaSteps(via []string, at sources.Position) []Step {
	var steps []Step
	for _, v := range via {
		steps = append(steps, Step{sources.Position{File: at.File}, v})
	}
	if len(steps) > 0 {
		steps = append(steps, Step{at, "written here"})
	}
	return steps
}

// isSupabaseEntry says whether a Secret's entry holds a Supabase key by its own
// account: by a name that only Supabase uses, by a value that looks like a key, or by
// a common name (JWT_SECRET) in an object that holds Supabase's own set of keys.
func (w *world) isSupabaseEntry(ref *entryRef) bool {
	if ref == nil {
		return false
	}
	e, ok := w.entry(ref.object, ref.key)
	if !ok {
		return false
	}
	name := w.classify(ref.key)
	if name.Strong || e.Value.IsKnown() && keys.Recognize(e.Value.Text()) != "" {
		return true
	}
	return name.Slot != "" && w.isSupabaseObject(ref)
}

// isSupabaseObject says whether the object is the stack's own: "supabase" is in its
// name, or it holds a key under the name that the stack itself uses (ANON_KEY, anonKey,
// and not an app's SUPABASE_ANON_KEY).
func (w *world) isSupabaseObject(ref *entryRef) bool {
	named := strings.Contains(strings.ToLower(ref.object.Name), "supabase")
	for _, e := range w.entriesOf(ref.object) {
		name := w.classify(e.Key)
		if name.Strong || name.Slot == "" || name.PublicPrefix != "" {
			continue
		}
		if r := name.Slot; r != keys.Anon && r != keys.ServiceRole {
			continue
		}
		if named || e.Value.IsKnown() && keys.Recognize(e.Value.Text()) != "" {
			return true
		}
	}
	return named && w.classify(ref.key).Slot == keys.JWTSecret
}
