package sources

import (
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// TakenIn finds the headers that an object, or a configuration, of a gateway does not hand on. However those call what they do to a request, its
// headers are among the words above it, and that one is removed, or set: requestHeaderModifier.remove of the Gateway API, headers.request.remove of
// Istio, customRequestHeaders of Traefik, request_headers_to_remove of Envoy, requestHeadersPolicy of Contour. What it is sent to is
// told by the services that stand in the smallest mapping round it.
func TakenIn(root *yaml.Node) []TakenHeader {
	t := &takenReader{}
	switch nodes.Text(nodes.Field(root, "kind")) {
	case "HTTPRoute", "Middleware":
		t.presents = true
	case "":
		t.presents = nodes.Field(root, "headers") != nil
	}
	taken, _ := t.read(root, nil)
	return taken
}

// LeadsTo are the names of the services, and the hosts, that a part of an object leads to.
func LeadsTo(n *yaml.Node) []string {
	_, to := (&takenReader{}).read(n, nil)
	return to
}

// takenReader reads one document.
type takenReader struct {
	presents bool // a key that stands there is read as one that the gateway presents
}

// maxTakenSteps bounds how deep it reads.
const maxTakenSteps = 40

// read gives the headers that are taken below a node, and the hosts that something is sent to there.
func (t *takenReader) read(n *yaml.Node, at []string) (taken []TakenHeader, to []string) {
	if n == nil || len(at) > maxTakenSteps {
		return nil, nil
	}
	last, before := fromEnd(at, 1), fromEnd(at, 2)
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range n.Content {
			if name := keyHeader(nodes.Text(item)); name != "" && item.Kind == yaml.ScalarNode && changes(at) == "remove" {
				taken = append(taken, TakenHeader{Name: name, Line: item.Line})
			}
			below, hosts := t.read(item, at)
			taken, to = append(taken, below...), append(to, hosts...)
		}
	case yaml.ScalarNode:
		text := nodes.Text(n)
		for _, h := range ParseTaken([]byte(text), nil) {
			h.Line += n.Line
			taken = append(taken, h)
		}
		if leadsBy(last, before) {
			if u := upstream(text, nil); u != nil {
				to = append(to, u.Hostname())
			}
		}
	case yaml.MappingNode:
		space := nodes.Text(nodes.Field(n, "namespace"))
		if !leadsBy("name", last) {
			space = ""
		} else if space != "" {
			to = []string{nodes.Text(nodes.Field(n, "name")) + "." + space}
		}
		taken = t.header(n, at)
		nodes.Pairs(n, func(key, value *yaml.Node) {
			if space != "" && key.Value == "name" {
				return
			}
			below, hosts := t.read(value, append(at[:len(at):len(at)], strings.ToLower(key.Value)))
			taken, to = append(taken, below...), append(to, hosts...)
		})
		to = to[:min(len(to), maxTaken)]
		for i := range taken {
			if len(taken[i].To) == 0 {
				taken[i].To = to
			}
		}
	}
	return taken, to
}

// header reads a mapping of headers by their names, or one that is one.
func (t *takenReader) header(n *yaml.Node, at []string) []TakenHeader {
	var out []TakenHeader
	add := func(name string, value *yaml.Node, line int) {
		text := nodes.Text(value)
		if of := nodes.Field(value, "value"); of != nil {
			text = nodes.Text(of)
		}
		if h, ok := setTo(name, text, t.presents); ok && value != nil {
			h.Line = line
			out = append(out, h)
		}
	}
	does := changes(at)
	nodes.Pairs(n, func(key, value *yaml.Node) {
		switch low := strings.ToLower(key.Value); {
		case does == "set" && keyHeader(key.Value) != "":
			add(key.Value, value, key.Line)
		case does == "set" && (low == "name" || low == "key") && keyHeader(nodes.Text(value)) != "":
			of := nodes.Field(n, "value")
			if of == nil {
				of = value
			}
			add(nodes.Text(value), of, value.Line)
		case low == "removeheader" && nodes.Text(value) == "true": // of Traefik's basicAuth
			out = append(out, TakenHeader{Name: "Authorization", Line: key.Line})
		case low == "pass" && fromEnd(at, 1) == "requestheaders" && nodes.Text(value) == "false": // of the controller of nginx' own makers
			out = append(out, TakenHeader{Name: "apikey", Line: key.Line})
		}
	})
	return out
}

// changes says what is done to the headers below a path: "remove", "set"; empty where nothing is done to those of requests.
func changes(at []string) string {
	path := strings.Join(at, ".")
	if !strings.Contains(path, "request") || !strings.Contains(path, "header") || strings.Contains(path, "response") || strings.Contains(path, "match") {
		return ""
	}
	for _, word := range []string{"remove", "set", "add", "custom", "overwrite", "override"} {
		if strings.Contains(strings.ReplaceAll(path, "header", ""), word) {
			if word == "remove" {
				return word
			}
			return "set"
		}
	}
	return ""
}

// leadsBy says whether a field of that name, in one of that name, is the name of a service, or its address.
func leadsBy(name, in string) bool {
	switch name {
	case "name":
		return in == "backendrefs" || in == "services" || in == "service" || in == "defaultbackend"
	case "servicename", "service":
		return true
	case "host":
		return in == "destination"
	case "address":
		return in == "socket_address"
	case "url":
		return in == "servers"
	}
	return false
}

func fromEnd(at []string, n int) string {
	if len(at) < n {
		return ""
	}
	return at[len(at)-n]
}

// traefikTaken finds those of the middlewares in a file of Traefik's, with the servers of the routers that use them.
func traefikTaken(root *yaml.Node) []TakenHeader {
	var out []TakenHeader
	nodes.Pairs(nodes.Field(root, "http", "middlewares"), func(name, middleware *yaml.Node) {
		taken := TakenIn(middleware)
		if len(taken) == 0 {
			return
		}
		if len(out) > maxTaken {
			out = append(out, taken...)
			return
		}
		var to []string
		nodes.Pairs(nodes.Field(root, "http", "routers"), func(_, router *yaml.Node) {
			for _, used := range nodes.List(nodes.Field(router, "middlewares")) {
				if used, _, _ = strings.Cut(used, "@file"); used != name.Value {
					continue
				}
				service, _, _ := strings.Cut(nodes.Text(nodes.Field(router, "service")), "@file")
				for _, server := range nodes.Items(nodes.Field(root, "http", "services", service, "loadBalancer", "servers")) {
					if u := upstream(nodes.Text(nodes.Field(server, "url")), nil); u != nil {
						to = append(to, u.Hostname())
					}
				}
			}
		})
		for _, h := range taken {
			h.To = to[:min(len(to), maxTaken)]
			out = append(out, h)
		}
	})
	return out
}
