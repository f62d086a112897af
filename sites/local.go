package sites

import (
	"path"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// Local is the stack that "supabase start" runs on a developer's machine. Its gateway compares no
// keys: what accepts them is the JWT secret, which is the CLI's own where config.toml sets none,
// and two opaque keys that the CLI publishes (supabase/cli apps/cli-go/pkg/config/apikeys.go,
// internal/start/templates/kong.yml).
type Local struct {
	Unit   *render.Unit
	Host   string // of its URL, as in inventory.URL
	Own    bool   // config.toml sets a JWT secret
	Opaque bool   // config.toml sets opaque keys
}

// Project is the directory that the stack serves.
func (l *Local) Project() string { return path.Dir(l.Unit.Path) }

// Gives says whether the key is one that the CLI publishes, and this stack takes.
func (l *Local) Gives(s *Site) bool {
	if !s.Value.IsKnown() || keys.Published(s.Value.Text()) != keys.CLI {
		return false
	}
	if s.Slot == keys.Publishable || s.Slot == keys.Secret {
		return !l.Opaque
	}
	return !l.Own
}

// addLocals finds the stacks of the Supabase CLI, and the JWT secrets that their config.toml sets.
func (c *Collection) addLocals() {
	for _, f := range c.Repo.Files() {
		if !f.IsCLIConfig() || f.Example {
			continue
		}
		b, err := f.Plain()
		if err != nil {
			continue
		}
		config, err := sources.ParseCLIConfig(b)
		if err != nil {
			c.Repo.Note(sources.NoteUnreadable, f.At(), err.Error())
			continue
		}
		secret := config.JWTSecret
		l := &Local{
			Unit: &render.Unit{Name: f.Path, Kind: render.LocalStack, Path: f.Dir(), Inputs: []string{f.Path}},
			Host: "localhost:" + config.Port, Own: !secret.Value.IsAbsent(), Opaque: config.Opaque,
		}
		c.Locals = append(c.Locals, l)
		if !l.Own {
			continue
		}
		value := keys.Known(secret.Value)
		if config.From != "" {
			value = keys.Unknown("the Supabase CLI takes it from the variable " + keys.ShownVariable(config.From))
		}
		c.addSites(&inventory.Carrier{
			Kind: inventory.InStack, Name: f.Path, File: f.Path, Unit: l.Unit, Stack: true, Development: true,
			Bindings: []*inventory.Binding{{Name: secret.Name, Holder: f.Path + " auth." + secret.Name, Value: value, Where: inventory.Stands(secret.In(f.Path))}},
		})
	}
}
