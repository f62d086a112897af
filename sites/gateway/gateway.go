package gateway

import (
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// Gateway is what lets keys pass: a Kong with the configuration that it reads, an Envoy, or
// the consumers of Kong's Ingress Controller.
type Gateway struct {
	Name      string // "ConfigMap supabase/kong-config kong.yml", "volumes/api/kong.yml"
	Product   string // "Kong", "Envoy"
	Unit      *render.Unit
	Namespace string
	At        sources.Position // where its configuration begins

	inside func(line int) sources.Position // leads from a line of what it reads to disk

	Config      *sources.KongConfig    // as Kong reads it; nil where that is not known
	Run         *run                   // the pod that reads it, followed; nil where none in the repository does
	Renderers   []*inventory.Container // the containers whose programs the configuration went through, and the server
	Credentials []*Credential
	Extra       []Extra     // what consumers that the user added present
	Fault       *fault      // why it does not start
	Partial     []keys.Slot // of the four keys that opaque keys need, those that are not set
	whole       bool        // it is a Kong that is given all four
	Rendered    *substitute.Rendered
	Eaten       bool   // Flux took something out of its configuration or script
	unsure      string // why it is not known that it reads its configuration; empty where it is
	Dead        bool   // nothing reads the configuration, and another gateway is there
}

// Extra is what a consumer that the user added presents, with the place where it is written, and the container that takes it; nil where that is none
// of the repository.
type Extra struct {
	Value   keys.Value
	Written sources.Position
	By      *inventory.Container
}

// fault is why a gateway does not start, or starts with nothing.
type fault struct {
	At      sources.Position
	Message string
	Missing string // the variable for which the shell ends
	Empty   bool   // what is made of the template is nothing
	Absent  bool   // nothing is there that could be read
	Where   *inventory.Container
}

// Fate is what becomes of a credential of the template.
type Fate int

const (
	Accepted    Fate = iota // it is a key, known or not
	Gone                    // its line is deleted: a slot that is not in use
	Literal                 // the reference itself becomes the key
	Empty                   // it is null, or an empty string
	NotAString              // a number, a boolean, a list
	NotForKong              // a reference that another program would follow
	NotRendered             // what is made of it is not known
)

// Credential is one key-auth credential of a gateway's configuration.
type Credential struct {
	Consumer string
	holder   string // how it is called in messages
	At       sources.Position
	Template string // what stands there before substitution, where that is no key; else empty
	Name     string // the variable that it names; empty where it names none
	Fate     Fate
	Kind     string // of NotAString and NotForKong "a number", "a decK reference"; of Literal the text where it is another than the template's
	key      keys.Text
	Binding  *inventory.Binding // nil where nothing can be presented for it
	Carrier  *inventory.Carrier // of an Envoy that is given the keys, its container; else nil
}

// Label is how the credential is called in messages.
func (c *Credential) Label() string {
	if c.Consumer == "" {
		return c.holder
	}
	return "the credential of " + c.holder
}

// Server is the container that takes the gateway's configuration; nil where none does.
func (g *Gateway) Server() *inventory.Container {
	if g.Run == nil {
		return nil
	}
	return g.Run.server
}

// Idle says why the gateway accepts nothing, whatever it is configured with; empty where it runs.
func (g *Gateway) Idle() string {
	if c := g.Server(); c != nil {
		return c.Carrier.Idle
	}
	return ""
}

// Complete says whether all keys that the gateway accepts are known, and no other is let pass at any of Supabase's services.
func (g *Gateway) Complete() bool {
	if g.Config == nil || g.Rendered == nil || g.unsure != "" || g.Fault != nil || !g.Config.AsksAlways() {
		return false
	}
	others := 0
	for _, c := range g.Credentials {
		switch {
		case c.Fate == Gone:
		case c.Fate != Accepted || c.Binding != nil && !c.Binding.Value.IsKnown():
			return false
		case c.Binding == nil:
			others++
		}
	}
	return others == len(g.Extra)
}

// Presentable says whether a key can be presented that the gateway accepts.
func (g *Gateway) Presentable() bool {
	return slices.ContainsFunc(g.Credentials, func(c *Credential) bool { return c.Binding != nil })
}

// HandsOn says whether what the gateway lets pass reaches the services as it was sent, for
// certain: an opaque key then stays one, which no service can verify.
func (g *Gateway) HandsOn() bool {
	if g.Product == "Kong" {
		return g.Rendered != nil && !g.Config.Translates
	}
	return g.Product == "Envoy" && len(g.Partial) > 0
}

// TranslatesNothing says whether a Kong is given all that it takes to translate opaque keys, and no
// plugin of its configuration uses it.
func (g *Gateway) TranslatesNothing() bool { return g.whole && g.HandsOn() }

// renders says whether the container's variables go into the configuration: they are
// handed on, not presented.
func (g *Gateway) renders(c *inventory.Container) bool {
	return slices.Contains(g.Renderers, c)
}

// Lacks says whether none of the containers that the configuration goes through can have the
// variable. It is false where one of them may have more than is known.
func (g *Gateway) Lacks(name string) bool {
	return !slices.ContainsFunc(g.Renderers, func(c *inventory.Container) bool { return c.Env[name] != nil || len(c.OpenEnv) > 0 })
}

// RendersGateway says whether the container renders a gateway's configuration.
func (f *Found) RendersGateway(c *inventory.Container) bool {
	for _, g := range f.Gateways {
		if g.renders(c) {
			return true
		}
	}
	return false
}

// LiteralCause is why a placeholder became a key.
type LiteralCause int

const (
	NothingSubstitutes LiteralCause = iota // nothing substitutes it
	OtherStyle                             // the script substitutes the other style
	VariableMissing                        // the script leaves what has no variable
	ValueIsPlaceholder                     // the variable's value is a placeholder itself
)

// EachLiteral visits the credentials of which the placeholder's text became the key.
func (f *Found) EachLiteral(visit func(*Gateway, *Credential, LiteralCause)) {
	for _, g := range f.Gateways {
		for _, c := range g.Credentials {
			if c.Fate == Literal && !g.Eaten && g.Idle() == "" && g.Run != nil && g.Unit.Deployed() {
				visit(g, c, f.cause(g, c))
			}
		}
	}
}

func (f *Found) cause(g *Gateway, c *Credential) LiteralCause {
	steps := g.steps()
	switch {
	case c.Kind != "":
		return ValueIsPlaceholder
	case len(steps) == 0 || c.Name == "":
		return NothingSubstitutes
	case f.substitutesOther(g, c):
		return OtherStyle
	case steps[len(steps)-1].Tool == "awk" || steps[0].Tool == "awk":
		if g.Lacks(c.Name) {
			return VariableMissing
		}
	}
	return NothingSubstitutes
}

// substitutesOther follows the pod once more, over a template in which the placeholder is
// written in the other style, to see whether the script substitutes that.
func (f *Found) substitutesOther(g *Gateway, c *Credential) bool {
	before, after := c.Template, keys.OtherStyle(c.Template)
	r := follow(f.Inventory, g.Run.Pod, g.Run.server, func(file inventory.PodFile) keys.Value {
		text := string(f.Readable(file.Value))
		if !file.Value.IsKnown() || file.Secret || !sources.IsKong([]byte(text)) && !sources.IsEnvoy([]byte(text)) {
			return file.Value
		}
		return keys.Known(keys.NewText(strings.ReplaceAll(text, before, after)))
	})
	rendered := r.rendered(g.Product)
	return rendered != nil && !strings.Contains(string(rendered.Text()), after)
}

// rendered is the configuration that the product reads; nil where it is not known.
func (r *run) rendered(product string) *substitute.Rendered {
	if product == "Envoy" {
		_, seen := r.envoyConfiguration()
		return seen.Rendered
	}
	rendered, why := r.configuration()
	if why != "" {
		return nil
	}
	return rendered
}

// steps are the programs that the configuration went through, first to last.
func (g *Gateway) steps() []substitute.Step {
	if g.Rendered == nil {
		return nil
	}
	return g.Rendered.Steps
}

// Substituter names the program that puts keys into the configuration; empty where none does.
// It is the last, but for a sed behind an awk or the like, which tidies up (upstream's
// kong-entrypoint.sh deletes the lines of keys that are not set).
func (g *Gateway) Substituter() string {
	name := ""
	for _, s := range g.steps() {
		if name == "" || s.Tool != "sed" {
			name = s.Tool + " in " + s.Program
		}
	}
	return name
}

// AsKey says what a text is that becomes a credential's key by mistake.
func (g *Gateway) AsKey(c *Credential) string {
	if g.Product == "Envoy" {
		return c.holder + ", and the real one gets a 401"
	}
	if g.Config != nil && g.Config.Role(c.Consumer) == keys.Server {
		return "the key of consumer " + c.Consumer + ", so that whoever sends it passes as service_role, and the real one gets a 401"
	}
	return "the key of consumer " + c.Consumer + ", and the real one gets a 401"
}

// LineOf is the place of a line of the configuration that the gateway reads.
func (g *Gateway) LineOf(line int) sources.Position {
	at := g.At
	if g.inside != nil {
		at = g.inside(line)
	}
	at.Column, at.EndColumn = 0, 0
	return at
}

// Version reads the gateway's version off its image's tag; nil where it does not tell.
func (g *Gateway) Version() *inventory.Version {
	c := g.Server()
	if c == nil {
		return nil
	}
	return inventory.VersionOf(c.Image)
}
