package lint

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/gateway"
	"github.com/keylint/keylint/sites/inventory"
)

// Instance is one Supabase deployment while it is being put together.
type Instance struct {
	Name      string
	Unit      *render.Unit // of its nucleus; nil for a hosted project
	Namespace string
	Parts     []part             // everything that the nucleus is made of, unit and ns first
	Ref       string             // project reference of a hosted project
	local     *sites.Local       // of the Supabase CLI; nil for what is deployed
	stack     *inventory.Carrier // the .env that is all that is known of it; nil for any other
	hosts     map[string]bool
	doors     *doors // its gateways, where it has several
	Sites     []*sites.Site

	verifying []*sites.Site // those of the first looked of Sites that are JWT secrets or JWKS
	looked    int

	extra         []gateway.Extra // what the gateway accepts beside the keys, from consumers that the user added
	signed        *signatures     // those of the whole run
	declared      []string        // patterns of paths that the configuration gives it
	declaredHosts []string        // hosts that the configuration gives it

	public    bool // it has an address other than the machine's and the cluster's own
	worldwide bool // and one that the world may use
	gateway   bool // a gateway's credentials are in sight
	backend   bool // a gateway or one of Supabase's own services runs here
}

// part is a namespace of a unit.
type part struct {
	unit *render.Unit
	ns   string
}

// Nucleus says whether the site lies where the instance itself does.
func (i *Instance) Nucleus(s *sites.Site) bool {
	return i.Holds(s.Unit, s.Namespace) || i.stack != nil && s.Carrier == i.stack
}

// Holds says whether a namespace of a unit is part of the nucleus.
func (i *Instance) Holds(u *render.Unit, ns string) bool {
	for _, p := range i.Parts {
		if p.unit == u && p.ns == ns {
			return true
		}
	}
	return false
}

// IsLocal says that the instance runs on a developer's machine only, with keys that everybody has.
func (i *Instance) IsLocal() bool {
	return i.local != nil || i.stack != nil && i.stack.Development
}

// Grouping puts the instances together.
type Grouping struct {
	*sites.Collection
	Config    Config
	Instances []*Instance
	Signed    *signatures
	joined    map[*sites.Site]Joined
	torn      map[*sites.Site][]*Instance // of a site that several instances may be meant by: these
}

// Group finds the nuclei, then lets every other site join one.
//
// A nucleus is a namespace of a unit in which a gateway with Supabase's consumers, or a
// service that is Supabase's alone, runs, or where there is none, in which the stack's own Secret lies. Two overlays of
// one base are two units, and so two instances.
func Group(c *sites.Collection, config Config) *Grouping {
	g := &Grouping{Collection: c, Config: config, Signed: newSignatures()}
	g.boundSignatures()
	for _, u := range g.Units {
		if u.Deployed() {
			g.Instances = append(g.Instances, g.nuclei(u)...)
		}
	}
	g.mergeParts()
	g.findHosts()
	g.declareInstances()
	for _, i := range g.Instances {
		for _, gw := range g.Gateways {
			if i.Holds(gw.Unit, gw.Namespace) && gw.Idle() == "" {
				i.extra = append(i.extra, gw.Extra...)
			}
		}
	}
	var locals []*Instance
	for _, l := range g.Locals {
		locals = append(locals, &Instance{Unit: l.Unit, Parts: []part{{l.Unit, ""}}, local: l, hosts: map[string]bool{l.Host: true}, signed: g.Signed})
	}
	g.joinSites(locals, g.stackEnvs())
	g.Instances = slices.DeleteFunc(g.Instances, func(i *Instance) bool { return len(i.Sites) == 0 })
	g.nameInstances()
	g.setTextsAside()
	sort.SliceStable(g.Instances, func(a, b int) bool { return g.Instances[a].Name < g.Instances[b].Name })
	return g
}

func (g *Grouping) nuclei(u *render.Unit) []*Instance {
	byNamespace := map[string]*Instance{}
	at := func(ns string) *Instance {
		if byNamespace[ns] == nil {
			byNamespace[ns] = &Instance{Unit: u, Namespace: ns, Parts: []part{{u, ns}}, hosts: map[string]bool{}, signed: g.Signed}
		}
		return byNamespace[ns]
	}
	for _, gw := range g.Gateways {
		if gw.Unit == u && gw.Presentable() {
			at(gw.Namespace).gateway = true
			at(gw.Namespace).backend = true
		}
	}
	for _, c := range g.Containers {
		if c.Unit == u && inventory.OwnServices[c.Carrier.Backend] {
			at(c.Namespace).backend = true
		}
	}
	if len(byNamespace) == 0 {
		for ns, slots := range g.storedSlots(u) {
			if slots[keys.JWTSecret] && (slots[keys.Anon] || slots[keys.ServiceRole]) {
				at(ns)
			}
		}
	}
	return foldBackends(byNamespace)
}

// foldBackends merges the namespaces that have services but no gateway into the one
// that has one, if there is just one: the services may run apart from their gateway.
func foldBackends(byNamespace map[string]*Instance) []*Instance {
	var all, gateways []*Instance
	for _, i := range byNamespace {
		all = append(all, i)
		if i.gateway {
			gateways = append(gateways, i)
		}
	}
	sort.Slice(all, func(a, b int) bool { return all[a].Namespace < all[b].Namespace })
	if len(gateways) != 1 {
		return all
	}
	for _, i := range all {
		if i != gateways[0] {
			gateways[0].Parts = append(gateways[0].Parts, i.Parts...)
		}
	}
	return gateways
}

// storedSlots lists, for each namespace, the slots that Secrets hold.
func (g *Grouping) storedSlots(u *render.Unit) map[string]map[keys.Slot]bool {
	out := map[string]map[keys.Slot]bool{}
	for _, s := range g.Sites {
		if s.Unit == u && s.Standing == sites.Stored {
			if out[s.Namespace] == nil {
				out[s.Namespace] = map[keys.Slot]bool{}
			}
			out[s.Namespace][s.Slot] = true
		}
	}
	return out
}

// mergeParts puts together what is deployed in pieces: a Secret, or services without a
// gateway, in a directory or root of their own become part of the one instance of the
// same namespace that has the gateway, the nearest in the directory tree. Where two are
// equally near they stay alone. Units that define an object of the same name are
// alternatives, such as two overlays, and never pieces of one.
func (g *Grouping) mergeParts() {
	g.mergeNamespaces()
	into := map[*Instance]*Instance{}
	for _, i := range g.Instances {
		if target := g.missingHalf(i); target != nil {
			into[i] = target
		}
	}
	both := map[*Instance]bool{} // two deployments of one project never become one
	for i, target := range into {
		for k, other := range into {
			both[i] = both[i] || other == target && k.Unit.Another(i.Unit)
		}
	}
	for i := range both {
		if both[i] {
			delete(into, i)
		}
	}
	var kept []*Instance
	for _, i := range g.Instances {
		target := into[i]
		if target == nil {
			kept = append(kept, i)
			continue
		}
		for into[target] != nil { // a Secret goes to the services, and these to their gateway
			target = into[target]
		}
		target.Parts = append(target.Parts, i.Parts...)
	}
	g.Instances = kept
}

// mergeNamespaces puts together what several units deploy to one namespace of one cluster,
// unless each has a gateway of its own.
func (g *Grouping) mergeNamespaces() {
	var kept []*Instance
	for _, i := range g.Instances {
		var into *Instance
		for _, k := range kept {
			if k.Unit != i.Unit && k.Unit.Together(i.Unit) && k.Namespace == i.Namespace && !(k.gateway && i.gateway) {
				into = k
			}
		}
		if into == nil {
			kept = append(kept, i)
			continue
		}
		if i.gateway { // which gives the instance its name
			into.Unit, into.Parts = i.Unit, append(i.Parts, into.Parts...)
		} else {
			into.Parts = append(into.Parts, i.Parts...)
		}
		into.gateway, into.backend = into.gateway || i.gateway, into.backend || i.backend
	}
	g.Instances = kept
}

// missingHalf is the instance that has what i lacks: a gateway, or services at all.
func (g *Grouping) missingHalf(i *Instance) *Instance {
	if i.gateway {
		return nil
	}
	for _, other := range g.Instances {
		if i.Unit.Over != nil && other.Unit == i.Unit.Over {
			return other
		}
	}
	for _, has := range []func(*Instance) bool{
		func(o *Instance) bool { return o.gateway },
		func(o *Instance) bool { return o.backend && !i.backend },
	} {
		var best *Instance
		nearest := -1
		for _, other := range g.Instances {
			if other == i || !has(other) || other.Namespace != i.Namespace && i.Namespace != "" && other.Namespace != "" || alternatives(i.Unit, other.Unit) {
				continue
			}
			switch near := inventory.Nearness(i.Unit, other.Unit); {
			case near > nearest:
				best, nearest = other, near
			case near == nearest:
				best = nil
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

// alternatives says whether two units define an object of the same kind and name, or
// reach different clusters, for all that is known.
func alternatives(a, b *render.Unit) bool {
	if a.Apart(b) || a.Perhaps(b) || startApart(a, b) || a.Another(b) {
		return true
	}
	names := map[string]bool{}
	for _, o := range a.Objects {
		if o.Kind != "Namespace" && !(a.Together(b) && a != b) {
			names[o.Kind+" "+o.Name] = true
		}
	}
	for _, o := range b.Objects {
		if names[o.Kind+" "+o.Name] {
			return true
		}
	}
	return a == b
}

// startApart says whether two units are started each by itself: compose projects of two directories, or
// one in place of the other, or one of them and what is applied to a cluster.
func startApart(a, b *render.Unit) bool {
	if a.Compose != nil && b.Compose != nil {
		return a.Compose.Dir() != b.Compose.Dir() || insteadOf(a, b) || insteadOf(b, a)
	}
	return a.Compose != nil && len(b.Objects) > 0 || b.Compose != nil && len(a.Objects) > 0
}

// insteadOf says whether a compose file is started in place of another, or of what is laid over that.
func insteadOf(a, b *render.Unit) bool {
	return a.Instead != nil && (a.Instead.Path == b.Path || b.Over != nil && a.Instead.Path == b.Over.Path)
}

// nameInstances names each by its unit, and by its namespace where the unit, or one that is
// called like it, holds several.
func (g *Grouping) nameInstances() {
	perUnit := map[string]int{}
	for _, i := range g.Instances {
		if i.Unit != nil {
			perUnit[i.Unit.Name]++
		}
	}
	for _, i := range g.Instances {
		switch {
		case len(i.declared) > 0: // the configuration named it
		case i.Ref != "":
			i.Name = "hosted project " + i.Ref
		case perUnit[i.Unit.Name] > 1:
			i.Name = fmt.Sprintf("%s, namespace %s", i.Unit.Name, i.Namespace)
		case i.stack != nil:
			i.Name = i.Unit.Name + ", which nothing here reads"
		case i.Unit.Name == ".":
			i.Name = "the repository's root"
		default:
			i.Name = i.Unit.Name
		}
	}
}

// identity is what makes it this instance, whatever else is deployed.
func (i *Instance) identity() string {
	switch {
	case len(i.declared) > 0 || i.Ref != "" || i.Unit == nil:
		return i.Name
	}
	parts := []string{string(i.Unit.Kind), i.Unit.Path, i.Unit.Declared.File, i.Namespace}
	if i.Unit.Compose != nil && i.Unit.Name != i.Unit.Path { // one of several deployments of a project
		parts = append(parts, i.Unit.Name)
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}
