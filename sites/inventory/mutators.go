package inventory

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// mutator changes objects as they reach the cluster: what was rendered is then not what is there. What it makes of a value is not followed.
type mutator struct {
	why     string
	at      sources.Position
	filter           // what it changes
	exclude []filter // and what of that it does not
	except  *manifest.Object
	makes   bool // it makes the object anew, beside what stands here
	touched
}

// touched is what it may change: variables and data keys by their names, or any.
type touched struct {
	fields  []string
	named   map[string]bool // the same
	any     bool
	volumes []string // by name, or by where they are mounted; "" for any
}

// readMutators reads the policies of the repository that may change a variable or a data key: Kyverno's, Gatekeeper's, and the API
// server's own, and what has a controller make others, as they are deployed, and as they are written where nothing is known to deploy them. What it returns is to be called when
// the containers are known.
func (inv *Inventory) readMutators() (tell func()) {
	var hooks []func()
	read := func(root *yaml.Node, at sources.Position) {
		kind, name := nodes.Text(nodes.Field(root, "kind")), nodes.Text(nodes.Field(root, "metadata", "name"))
		spec := nodes.Field(root, "spec")
		label := kind + " " + sources.Shown(name)
		add := func(m mutator) {
			if m.at = at; m.any || len(m.fields) > 0 || len(m.volumes) > 0 {
				m.named = map[string]bool{}
				for _, name := range m.fields {
					m.named[name] = true
				}
				inv.mutators = append(inv.mutators, m)
			}
		}
		switch kind {
		case "ClusterPolicy":
			inv.readKyverno(spec, label, nil, at, add)
		case "Policy":
			inv.readKyverno(spec, label, texts(nodes.Field(root, "metadata"), "namespace"), at, add)
		case "MutatingAdmissionPolicy", "MutatingPolicy":
			readAdmission(spec, label, nil, add)
		case "NamespacedMutatingPolicy":
			readAdmission(spec, label, texts(nodes.Field(root, "metadata"), "namespace"), add)
		case "ClusterExternalSecret":
			readClusterSecret(spec, label, name, add)
		case "MutatingWebhookConfiguration":
			hooks = append(hooks, func() { inv.noteWebhooks(root, label, at) })
		case "Assign", "ModifySet":
			readAssign(spec, label, add)
		case "PushSecret":
			inv.readPush(spec, label, at, add)
		default:
			hooks = append(hooks, inv.readMaker(root, label, at, add))
		}
	}
	deployed := map[[3]string]bool{}
	for _, u := range inv.Units {
		for _, o := range u.Objects {
			if mutates[o.Kind] && !o.Derived() {
				deployed[[3]string{o.File, o.Kind, o.OriginalName}] = true
				read(o.Root, o.Locate(nodes.Field(o.Root, "metadata", "name")))
			}
		}
	}
	for _, f := range inv.Repo.Files() {
		if !f.Mutates() || !f.IsManifest() || f.Example {
			continue
		}
		for _, w := range manifest.WrittenIn(f.Documents()) {
			kind, name := nodes.Text(nodes.Field(w.Root, "kind")), nodes.Text(nodes.Field(w.Root, "metadata", "name"))
			if !deployed[[3]string{f.Path, kind, name}] {
				read(w.Root, w.Doc.Position(nodes.Field(w.Root, "metadata", "name")))
			}
		}
	}
	return func() {
		for _, tell := range hooks {
			tell()
		}
		inv.noteVolumes()
		inv.noteMade()
	}
}

// mutates are the kinds of what changes objects, or makes others.
var mutates = map[string]bool{
	"ClusterPolicy": true, "Policy": true, "MutatingAdmissionPolicy": true, "MutatingPolicy": true, "NamespacedMutatingPolicy": true,
	"MutatingWebhookConfiguration": true, "ClusterExternalSecret": true, "Assign": true, "ModifySet": true, "PushSecret": true,
	"Object": true, "Composition": true, "ManifestWork": true, "ConfigurationPolicy": true, "ResourceGraphDefinition": true,
	"Release": true, "App": true, "PackageInstall": true, "GitRepo": true, "HelmOp": true, "ClusterProfile": true, "Profile": true, "HelmChartProxy": true,
}

// texts is the text of a field, as a list; empty where there is none.
func texts(n *yaml.Node, field string) []string {
	if text := nodes.Text(nodes.Field(n, field)); text != "" {
		return []string{text}
	}
	return nil
}

// touch adds what a patch may change.
func (t *touched) touch(n *yaml.Node) {
	nodes.EachMapping(n, func(n *yaml.Node) {
		nodes.Pairs(n, func(key, value *yaml.Node) {
			switch withoutAnchor(key.Value) {
			case "env":
				t.entries(value)
			case "data", "stringData":
				t.any = t.any || nodes.Follow(value).Kind != yaml.MappingNode
				nodes.Pairs(value, func(key, _ *yaml.Node) { t.field(withoutAnchor(key.Value)) })
			case "envFrom", "command", "args":
				t.any = true
			case "volumes":
				t.volumesOf(value, "name")
			case "volumeMounts":
				t.volumesOf(value, "mountPath")
			case "patchesJson6902":
				var list yaml.Node
				if yaml.Unmarshal([]byte(nodes.Text(value)), &list) != nil || len(list.Content) == 0 {
					t.any = true
					return
				}
				for _, op := range nodes.Items(list.Content[0]) {
					t.pointed(nodes.Text(nodes.Field(op, "path")), nodes.Field(op, "value"))
				}
			}
		})
	})
}

// withoutAnchor is a key without the signs by which Kyverno makes a condition of it.
func withoutAnchor(key string) string {
	if i := strings.Index(key, "("); i >= 0 && i < 2 && strings.HasSuffix(key, ")") {
		return key[i+1 : len(key)-1]
	}
	return key
}

// entries adds variables by their names.
func (t *touched) entries(list *yaml.Node) {
	items := nodes.Items(list)
	if len(items) == 0 {
		t.any = true
	}
	for _, item := range items {
		name := nodes.Text(nodes.Field(item, "name"))
		if name == "" {
			name = nodes.Text(nodes.Field(item, "(name)"))
		}
		t.field(name)
	}
}

// volumesOf adds volumes by what tells them apart: their name, or where they are mounted.
func (t *touched) volumesOf(list *yaml.Node, field string) {
	for _, item := range nodes.Items(list) {
		t.volume(nodes.Text(cmp.Or(nodes.Field(item, field), nodes.Field(item, "("+field+")"))))
	}
}

func (t *touched) volume(name string) {
	if strings.ContainsAny(name, "{*?") {
		name = ""
	}
	t.volumes = append(t.volumes, name)
}

func (t *touched) field(name string) {
	if name == "" || strings.ContainsAny(name, "{*?") {
		t.any = true
		return
	}
	t.fields = append(t.fields, name)
}

// pointed adds what lies at a JSON pointer, which may get a value.
func (t *touched) pointed(pointer string, value *yaml.Node) {
	steps := strings.Split(strings.Trim(pointer, "/"), "/")
	at := slices.IndexFunc(steps, sources.SetsValues)
	switch {
	case at < 0 && (slices.Contains(steps, "volumes") || slices.Contains(steps, "volumeMounts")):
		field := "name"
		if slices.Contains(steps, "volumeMounts") {
			field = "mountPath"
		}
		t.volume(nodes.Text(nodes.Field(value, field)))
	case at < 0: // the value may be a whole container, or pod
		t.touch(value)
	case steps[at] == "env" && nodes.Field(value, "name") != nil:
		t.field(nodes.Text(nodes.Field(value, "name")))
	case (steps[at] == "data" || steps[at] == "stringData") && at+1 < len(steps):
		t.field(strings.NewReplacer("~1", "/", "~0", "~").Replace(steps[at+1]))
	default:
		t.any = true
	}
}
