package sources

import (
	"bytes"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// isCaddyJSON is a cheap test of the text for Caddy's own form of its configuration, with a handler that may take a key away.
func isCaddyJSON(b []byte) bool {
	return bytes.Contains(b, []byte(`"handler"`)) && bytes.Contains(b, []byte(`"routes"`)) &&
		(bytes.Contains(b, []byte(`"authentication"`)) || takesHeaders(b))
}

// caddyJSON finds the headers that Caddy takes away, and what it asks for first, by a configuration in JSON (caddyserver.com/docs/json: apps/http).
func caddyJSON(b []byte) []TakenHeader {
	var out []TakenHeader
	docs, _ := nodes.Parse(b)
	for _, d := range docs {
		nodes.Pairs(nodes.Field(d.Root, "apps", "http", "servers"), func(_, server *yaml.Node) {
			routes := nodes.Field(server, "routes")
			out = append(out, caddyHandlers(routes, dialed(routes), 0)...)
		})
	}
	return out
}

// maxCaddyDepth bounds how deep subroutes are followed.
const maxCaddyDepth = 20

// caddyHandlers finds them in a list of routes. beside are the hosts that the list sends to: where a route with a handler sends to none, those behind it do.
func caddyHandlers(routes *yaml.Node, beside []string, depth int) []TakenHeader {
	var out []TakenHeader
	if depth > maxCaddyDepth {
		return nil
	}
	for _, route := range nodes.Items(routes) {
		to := dialed(route)
		if len(to) == 0 {
			to = beside
		}
		for _, h := range nodes.Items(nodes.Field(route, "handle")) {
			request := nodes.Field(h, "request")
			switch nodes.Text(nodes.Field(h, "handler")) {
			case "authentication":
				out = addTaken(out, TakenHeader{Asks: "the handler authentication", Line: h.Line}, func() ([]string, bool) { return to, true })
				continue
			case "subroute":
				out = append(out, caddyHandlers(nodes.Field(h, "routes"), to, depth+1)...)
				continue
			case "reverse_proxy":
				request = nodes.Field(h, "headers", "request")
			}
			for _, t := range caddyRequest(request) {
				t.Line = h.Line
				out = addTaken(out, t, func() ([]string, bool) { return to, true })
			}
		}
	}
	return out
}

// caddyRequest is what is done to the headers of a request.
func caddyRequest(request *yaml.Node) []TakenHeader {
	var out []TakenHeader
	add := func(words ...string) {
		if t, ok := caddyTakes(words); ok {
			out = append(out, t)
		}
	}
	for _, name := range nodes.List(nodes.Field(request, "delete")) {
		add("-" + name)
	}
	nodes.Pairs(nodes.Field(request, "set"), func(name, values *yaml.Node) {
		for _, value := range nodes.List(values) {
			add(name.Value, value)
		}
	})
	nodes.Pairs(nodes.Field(request, "replace"), func(name, _ *yaml.Node) { add(name.Value, "", "") })
	return out
}

// dialed are the hosts that something in a configuration sends to.
func dialed(n *yaml.Node) []string {
	var out []string
	nodes.EachMapping(n, func(m *yaml.Node) {
		if u := upstream(nodes.Text(nodes.Field(m, "dial")), nil); u != nil && !slices.Contains(out, u.Hostname()) && len(out) < maxTaken {
			out = append(out, u.Hostname())
		}
	})
	return out
}
