package gateway

import (
	"fmt"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// collectIngressController finds the consumers of Kong's Ingress Controller: a
// KongConsumer names Secrets, of which those with the label of a key-auth credential hold
// a key (konghq.com/credential since KIC 3.0, the data key kongCredType before).
func (f *Found) collectIngressController() {
	for _, u := range f.Units {
		byNamespace := map[string]*Gateway{}
		for _, o := range u.Objects {
			if o.Kind != "KongConsumer" || !strings.HasPrefix(o.APIVersion, "configuration.konghq.com/") {
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
			f.addKongConsumer(g, o)
		}
	}
}

// credentialType is what kind of credential a Secret holds for the Ingress Controller:
// by its label, or by its data key; empty where nothing says so.
func (f *Found) credentialType(o *manifest.Object) string {
	if label := nodes.Texts(nodes.Field(o.Root, "metadata", "labels"))["konghq.com/credential"]; label != "" {
		return label
	}
	if e, ok := f.Entry(o, "kongCredType"); ok && e.Value.IsKnown() {
		return e.Value.Text().Reveal()
	}
	return ""
}

func (f *Found) addKongConsumer(g *Gateway, o *manifest.Object) {
	username := nodes.Text(nodes.Field(o.Root, "username"))
	if username == "" {
		username = o.Name
	}
	consumer := sources.KongConsumer{Name: username}
	type keyed struct {
		found inventory.Found
		ref   sources.Position
	}
	var list []keyed
	for _, n := range nodes.Items(nodes.Field(o.Root, "credentials")) {
		name, at := nodes.Text(n), o.Locate(n)
		secret := f.Find(g.Unit, "Secret", o.Namespace, name)
		if secret.Object == nil {
			f.Ignored = append(f.Ignored, ignoredCredential{g, at, username, "it names the Secret " + name + ": " + secret.Why, secret.Absent})
			if !secret.Absent {
				list = append(list, keyed{secret, at})
			}
			continue
		}
		switch kind := f.credentialType(secret.Object); kind {
		case "acl":
			if e, ok := f.Entry(secret.Object, "group"); ok && e.Value.IsKnown() {
				consumer.Groups = append(consumer.Groups, e.Value.Text().Reveal())
			}
		case "key-auth":
			list = append(list, keyed{secret, at})
		case "":
			f.Ignored = append(f.Ignored, ignoredCredential{g, at, username,
				fmt.Sprintf("Secret %s has neither the label konghq.com/credential nor a data key kongCredType", name), true})
		case "keyauth", "key_auth", "keyauth_credential", "apikey":
			f.Ignored = append(f.Ignored, ignoredCredential{g, at, username,
				fmt.Sprintf("the label konghq.com/credential of Secret %s is %q, and must be \"key-auth\"", name, kind), true})
		}
	}
	g.Config.Consumers = append(g.Config.Consumers, consumer)
	for _, k := range list {
		f.addKongSecret(g, consumer.Name, k.found, k.ref)
	}
}

// addKongSecret makes an accepted site of the key in a credential's Secret.
func (f *Found) addKongSecret(g *Gateway, username string, secret inventory.Found, ref sources.Position) {
	b := &inventory.Binding{Holder: "KongConsumer " + username, Consumer: username, Role: g.Config.Role(username), Value: keys.Unknown(secret.Why), Where: inventory.Stands(ref)}
	if secret.Object != nil {
		name := inventory.Label(secret.Object)
		e, ok := f.Entry(secret.Object, "key")
		if !ok {
			f.Ignored = append(f.Ignored, ignoredCredential{g, ref, username, name + " has no data key \"key\"", true})
			return
		}
		file := sources.Position{File: e.At.File}
		b.Value, b.Entry = e.Value, &inventory.EntryRef{Object: secret.Object, Unit: secret.Unit, Key: "key"}
		b.Where.Written = e.At
		b.Where.Trace = []sources.Step{{At: ref, Text: "credentials of KongConsumer " + username}, {At: file, Text: name + " key"}}
		for _, via := range e.Via {
			b.Where.Trace = append(b.Where.Trace, sources.Step{At: file, Text: via})
		}
		b.Where.Trace = append(b.Where.Trace, sources.Step{At: e.At, Text: "written here"})
	}
	if b.Slot, b.Role = settle(b.Role, keys.Name{}, b.Value); b.Slot != "" {
		g.Credentials = append(g.Credentials, &Credential{Consumer: username, At: ref, holder: b.Holder, Binding: b})
	}
}

// ignoredCredential is a credential that the Ingress Controller passes over.
type ignoredCredential struct {
	Gateway  *Gateway
	At       sources.Position
	Consumer string
	Why      string
	Certain  bool
}
