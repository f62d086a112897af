package inventory

import (
	"cmp"
	"strings"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources/nodes"
)

// followed is an entry of a Secret that External Secrets Operator fills, whose store is a cluster:
// it is then the data key of a Secret there, which may be in the repository.
func (inv *Inventory) followed(o *manifest.Object, e manifest.Entry) manifest.Entry {
	if e.Remote == nil || e.Remote.Property == "" {
		return e // without a property it is the whole Secret, as JSON
	}
	u := inv.unitOf(o)
	if u == nil {
		return e
	}
	namespace, ok := inv.remoteNamespace(u, e.Remote)
	if !ok {
		return e
	}
	f := inv.Find(u, "Secret", namespace, e.Remote.Key)
	if f.Object == nil {
		if f.Outside {
			e.Value = e.Value.Renamed(ObjectName("Secret", namespace, e.Remote.Key) + "#" + e.Remote.Property)
		}
		return e
	}
	source, ok := inv.Entry(f.Object, e.Remote.Property)
	if !ok {
		return e
	}
	e.Via = append(append(e.Via[:len(e.Via):len(e.Via)], Label(f.Object)+" "+e.Remote.Property), source.Via...)
	e.Value, e.At, e.Place = valueOf(f.Object, source), source.At, source.Place
	e.SOPS, e.Sealed, e.Locked, e.NotBase64 = source.SOPS, source.Sealed, source.Locked, source.NotBase64
	return e
}

// remoteNamespace is the namespace that a store reads, where the cluster that it reads is the one
// that it stands in (external-secrets.io/docs: provider/kubernetes).
func (inv *Inventory) remoteNamespace(from *render.Unit, r *manifest.Remote) (namespace string, ok bool) {
	f := inv.Find(from, r.Kind, r.Namespace, r.Store)
	if f.Object == nil || !strings.HasPrefix(f.Object.APIVersion, "external-secrets.io/") {
		return "", false
	}
	provider := nodes.Field(f.Object.Root, "spec", "provider", "kubernetes")
	server := nodes.Text(nodes.Field(provider, "server", "url"))
	if provider == nil || server != "" && !strings.Contains(server, "kubernetes.default") || nodes.Field(provider, "authRef") != nil {
		return "", false
	}
	return cmp.Or(nodes.Text(nodes.Field(provider, "remoteNamespace")), "default"), true
}

// unitOf is the unit that has the object; nil where none does.
func (inv *Inventory) unitOf(o *manifest.Object) *render.Unit {
	if inv.units == nil {
		inv.units = map[*manifest.Object]*render.Unit{}
		for _, u := range inv.Units {
			for _, o := range u.Objects {
				inv.units[o] = u
			}
		}
	}
	return inv.units[o]
}
