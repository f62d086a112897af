package gateway

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// collectIngressController finds the consumers of Kong's Ingress Controller: a
// KongConsumer names Secrets, of which those with the label of a key-auth credential hold
// a key (konghq.com/credential since KIC 3.0, the data key kongCredType before).
func (f *Found) collectIngressController() {
	defaulted := sync.OnceValue(f.defaultClassInSight)
	before := len(f.Gateways)
	for _, u := range f.Units {
		v := f.controllerVersion(u)
		byNamespace := map[string]*Gateway{}
		for _, o := range u.Objects {
			if !strings.HasPrefix(o.APIVersion, "configuration.konghq.com/") {
				continue
			}
			if guards(o) && isClassless(o) && !defaulted() {
				f.ignoreWhole(u, o, "KongClusterPlugin "+o.Name, "", nil)
			}
			if o.Kind != "KongConsumer" {
				continue
			}
			g := byNamespace[o.Namespace]
			if g == nil {
				g = &Gateway{
					Name: inventory.ObjectName("KongConsumers", "", u.Name), Product: "Kong Ingress Controller", Unit: u, Namespace: o.Namespace,
					Config: &sources.KongConfig{}, At: o.Locate(nodes.Field(o.Root, "metadata", "name")),
				}
				byNamespace[o.Namespace] = g
				f.Gateways = append(f.Gateways, g)
			}
			f.addKongConsumer(g, o, v, isClassless(o) && !defaulted())
		}
	}
	for _, g := range f.Gateways[before:] {
		f.guardByPlugins(g)
	}
}

// credentialLabel says since 3.0 what kind of credential a Secret holds, and credentialField did
// before 3.2; in between the label wins (Kong/kubernetes-ingress-controller
// internal/util/credential.go by tag).
const (
	credentialLabel = "konghq.com/credential"
	credentialField = "kongCredType"
)

// credentialType is what kind of credential a Secret holds for the controller, or why the
// controller sees none in it. Where its version is not known, either way of saying it counts.
func (f *Found) credentialType(o *manifest.Object, v *inventory.Version) (kind, why string, mend Mend) {
	label := nodes.Texts(nodes.Field(o.Root, "metadata", "labels"))[credentialLabel]
	field := ""
	if e, ok := f.Entry(o, credentialField); ok && e.Value.IsKnown() {
		field = e.Value.Text().Reveal()
	}
	name := inventory.Label(o)
	switch {
	case label != "" && (v == nil || v.AtLeast(3, 0)):
		return label, "", 0
	case field != "" && (v == nil || !v.AtLeast(3, 2)):
		return field, "", 0
	case label != "":
		return "", fmt.Sprintf("%s has the label %s, which counts since version 3.0, and this controller is %d.%d", name, credentialLabel, v.Major, v.Minor), MendField
	case field != "":
		return "", fmt.Sprintf("%s has the data key %s, which counts up to version 3.1, and this controller is %d.%d", name, credentialField, v.Major, v.Minor), MendLabel
	}
	return "", fmt.Sprintf("%s has neither the label %s nor a data key %s", name, credentialLabel, credentialField), MendLabel
}

// otherTypes are the kinds of credentials that are no keys of key-auth.
var otherTypes = []string{"acl", "basic-auth", "hmac-auth", "jwt", "mtls-auth", "oauth2"}

// addKongConsumer adds a consumer and its credentials. One that is classless does not exist in
// Kong, and whatever is presented for it is refused.
func (f *Found) addKongConsumer(g *Gateway, o *manifest.Object, v *inventory.Version, classless bool) {
	username := nodes.Text(nodes.Field(o.Root, "username"))
	if username == "" {
		username = o.Name
	}
	consumer := sources.KongConsumer{Name: username}
	type keyed struct {
		found inventory.Found
		ref   sources.Position
		doubt string // why it is not known that the controller takes it for one; empty where it is
	}
	var list []keyed
	ignore := func(at sources.Position, why string, mend Mend, certain bool) {
		f.Ignored = append(f.Ignored, ignored{Unit: g.Unit, Namespace: g.Namespace, At: at, Object: "KongConsumer " + username, Why: why, Mend: mend, Certain: certain})
	}
	for _, n := range nodes.Items(nodes.Field(o.Root, "credentials")) {
		name, at := nodes.Text(n), o.Locate(n)
		secret := f.Find(g.Unit, "Secret", o.Namespace, name)
		if secret.Object == nil {
			ignore(at, secret.Why, MendReference, secret.Absent)
			if !secret.Absent {
				list = append(list, keyed{found: secret, ref: at})
			}
			continue
		}
		switch kind, why, mend := f.credentialType(secret.Object, v); kind {
		case "acl":
			if e, ok := f.Entry(secret.Object, "group"); ok && e.Value.IsKnown() {
				consumer.Groups = append(consumer.Groups, e.Value.Text().Reveal())
			}
		case "key-auth":
			doubt := ""
			if v == nil && nodes.Texts(nodes.Field(secret.Object.Root, "metadata", "labels"))[credentialLabel] == "" {
				doubt = fmt.Sprintf("%s has no label %s, without which it counts up to version 3.1, and the controller's is not known", inventory.Label(secret.Object), credentialLabel)
			}
			list = append(list, keyed{secret, at, doubt})
		case "":
			ignore(at, why, mend, true)
		default:
			e, _ := f.Entry(secret.Object, "key")
			label := secret.Object.Locate(nodes.Field(secret.Object.Root, "metadata", "labels", credentialLabel))
			if !slices.Contains(otherTypes, kind) || e.Value.IsKnown() && keys.Recognize(e.Value.Text()) != "" {
				ignore(label, fmt.Sprintf("the label konghq.com/credential of Secret %s is %q, and must be \"key-auth\"", name, kind), MendLabel, true)
			}
		}
	}
	g.Config.Consumers = append(g.Config.Consumers, consumer)
	before := len(g.Credentials)
	for _, k := range list {
		added := len(g.Credentials)
		if why := f.addKongSecret(g, consumer.Name, k.found, k.ref); why != "" {
			ignore(k.ref, why, MendDataKey, true)
		}
		for _, c := range g.Credentials[added:] {
			c.Binding.Doubt = k.doubt
		}
	}
	if other := f.otherClass(g.Unit, o); classless || other != "" {
		f.ignoreWhole(g.Unit, o, "KongConsumer "+username, other, g.Credentials[before:])
	}
}

// ignoreWhole remembers an object that the controller drops, and that the keys are not
// accepted that it was to bring. class is the controller's, where the object has another than that.
func (f *Found) ignoreWhole(u *render.Unit, o *manifest.Object, name, class string, credentials []*Credential) {
	has := "no class"
	if class != "" {
		has = "another class"
	}
	for _, c := range credentials {
		c.Binding.Value = keys.Unknown("the Ingress Controller passes over " + name + ", which has " + has)
	}
	f.Ignored = append(f.Ignored, ignored{
		Unit: u, Namespace: o.Namespace, At: o.Locate(nodes.Field(o.Root, "metadata", "name")), Object: name, Whole: true, Class: classOf(o), Wants: class, Certain: true, Credentials: credentials,
	})
}

// addKongSecret makes an accepted site of the key in a credential's Secret, or says why it holds
// none.
func (f *Found) addKongSecret(g *Gateway, username string, secret inventory.Found, ref sources.Position) (why string) {
	b := &inventory.Binding{Holder: "KongConsumer " + username, Consumer: username, Role: g.Config.Role(username), Value: keys.Unknown(secret.Why), Where: inventory.Stands(ref)}
	if secret.Object != nil {
		name := inventory.Label(secret.Object)
		e, ok := f.Entry(secret.Object, "key")
		if !ok {
			return name + " has no data key \"key\""
		}
		readFrom(b, secret, e, ref, "credentials of KongConsumer "+username)
	}
	if b.Slot, b.Role = settle(b.Role, keys.Name{}, b.Value); b.Slot != "" {
		g.Credentials = append(g.Credentials, &Credential{Consumer: username, At: ref, holder: b.Holder, Binding: b})
	}
	return ""
}

// readFrom makes a binding that of a Secret's entry, to which something refers.
func readFrom(b *inventory.Binding, secret inventory.Found, e manifest.Entry, ref sources.Position, by string) {
	file := sources.Position{File: e.At.File}
	b.Value, b.Entry = e.Value, &inventory.EntryRef{Object: secret.Object, Unit: secret.Unit, Key: e.Key}
	b.Where = inventory.Stands(ref, sources.Step{At: ref, Text: by}, sources.Step{At: file, Text: inventory.Label(secret.Object) + " " + e.Key})
	b.Where.Written = e.At
	for _, via := range e.Via {
		b.Where.Trace = append(b.Where.Trace, sources.Step{At: file, Text: via})
	}
	b.Where.Trace = append(b.Where.Trace, sources.Step{At: e.At, Text: "written here"})
}

// Mend is what of a credential is to be mended.
type Mend int

// What may be.
const (
	MendLabel     Mend = iota // the Secret's label
	MendField                 // the data key that stands for the label in old versions
	MendReference             // the name by which the consumer refers to it
	MendDataKey               // the data key that holds the key
)

// ignored is what the Ingress Controller passes over: a credential of a consumer, or an object as a
// whole.
type ignored struct {
	Unit        *render.Unit
	Namespace   string
	At          sources.Position
	Object      string // "KongConsumer anon"
	Why         string // of a credential
	Mend        Mend
	Whole       bool   // it is the object as a whole
	Class       string // of such an object; empty where it has none
	Wants       string // the controller's class, where the object has another
	Certain     bool
	Credentials []*Credential // those that are not accepted for that
}
