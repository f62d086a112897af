package inventory

import (
	"net/url"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// Kind says what bears keys, and with that what must be done for a change to count.
type Kind int

const (
	InContainer Kind = iota // the environment of a container: it is rolled out
	InEnvFile               // a .env file of an app: read when it is built, or started
	InImage                 // a Dockerfile: the image is built anew
	InBuild                 // the build arguments of an image: likewise
	InObject                // a Secret or ConfigMap: what reads it is rolled out
	InStack                 // the .env file of a compose stack
	InGateway               // a gateway's configuration: it is rolled out
	InDatabase              // what a migration puts into the database: another one has to follow
	InWorkflow              // the environment of a CI job: it is run again, and builds anew what it builds
	InText                  // any text: source code, a script, a document of settings
	InArtifact              // what was built: it is built anew
)

// Carrier is what bears keys, with all that stands beside them, which tells which instance
// they are meant for.
type Carrier struct {
	Kind      Kind
	Name      string // "apps/web/.env.production", "Deployment web/web"
	File      string
	App       string       // the app's directory; empty for what belongs to no app
	Part      string       // of a pod, the container's name; else empty
	Unit      *render.Unit // that deploys it; nil for what no unit deploys
	Namespace string       // the namespace
	Backend   string       // which of Supabase's own services it is; empty for an app

	Bindings []*Binding // in order
	URLs     []URL

	Artifact *Artifact // where in what was built it stands; nil for what people write

	// Development says that the values serve development, test or staging: only what
	// stands beside them tells the instance then.
	Development bool
	Stack       bool // it holds the keys of the stack under the stack's own names
	Ignored     bool // git ignores it

	ByHand      bool   // a person runs it: nothing that is deployed presents the keys
	Made        bool   // a build made it, and git keeps it
	Client      string // of source code that is handed to everybody, as what: "a page that every browser gets"; else empty
	Job         bool   // a CI job, a bake file or a script hands it on
	Environment string // which is meant for this one; empty where nothing says it

	Opens keys.Form // the form that the container may decrypt by itself as it starts; empty where it decrypts none

	// Past is the kind of place that it lies in, where something has taken the place of all that it bears: its keys are counted.
	Past sources.Place

	// Idle says why nothing that it bears has an effect; empty where it has one.
	Idle string

	// Doubt is why it is not known that what it bears has an effect; empty where it is.
	Doubt string
}

// URL is a Supabase URL beside a key.
type URL struct {
	Variable string // that it stands in
	Prefix   string // the public prefix of its variable
	Of       string // what tells its variable from others of the kind
	Stem     string // likewise of one that is not Supabase's by its name, but that of a key beside it
	Base     string // scheme, host and port: "https://api.example.org"
	Host     string // in small letters, without the port; "localhost:8000" for a port of the machine itself
	At       func() sources.Position
}

// URLs reads the Supabase URLs among bindings: those that are called so, and those of a name that a key among them has, too.
func (inv *Inventory) URLs(bindings []*Binding) []URL {
	named := map[string]bool{}
	for _, b := range bindings {
		if name := inv.Names.Of(b.Name); name.Stem != "" && b.Value.IsKnown() && keys.Recognize(b.Value.Text()) != "" {
			named[name.PublicPrefix+name.Stem] = true
		}
	}
	var urls []URL
	for _, b := range bindings {
		name := inv.Names.Of(b.Name)
		if !name.URL && !named[name.PublicPrefix+name.Stem] {
			continue
		}
		u := address(b.Value)
		if u == nil || inv.isTorn(b.Value, u) {
			continue
		}
		urls = append(urls, URL{Variable: b.Name, Prefix: name.PublicPrefix, Of: name.Of, Stem: name.Stem, Base: baseOf(u), Host: HostOfURL(u), At: b.At})
	}
	return urls
}

// Beside is an address that stands beside a key in a text, under a name or none.
func Beside(names keys.Names, name string, u *url.URL, at sources.Position) URL {
	n := names.Of(name)
	return URL{Variable: name, Prefix: n.PublicPrefix, Of: n.Of, Base: baseOf(u), Host: HostOfURL(u), At: func() sources.Position { return at }}
}

func baseOf(u *url.URL) string { return u.Scheme + "://" + u.Host }

// address is the URL that a value is; nil where it is none, or not known.
func address(v keys.Value) *url.URL {
	if !v.IsKnown() {
		return nil
	}
	u, err := url.Parse(strings.Trim(strings.TrimSpace(v.Text().Reveal()), `"'`))
	if err != nil || u.Hostname() == "" {
		return nil
	}
	return u
}

// isTorn says of a URL that was put together of what was decrypted and of other text whether its host ends within the one: who leads hosts somewhere
// would find it out up to there.
func (inv *Inventory) isTorn(v keys.Value, u *url.URL) bool {
	secrets := inv.Repo.Standins()
	return secrets.Composed(v.Text()) && secrets.Holds(v.Text()) && slices.ContainsFunc(secrets.Stretches(v.Text().Reveal()), func(s keys.Stretch) bool {
		return s.Secret && !strings.Contains(u.Host, s.Text) && strings.ContainsAny(s.Text, "/:@?#")
	})
}

// HostOf is the host of the URL that a value is, as a URL has it; empty where it is none, or not known.
func HostOf(v keys.Value) string {
	if u := address(v); u != nil {
		return HostOfURL(u)
	}
	return ""
}

// HostIn is the host of the URL that a binding holds; empty where it holds none, or none that is known.
func (inv *Inventory) HostIn(b *Binding) string {
	u := address(b.Value)
	if u == nil || inv.isTorn(b.Value, u) {
		return ""
	}
	return HostOfURL(u)
}

// HostOfURL is what tells the instance in a URL: the host, and of what runs on the machine itself,
// whatever that is called, the port.
func HostOfURL(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	switch {
	case !own[host] && !strings.HasPrefix(host, "127."):
		return host
	case u.Port() != "":
		return "localhost:" + u.Port()
	case u.Scheme == "https":
		return "localhost:443"
	}
	return "localhost:80"
}

// own are the names of a developer's own machine: itself, as containers see it, and as Android's
// emulator does.
var own = map[string]bool{"localhost": true, "0.0.0.0": true, "::1": true, "host.docker.internal": true, "10.0.2.2": true}

// BuiltIn says whether a build takes the key into what it makes: by the variable's prefix, or
// as a build argument or a variable of the image.
func (c *Carrier) BuiltIn(name keys.Name) bool {
	return c.Kind == InImage || c.Kind == InArtifact || c.Kind == InBuild || (c.Kind == InEnvFile || c.Kind == InWorkflow) && name.PublicPrefix != ""
}
