package lint

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// gateway is what lets keys pass: a Kong with the configuration that it reads, an Envoy, or
// the consumers of Kong's Ingress Controller.
type gateway struct {
	name      string // "ConfigMap supabase/kong-config kong.yml", "volumes/api/kong.yml"
	product   string // "Kong", "Envoy"
	unit      *render.Unit
	namespace string
	at        sources.Position // where its configuration begins

	inside func(line int) sources.Position // leads from a line of what it reads to disk

	config      *sources.KongConfig // as Kong reads it; nil where that is not known
	run         *run                // the pod that reads it, followed; nil where none in the repository does
	renderers   []*container        // the containers whose programs the configuration went through, and the server
	credentials []*credential
	extra       []keys.Value // what consumers that the user added present
	fault       *fault       // why it does not start
	partial     []keys.Slot  // of the four keys that opaque keys need, those that are not set
	rendered    *substitute.Rendered
	eaten       bool // Flux took something out of its configuration or script
	dead        bool // nothing reads the configuration, and another gateway is there
}

// fault is why a gateway does not start, or starts with nothing.
type fault struct {
	at      sources.Position
	message string
	missing string // the variable for which the shell ends
	where   *container
}

// fate is what becomes of a credential of the template.
type fate int

const (
	accepted    fate = iota // it is a key, known or not
	gone                    // its line is deleted: a slot that is not in use
	literal                 // the reference itself becomes the key
	empty                   // it is null, or an empty string
	notAString              // a number, a boolean, a list
	notForKong              // a reference that another program would follow
	notRendered             // what is made of it is not known
)

// credential is one key-auth credential of a gateway's configuration.
type credential struct {
	consumer string
	holder   string // how it is called in messages
	at       sources.Position
	template string // what stands there before substitution, where that is no key; else empty
	name     string // the variable that it names; empty where it names none
	fate     fate
	kind     string // of notAString and notForKong "a number", "a decK reference"; of literal the text where it is another than the template's
	key      keys.Text
	binding  *binding // nil where nothing can be presented for it
	carrier  *carrier // of an Envoy that is given the keys, its container; else nil
}

// label is how the credential is called in messages.
func (c *credential) label() string {
	if c.consumer == "" {
		return c.holder
	}
	return "the credential of " + c.holder
}

// server is the container that takes the gateway's configuration; nil where none does.
func (g *gateway) server() *container {
	if g.run == nil {
		return nil
	}
	return g.run.server
}

// presentable says whether a key can be presented that the gateway accepts.
func (g *gateway) presentable() bool {
	return slices.ContainsFunc(g.credentials, func(c *credential) bool { return c.binding != nil })
}

// renders says whether the container's variables go into the configuration: they are
// handed on, not presented.
func (g *gateway) renders(c *container) bool {
	for _, r := range g.renderers {
		if r == c {
			return true
		}
	}
	return false
}

// lacks says whether none of the containers that the configuration goes through can have the
// variable. It is false where one of them may have more than is known.
func (g *gateway) lacks(name string) bool {
	return !slices.ContainsFunc(g.renderers, func(c *container) bool { return c.env[name] != nil || len(c.openEnv) > 0 })
}

// rendersGateway says whether the container renders a gateway's configuration.
func (f *finder) rendersGateway(c *container) bool {
	for _, g := range f.gateways {
		if g.renders(c) {
			return true
		}
	}
	return false
}

// literalCause is why a placeholder became a key.
type literalCause int

const (
	causeNothing literalCause = iota // nothing substitutes it
	causeStyle                       // the script substitutes the other style
	causeMissing                     // the script leaves what has no variable
	causeValue                       // the variable's value is a placeholder itself
)

// eachLiteral visits the credentials of which the placeholder's text became the key.
func (f *finder) eachLiteral(visit func(*gateway, *credential, literalCause)) {
	for _, g := range f.gateways {
		for _, c := range g.credentials {
			if c.fate == literal && !g.eaten && g.run != nil && g.unit.Deployed() {
				visit(g, c, f.cause(g, c))
			}
		}
	}
}

func (f *finder) cause(g *gateway, c *credential) literalCause {
	steps := g.steps()
	switch {
	case c.kind != "":
		return causeValue
	case len(steps) == 0 || c.name == "":
		return causeNothing
	case f.substitutesOther(g, c):
		return causeStyle
	case steps[len(steps)-1].Tool == "awk" || steps[0].Tool == "awk":
		if g.lacks(c.name) {
			return causeMissing
		}
	}
	return causeNothing
}

// substitutesOther follows the pod once more, over a template in which the placeholder is
// written in the other style, to see whether the script substitutes that.
func (f *finder) substitutesOther(g *gateway, c *credential) bool {
	before, after := c.template, keys.OtherStyle(c.template)
	r := follow(f.inventory, g.run.pod, g.run.server, func(f podFile) keys.Value {
		text := f.value.Text().Reveal()
		if !f.value.IsKnown() || f.secret || !sources.IsKong([]byte(text)) && !sources.IsEnvoy([]byte(text)) {
			return f.value
		}
		return keys.Known(keys.NewText(strings.ReplaceAll(text, before, after)))
	})
	rendered := r.rendered(g.product)
	return rendered != nil && !strings.Contains(string(rendered.Text()), after)
}

// rendered is the configuration that the product reads; nil where it is not known.
func (r *run) rendered(product string) *substitute.Rendered {
	if product == "Envoy" {
		_, rendered := r.envoyConfiguration()
		return rendered
	}
	rendered, why := r.configuration()
	if why != "" {
		return nil
	}
	return rendered
}

// steps are the programs that the configuration went through.
func (g *gateway) steps() []substitute.Step {
	if g.rendered == nil {
		return nil
	}
	return g.rendered.Steps
}

// lastStep names the program that made the configuration; empty where none did.
func (g *gateway) lastStep() string {
	if steps := g.steps(); len(steps) > 0 {
		return steps[0].Tool + " in " + steps[0].Program
	}
	return ""
}

// asKey says what a text is that becomes a credential's key by mistake.
func (g *gateway) asKey(c *credential) string {
	if g.product == "Envoy" {
		return c.holder + ", and the real one is refused"
	}
	if g.config != nil && g.config.Role(c.consumer) == keys.Server {
		return "the key of consumer " + c.consumer + ", so that whoever sends it passes as service_role"
	}
	return "the key of consumer " + c.consumer + ", and the real one is refused"
}

// lineOf is the place of a line of the configuration that the gateway reads.
func (g *gateway) lineOf(line int) sources.Position {
	at := g.at
	if g.inside != nil {
		at = g.inside(line)
	}
	at.Column, at.EndColumn = 0, 0
	return at
}

// version is a Kong's version.
type version struct{ major, minor int }

func (v *version) atLeast(major, minor int) bool {
	return v.major > major || v.major == major && v.minor >= minor
}

var tagVersion = regexp.MustCompile(`:v?(\d+)\.(\d+)`)

// version reads the gateway's version off its image's tag; nil where it does not tell.
func (g *gateway) version() *version {
	c := g.server()
	if c == nil {
		return nil
	}
	m := tagVersion.FindStringSubmatch(c.image)
	if m == nil {
		return nil
	}
	var v version
	v.major, _ = strconv.Atoi(m[1])
	v.minor, _ = strconv.Atoi(m[2])
	return &v
}
