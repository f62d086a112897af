package inventory

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// postgrestConfig is where the image of PostgREST 6 to 9 has its configuration, and names it in its own command.
const postgrestConfig = "/etc/postgrest.conf"

var namesConfig = regexp.MustCompile(`:v?[6-9]\.`)

// addPostgRESTConfig gives a PostgREST the settings of its configuration file, as variables: those of the environment override them
// (PostgREST src/PostgREST/Config.hs: readAppConfig).
func (inv *Inventory) addPostgRESTConfig(p *Pod, c *Container) {
	if c.Init || backendOf(c) != "PostgREST" {
		return
	}
	given := c.Env["PGRST_JWT_SECRET"] != nil // the file may still say how it is read
	name, why := c.postgrestFile()
	if name == "" || given && why != "" {
		return
	}
	f, found := inv.filesAt(p, c)[name]
	options := sources.ParsePostgREST(inv.Readable(f.Value))
	switch {
	case found && f.Value.IsKnown() && f.Filler == nil && f.Changed == "":
	case given, name == postgrestConfig && !found && why != "": // nothing says that there is any
		return
	default:
		reason := cmp.Or(f.Changed, f.Value.Reason(), "it may stand in "+sources.Shown(name)+", which keylint does not find")
		c.set(&Binding{Name: "PGRST_JWT_SECRET", Holder: c.holder("jwt-secret"), Value: keys.Unknown(reason), Where: Stands(c.commandAt())})
		return
	}
	if len(c.OpenEnv) > 0 {
		why = "the environment may set it anew: " + c.OpenEnv[0]
	}
	for _, o := range options {
		if c.Env[o.Name] == nil || c.Env[o.Name].Holder == f.Source+" "+o.Name {
			c.set(inv.postgrestOption(c, f, o, why))
		}
	}
}

// postgrestOption is the variable for one of the settings. "$(NAME)" is one of the environment.
func (inv *Inventory) postgrestOption(c *Container, f PodFile, o sources.Variable, why string) *Binding {
	at := f.Inside(o.Line, o.Column, o.EndColumn)
	text := o.Value.Reveal()
	b := written(o.Name, f.Source+" "+o.Name, inv.Repo.Standins().Resolve(o.Value), at)
	b.Doubt = why
	switch variable, ok := strings.CutPrefix(text, "$("); {
	case !ok && !strings.Contains(text, "$("):
	case ok && strings.HasSuffix(variable, ")") && c.Env[strings.TrimSuffix(variable, ")")] != nil:
		v := c.Env[strings.TrimSuffix(variable, ")")]
		b.Value, b.Entry = v.Value, v.Entry
		b.Where, b.locate = Placement{}, func() Placement {
			return Placement{at: at, Written: v.Written(), Trace: append([]sources.Step{{At: at, Text: text}}, v.Trace()...)}
		}
	default:
		b.Value = keys.Unknown("a variable of the environment stands in it that is not known")
	}
	return b
}

// postgrestFile is the configuration that a PostgREST is started with, as its container finds it, and why that is not certain; empty where it
// is started without.
func (c *Container) postgrestFile() (name, why string) {
	at := slices.IndexFunc(c.Command, func(w string) bool { return path.Base(w) == "postgrest" })
	for _, word := range c.Command[at+1:] {
		if !strings.HasPrefix(word, "-") && strings.Contains(word, ".") {
			return path.Join("/", c.Dir, word), ""
		}
	}
	if len(c.Command) > 0 {
		return "", ""
	}
	if namesConfig.MatchString(c.Image) {
		return postgrestConfig, ""
	}
	return postgrestConfig, "whether the image's own command names " + postgrestConfig + " is not known"
}

// commandAt is where the container's command begins; its file alone where that is not known.
func (c *Container) commandAt() sources.Position {
	if c.Inside == nil {
		return sources.Position{File: c.Carrier.File}
	}
	return c.Inside(1, 1, 0)
}
