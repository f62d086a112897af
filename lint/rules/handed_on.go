package rules

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// handedOn is a file whose ciphertext a deployer carries as it is.
type handedOn struct {
	form  keys.Form
	bears string // what has the ciphertext in the cluster: "Secret supabase/supabase-keys"
	at    lint.Place
	units []*render.Unit
	sites []*sites.Site
}

// checkHandedOn reports each file whose ciphertext reaches the cluster, once a form and a deployer, with what
// it deploys.
// Whoever is fed by it gets ciphertext for a key.
func checkHandedOn(p *lint.Pass) {
	var order []*handedOn
	type one struct {
		file string
		form keys.Form
		by   render.Deployer
	}
	known := map[one]*handedOn{}
	take := func(form keys.Form, bears string, at sources.Position, name string, u *render.Unit) *handedOn {
		key := one{at.File, form, u.By}
		h := known[key]
		if h == nil {
			h = &handedOn{form: form, bears: bears, at: lint.AtValue(at, name)}
			known[key] = h
			order = append(order, h)
		}
		if !slices.Contains(h.units, u) {
			h.units = append(h.units, u)
		}
		return h
	}
	for _, u := range p.Units { // values of a chart, which are no sites as long as they are not known: they name the place
		for _, o := range u.Objects {
			if o.Kind != "Secret" || !o.GivesValues {
				continue
			}
			for _, e := range p.Entries(o) {
				if e.SOPS && u.Opening(keys.BySOPS, e.At.File) == render.HandedOn {
					take(keys.BySOPS, inventory.Label(o), e.At, inventory.Label(o)+" "+e.Key, u)
				}
			}
		}
	}
	for _, s := range sites.Sorted(p.Sites) {
		if s.HandedOn() && !s.Form.IsReference() && !p.Explained(s) {
			bears, name := s.CarrierName(), ""
			if s.Entry != nil {
				bears = inventory.Label(s.Entry.Object)
				name = bears + " " + s.Entry.Key
			}
			h := take(s.Form, bears, s.Written, name, s.DeployedIn())
			h.sites = append(h.sites, s)
		}
	}
	for _, h := range order {
		u := h.units[0]
		d := lint.Draft{
			Place: h.at, Cause: notOpened[u.By],
			Message: fmt.Sprintf("%s reaches the cluster as %s ciphertext: %s", h.bears, h.form, handsOnBecause(u)),
		}
		if h.form != keys.BySOPS {
			d.Cause = openedByNobody.With(string(h.form))
			d.Message = fmt.Sprintf("%s reaches the cluster as %s ciphertext: %s does not decrypt it", h.bears, h.form, u.Name)
		}
		if len(h.sites) > 0 {
			d.Instance = p.NameOf(h.sites[0])
		}
		d.Instance = cmp.Or(d.Instance, p.NameIn(u, ""))
		for _, u := range h.units {
			if u.Declared.File != "" {
				d.Related = append(d.Related, lint.Related{At: u.Declared, Holder: u.Name, AtName: true})
			}
		}
		p.Report(d)
		p.Explain(h.sites...)
		p.Affect(affectedBy(h)...)
	}
}

// affectedBy are the sites that are right where they are written, and get ciphertext: all but those of the
// file itself.
func affectedBy(h *handedOn) []*sites.Site {
	return slices.DeleteFunc(slices.Clone(h.sites), func(s *sites.Site) bool { return s.At == s.Written })
}

// notOpened is what mends it that SOPS' ciphertext is carried as it is.
var notOpened = map[render.Deployer]lint.Cause{
	render.Flux: {Name: "not-decrypted", Advice: "Add decryption: {provider: sops, secretRef: {name: …}} to that Kustomization."},
	render.ArgoCD: {Name: "not-generated", Advice: "List the file in a ksops generator and not below resources, a chart's values file as secrets://FILE (helm-secrets); " +
		"or let the cluster open it: a SealedSecret, an ExternalSecret."},
	render.Helmfile: {Name: "not-below-secrets", Advice: "List the file below the release's secrets:, which helm-secrets decrypts, and not below values:."},
}

// openedByNobody is what mends it where no deployer knows the form.
var openedByNobody = lint.Cause{Name: "opened-by-nobody", Advice: "Decrypt what %s encrypted before it gets there, or encrypt it with what the deployer opens: SOPS, a SealedSecret."}

// handsOnBecause says why SOPS' ciphertext is carried as it is.
func handsOnBecause(u *render.Unit) string {
	switch u.By {
	case render.Flux:
		return u.Name + " has no spec.decryption, so Flux applies the file as it is"
	case render.Helmfile:
		return u.Name + " takes the file below values:, where nothing decrypts it"
	}
	return u.Name + " takes the file as it is, and Argo CD decrypts nothing by itself"
}

// checkUnresolved reports each reference to a store that is carried as it is: the reference itself is then
// the key.
func checkUnresolved(p *lint.Pass) {
	isUnresolved := func(s *sites.Site) bool { return s.Form.IsReference() && s.HandedOn() }
	p.EachPlaceOf(isUnresolved, func(group []*sites.Site) {
		first := lint.Principal(group)
		u := first.DeployedIn()
		d := lint.Draft{
			Place: lint.AtValue(first.Written, ""), Instance: p.NameOf(first), Trace: first.Trace, Cause: unresolved.With(string(first.Form)),
			Message: fmt.Sprintf("%s is a reference that only %s resolves, and %s does not run it: that very text becomes the key", first.Holder, first.Form, u.Name),
		}
		if u.Declared.File != "" {
			d.Related = []lint.Related{{At: u.Declared, Holder: u.Name, AtName: true}}
		}
		p.Report(d)
		p.Explain(group...)
		for _, s := range group {
			if s.At != s.Written {
				p.Affect(s)
			}
		}
	})
}

var unresolved = lint.Cause{Name: "reference-unresolved", Advice: "Let External Secrets make a Secret of what the store holds, and take the key from there (valuesFrom, secretKeyRef); or run %s where the manifests are made."}
