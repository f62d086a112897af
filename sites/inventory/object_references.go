package inventory

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// Beside the pods in an object there may be fields by which a controller is told of a Secret or a ConfigMap: anonKeySecretRef: {name: …,
// key: …}. That it takes a key from there is a site, though what it does with it is not known.

// reference is such a field.
type reference struct {
	kind      string
	name, key *yaml.Node // key is nil where it names the object as a whole
	called    string     // what it is for, by the fields above it
	namespace string
}

// addressField is a field that holds a URL.
type addressField struct {
	name  string
	value *yaml.Node
}

// refer takes up what a field of a mapping refers to.
func (f *inside) refer(field string, value *yaml.Node, in surroundings) {
	value = nodes.Follow(value)
	kind := ""
	switch small := strings.ToLower(field); {
	case value == nil:
		return
	case value.Kind == yaml.ScalarNode && (strings.HasPrefix(value.Value, "http://") || strings.HasPrefix(value.Value, "https://")):
		f.addresses = append(f.addresses, addressField{field, value}, addressField{in.key + "_" + field, value})
		return
	case strings.Contains(small, "secret"):
		kind = "Secret"
	case strings.Contains(small, "configmap"):
		kind = "ConfigMap"
	default:
		return
	}
	named := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		named = value.Content
	}
	for _, n := range named {
		r := reference{kind: kind, name: nodes.Field(n, "name"), key: nodes.Field(n, "key"), called: meaning(field, in.called), namespace: in.namespace}
		if n = nodes.Follow(n); n != nil && n.Kind == yaml.ScalarNode {
			r.name = n
		}
		if nodes.Text(r.name) != "" {
			f.references = append(f.references, r)
		}
	}
}

// meaning is what a field is for that refers to something: "anonKey" of anonKeySecretRef; the field above it where its own name says nothing.
func meaning(field, above string) string {
	for _, suffix := range []string{"ValueFrom", "SecretKeyRef", "ConfigMapKeyRef", "SecretRef", "ConfigMapRef", "KeyRef", "Ref", "SecretName", "Secret", "ConfigMap", "From"} {
		if at := len(field) - len(suffix); at >= 0 && strings.EqualFold(field[at:], suffix) {
			field = field[:at]
			break
		}
	}
	if field == "" {
		return above
	}
	return field
}

// otherReaders are the groups whose kinds take no key of Supabase's from a Secret, or fill it: certificates, databases, stores.
var otherReaders = []string{
	"cert-manager.io", "cnpg.io", "zalan.do", "networking.k8s.io", "gateway.networking.k8s.io", "traefik.io", "traefik.containo.us", "velero.io", "monitoring.coreos.com",
	"konghq.com", "envoyproxy.io", "infisical.com", "doppler.com", "hashicorp.com", "onepassword.com", "isindir.github.com", "secrets-store.csi.x-k8s.io", "bitwarden.com",
	"ricoberger.de", "spv.no", "mittwald.de", "1password.com", "upbound.io",
}

// ReferenceCarriers are the objects that refer to a data key with a key of Supabase's from somewhere else than a container. Of one that refers to
// a whole Secret it is told that nothing is known of it.
func (inv *Inventory) ReferenceCarriers() []*Carrier {
	var out []*Carrier
	holding := map[*manifest.Object]bool{}
	inv.eachObject(func(u *render.Unit, o *manifest.Object) {
		in := inv.inside(o)
		if !u.Deployed() || len(in.references) == 0 {
			return
		}
		c := &Carrier{
			Kind: InContainer, Name: Label(o), File: o.File, Unit: u, Namespace: o.Namespace, Doubt: "what a " + sources.Shown(o.Kind) + " does with it is not known",
		}
		for _, a := range in.addresses {
			c.URLs = append(c.URLs, inv.URLs([]*Binding{{Name: a.name, Value: keys.Known(keys.NewText(nodes.Text(a.value))), Where: Stands(o.Locate(a.value))}})...)
		}
		told := map[*manifest.Object]bool{}
		for _, r := range in.references {
			if !inv.Repo.Spend(inv.costOf(cmp.Or(nodes.Text(r.key), r.called), keys.Value{})) {
				inv.Repo.Note(sources.NoteBound, sources.Position{File: o.File}, "to follow all that objects refer to is "+sources.TooMuch+"; some of it is not followed")
				break
			}
			f := inv.Find(u, r.kind, r.namespace, nodes.Text(r.name))
			switch {
			case r.key != nil:
				b := inv.referred(o, r, f)
				if len(c.URLs) > 0 || strings.Contains(strings.ToLower(o.APIVersion+o.Kind+r.called+nodes.Text(r.name)), "supabase") {
					b.Asked = inv.Names.Of(b.Name).Slot
				}
				c.Bindings = append(c.Bindings, b)
			case f.Object != nil && !told[f.Object] && !slices.ContainsFunc(otherReaders, func(group string) bool { return isOfGroup(o, group) }) && inv.isOfSupabase(f, holding):
				told[f.Object] = true
				inv.Repo.NoteOf(Label(o), sources.NoteNotFetched, o.Locate(r.name), Label(o)+" takes "+Label(f.Object)+", and which of its keys it uses, and for what, is not known")
			}
		}
		if len(c.Bindings) > 0 {
			out = append(out, c)
		}
	})
	return out
}

// referred is the value of a data key that an object refers to.
func (inv *Inventory) referred(o *manifest.Object, r reference, f Found) *Binding {
	at := func() sources.Position { return o.Locate(r.key) }
	key := nodes.Text(r.key)
	b := &Binding{Name: key, Holder: Label(o) + " " + keys.ShownVariable(r.called), locate: func() Placement { return Stands(at()) }}
	if inv.Names.Of(r.called).Slot != "" {
		b.Name = r.called
	}
	if f.Object == nil {
		b.Value = keys.Unknown(f.Why)
		return b
	}
	e, ok := inv.Entry(f.Object, key)
	if !ok {
		b.Value = keys.Unknown(Label(f.Object) + " has no data key " + keys.ShownName(inv.Repo.Ledger().Scrub(key)))
		return b
	}
	b.fromEntry(f, e, "reference", at)
	return b
}

// isOfSupabase says whether a Secret or a ConfigMap holds keys of Supabase's. Of each that is remembered.
func (inv *Inventory) isOfSupabase(f Found, known map[*manifest.Object]bool) bool {
	is, seen := known[f.Object]
	if !seen {
		is = slices.ContainsFunc(inv.Entries(f.Object), func(e manifest.Entry) bool {
			return inv.Names.Of(e.Key).Strong || e.Value.IsKnown() && keys.Recognize(e.Value.Text()) != ""
		}) || inv.isSupabaseObject(&EntryRef{f.Object, f.Unit, "JWT_SECRET"})
		known[f.Object] = is
	}
	return is
}
