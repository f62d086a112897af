package gateway

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/substitute"
)

// takes is the configuration that a Kong reads, or why it is not known: it may read none, and something may take its place. What is
// likely, and not certain, is what the gateway is unsure of.
func (f *Found) takes(g *Gateway) (*substitute.Rendered, string) {
	rendered, why := g.Run.configuration()
	switch elsewhere, perhaps := g.Run.elsewhere(why); {
	case elsewhere != "" && !perhaps:
		return nil, elsewhere
	default:
		g.unsure = cmp.Or(elsewhere, settingsDoubt(g.Run.server))
	}
	if rendered != nil && why == "" {
		if why = g.Run.replaced(f.Inventory, g.Run.reads()); why != "" {
			return nil, why
		}
	}
	return rendered, why
}

// elsewhere says why a Kong takes what it accepts from elsewhere than a declarative configuration, or why that cannot be told: it
// reads one only without a database, and has one where nothing says otherwise (kong/templates/kong_defaults.lua). It is empty
// where it reads one. perhaps says that it is as likely that somebody meant it to. unread is why that one is not known, if it is not.
func (r *run) elsewhere(unread string) (why string, perhaps bool) {
	label := r.server.Label()
	if role, _ := r.outcome.Setting("KONG_ROLE"); role == "data_plane" {
		return label + " takes what it accepts from its control plane (KONG_ROLE)", false
	}
	database, unknown := r.outcome.Setting("KONG_DATABASE")
	if database == "" && unknown == "" {
		database, unknown = r.setting("database")
	}
	switch {
	case unknown != "":
		return cmp.Or(unread, "whether "+label+" reads a configuration is not known: "+unknown), false
	case strings.TrimSpace(database) == "off":
		return "", false
	case database != "":
		return label + " takes what it accepts from a database: KONG_DATABASE is not off", false
	}
	why = "nothing sets KONG_DATABASE to off, and " + label + " takes what it accepts from a database then"
	for name := range r.server.Env {
		if strings.HasPrefix(name, "KONG_PG_") {
			return why, false
		}
	}
	return why, true
}

func is(v keys.Value, text string) bool {
	return v.IsKnown() && v.Trimmed().Text().Equal(keys.NewText(text))
}

// settingsDoubt is why it is not known that the container runs, and gets the settings that say what it reads; empty where it is.
func settingsDoubt(c *inventory.Container) string {
	if c.Carrier.Doubt != "" {
		return c.Carrier.Doubt
	}
	for _, name := range []string{"KONG_DATABASE", "KONG_DECLARATIVE_CONFIG", configurationString} {
		if v := c.Env[name]; v != nil && v.Doubt != "" {
			return v.Doubt
		}
	}
	return ""
}

// servesFromDatabase says whether the container is a Kong that is told of a database: none that only prepares that, or that an ingress
// controller fills, of whose consumers others tell.
func servesFromDatabase(p *inventory.Pod, c *inventory.Container) bool {
	v := c.Env["KONG_DATABASE"]
	if c.Carrier.Backend != "Kong" || v == nil || !v.Value.IsKnown() || is(v.Value, "off") {
		return false
	}
	prepares := slices.ContainsFunc(c.Command, func(word string) bool { return strings.Contains(word, "migrations") })
	return !prepares && !slices.ContainsFunc(p.Containers, func(o *inventory.Container) bool { return strings.Contains(o.Image, "ingress-controller") })
}

// setting is one of the settings in the file that Kong is started with, or finds at its usual place; empty where there is no such file, or
// it does not have it. unknown says why it is not known.
func (r *run) setting(name string) (setting, unknown string) {
	files := []string{"/etc/kong/kong.conf", "/etc/kong.conf"}
	command := r.server.Command
	if kong := slices.IndexFunc(command, func(word string) bool { return path.Base(word) == "kong" }); kong >= 0 {
		for i, word := range command[kong:] {
			if (word == "-c" || word == "--conf") && kong+i+1 < len(command) {
				files = []string{command[kong+i+1]}
			}
		}
	}
	for _, file := range files {
		rendered := r.outcome.File(file)
		if rendered == nil {
			continue
		}
		if rendered.Unknown != "" {
			return "", rendered.Unknown
		}
		for _, m := range settingLine.FindAllStringSubmatch(string(rendered.Text()), -1) {
			if m[1] == name {
				setting = rendered.Name(strings.TrimSpace(m[2]))
			}
		}
		return setting, ""
	}
	return "", ""
}

// settingLine matches a line of such a file.
var settingLine = regexp.MustCompile(`(?m)^[ \t]*(\w+)[ \t]*=[ \t]*([^#\s][^#\n]*)`)
