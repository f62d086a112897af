package sites

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// Migrations are a history: what one of them sets, a later one may set anew, and none is ever edited. The last
// word is what the database has.

// migration is a set of a history, with the file that it stands in.
type migration struct {
	sources.SQLSet
	file *sources.File
	anew bool // a later one has the last word

	certain bool // by the name of what both set
}

// databaseCarriers are what the database of an app is given: by the migrations of a directory, one after the
// other, and by what is put into it for development, which nothing but a developer's machine runs.
func (c *Collection) databaseCarriers() []*inventory.Carrier {
	histories := map[string][]*migration{}
	var order []string
	for _, f := range c.Repo.Files() {
		if !f.IsSQL() || f.Example || !f.IsMarked() || strings.HasSuffix(f.Path, ".down.sql") {
			continue
		}
		b, err := f.Plain()
		if err != nil {
			continue
		}
		if len(b) > sources.MaxSQL {
			c.Repo.Note(sources.NoteBound, f.At(), fmt.Sprintf("SQL of more than %d MiB is not read", sources.MaxSQL>>20))
		}
		name := f.Path
		if path.Base(f.Dir()) == "migrations" {
			name = f.Dir()
		}
		if histories[name] == nil {
			order = append(order, name)
		}
		for _, set := range sources.ParseSQL(b) {
			histories[name] = append(histories[name], &migration{SQLSet: set, file: f})
		}
	}
	var out []*inventory.Carrier
	for _, name := range order {
		out = append(out, c.databaseOf(histories[name])...)
	}
	return out
}

// databaseOf makes a carrier of each set of a history: those that a later one goes before have no effect.
func (c *Collection) databaseOf(history []*migration) []*inventory.Carrier {
	later := map[string]bool{}
	for _, m := range slices.Backward(history) {
		m.anew, m.certain = m.isSetAnew(later), m.Of != "" && later[m.Of]
		if m.Of != "" {
			later[m.Of] = true
		}
		for _, v := range m.Keys {
			if slot := keys.Recognize(v.Value); m.Of == "" && m.Kind == sources.VaultSecret && slot != "" {
				later[anyName+string(slot)] = true
			}
		}
	}
	var urls []inventory.URL
	for _, m := range history {
		if !m.anew && m.Kind == sources.VaultSecret {
			urls = append(urls, c.URLs(c.bindings(m))...)
		}
	}
	var out []*inventory.Carrier
	for _, m := range history {
		k := &inventory.Carrier{Kind: inventory.InDatabase, Name: m.file.Path, File: m.file.Path, Development: isSeed(m.file), Bindings: c.bindings(m)}
		if k.URLs = c.URLs(bindingsOf(m, m.URLs)); len(k.URLs) == 0 {
			k.URLs = urls
		}
		switch {
		case m.anew:
			if k.Idle = "a later migration sets it anew"; m.certain {
				k.Past = sources.Superseded
			}
		case m.Of == "setting pgrst.jwt_secret" && c.ignoresDatabase():
			k.Idle = "PostgREST takes no settings from the database (PGRST_DB_CONFIG)"
		case m.Of == "" && m.Kind == sources.SQLRequest:
			k.Idle = "the request is sent once, when the file is run"
		}
		out = append(out, k)
	}
	return out
}

// ignoresDatabase says whether PostgREST runs here, and is told everywhere to look for its settings in no database.
func (c *Collection) ignoresDatabase() bool {
	runs := false
	for _, k := range c.Containers {
		if k.Carrier.Backend != "PostgREST" {
			continue
		}
		if v := k.Env["PGRST_DB_CONFIG"]; v == nil || !v.Value.IsKnown() || !slices.ContainsFunc(switchedOff, v.Value.Text().Equal) {
			return false
		}
		runs = true
	}
	return runs
}

var switchedOff = []keys.Text{keys.NewText("false"), keys.NewText("False"), keys.NewText("FALSE")}

// anyName stands for the secret of which a statement does not say the name: it may be any that holds a key of
// the slot.
const anyName = "vault secret of the slot "

// isSetAnew says whether one of the later sets goes before this one.
func (m *migration) isSetAnew(later map[string]bool) bool {
	return m.Of != "" && later[m.Of] || m.Kind == sources.VaultSecret && slices.ContainsFunc(m.Keys, func(v sources.Variable) bool {
		return later[anyName+string(keys.Recognize(v.Value))]
	})
}

// bindings are the keys of a set.
func (c *Collection) bindings(m *migration) []*inventory.Binding {
	out := bindingsOf(m, m.Keys)
	for _, b := range out {
		bare := strings.TrimPrefix(strings.TrimPrefix(b.Name, "app.settings."), "app.")
		switch {
		case m.Kind == sources.SQLRequest:
			b.Name = ""
		case c.Names.Of("supabase_" + bare).URL: // "project_url"
			b.Name = "supabase_" + bare
		case !c.Names.Of(b.Name).Strong: // but app.settings.jwt_secret
			b.Name = bare
			b.Asked = askedOf(c.Names.Of(bare))
		}
	}
	return out
}

// askedOf is the slot of a secret, or a setting, that is called as Supabase's guides call its keys.
func askedOf(name keys.Name) keys.Slot {
	if name.Slot == keys.ServiceRole || name.Slot == keys.Anon {
		return name.Slot
	}
	return ""
}

func bindingsOf(m *migration, variables []sources.Variable) []*inventory.Binding {
	var out []*inventory.Binding
	for _, v := range variables {
		b := &inventory.Binding{Name: v.Name, Value: keys.Known(v.Value), Where: inventory.Stands(v.In(m.file.Path))}
		b.Holder = m.file.Path + " " + cmp.Or(shownWords(m.Of), "vault secret")
		if m.Kind == sources.SQLRequest {
			b.Holder = m.file.Path + " " + v.Name
		}
		switch text := v.Value; {
		case m.From != "":
			b.Value = keys.Unknown(m.From)
		case keys.IsPlaceholder(text):
			b.Placeholder = !keys.IsReference(text)
			b.Value = keys.Unknown("a placeholder word stands where the key belongs, and what replaces it is not known")
		}
		out = append(out, b)
	}
	return out
}

// shownWords shows a text of which any word may be a key that stands in the place of a name.
func shownWords(text string) string {
	words := strings.Fields(text)
	for i, w := range words {
		words[i] = keys.ShownName(w)
	}
	return strings.Join(words, " ")
}

// isSeed says whether the file is run on a developer's machine only (supabase db reset).
func isSeed(f *sources.File) bool {
	return strings.HasPrefix(path.Base(f.Path), "seed") || path.Base(f.Dir()) == "seeds"
}
