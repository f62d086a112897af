package sources

import (
	"regexp"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// What stands before the gateway may hand on only what brings a password or a session, which no client of Supabase sends: its requests have the key,
// and the header in which a password would stand is taken.

// asks finds what a configuration of nginx or Caddy asks for before it hands a request on.
func (j *wholeConfig) asks() []TakenHeader {
	switch {
	case j == nil:
		return nil
	case j.nginx:
		return askedBefore(j.directive, "proxy_pass", nginxMaps(j.directive).asks)
	}
	return askedBefore(j.directive, "reverse_proxy", caddyAsks)
}

// demand is what a block asks for, by what asks it; off names what it switches off, which counts for nothing round it either.
type demand struct {
	by, off []string
	unseen  []*directive // what it includes of which it is not known what that asks for
	last    bool         // nothing round the block counts
}

// askedBefore finds what the blocks ask for round each directive that sends on.
func askedBefore(top *directive, sends string, asks func(block *directive) demand) []TakenHeader {
	var out []TakenHeader
	named, known := nginxNames(top), map[*directive]demand{}
	top.each(func(d *directive) {
		if !d.is(sends) {
			return
		}
		to := func() (to []string, any bool) {
			for _, w := range d.words[1:] {
				if u := upstream(w.text, named); u != nil {
					to = append(to, u.Hostname())
				}
			}
			return to, true
		}
		var off []string
		for in := d; in != nil; in = in.in {
			if in.brings { // what stands round it asks for what it does
				continue
			}
			a, ok := known[in]
			if !ok {
				a = asks(in)
				known[in] = a
			}
			off = append(off, a.off...)
			for _, u := range a.unseen {
				out = addTaken(out, TakenHeader{From: Shown(u.arg(1)) + ", which " + u.unseen, File: u.file, Line: u.words[0].line}, to)
			}
			what := slices.IndexFunc(a.by, func(by string) bool { return !slices.Contains(off, by) })
			if what >= 0 {
				out = addTaken(out, TakenHeader{Asks: a.by[what], File: d.file, Line: d.words[0].line}, to)
			}
			if what >= 0 || a.last {
				return
			}
		}
	})
	return out
}

// add adds what an include asks for.
func (a *demand) add(d *directive, included demand) {
	a.by, a.off, a.last = append(a.by, included.by...), append(a.off, included.off...), a.last || included.last
	if d.unseen != "" && !d.asksNothing() {
		included.unseen = append(included.unseen, d)
	}
	for _, u := range included.unseen {
		if !slices.ContainsFunc(a.unseen, func(o *directive) bool { return o.arg(1) == u.arg(1) && o.unseen == u.unseen && o.file == u.file }) {
			a.unseen = append(a.unseen, u)
		}
	}
}

// nginxConditions are the maps of a configuration of nginx, by the variable that they make.
type nginxConditions map[string]*directive

func nginxMaps(top *directive) nginxConditions {
	maps := nginxConditions{}
	top.each(func(d *directive) {
		if d.is("map") {
			maps[d.arg(2)] = d
		}
	})
	return maps
}

// asks is what a block of nginx asks for (nginx.org/en/docs/http: ngx_http_auth_basic_module, ngx_http_auth_request_module).
func (maps nginxConditions) asks(block *directive) (out demand) {
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
		case "include":
			if out.add(d, maps.asks(d)); out.last {
				return demand{last: true}
			}
		case "limit_except": // of other methods than those that it names
			for _, by := range maps.asks(d).by {
				out.by = append(out.by, by+" in limit_except")
			}
		case "if":
			if status := d.refusal(); status != "" && maps.wantsOther(d) {
				out.by = append(out.by, "an if that returns "+status)
			}
		}
	}
	return out
}

// refusal is the status by which an if of nginx' refuses a request; empty where it does not.
func (d *directive) refusal() string {
	for _, does := range d.block {
		if status := does.arg(1); does.is("return") && (status == "401" || status == "403" || status == "444") {
			return status
		}
	}
	return ""
}

// wantsOther says whether an if of nginx' looks for a credential other than the key, by itself or by a map. That a request is refused that has no key at
// all, or comes from a certain program or page, refuses none that is known to be sent.
func (maps nginxConditions) wantsOther(d *directive) bool {
	condition := ""
	for _, w := range d.words[1:] {
		condition += w.text
	}
	for _, name := range nginxWord.FindAllString(condition, -1) {
		if m := maps[name]; m != nil && m.tellsApart() && credentialVariable.MatchString(m.arg(1)) && !noCredential.MatchString(m.arg(1)) {
			return true
		}
	}
	return credentialVariable.MatchString(condition) && !noCredential.MatchString(condition) && !wantsSession.MatchString(condition)
}

var (
	nginxWord          = regexp.MustCompile(`\$\w+`)
	credentialVariable = regexp.MustCompile(`\$(?:http_|cookie_|arg_|remote_user|ssl_client_)`)
	noCredential       = regexp.MustCompile(`\$(?:http|arg)_(?i:user_agent|referer|host|origin|upgrade|x_forwarded_\w+|apikey)`) // of which the key is compared elsewhere
	wantsSession       = regexp.MustCompile(`\$(?:http|arg)_(?i:authorization=?\)?$)`)
)

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
