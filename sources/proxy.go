package sources

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// ProxyHeader is a key that a reverse proxy sends on with what it is sent.
type ProxyHeader struct {
	Directive string    // by which it is set: "proxy_set_header apikey"
	Scheme    bool      // see keys.Header
	Key       keys.Text // as it is written
	Variable  string    // of the proxy's environment, which the key is; empty where it stands there
	Upstream  *url.URL  // where it is sent; nil where that is not told, or not the same for all
	Hosts     []string  // at which it is asked; none where that is not told
	Guarded   bool      // only some who ask may pass, or what is included may say so

	Line, Column, EndColumn int
}

// proxyMarks stand in the configurations of proxies that set headers, in small letters.
var proxyMarks = [][]byte{[]byte("proxy_set_header"), []byte("header_up"), []byte("request_header"), []byte("customrequestheaders"), []byte("http-request")}

// SetsHeaders is a cheap test of the text.
func SetsHeaders(b []byte) bool {
	lower := bytes.ToLower(b)
	for _, m := range proxyMarks {
		if bytes.Contains(lower, m) {
			return true
		}
	}
	return false
}

// ParseProxy finds the keys in a configuration of nginx, of Caddy (a Caddyfile), of HAProxy or of Traefik's file
// provider in YAML or TOML.
func ParseProxy(b []byte) []ProxyHeader {
	switch {
	case !SetsHeaders(b):
		return nil
	case bytes.Contains(b, []byte("proxy_set_header")):
		return nginxHeaders(parseDirectives(string(b), true))
	case bytes.Contains(b, []byte("header_up")) || bytes.Contains(b, []byte("request_header")):
		return caddyHeaders(parseDirectives(string(b), false))
	case bytes.Contains(b, []byte("http-request")):
		return haproxyHeaders(string(b))
	case tomlHeaders.Match(b):
		return tomlHeaderKeys(string(b))
	}
	docs, _ := nodes.Parse(b)
	var out []ProxyHeader
	for _, d := range docs {
		if nodes.Field(d.Root, "apiVersion") != nil { // the object is read where it is deployed
			continue
		}
		nodes.Pairs(nodes.Field(d.Root, "http", "middlewares"), func(name, middleware *yaml.Node) {
			for _, h := range RequestHeaders(middleware) {
				at := h.Value.Column + h.Offset
				if h.Value.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
					at++
				}
				out = append(out, ProxyHeader{
					Directive: "middleware " + name.Value + " " + h.Name, Scheme: h.Scheme, Key: h.Text, Variable: h.Variable,
					Line: h.Value.Line, Column: at, EndColumn: at + h.Len(),
				})
			}
		})
	}
	return out
}

// RequestHeader is a key among the headers that a middleware of Traefik sets.
type RequestHeader struct {
	keys.HeaderKey
	Name     string
	Value    *yaml.Node
	Variable string // see ProxyHeader
}

// RequestHeaders finds the keys in a middleware, whose names are read in any capitals but in an object
// (doc.traefik.io/traefik: middlewares/http/headers).
func RequestHeaders(middleware *yaml.Node) []RequestHeader {
	var out []RequestHeader
	nodes.Pairs(middleware, func(kind, headers *yaml.Node) {
		if !strings.EqualFold(kind.Value, "headers") {
			return
		}
		nodes.Pairs(headers, func(set, list *yaml.Node) {
			if !strings.EqualFold(set.Value, "customRequestHeaders") {
				return
			}
			nodes.Pairs(list, func(name, value *yaml.Node) {
				text := nodes.Text(value)
				if key, ok := keys.InHeader(name.Value, text); ok {
					h := RequestHeader{HeaderKey: key, Name: name.Value, Value: nodes.Follow(value)}
					if m := traefikVariable.FindStringSubmatch(key.Reveal()); m != nil {
						h.Variable = m[1]
					}
					out = append(out, h)
				}
			})
		})
	})
	return out
}

// headerLabel matches the label by which a container gives Traefik a header to set.
var headerLabel = regexp.MustCompile(`(?i)^traefik\.http\.middlewares\.([^.]+)\.headers\.customrequestheaders\.([\w-]+)$`)

// takingLabel matches the labels by which Traefik takes away the header that its own check of a password looks at, and those by which Caddy changes headers.
var takingLabel = regexp.MustCompile(`(?i)^(?:traefik\.http\.middlewares\.[^.]+\.(?:basic|digest)auth\.removeheader|caddy(?:_\d+)?\.(?:.*\.)?(?:\d+_)?(?:header_up|request_header)(?:_\d+)?)$`)

func setsNoHeader(label ComposeVariable) bool {
	return !headerLabel.MatchString(label.Name) && !takingLabel.MatchString(label.Name)
}

// LabelTakes is the header that a label has a proxy not hand on; false where it takes none.
func LabelTakes(label ComposeVariable) (TakenHeader, bool) {
	text := label.Raw.Reveal()
	switch m := headerLabel.FindStringSubmatch(label.Name); {
	case m != nil:
		return setTo(m[2], text, true)
	case !takingLabel.MatchString(label.Name):
	case strings.HasPrefix(strings.ToLower(label.Name), "caddy"):
		if top := parseDirectives("header_up "+text, false); len(top.block) == 1 {
			if taken := caddyTaken(top); len(taken) == 1 {
				return taken[0], true
			}
		}
	case strings.EqualFold(text, "true"):
		return TakenHeader{Name: "Authorization"}, true
	}
	return TakenHeader{}, false
}

// LabelHeader is the header that a label sets, with the key in it; false where it bears none.
func LabelHeader(label ComposeVariable) (name string, key keys.HeaderKey, ok bool) {
	if m := headerLabel.FindStringSubmatch(label.Name); m != nil {
		name = m[2]
	}
	key, ok = keys.InHeader(name, label.Raw.Reveal())
	return name, key, ok
}

var (
	// Each proxy has its own way of naming a variable of its environment: Caddy's {$NAME} and {env.NAME},
	// what nginx's image puts into its templates by envsubst, and the function of Traefik's files.
	caddyVariable   = regexp.MustCompile(`^\{(?:\$|env\.)([A-Za-z_][A-Za-z0-9_]*)\}$`)
	nginxVariable   = regexp.MustCompile(`^\$(?:\{([A-Z][A-Z0-9_]*)\}|([A-Z][A-Z0-9_]*))$`)
	traefikVariable = regexp.MustCompile("^\\{\\{-?\\s*env\\s+[\"'`]([A-Za-z_][A-Za-z0-9_]*)[\"'`]\\s*-?\\}\\}$")
)

// proxyHeader is the key that a directive sets, whose word i is the header's name; false where it sets
// none, or hands on what it was sent.
func (d *directive) proxyHeader(i int) (ProxyHeader, bool) {
	key, ok := keys.InHeader(d.arg(i), d.arg(i+1))
	if !ok || len(d.words) != i+2 {
		return ProxyHeader{}, false
	}
	w := d.words[i+1]
	return ProxyHeader{
		Directive: d.arg(0) + " " + d.arg(i), Scheme: key.Scheme, Key: key.Text, Line: w.line, Column: w.column + key.Offset, EndColumn: w.end,
	}, true
}

// nginxHeaders finds the keys that proxy_set_header sets, in a server for all of its locations.
func nginxHeaders(top *directive) []ProxyHeader {
	var out []ProxyHeader
	named := nginxNames(top)
	blocks := map[*directive]ProxyHeader{} // what is so of all headers that stand in one
	top.each(func(d *directive) {
		if !d.is("proxy_set_header") {
			return
		}
		h, ok := d.proxyHeader(1)
		if !ok {
			return
		}
		if text := h.Key.Reveal(); strings.Contains(text, "$") {
			m := nginxVariable.FindStringSubmatch(text)
			switch {
			case m != nil:
				h.Variable = m[1] + m[2]
			case named[text] == "" || strings.Contains(named[text], "$"):
				return
			default:
				h.Key = keys.NewText(named[text])
			}
		}
		in, known := blocks[d.in]
		if !known {
			in.Upstream, in.Guarded = onlyUpstream(d.in, "proxy_pass", named), d.isGuarded(nginxGuards)
			if server := d.within("server"); server != nil {
				in.Hosts = serverHosts(server)
			}
			blocks[d.in] = in
		}
		h.Upstream, h.Guarded, h.Hosts = in.Upstream, in.Guarded, in.Hosts
		out = append(out, h)
	})
	return out
}

// nginxGuards and caddyGuards are what may let only some pass, or may bring what does
// (nginx.org/en/docs, caddyserver.com/docs/caddyfile/directives).
var (
	nginxGuards = []string{"auth_basic", "auth_request", "auth_jwt", "allow", "deny", "satisfy", "ssl_verify_client", "if", "internal", "return", "limit_except",
		"access_by_lua_block", "access_by_lua_file", "include"}
	caddyGuards = []string{"basic_auth", "basicauth", "forward_auth", "authorize", "authenticate", "client_auth", "remote_ip", "client_ip", "import", "abort", "respond", "error"}
)

// isGuarded says whether one of the directives stands in a block round this one.
func (d *directive) isGuarded(by []string) bool {
	for in := d.in; in != nil; in = in.in {
		if slices.ContainsFunc(in.block, func(other *directive) bool {
			return slices.Contains(by, other.arg(0)) || slices.Contains(by, other.arg(1))
		}) {
			return true
		}
	}
	return false
}

// within is the nearest block of that name round the directive; nil where there is none.
func (d *directive) within(name string) *directive {
	for in := d.in; in != nil; in = in.in {
		if in.is(name) {
			return in
		}
	}
	return nil
}

// top is the outermost directive in whose block this one stands.
func (d *directive) top() *directive {
	for d.in != nil && d.in.in != nil {
		d = d.in
	}
	return d
}

// nginxNames are the variables that are set, and the groups of servers, by name.
func nginxNames(top *directive) map[string]string {
	named := map[string]string{}
	top.each(func(d *directive) {
		switch {
		case d.is("set"):
			named[d.arg(1)] = d.arg(2)
		case d.is("server") && d.in.is("upstream"):
			named[d.in.arg(1)] = d.arg(1)
		}
	})
	return named
}

// caddyHeaders finds the keys that header_up sets within a reverse_proxy, and request_header in the block
// round it.
func caddyHeaders(top *directive) []ProxyHeader {
	var out []ProxyHeader
	top.each(func(d *directive) {
		i := 1
		switch {
		case d.is("header_up"):
		case d.is("request_header"):
			if strings.HasPrefix(d.arg(1), "@") || strings.HasPrefix(d.arg(1), "/") || d.arg(1) == "*" {
				i = 2
			}
		default:
			return
		}
		if i < len(d.words) { // "+apikey" adds to what is there
			w := &d.words[i]
			w.text = strings.TrimPrefix(w.text, "+")
		}
		h, ok := d.proxyHeader(i)
		if !ok {
			return
		}
		if text := h.Key.Reveal(); strings.ContainsAny(text, "{}") {
			m := caddyVariable.FindStringSubmatch(text)
			if m == nil {
				return
			}
			h.Variable = m[1]
		}
		in := d.in
		if d.is("header_up") {
			in = &directive{block: []*directive{d.in}}
		}
		h.Upstream = onlyUpstream(in, "reverse_proxy", nil)
		h.Hosts, h.Guarded = siteHosts(d.top()), d.isGuarded(caddyGuards)
		out = append(out, h)
	})
	return out
}

// KeyCheck is the place where a proxy's configuration looks at the header apikey, to let pass only some.
type KeyCheck struct {
	File  string   // see TakenHeader
	Line  int      // zero where it only hands the header on
	Hosts []string // that it sends to
}

// ChecksAPIKey finds that in a configuration of nginx or HAProxy.
func ChecksAPIKey(b []byte, includes Includes) (check KeyCheck) {
	if bytes.Contains(b, []byte("(apikey)")) {
		return haproxyChecks(string(b))
	}
	whole := join(b, includes)
	if whole == nil || !whole.nginx {
		return check
	}
	named := nginxNames(whole.directive)
	whole.each(func(d *directive) {
		if u := upstream(d.arg(1), named); d.is("proxy_pass") && u != nil {
			check.Hosts = append(check.Hosts, u.Hostname())
		}
		if check.Line == 0 && d.comparesAPIKey() {
			check.File, check.Line = d.file, d.words[0].line
		}
	})
	return check
}

// comparesAPIKey says whether an "if" or a "map" tells one key from another, and not only whether there is
// one.
func (d *directive) comparesAPIKey() bool {
	switch of := apikeyVariable.FindString(d.arg(1)); {
	case of == "":
		return false
	case d.is("map"):
		return d.tellsApart()
	}
	return d.is("if") && strings.TrimSuffix(d.arg(3), ")") != ""
}

var apikeyVariable = regexp.MustCompile(`\$\{?(?:http|arg)_apikey\b`)

// tellsApart says whether a map tells one value from another. What it includes does.
func (d *directive) tellsApart() bool {
	return slices.ContainsFunc(d.block, func(c *directive) bool { return c.arg(0) != "" && !nginxMapWords[c.arg(0)] })
}

// nginxMapWords are what else than a value may stand first in a map (nginx.org/en/docs/http/ngx_http_map_module.html).
var nginxMapWords = map[string]bool{"default": true, "hostnames": true, "volatile": true, "~.": true, "~.+": true, "~.*": true, "~^.+$": true}

// onlyUpstream is where all that a block sends on goes; nil where that is to several, or is not told.
func onlyUpstream(in *directive, by string, named map[string]string) *url.URL {
	var only *url.URL
	several := false
	in.each(func(d *directive) {
		if !d.is(by) && !(d.is("to") && d.in.is(by)) {
			return
		}
		for _, w := range d.words[1:] {
			u := upstream(w.text, named)
			if u == nil {
				continue
			}
			several = several || only != nil && only.Host != u.Host
			only = u
		}
	})
	if several {
		return nil
	}
	return only
}

// upstream reads an address, or the name of one; nil where it is none, such as the path that a
// directive is for.
func upstream(text string, named map[string]string) *url.URL {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		scheme, rest = "http", text
	}
	host, tail, _ := strings.Cut(rest, "/")
	if to := named[host]; to != "" && to != text {
		if strings.Contains(to, "://") {
			return upstream(to, nil)
		}
		host = to
	}
	if host == "" || strings.ContainsAny(host, "@*${}") {
		return nil
	}
	u, err := url.Parse(scheme + "://" + host + "/" + tail)
	if err != nil || u.Hostname() == "" {
		return nil
	}
	return u
}
