package lint

import (
	"fmt"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// collectIngressController finds the consumers of Kong's Ingress Controller: a
// KongConsumer names Secrets, of which those with the label of a key-auth credential hold
// a key (konghq.com/credential since KIC 3.0, the data key kongCredType before).
func (f *finder) collectIngressController() {
	for _, u := range f.units {
		byNamespace := map[string]*gateway{}
		for _, o := range u.Objects {
			if o.Kind != "KongConsumer" || !strings.HasPrefix(o.APIVersion, "configuration.konghq.com/") {
				continue
			}
			g := byNamespace[o.Namespace]
			if g == nil {
				g = &gateway{
					name: objectName("KongConsumers", "", u.Name), product: "Kong Ingress Controller", unit: u, namespace: o.Namespace,
					config: &sources.KongConfig{}, at: o.Locate(sources.Field(o.Root, "metadata", "name")),
				}
				byNamespace[o.Namespace] = g
				f.gateways = append(f.gateways, g)
			}
			f.addKongConsumer(g, o)
		}
	}
}

// credentialType is what kind of credential a Secret holds for the Ingress Controller:
// by its label, or by its data key; empty where nothing says so.
func (f *finder) credentialType(o *render.Object) string {
	if label := labelsOf(sources.Field(o.Root, "metadata", "labels"))["konghq.com/credential"]; label != "" {
		return label
	}
	if e, ok := f.entry(o, "kongCredType"); ok && e.Value.IsKnown() {
		return e.Value.Text().Reveal()
	}
	return ""
}

func (f *finder) addKongConsumer(g *gateway, o *render.Object) {
	username := sources.Text(sources.Field(o.Root, "username"))
	if username == "" {
		username = o.Name
	}
	consumer := sources.KongConsumer{Name: username}
	type keyed struct {
		found found
		ref   sources.Position
	}
	var list []keyed
	for _, n := range sources.Items(sources.Field(o.Root, "credentials")) {
		name, at := sources.Text(n), o.Locate(n)
		secret := f.find(g.unit, "Secret", o.Namespace, name)
		if secret.object == nil {
			f.ignored = append(f.ignored, ignoredCredential{g, at, username, "it names the Secret " + name + ": " + secret.why, secret.absent})
			if !secret.absent {
				list = append(list, keyed{secret, at})
			}
			continue
		}
		switch kind := f.credentialType(secret.object); kind {
		case "acl":
			if e, ok := f.entry(secret.object, "group"); ok && e.Value.IsKnown() {
				consumer.Groups = append(consumer.Groups, e.Value.Text().Reveal())
			}
		case "key-auth":
			list = append(list, keyed{secret, at})
		case "":
			f.ignored = append(f.ignored, ignoredCredential{g, at, username,
				fmt.Sprintf("Secret %s has neither the label konghq.com/credential nor a data key kongCredType", name), true})
		case "keyauth", "key_auth", "keyauth_credential", "apikey":
			f.ignored = append(f.ignored, ignoredCredential{g, at, username,
				fmt.Sprintf("the label konghq.com/credential of Secret %s is %q, and must be \"key-auth\"", name, kind), true})
		}
	}
	g.config.Consumers = append(g.config.Consumers, consumer)
	for _, k := range list {
		f.addKongSecret(g, consumer.Name, k.found, k.ref)
	}
}

// addKongSecret makes an accepted site of the key in a credential's Secret.
func (f *finder) addKongSecret(g *gateway, username string, secret found, ref sources.Position) {
	b := &binding{holder: "KongConsumer " + username, role: g.config.Role(username), value: keys.Unknown(secret.why), where: stands(ref)}
	if secret.object != nil {
		name := labelOf(secret.object)
		e, ok := f.entry(secret.object, "key")
		if !ok {
			f.ignored = append(f.ignored, ignoredCredential{g, ref, username, name + " has no data key \"key\"", true})
			return
		}
		file := sources.Position{File: e.At.File}
		b.value, b.entry = e.Value, &entryRef{secret.object, secret.unit, "key"}
		b.where.written = e.At
		b.where.trace = []sources.Step{{At: ref, Text: "credentials of KongConsumer " + username}, {At: file, Text: name + " key"}}
		for _, via := range e.Via {
			b.where.trace = append(b.where.trace, sources.Step{At: file, Text: via})
		}
		b.where.trace = append(b.where.trace, sources.Step{At: e.At, Text: "written here"})
	}
	if b.slot, b.role = settle(b.role, keys.Name{}, b.value); b.slot != "" {
		g.credentials = append(g.credentials, &credential{consumer: username, at: ref, holder: b.holder, binding: b})
	}
}

// ignoredCredential is a credential that the Ingress Controller passes over.
type ignoredCredential struct {
	gateway  *gateway
	at       sources.Position
	consumer string
	why      string
	certain  bool
}
