package sources

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// What stands before the gateway may hand on only what brings a password or a session, which no client of Supabase sends: its requests have the key,
// and the header in which a password would stand is taken.

// askingMarks stand in a configuration of nginx or Caddy that does so.
var askingMarks = [][]byte{[]byte("auth_basic"), []byte("auth_request"), []byte("auth_jwt"), []byte("return 401"), []byte("return 403"), []byte("basic_auth"), []byte("basicauth"), []byte("forward_auth")}

// asking finds what a configuration of nginx or Caddy asks for before it hands a request on.
func asking(b []byte) []TakenHeader {
	if !slices.ContainsFunc(askingMarks, func(m []byte) bool { return bytes.Contains(b, m) }) {
		return nil
	}
	if bytes.Contains(b, []byte("proxy_pass")) {
		return askedBefore(parseDirectives(string(b), true), "proxy_pass", nginxAsks)
	}
	if bytes.Contains(b, []byte("reverse_proxy")) {
		return askedBefore(parseDirectives(string(b), false), "reverse_proxy", caddyAsks)
	}
	return nil
}

// demand is what a block asks for, by what asks it; off names what it switches off, which counts for nothing round it either.
type demand struct {
	by, off []string
	last    bool // nothing round the block counts
}

// askedBefore finds what the blocks ask for round each directive that sends on.
func askedBefore(top *directive, sends string, asks func(block *directive) demand) []TakenHeader {
	var out []TakenHeader
	named, known := nginxNames(top), map[*directive]demand{}
	top.each(func(d *directive) {
		if !d.is(sends) {
			return
		}
		var off []string
		for in := d.in; in != nil; in = in.in {
			a, ok := known[in]
			if !ok {
				a = asks(in)
				known[in] = a
			}
			off = append(off, a.off...)
			what := slices.IndexFunc(a.by, func(by string) bool { return !slices.Contains(off, by) })
			if what >= 0 {
				out = addTaken(out, TakenHeader{Asks: a.by[what], Line: d.words[0].line}, func() (to []string, any bool) {
					for _, w := range d.words[1:] {
						if u := upstream(w.text, named); u != nil {
							to = append(to, u.Hostname())
						}
					}
					return to, true
				})
			}
			if what >= 0 || a.last {
				return
			}
		}
	})
	return out
}

// nginxAsks is what a block of nginx asks for (nginx.org/en/docs/http: ngx_http_auth_basic_module, ngx_http_auth_request_module).
func nginxAsks(block *directive) (out demand) {
	for _, d := range block.block {
		switch d.arg(0) {
		case "auth_basic", "auth_request", "auth_jwt":
			if d.arg(1) == "off" {
				out.off = append(out.off, d.arg(0))
			} else {
				out.by = append(out.by, d.arg(0))
			}
		case "satisfy":
			return demand{last: true}
		case "limit_except": // of other methods than those that it names
			for _, by := range nginxAsks(d).by {
				out.by = append(out.by, by+" in limit_except")
			}
		case "if":
			if d.refuses() {
				out.by = append(out.by, "an if that returns "+d.block[0].arg(1))
			}
		}
	}
	return out
}

// refuses says whether an if of nginx' answers for want of a credential other than the key. That a request is refused that has no key at all, or comes
// from a certain program or page, refuses none that is known to be sent.
func (d *directive) refuses() bool {
	if len(d.block) == 0 || d.block[0].arg(0) != "return" || d.block[0].arg(1) != "401" && d.block[0].arg(1) != "403" {
		return false
	}
	condition := ""
	for _, w := range d.words[1:] {
		condition += w.text
	}
	return credentialVariable.MatchString(condition) && !wantsKey.MatchString(condition)
}

var (
	credentialVariable = regexp.MustCompile(`\$(?:http_|cookie_|arg_|remote_user|ssl_client_)`)
	wantsKey           = regexp.MustCompile(`\$(?:http|arg)_(?i:user_agent|referer|host|apikey|authorization=?\)?$)`)
)

// caddyAsks is what a block of Caddy's asks of all that it handles (caddyserver.com/docs/caddyfile/directives: basic_auth, forward_auth).
func caddyAsks(block *directive) demand { return demand{by: caddyAsksAt(block, 0)} }

// maxImports bounds how deep snippets of Caddy's import each other.
const maxImports = 5

func caddyAsksAt(block *directive, depth int) (by []string) {
	for _, d := range block.block {
		switch d.arg(0) {
		case "basic_auth", "basicauth", "forward_auth":
			if !strings.HasPrefix(d.arg(1), "/") && !strings.HasPrefix(d.arg(1), "@") {
				by = append(by, d.arg(0))
			}
		case "import":
			file := block
			for file.in != nil {
				file = file.in
			}
			if i := slices.IndexFunc(file.block, func(s *directive) bool { return s.arg(0) == "("+d.arg(1)+")" }); i >= 0 && depth < maxImports {
				by = append(by, caddyAsksAt(file.block[i], depth+1)...)
			}
		}
	}
	return by
}

// AsksIn is what an object has a proxy ask for before it hands a request on: an annotation of ingress-nginx, or a middleware of Traefik's; empty
// where it asks for nothing (kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations; doc.traefik.io/traefik: middlewares/http).
func AsksIn(root *yaml.Node) string {
	switch nodes.Text(nodes.Field(root, "kind")) {
	case "Ingress":
		for _, name := range []string{"auth-type", "auth-url", "auth-tls-secret"} {
			if annotation := "nginx.ingress.kubernetes.io/" + name; nodes.Text(nodes.Field(root, "metadata", "annotations", annotation)) != "" {
				return annotation
			}
		}
	case "Middleware":
		for _, name := range []string{"basicAuth", "digestAuth", "forwardAuth"} {
			if nodes.Field(root, "spec", name) != nil {
				return name
			}
		}
	}
	return ""
}
