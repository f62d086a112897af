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
func (w *world) collectIngressController() {
	for _, u := range w.units {
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
				w.gateways = append(w.gateways, g)
			}
			w.addKongConsumer(g, o)
		}
	}
}

// credentialType is what kind of credential a Secret holds for the Ingress Controller:
// by its label, or by its data key; empty where nothing says so.
func (w *world) credentialType(o *render.Object) string {
	if label := labelsOf(sources.Field(o.Root, "metadata", "labels"))["konghq.com/credential"]; label != "" {
		return label
	}
	if e, ok := w.entry(o, "kongCredType"); ok && e.Value.IsKnown() {
		return e.Value.Text().Reveal()
	}
	return ""
}

func (w *world) addKongConsumer(g *gateway, o *render.Object) {
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
		f := w.find(g.unit, "Secret", o.Namespace, name)
		if f.object == nil {
			w.ignored = append(w.ignored, ignoredCredential{g, at, username, "it names the Secret " + name + ": " + f.why, f.absent})
			if !f.absent {
				list = append(list, keyed{f, at})
			}
			continue
		}
		switch kind := w.credentialType(f.object); kind {
		case "acl":
			if e, ok := w.entry(f.object, "group"); ok && e.Value.IsKnown() {
				consumer.Groups = append(consumer.Groups, e.Value.Text().Reveal())
			}
		case "key-auth":
			list = append(list, keyed{f, at})
		case "":
			w.ignored = append(w.ignored, ignoredCredential{g, at, username,
				fmt.Sprintf("Secret %s has neither the label konghq.com/credential nor a data key kongCredType", name), true})
		case "keyauth", "key_auth", "keyauth_credential", "apikey":
			w.ignored = append(w.ignored, ignoredCredential{g, at, username,
				fmt.Sprintf("the label konghq.com/credential of Secret %s is %q, and must be \"key-auth\"", name, kind), true})
		}
	}
	g.config.Consumers = append(g.config.Consumers, consumer)
	for _, k := range list {
		w.addKongSecret(g, consumer.Name, k.found, k.ref)
	}
}

// addKongSecret makes an accepted site of the key in a credential's Secret.
func (w *world) addKongSecret(g *gateway, username string, f found, ref sources.Position) {
	s := &Site{
		Standing: Accepted, Role: g.config.Role(username), Holder: "KongConsumer " + username, At: ref,
		Unit: g.unit, namespace: g.namespace, carrier: &carrier{name: g.name, file: ref.File},
		Value: keys.Unknown(f.why),
	}
	cred := &credential{consumer: username, at: ref, holder: s.Holder}
	if f.object != nil {
		name := labelOf(f.object)
		e, ok := w.entry(f.object, "key")
		if !ok {
			w.ignored = append(w.ignored, ignoredCredential{g, ref, username, name + " has no data key \"key\"", true})
			return
		}
		s.Value, s.Written, s.entry = e.Value, e.At, &entryRef{f.object, f.unit, "key"}
		s.Trace = []Step{{ref, "credentials of KongConsumer " + username}, {sources.Position{File: e.At.File}, name + " key"}}
		for _, via := range e.Via {
			s.Trace = append(s.Trace, Step{sources.Position{File: e.At.File}, via})
		}
		s.Trace = append(s.Trace, Step{e.At, "written here"})
	}
	w.settleSlot(s)
	if s.Slot == "" {
		return
	}
	cred.site = s
	g.credentials = append(g.credentials, cred)
	g.sites = append(g.sites, w.add(s))
}

// ignoredCredential is a credential that the Ingress Controller passes over.
type ignoredCredential struct {
	gateway  *gateway
	at       sources.Position
	consumer string
	why      string
	certain  bool
}
