package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// TakenHeader is a header that may bear a key, and that a proxy does not hand on as it was sent to it.
type TakenHeader struct {
	Name string   // "apikey", "Authorization"
	Set  bool     // it is sent with something else in it; else it is taken away
	Asks string   // no header is taken, but nothing is handed on without what this checks: "auth_basic"
	From string   // no header is taken, but this is included, of which it is not known whether it does either: "auth.conf, which is not in the repository"
	To   []string // the hosts that it would be sent to; none where that is not told
	File string   // the included file that it stands in; empty where it stands in the text itself
	Line int
}

// What stands where a proxy does that: a header's name, and a word by which one is set or taken away.
var (
	takenNames = [][]byte{[]byte("apikey"), []byte("Apikey"), []byte("ApiKey"), []byte("apiKey"), []byte("uthorization"), []byte("request_headers off")}
	takenMarks = [][]byte{
		[]byte("proxy_set_header"), []byte("grpc_set_header"), []byte("_input_headers"), []byte("proxy_pass_request_headers"), []byte("header_up"), []byte("request_header"),
		[]byte("http-request"), []byte("requestheader"), []byte("request:"), []byte("request\":"), []byte("removeheader"), []byte("clear_header"), []byte("headers():"),
	}
)

// takesHeaders is a cheap test of the text.
func takesHeaders(b []byte) bool {
	if !slices.ContainsFunc(takenNames, func(name []byte) bool { return bytes.Contains(b, name) }) {
		return false
	}
	lower := bytes.ToLower(b)
	return slices.ContainsFunc(takenMarks, func(m []byte) bool { return bytes.Contains(lower, m) })
}

// TakesHeaders says whether the file may hold what takes headers away, or sets them.
func (f *File) TakesHeaders() bool { return f.takes }

// ParseTaken finds the headers that a configuration of nginx, Caddy, HAProxy, Apache, Traefik or Envoy does not hand on,
// and what nginx and Caddy ask for first, by themselves or by what they include.
func ParseTaken(b []byte, includes Includes) []TakenHeader {
	if isCaddyJSON(b) {
		return caddyJSON(b)
	}
	whole := join(b, includes)
	out := whole.asks()
	text, lower := string(b), strings.ToLower(string(b))
	tree := func(nginx bool) *directive {
		if whole != nil && whole.nginx == nginx {
			return whole.directive
		}
		return parseDirectives(text, nginx)
	}
	switch own := takesHeaders(b) || traefikAsks.Match(b); {
	case !own && (whole == nil || !whole.takes):
		return out
	case !own && whole.nginx:
		return append(out, nginxTaken(whole.directive)...)
	case !own:
		return append(out, caddyTaken(whole.directive)...)
	}
	out = append(out, luaTaken(text)...)
	switch {
	case strings.Contains(lower, "_set_header") || strings.Contains(lower, "_input_headers") || strings.Contains(lower, "proxy_pass_request_headers"):
		return append(out, nginxTaken(tree(true))...)
	case strings.Contains(lower, "header_up") || caddyRequestHeader.MatchString(text):
		return append(out, caddyTaken(tree(false))...)
	case strings.Contains(lower, "http-request"):
		return append(out, haproxyTaken(text)...)
	case apacheHeader.MatchString(text):
		return append(out, apacheTaken(text)...)
	case tomlHeaders.Match(b):
		return append(out, tomlTaken(text)...)
	}
	docs, _ := nodes.Parse(b)
	for _, d := range docs {
		if nodes.Field(d.Root, "apiVersion") != nil { // the object is read where it is deployed
			continue
		}
		switch {
		case nodes.Field(d.Root, "http", "middlewares") != nil:
			out = append(append(out, traefikTaken(d.Root)...), asksInFile(d.Root)...)
		case nodes.Field(d.Root, "static_resources") != nil || nodes.Field(d.Root, "resources") != nil:
			out = append(out, TakenIn(d.Root)...)
		}
	}
	return out
}

// maxTaken bounds the headers of one text of which it is told where they would be sent to, and where that is. Of those beyond, one of each kind is told
// of, and not where.
const maxTaken = 100

// addTaken adds a header, with where it would be sent to.
func addTaken(out []TakenHeader, h TakenHeader, to func() (hosts []string, any bool)) []TakenHeader {
	if len(out) >= maxTaken {
		if !slices.ContainsFunc(out[maxTaken:], func(other TakenHeader) bool { return other.Name == h.Name && other.Set == h.Set }) {
			out = append(out, h)
		}
		return out
	}
	hosts, any := to()
	if h.To = hosts[:min(len(hosts), maxTaken)]; any {
		out = append(out, h)
	}
	return out
}

// keyHeader is a header's name as it is told, if it may bear a key; empty where it may not. A star stands for any signs.
func keyHeader(name string) string {
	for _, of := range []string{"apikey", "Authorization"} {
		if ok, err := path.Match(strings.ToLower(strings.Trim(name, `"'`)), strings.ToLower(of)); ok && err == nil {
			return of
		}
	}
	return ""
}

var (
	luaHeader          = regexp.MustCompile(`(?i)(clear_header|set_header|headers\(\)\s*:\s*remove|headers\(\)\s*:\s*replace)\s*\(\s*["'](apikey|authorization)["']`)
	caddyRequestHeader = regexp.MustCompile(`(?m)^\s*request_header\s`)
	haproxyTakes       = regexp.MustCompile(`^\s*http-request\s+(del-header|set-header|replace-header|replace-value)\s+(\S+)\s*(.*)$`)
	apacheHeader       = regexp.MustCompile(`(?im)^\s*RequestHeader\s+(?:early\s+)?(unset|set|edit\*?)\s+(\S+)`)
	apachePass         = regexp.MustCompile(`(?im)^\s*(?:ProxyPass|ProxyPassMatch)\s+.*?(https?://[^\s"]+)`)
)

// luaTaken finds what a script in Lua does to the headers that are sent on.
func luaTaken(text string) []TakenHeader {
	var out []TakenHeader
	for _, m := range luaHeader.FindAllStringSubmatchIndex(text, -1) {
		does := strings.ToLower(text[m[2]:m[3]])
		out = append(out, TakenHeader{Name: keyHeader(text[m[4]:m[5]]), Set: strings.HasPrefix(does, "set") || strings.HasSuffix(does, "replace"), Line: lineAt(text, m[0])})
	}
	return out
}

func lineAt(text string, offset int) int { return 1 + strings.Count(text[:offset], "\n") }

// handsOn says whether a proxy's word for a header's value is that it is what was sent.
func handsOn(value string, as ...string) bool {
	return slices.ContainsFunc(as, func(a string) bool { return strings.EqualFold(value, a) })
}

// nginxTaken finds the headers that nginx sets to something that is no key, with where they would be sent to
// (nginx.org/en/docs/http/ngx_http_proxy_module.html; github.com/openresty/headers-more-nginx-module).
func nginxTaken(top *directive) []TakenHeader {
	var out []TakenHeader
	named := nginxNames(top)
	own := map[*directive]bool{} // the blocks that set headers of their own
	top.each(func(d *directive) {
		if d.is("proxy_set_header") {
			own[d.scope()] = true
		}
	})
	looked := 0
	top.each(func(d *directive) {
		add := func(name string, set bool) {
			if name = keyHeader(name); name == "" {
				return
			}
			looked++
			out = addTaken(out, TakenHeader{Name: name, Set: set, File: d.file, Line: d.words[0].line}, func() ([]string, bool) {
				if looked > 10*maxTaken { // those that are passed over among them
					return nil, true
				}
				return d.nginxUpstreams(named, own)
			})
		}
		switch name := d.arg(1); d.arg(0) {
		case "proxy_set_header", "grpc_set_header":
			if len(d.words) == 3 && !d.nginxHandsOn(name, d.arg(2), named) {
				add(name, d.arg(2) != "")
			}
		case "more_clear_input_headers", "more_set_input_headers":
			for _, w := range d.words[1:] {
				of, _, set := strings.Cut(w.text, ":")
				add(of, set)
			}
		case "proxy_pass_request_headers":
			if name == "off" {
				add("apikey", false)
			}
		}
	})
	return out
}

// nginxHandsOn says whether a header bears what was sent in it, or a key, which is read as one that the proxy presents.
func (d *directive) nginxHandsOn(name, value string, named map[string]string) bool {
	if strings.Contains(value, "$") {
		_, bears := keys.InHeader(name, value)
		text := value[strings.LastIndexByte(value, ' ')+1:]
		return handsOn(value, "$http_"+name, "$arg_"+name) || bears && (nginxVariable.MatchString(text) || named[text] != "" && !strings.Contains(named[text], "$"))
	}
	_, ok := keys.InHeader(name, value)
	return ok
}

// nginxUpstreams are the hosts that a directive has a say in what is sent to: a block that sets headers of its own takes none from the one round it.
// any is false where there are only such.
func (d *directive) nginxUpstreams(named map[string]string, own map[*directive]bool) (to []string, any bool) {
	any = true
	scope := d.scope()
	scope.each(func(pass *directive) {
		if !pass.is("proxy_pass") && !pass.is("grpc_pass") {
			return
		}
		for in := pass.in; in != nil && in != scope; in = in.in {
			if d.is("proxy_set_header") && own[in] {
				any = any && to != nil
				return
			}
		}
		if u := upstream(pass.arg(1), named); u != nil {
			to = append(to, u.Hostname())
		}
	})
	return to, any || to != nil
}

// caddyTaken finds the headers that Caddy takes away, or sets to something that is no key
// (caddyserver.com/docs/caddyfile/directives: reverse_proxy, request_header).
func caddyTaken(top *directive) []TakenHeader {
	var out []TakenHeader
	top.each(func(d *directive) {
		i, in := 1, d.scope()
		switch {
		case d.is("header_up"):
			in = &directive{block: []*directive{in}}
		case d.is("request_header"):
			if strings.HasPrefix(d.arg(1), "@") || strings.HasPrefix(d.arg(1), "/") || d.arg(1) == "*" {
				i = 2
			}
		default:
			return
		}
		var words []string
		for _, w := range d.words[min(i, len(d.words)):] {
			words = append(words, w.text)
		}
		taken, ok := caddyTakes(words)
		if !ok {
			return
		}
		taken.File, taken.Line = d.file, d.words[0].line
		out = addTaken(out, taken, func() (to []string, any bool) {
			in.each(func(d *directive) {
				if d.is("reverse_proxy") || d.is("to") && d.in.is("reverse_proxy") {
					for _, w := range d.words[1:] {
						if u := upstream(w.text, nil); u != nil {
							to = append(to, u.Hostname())
						}
					}
				}
			})
			return to, true
		})
	})
	return out
}

// caddyTakes reads the words behind header_up.
func caddyTakes(words []string) (TakenHeader, bool) {
	if len(words) == 0 {
		return TakenHeader{}, false
	}
	if removed, ok := strings.CutPrefix(words[0], "-"); ok {
		name := keyHeader(removed)
		return TakenHeader{Name: name}, name != ""
	}
	name := keyHeader(words[0])
	switch {
	case name == "" || len(words) == 1:
		return TakenHeader{}, false
	case len(words) > 2: // something in it is replaced
		return TakenHeader{Name: name, Set: true}, true
	}
	value := words[1]
	key, bears := keys.InHeader(name, value)
	switch {
	case handsOn(value, "{http.request.header."+name+"}", "{header."+name+"}", "{>"+name+"}", "{http.request.uri.query."+name+"}", "{query."+name+"}"),
		bears && (!strings.ContainsAny(value, "{}") || caddyVariable.MatchString(key.Reveal())):
		return TakenHeader{}, false
	}
	return TakenHeader{Name: name, Set: value != ""}, true
}

// haproxyTaken finds the headers that HAProxy takes away, or sets to something that is no key, with the servers of the section, or else of the file.
func haproxyTaken(text string) []TakenHeader {
	presented := map[int]bool{}
	for _, h := range haproxyHeaders(text) {
		presented[h.Line] = true
	}
	var out []TakenHeader
	var all []string
	section, first := 0, 0 // where in out, and in all, the section begins
	end := func() {
		for i := section; i < len(out); i++ {
			out[i].To = all[first:min(len(all), first+maxTaken)]
		}
		section, first = len(out), len(all)
	}
	for n, line := range strings.Split(text, "\n") {
		if haproxySection.MatchString(line) {
			end()
		}
		if m := haproxyServer.FindStringSubmatch(line); m != nil {
			if u := upstream(m[1], nil); u != nil {
				all = append(all, u.Hostname())
			}
		}
		m := haproxyTakes.FindStringSubmatch(line)
		if m == nil || presented[n+1] {
			continue
		}
		if name := keyHeader(m[2]); name != "" && !strings.Contains(strings.ToLower(m[3]), "hdr("+strings.ToLower(name)+")") {
			out = append(out, TakenHeader{Name: name, Set: m[1] != "del-header", Line: n + 1})
		}
	}
	end()
	for i := range out {
		if len(out[i].To) == 0 {
			out[i].To = all[:min(len(all), maxTaken)]
		}
	}
	return out
}

// apacheTaken finds those of Apache (httpd.apache.org/docs/2.4/mod/mod_headers.html).
func apacheTaken(text string) []TakenHeader {
	var to []string
	for _, m := range apachePass.FindAllStringSubmatch(text, -1) {
		if u := upstream(m[1], nil); u != nil && len(to) < maxTaken {
			to = append(to, u.Hostname())
		}
	}
	var out []TakenHeader
	for _, m := range apacheHeader.FindAllStringSubmatchIndex(text, -1) {
		if name := keyHeader(text[m[4]:m[5]]); name != "" {
			out = append(out, TakenHeader{Name: name, Set: text[m[2]:m[3]] != "unset", To: to, Line: lineAt(text, m[2])})
		}
	}
	return out
}

// tomlTaken finds those that a middleware of Traefik's takes away by a file in TOML.
func tomlTaken(text string) []TakenHeader {
	var out []TakenHeader
	inside := false
	for n, line := range strings.Split(text, "\n") {
		if tomlTable.MatchString(line) {
			inside = tomlHeaders.MatchString(line)
		}
		if m := tomlHeader.FindStringSubmatch(line); inside && m != nil {
			if h, ok := setTo(m[1], m[2]+m[3], true); ok {
				h.Line = n + 1
				out = append(out, h)
			}
		}
	}
	return out
}

// setTo is what becomes of a header that is set to a value; false where it bears a key, or what was sent. presents says that keys are read there as
// what the proxy presents.
func setTo(name, value string, presents bool) (TakenHeader, bool) {
	is := keyHeader(name)
	_, bears := keys.InHeader(is, value)
	if is == "" || strings.Contains(name, "*") || bears && presents || strings.Contains(strings.ToLower(value), "req("+strings.ToLower(is)+")") {
		return TakenHeader{}, false
	}
	return TakenHeader{Name: is, Set: value != ""}, true
}
