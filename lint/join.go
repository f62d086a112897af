package lint

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// joinSites lets every site join an instance, by the strongest evidence there is:
// where it lies, what it refers to, the Supabase URL beside it, its key, or there
// being one instance only. A site without evidence stays alone and cannot be told.
func (g *grouping) joinSites() {
	deployed := append([]*instance(nil), g.instances...)
	byCarrier := map[*carrier]*instance{}
	for _, s := range g.sites {
		if s.Unit != nil && !s.Unit.Deployed() {
			continue
		}
		if i := g.home(s, deployed); i != nil {
			i.sites = append(i.sites, s)
			byCarrier[s.carrier] = i
		}
	}
	joined := map[*Site]bool{}
	for _, i := range deployed {
		for _, s := range i.sites {
			joined[s] = true
		}
	}
	byReference := g.references(deployed, joined)
	for _, s := range g.sites {
		if joined[s] || s.Unit != nil && !s.Unit.Deployed() {
			continue
		}
		if i := g.joinOne(s, deployed, byReference); i != nil {
			i.sites = append(i.sites, s)
		}
	}
}

// home is the instance in whose nucleus a site lies.
func (g *grouping) home(s *Site, instances []*instance) *instance {
	for _, i := range instances {
		if i.nucleus(s) {
			// An app that runs beside Supabase may still talk to a hosted project.
			if s.Standing == Presented && s.carrier.backend == "" && s.hostedRef() != "" {
				return nil
			}
			return i
		}
	}
	// A service of the stack, or a Secret, in another namespace of the unit.
	if s.Unit == nil || !ownServices[s.carrier.backend] && s.Standing != Stored {
		return nil
	}
	return onlyOne(instances, func(i *instance) bool { return i.unit == s.Unit })
}

// references maps every entry that a joined site reads to its instance, so that the
// Secret behind it joins as well, and so does all else that reads it.
func (g *grouping) references(instances []*instance, joined map[*Site]bool) map[entryRef]*instance {
	out := map[entryRef]*instance{}
	for _, i := range instances {
		for _, s := range i.sites {
			if s.entry != nil && joined[s] {
				out[*s.entry] = i
			}
		}
	}
	return out
}

func (g *grouping) joinOne(s *Site, deployed []*instance, byReference map[entryRef]*instance) *instance {
	// configuration
	if s.entry != nil {
		if i := byReference[*s.entry]; i != nil {
			return i
		}
	}
	if i := declaredFor(s.At.File, deployed); i != nil {
		return i
	}
	// a hosted project, by its URL or by the reference in its key
	if ref := s.hostedRef(); ref != "" {
		return g.hosted(ref)
	}
	hosts := s.hosts()
	reachable := func(i *instance) bool { return s.Unit == nil || i.unit == nil || !s.Unit.Apart(i.unit) }
	if i := onlyOne(deployed, func(i *instance) bool { return i.answers(hosts) && reachable(i) }); i != nil {
		return i
	}
	// a service that is deployed apart, by its namespace and by its key
	if s.carrier.backend != "" {
		if i := nearestIn(s, deployed); i != nil {
			return i
		}
		return onlyOne(deployed, func(i *instance) bool { return i.owns(s) })
	}
	// the same unit
	if s.Unit != nil {
		if i := onlyOne(deployed, func(i *instance) bool { return i.unit == s.Unit }); i != nil && !foreign(hosts, deployed) {
			return i
		}
	}
	// the same cluster, and best of all the same namespace of it
	if s.Unit != nil {
		if i := onlyOne(deployed, func(i *instance) bool { return i.unit.Together(s.Unit) && i.ns == s.namespace }); i != nil && !foreign(hosts, deployed) {
			return i
		}
		if i := onlyOne(deployed, func(i *instance) bool { return i.unit.Together(s.Unit) }); i != nil && !foreign(hosts, deployed) {
			return i
		}
	}
	// the key itself
	if i := onlyOne(deployed, func(i *instance) bool { return i.owns(s) }); i != nil {
		return i
	}
	if s.carrier.development || len(hosts) > 0 && foreign(hosts, deployed) || isLocal(hosts) {
		return nil
	}
	if s.Standing == Verifying && s.carrier.backend == "" && !s.name.Strong {
		return nil
	}
	if len(deployed) == 1 {
		return deployed[0]
	}
	return g.likeliest(s, deployed)
}

// nearestIn is the instance of the site's namespace that is nearest in the directory
// tree; nil where two are equally near.
func nearestIn(s *Site, instances []*instance) *instance {
	var best *instance
	nearest := -1
	for _, i := range instances {
		if i.unit == nil || s.Unit == nil || i.ns != s.namespace && i.ns != "" && s.namespace != "" || alternatives(i.unit, s.Unit) {
			continue
		}
		switch near := nearness(i.unit, s.Unit); {
		case near > nearest:
			best, nearest = i, near
		case near == nearest:
			best = nil
		}
	}
	return best
}

// onlyOne is the one instance for which the test holds; nil where there are several.
func onlyOne(instances []*instance, test func(*instance) bool) *instance {
	var only *instance
	for _, i := range instances {
		if test(i) {
			if only != nil {
				return nil
			}
			only = i
		}
	}
	return only
}

// answers says whether one of the hosts is the instance's.
func (i *instance) answers(hosts []string) bool {
	for _, h := range hosts {
		if i.hosts[h] {
			return true
		}
	}
	return false
}

// owns says whether the site's key is one of the instance's own, or was signed with
// its JWT secret.
func (i *instance) owns(s *Site) bool {
	if !s.Value.IsKnown() {
		return false
	}
	for _, other := range i.sites {
		if other.Value.Equal(s.Value) {
			return true
		}
		if other.Slot == keys.JWTSecret && i.signed.verify(s, other) {
			return true
		}
	}
	return false
}

// hosted is the instance of a hosted project, made at its first site.
func (g *grouping) hosted(ref string) *instance {
	for _, i := range g.instances {
		if i.ref == ref {
			return i
		}
	}
	i := &instance{ref: ref, hosts: map[string]bool{}, signed: g.signed}
	g.instances = append(g.instances, i)
	return i
}

// foreign says whether the hosts are certainly of none of the instances: each of them
// has a public address, and it is another.
func foreign(hosts []string, instances []*instance) bool {
	if len(hosts) == 0 {
		return false
	}
	for _, i := range instances {
		if i.answers(hosts) || !i.public {
			return false
		}
	}
	return true
}

// likeliest is the instance that a key was probably meant for which is none of
// anybody's: it is wrong whichever it was, as long as every instance's keys are known.
// The words of the paths decide: apps/web-prod goes with overlays/prod.
func (g *grouping) likeliest(s *Site, deployed []*instance) *instance {
	var best *instance
	score := -1
	for _, i := range deployed {
		if !i.gateway || !i.knows(s.Role) {
			return nil
		}
		if n := sharedWords(s.carrier.name, i.unit.Name+" "+i.unit.Path); n > score {
			best, score = i, n
		}
	}
	return best
}

// knows says whether every accepted key of a role is known.
func (i *instance) knows(role keys.Role) bool {
	for _, s := range i.sites {
		if s.Standing == Accepted && s.Role == role && !s.Value.IsKnown() {
			return false
		}
	}
	return true
}

var word = regexp.MustCompile(`[a-z0-9]+`)

func sharedWords(a, b string) int {
	words := map[string]bool{}
	for _, w := range word.FindAllString(strings.ToLower(a), -1) {
		words[w] = true
	}
	n := 0
	for _, w := range word.FindAllString(strings.ToLower(b), -1) {
		if words[w] {
			n++
		}
	}
	return n
}
