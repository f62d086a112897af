package inventory

import (
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// keyVariables are those through which Supabase's services take keys: they look at no other name,
// and but for PostgREST, whose value may be "@" and a path, into no file (supabase/auth
// internal/conf, PostgREST src/PostgREST/Config.hs, supabase/realtime and supabase/supavisor
// config/runtime.exs, supabase/storage src/config.ts, supabase/supabase
// docker/docker-compose.yml). What a gateway, Postgres and Functions read is the user's own.
var keyVariables = map[string][]string{
	"GoTrue":    {"GOTRUE_JWT_SECRET", "GOTRUE_JWT_KEYS"},
	"PostgREST": {"PGRST_JWT_SECRET", "PGRST_APP_SETTINGS_JWT_SECRET"},
	"Realtime":  {"API_JWT_SECRET", "METRICS_JWT_SECRET", "API_JWT_JWKS"},
	"Supavisor": {"API_JWT_SECRET", "METRICS_JWT_SECRET"},
	"Storage":   {"ANON_KEY", "SERVICE_KEY", "AUTH_JWT_SECRET", "PGRST_JWT_SECRET", "JWT_JWKS"},
	"Studio":    {"SUPABASE_ANON_KEY", "SUPABASE_SERVICE_KEY", "AUTH_JWT_SECRET", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"},
}

// Needed are the variables that the services want for their work, of each of which one is enough. Whoever writes Functions
// has the runtime's own at hand.
var Needed = map[string][][]string{
	"GoTrue":    {{"GOTRUE_JWT_SECRET"}},
	"PostgREST": {{"PGRST_JWT_SECRET"}},
	"Realtime":  {{"API_JWT_SECRET"}},
	"Storage":   {{"AUTH_JWT_SECRET", "PGRST_JWT_SECRET"}},
	"Studio":    {{"SUPABASE_ANON_KEY"}, {"SUPABASE_SERVICE_KEY"}},
	"Functions": {{"SUPABASE_ANON_KEY"}, {"SUPABASE_SERVICE_ROLE_KEY"}},
}

// addOpen gives the container the variables that its service needs, and that only a source which is not known can set:
// what they hold is not known either.
func (c *Container) addOpen() {
	if !c.IsOpen() || c.Init {
		return
	}
	for _, names := range Needed[c.Carrier.Backend] {
		if !slices.ContainsFunc(names, func(name string) bool { return c.Env[name].IsSet() }) {
			c.Carrier.Bindings = append(c.Carrier.Bindings, c.FromOpen(names[0]))
		}
	}
}

// IsOpen says whether the pod names a source of the container's variables that is not known.
func (c *Container) IsOpen() bool { return c.openAt != nil }

// FromOpen is a variable that the container has from a source which is not known, if it has it. Whether it is there at all
// is as little known, so that two of one source are not known to be the same.
func (c *Container) FromOpen(name string) *Binding {
	how := "envFrom"
	if c.Object == nil {
		how = "env_file"
	}
	return &Binding{Name: name, Holder: c.holder(name), Value: keys.Unknown(c.fromOpen(name).Reason()), locate: func() Placement {
		return Stands(c.OpenAt(), sources.Step{At: c.OpenAt(), Text: how + ", which may set " + name})
	}}
}

// OpenAt is where the pod names the first source of variables that is not known.
func (c *Container) OpenAt() sources.Position { return c.openAt() }

// urlVariables are those in which Supabase's services take the address under which the world reaches the stack
// (supabase/auth internal/conf: APIConfiguration; supabase/supabase docker/docker-compose.yml).
var urlVariables = map[string][]string{
	"GoTrue": {"API_EXTERNAL_URL", "GOTRUE_API_EXTERNAL_URL"},
	"Studio": {"SUPABASE_PUBLIC_URL", "SUPABASE_URL"},
}

// TakesURL says whether a service reads the variable for the stack's address. An env_file gives all that it has to each, and
// Functions read what their author likes.
func TakesURL(service, variable string) bool {
	return service == "Functions" || slices.Contains(urlVariables[service], variable)
}

// KeyVariables are the variables through which the container takes keys. There are none where that
// cannot be told: of an app, of an image that is not upstream's, and where a script starts it.
func (inv *Inventory) KeyVariables(c *Container) []string {
	if c.Init || !isUpstream(c.Image) || slices.ContainsFunc(c.Command, startsScript) || inv.IsBuilt(c) {
		return nil
	}
	return keyVariables[c.Carrier.Backend]
}

// IsBuilt says whether the container's image is built of the repository.
func (inv *Inventory) IsBuilt(c *Container) bool {
	_, built := inv.ContextOf(c)
	return built
}

// ContextOf is the directory that the container's image is built of; built is false where that is none of the
// repository.
func (inv *Inventory) ContextOf(c *Container) (context string, built bool) {
	for _, b := range inv.ComposeBuilds {
		if b.Service == c.Name && b.Project == c.Unit.Compose {
			return b.Context, true
		}
	}
	return "", false
}

// isUpstream says whether an image is one that the service's own makers publish, under whichever
// registry.
func isUpstream(image string) bool {
	return slices.ContainsFunc([]string{"supabase/", "postgrest/postgrest"}, func(of string) bool { return strings.Contains(image, of) })
}

// startsScript says of a word of a command that it may be, or name, a script.
func startsScript(word string) bool {
	return strings.ContainsAny(word, "/$;&|<\n") || slices.Contains([]string{"sh", "bash", "ash"}, word)
}

// IsDictionary says of a variable that Functions take several keys by name from it.
func IsDictionary(variable string) bool { return dictionaries[variable] != "" }
