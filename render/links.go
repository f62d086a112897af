package render

import (
	"cmp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// links are the names by which an object hangs together with others, each behind the kind of
// what is called so: "Secret|supabase-keys".
type links struct {
	defines []string // what the object is, or becomes in the cluster
	names   []string // what it reads
	behind  []string // what leads to it, but not the other way: the pods of a Service, the Services of a proxy, the words of a chart's values
	open    bool     // it makes a Secret of which not all data keys are listed
}

// linksOf reads the links of an object, as it is written or rendered; derived are the Secrets
// that controllers make of it.
func linksOf(o *manifest.Object, derived []*manifest.Object) links {
	l := links{defines: []string{o.Kind + "|" + o.Name}}
	for _, secret := range derived {
		l.defines = append(l.defines, "Secret|"+secret.Name)
		l.open = l.open || secret.Open() != ""
	}
	if o.Kind == "Service" {
		nodes.Pairs(nodes.Field(o.Root, "spec", "selector"), func(key, value *yaml.Node) {
			l.behind = append(l.behind, label(key, value))
		})
	}
	if o.Kind == "ConfigMap" { // of a proxy, which leads hosts to Services
		nodes.Pairs(nodes.Field(o.Root, "data"), func(_, text *yaml.Node) {
			for _, route := range sources.ParseRoutes([]byte(nodes.Text(text))) {
				service, _, _ := strings.Cut(route.Upstream.Hostname(), ".")
				l.behind = append(l.behind, "Service|"+service)
			}
		})
	}
	for _, at := range [][]string{{"spec", "template"}, {"spec", "jobTemplate", "spec", "template"}} {
		nodes.Pairs(nodes.Field(o.Root, append(at[:len(at):len(at)], "metadata", "labels")...), func(key, value *yaml.Node) {
			l.defines = append(l.defines, label(key, value))
		})
	}
	l.read(o.Root, 0)
	if o.Kind == "HelmRelease" || isArgo(o) {
		l.readValues(nodes.Field(o.Root, "spec"), 0)
	}
	return l
}

func label(key, value *yaml.Node) string {
	return "pod|" + nodes.Text(key) + "=" + nodes.Text(value)
}

// maxLinkDepth bounds the depth of an object that is searched for links, and with it aliases
// that contain themselves.
const maxLinkDepth = 40

// read finds references by the names of the fields that hold them, wherever these stand: in a
// pod, in the values of a chart, in an object of an operator that makes pods.
func (l *links) read(n *yaml.Node, depth int) {
	if depth > maxLinkDepth || n == nil {
		return
	}
	if n.Kind == yaml.MappingNode {
		nodes.Pairs(n, func(key, value *yaml.Node) {
			if key != nil && value != nil {
				l.field(key.Value, value)
			}
		})
	}
	for _, c := range n.Content {
		l.read(c, depth+1)
	}
}

// nameFields are the fields that name an object, by itself or in a field below.
var nameFields = map[string]string{
	"secretKeyRef": "Secret", "secretRef": "Secret", "secretName": "Secret", "secret": "Secret", "existingSecret": "Secret",
	"configMapKeyRef": "ConfigMap", "configMapRef": "ConfigMap", "configMap": "ConfigMap", "configMapName": "ConfigMap",
	"secretProviderClass": "SecretProviderClass",
	"service":             "Service", "serviceName": "Service",
}

func (l *links) field(key string, value *yaml.Node) {
	add := func(kind, name string) {
		if kind != "" && name != "" {
			l.names = append(l.names, kind+"|"+name)
		}
	}
	named := func(n *yaml.Node) (kind, name string) {
		return nodes.Text(nodes.Field(n, "kind")), nodes.Text(nodes.Field(n, "name"))
	}
	switch key {
	case "valuesFrom", "substituteFrom": // Flux
		for _, item := range nodes.Items(value) {
			add(named(item))
		}
	case "chartRef":
		add(named(value))
	case "secretStoreRef", "storeRef": // External Secrets Operator
		kind, name := named(value)
		add(cmp.Or(kind, "SecretStore"), name)
	case "credentials": // KongConsumer
		for _, name := range nodes.List(value) {
			add("Secret", name)
		}
	case "credentialRefs": // Envoy Gateway's SecurityPolicy
		for _, item := range nodes.Items(value) {
			add("Secret", nodes.Text(nodes.Field(item, "name")))
		}
	case "backendRefs", "services": // HTTPRoute, Traefik's IngressRoute
		for _, item := range nodes.Items(value) {
			add("Service", nodes.Text(nodes.Field(item, "name")))
		}
	case "reflector.v1.k8s.emberstack.com/reflects", "replicator.v1.mittwald.de/replicate-from":
		_, name, _ := strings.Cut(nodes.Text(value), "/")
		add("Secret", name)
		add("ConfigMap", name)
	default:
		if kind := nameFields[key]; kind != "" {
			add(kind, cmp.Or(nodes.Text(value), nodes.Text(nodes.Field(value, "name"))))
			return
		}
		switch key = strings.ToLower(key); { // a chart's own: existingSecretName, jwtSecretRef
		case strings.Contains(key, "secret"):
			add("Secret", nodes.Text(value))
		case strings.Contains(key, "configmap"):
			add("ConfigMap", nodes.Text(value))
		}
	}
}

// readValues takes every word of a chart's values for what may be the name of a Secret or
// ConfigMap: what a chart makes of them is known only once it is rendered.
func (l *links) readValues(n *yaml.Node, depth int) {
	if depth > maxLinkDepth || n == nil {
		return
	}
	if n.Kind == yaml.ScalarNode {
		for _, word := range strings.FieldsFunc(n.Value, notInName) {
			l.behind = append(l.behind, "Secret|"+word, "ConfigMap|"+word)
		}
	}
	for _, c := range n.Content {
		l.readValues(c, depth+1)
	}
}

func notInName(c rune) bool {
	return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.'
}
