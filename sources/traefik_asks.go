package sources

import (
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// TraefikRouter is a router of Traefik's that labels make, with the middlewares that a request passes on its way.
type TraefikRouter struct {
	Rule, Service string // the service is that of the container itself where it has no name
	Middlewares   []string
	Label         ComposeVariable // by which they are named
	line          int             // of the file that makes it
}

// TraefikMiddleware is what one of them is of what keylint looks at: what it asks for, or others one behind the other.
type TraefikMiddleware struct {
	Asks  string // "basicauth"
	Chain []string
}

var (
	middlewareLabel = regexp.MustCompile(`(?i)^traefik\.http\.middlewares\.([^.]+)\.(?:(chain)\.middlewares|([^.]+)(?:\..*)?)$`)
	askingKind      = regexp.MustCompile(`(?i)^(?:basic|digest|forward)auth$`)
	routerLabel     = regexp.MustCompile(`(?i)^traefik\.http\.routers\.([^.]+)\.(rule|service|middlewares)$`)
)

func usesNoMiddleware(label ComposeVariable) bool {
	return !middlewareLabel.MatchString(label.Name) && !routerLabel.MatchString(label.Name)
}

// TraefikLabels reads the routers and the middlewares that the labels of one container make
// (doc.traefik.io/traefik: routing/providers/docker, middlewares/http/chain). text is what is in a label.
func TraefikLabels(labels []ComposeVariable, text func(ComposeVariable) string) (routers map[string]*TraefikRouter, middlewares map[string]TraefikMiddleware) {
	routers, middlewares = map[string]*TraefikRouter{}, map[string]TraefikMiddleware{}
	for _, l := range labels {
		if m := middlewareLabel.FindStringSubmatch(l.Name); m != nil {
			name := strings.ToLower(m[1])
			of := middlewares[name]
			switch {
			case m[2] != "":
				of.Chain = middlewareNames(text(l))
			case askingKind.MatchString(m[3]):
				of.Asks = strings.ToLower(m[3])
			}
			middlewares[name] = of
			continue
		}
		m := routerLabel.FindStringSubmatch(l.Name)
		if m == nil {
			continue
		}
		name := strings.ToLower(m[1])
		if routers[name] == nil {
			routers[name] = &TraefikRouter{}
		}
		switch r := routers[name]; strings.ToLower(m[2]) {
		case "rule":
			r.Rule = text(l)
		case "service":
			r.Service, _, _ = strings.Cut(strings.ToLower(text(l)), "@docker")
		default:
			r.Middlewares, r.Label = middlewareNames(text(l)), l
		}
	}
	return routers, middlewares
}

// middlewareNames are those of a list, as they are called within their provider, or with another's behind.
func middlewareNames(list string) []string {
	var out []string
	for name := range strings.SplitSeq(strings.ToLower(list), ",") {
		if name = strings.TrimSuffix(strings.TrimSpace(name), "@docker"); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// TraefikFileMiddlewares adds those of a file of Traefik's in YAML, as another provider calls them.
func TraefikFileMiddlewares(b []byte, to map[string]TraefikMiddleware) {
	docs, _ := nodes.Parse(b)
	for _, d := range docs {
		fileMiddlewares(d.Root, to)
	}
}

func fileMiddlewares(root *yaml.Node, to map[string]TraefikMiddleware) {
	nodes.Pairs(nodes.Field(root, "http", "middlewares"), func(name, middleware *yaml.Node) {
		of := TraefikMiddleware{}
		nodes.Pairs(middleware, func(kind, body *yaml.Node) {
			switch {
			case askingKind.MatchString(kind.Value):
				of.Asks = strings.ToLower(kind.Value)
			case strings.EqualFold(kind.Value, "chain"):
				of.Chain = fileNames(nodes.Field(body, "middlewares"))
			}
		})
		to[strings.ToLower(name.Value)+"@file"] = of
	})
}

// fileNames are the middlewares that a list in a file names, as another provider calls them.
func fileNames(list *yaml.Node) []string {
	var out []string
	for _, name := range nodes.List(list) {
		if name = strings.ToLower(name); !strings.Contains(name, "@") {
			name += "@file"
		}
		out = append(out, strings.TrimSuffix(name, "@docker"))
	}
	return out
}

// traefikAsks is a cheap test of the text for what asksInFile looks for.
var traefikAsks = regexp.MustCompile(`(?i)\b(?:basic|digest|forward)auth["']?\s*:`)

// asksInFile finds what the routers in a file of Traefik's ask for by middlewares of the same file, before they lead to a server, unless another leads
// the API's paths there without that.
func asksInFile(root *yaml.Node) []TakenHeader {
	all := map[string]TraefikMiddleware{}
	fileMiddlewares(root, all)
	var out []TakenHeader
	open := map[string]bool{} // services to which one leads the API's paths
	var routers []*TraefikRouter
	nodes.Pairs(nodes.Field(root, "http", "routers"), func(name, router *yaml.Node) {
		r := &TraefikRouter{Rule: nodes.Text(nodes.Field(router, "rule")), Middlewares: fileNames(nodes.Field(router, "middlewares")), line: name.Line}
		r.Service, _, _ = strings.Cut(nodes.Text(nodes.Field(router, "service")), "@file")
		open[r.Service] = open[r.Service] || r.NamesAPI() && r.AskedBy(all).Asks == ""
		routers = append(routers, r)
	})
	for _, r := range routers {
		if what := r.AskedBy(all).Asks; what != "" && !open[r.Service] && !r.LeavesAPI() {
			out = addTaken(out, TakenHeader{Asks: what, Line: r.line}, func() (to []string, any bool) {
				for _, server := range nodes.Items(nodes.Field(root, "http", "services", r.Service, "loadBalancer", "servers")) {
					if u := upstream(nodes.Text(nodes.Field(server, "url")), nil); u != nil {
						to = append(to, u.Hostname())
					}
				}
				return to, true
			})
		}
	}
	return out
}

// harmlessMiddleware matches names of middlewares that are called after what asks for nothing, askingName those that are called after what asks as well.
var (
	harmlessMiddleware = regexp.MustCompile(`header|redirect|https|compress|gzip|cors|rate-?limit|strip|buffer|www|retry|crowdsec|cache|prefix|error|circuit`)
	askingName         = regexp.MustCompile(`auth|sso|oidc|login|client|verify`)
)

// AskedBy is what the router asks for before it hands a request on: what a middleware checks, or the middleware of which nothing is known.
func (r *TraefikRouter) AskedBy(all map[string]TraefikMiddleware) (h TraefikAsked) {
	seen := map[string]bool{}
	var look func(names []string)
	look = func(names []string) {
		for _, name := range names {
			if seen[name] {
				continue
			}
			seen[name] = true
			m, known := all[name]
			switch {
			case m.Asks != "" && h.Asks == "":
				h.Asks = m.Asks
			case !known && h.Unknown == "" && (askingName.MatchString(name) || !harmlessMiddleware.MatchString(name)):
				h.Unknown = name
			}
			look(m.Chain)
		}
	}
	look(r.Middlewares)
	return h
}

// TraefikAsked is what a router asks for; both are empty where it lets pass what brings a key.
type TraefikAsked struct {
	Asks    string // what is checked
	Unknown string // the middleware of which nothing is known
}

// apiPath matches the paths of what is asked for with a key, and all paths.
var (
	pathInRule = regexp.MustCompile(`(?i)\bPath(?:Prefix|Regexp|Strip|PrefixStrip)?\([^)]*\)`)
	apiPath    = regexp.MustCompile(`["'/\x60](?:rest|auth|storage|realtime|functions|graphql)\b|["'\x60]/["'\x60]`)
)

// NamesAPI says whether the rule names paths of Supabase's API, LeavesAPI whether it names only others.
func (r *TraefikRouter) NamesAPI() bool {
	return slices.ContainsFunc(pathInRule.FindAllString(r.Rule, -1), apiPath.MatchString)
}

// LeavesAPI is so of a router for the paths of something beside, such as Studio.
func (r *TraefikRouter) LeavesAPI() bool {
	return pathInRule.MatchString(r.Rule) && !strings.Contains(r.Rule, "!Path") && !r.NamesAPI()
}
