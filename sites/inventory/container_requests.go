package inventory

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// checks are where a container says what is asked of it: its probes, and what is called when it starts and stops.
var checks = [][]string{{"livenessProbe"}, {"readinessProbe"}, {"startupProbe"}, {"lifecycle", "postStart"}, {"lifecycle", "preStop"}}

// flag matches an argument that has its value in it.
var flag = regexp.MustCompile(`^(--?[A-Za-z][\w.-]*)=`)

// spoken is what stands in a word of a command in the place of a key.
type spoken struct {
	keys.Header
	word int
}

// argumentsIn are the headers that a command sends, and the values of its flags.
func argumentsIn(words []string) []spoken {
	var out []spoken
	before := ""
	for i, text := range words {
		for _, h := range keys.Headers(text) {
			out = append(out, spoken{h, i})
		}
		name, value := before, text
		before = text
		if m := flag.FindStringSubmatch(text); m != nil {
			name, value, before = m[1], text[len(m[0]):], "" // it has its value, and what follows is none of it
		}
		if strings.HasPrefix(name, "-") {
			at := len(text) - len(value) + 1
			out = append(out, spoken{keys.Header{Name: name, Value: keys.NewText(value), Line: 1, Column: at, EndColumn: len(text) + 1}, i})
		}
	}
	return out
}

// asked matches the host of an address in a command.
var asked = regexp.MustCompile(`https?://([A-Za-z0-9.-]+)`)

// hostedAsked are the hosts of Supabase's own that the words of a command ask, and whether they ask others besides.
func hostedAsked(words []string) (hosted []string, others bool) {
	for _, host := range hostsAsked(words) {
		if strings.HasSuffix(host, ".supabase.co") {
			hosted = append(hosted, host)
		} else {
			others = true
		}
	}
	return hosted, others
}

// hostAsked is the one host that the words of a command ask; empty where they ask none, or several.
func hostAsked(words []string) string {
	if hosts := hostsAsked(words); len(hosts) == 1 {
		return hosts[0]
	}
	return ""
}

// hostsAsked are the hosts that the words of a command ask, each once.
func hostsAsked(words []string) (hosts []string) {
	for _, word := range words {
		for _, m := range asked.FindAllStringSubmatch(word, -1) {
			if host := strings.ToLower(m[1]); !slices.Contains(hosts, host) {
				hosts = append(hosts, host)
			}
		}
	}
	return hosts
}

// meantFor says of a command that asks a hosted project that its keys are that one's. Of one that asks several hosts it is not
// known which key is whose.
func (k *Carrier) meantFor(words []string, at func() sources.Position) {
	hosted, others := hostedAsked(words)
	switch {
	case len(hosted) == 0:
	case len(hosted) == 1 && !others:
		k.URLs = []URL{{Base: "https://" + hosted[0], Host: hosted[0], At: at}}
	case k.Idle == "":
		k.Idle = "its command asks several hosts, and which of them gets the key is not followed"
	}
}

// addRequests adds the keys that stand in a container's arguments and probes, as a carrier of its own: the
// container's environment need not know them. A reference to a variable is no site beside that one.
func (inv *Inventory) addRequests(c *Container, n *yaml.Node) {
	k := &Carrier{Kind: InContainer, Name: c.owner, File: c.Carrier.File, Part: c.Name, Unit: c.Unit, Namespace: c.Namespace,
		Backend: c.Carrier.Backend, URLs: c.Carrier.URLs, Idle: c.Carrier.Idle, Doubt: c.Carrier.Doubt}
	add := func(what string, value keys.Text, scheme bool, to string, at sources.Position) {
		if keys.Recognize(value) != "" {
			where := Stands(at, sources.Step{At: at, Text: what})
			k.Bindings = append(k.Bindings, &Binding{Holder: c.owner + " " + what, Value: keys.Known(value), Scheme: scheme, SentTo: to, Where: where})
		}
	}
	words := func(what string, list *yaml.Node) {
		items := nodes.Items(list)
		var texts []string
		for _, item := range items {
			texts = append(texts, nodes.Text(item))
		}
		if len(items) > 0 {
			k.meantFor(texts, func() sources.Position { return c.Object.Inside(items[0], 1, 1, 0) })
		}
		for _, h := range argumentsIn(texts) {
			add(what+" "+h.Name, h.Value, h.Scheme, hostAsked(texts), c.Object.Inside(items[h.word], h.Line, h.Column, h.EndColumn))
		}
	}
	words("command", nodes.Field(n, "command"))
	words("args", nodes.Field(n, "args"))
	for _, field := range checks {
		check, what := nodes.Field(n, field...), field[len(field)-1]
		words(what, nodes.Field(check, "exec", "command"))
		host := cmp.Or(nodes.Text(nodes.Field(check, "httpGet", "host")), "localhost") // the pod itself
		for _, h := range nodes.Items(nodes.Field(check, "httpGet", "httpHeaders")) {
			name, value := nodes.Text(nodes.Field(h, "name")), nodes.Field(h, "value")
			text := nodes.Text(value)
			key, ok := keys.InHeader(name, text)
			if !ok {
				key = keys.HeaderKey{Text: keys.NewText(text)}
			}
			add(what+" "+name, key.Text, key.Scheme, host, c.Object.Inside(value, 1, key.Offset+1, len(text)+1))
		}
	}
	if len(k.Bindings) > 0 {
		inv.Composed = append(inv.Composed, k)
	}
}
