package lint

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"

	"github.com/keylint/keylint/keys"
)

// joinSites lets every site join an instance, by the strongest evidence there is:
// where it lies, what it refers to, the Supabase URL beside it, its key, or there
// being one instance only. A site without evidence stays alone and cannot be told.
func (g *Grouping) joinSites() {
	deployed := append([]*Instance(nil), g.Instances...)
	byCarrier := map[*inventory.Carrier]*Instance{}
	for _, s := range g.Sites {
		if s.Unit != nil && !s.Unit.Deployed() {
			continue
		}
		if i := g.home(s, deployed); i != nil {
			i.Sites = append(i.Sites, s)
			byCarrier[s.Carrier] = i
		}
	}
	joined := map[*sites.Site]bool{}
	for _, i := range deployed {
		for _, s := range i.Sites {
			joined[s] = true
		}
	}
	byReference := g.references(deployed, joined)
	for _, s := range g.Sites {
		if joined[s] || s.Unit != nil && !s.Unit.Deployed() {
			continue
		}
		if i := g.joinOne(s, deployed, byReference); i != nil {
			i.Sites = append(i.Sites, s)
		}
	}
}

// home is the instance in whose nucleus a site lies.
func (g *Grouping) home(s *sites.Site, instances []*Instance) *Instance {
	for _, i := range instances {
		if i.Nucleus(s) {
			// An app that runs beside Supabase may still talk to a hosted project.
			if s.Standing == sites.Presented && s.Carrier.Backend == "" && s.HostedRef() != "" {
				return nil
			}
			return i
		}
	}
	// A service of the stack, or a Secret, in another namespace of the unit.
	if s.Unit == nil || !inventory.OwnServices[s.Carrier.Backend] && s.Standing != sites.Stored {
		return nil
	}
	return onlyOne(instances, func(i *Instance) bool { return i.Unit == s.Unit })
}

// references maps every entry that a joined site reads to its instance, so that the
// Secret behind it joins as well, and so does all else that reads it.
func (g *Grouping) references(instances []*Instance, joined map[*sites.Site]bool) map[inventory.EntryRef]*Instance {
	out := map[inventory.EntryRef]*Instance{}
	for _, i := range instances {
		for _, s := range i.Sites {
			if s.Entry != nil && joined[s] {
				out[*s.Entry] = i
			}
		}
	}
	return out
}

func (g *Grouping) joinOne(s *sites.Site, deployed []*Instance, byReference map[inventory.EntryRef]*Instance) *Instance {
	// configuration
	if s.Entry != nil {
		if i := byReference[*s.Entry]; i != nil {
			return i
		}
	}
	if i := declaredFor(s.At.File, deployed); i != nil {
		return i
	}
	// a hosted project, by its URL or by the reference in its key
	if ref := s.HostedRef(); ref != "" {
		return g.hosted(ref)
	}
	hosts := s.Hosts()
	reachable := func(i *Instance) bool { return s.Unit == nil || i.Unit == nil || !s.Unit.Apart(i.Unit) }
	if i := onlyOne(deployed, func(i *Instance) bool { return i.Answers(hosts) && reachable(i) }); i != nil {
		return i
	}
	// a service that is deployed apart, by its namespace and by its key
	if s.Carrier.Backend != "" {
		if i := nearestIn(s, deployed); i != nil {
			return i
		}
		return onlyOne(deployed, func(i *Instance) bool { return i.owns(s) })
	}
	// the same unit
	if s.Unit != nil {
		if i := onlyOne(deployed, func(i *Instance) bool { return i.Unit == s.Unit }); i != nil && !foreign(hosts, deployed) {
			return i
		}
	}
	// the same cluster, and best of all the same namespace of it
	if s.Unit != nil {
		if i := onlyOne(deployed, func(i *Instance) bool { return i.Unit.Together(s.Unit) && i.Namespace == s.Namespace }); i != nil && !foreign(hosts, deployed) {
			return i
		}
		if i := onlyOne(deployed, func(i *Instance) bool { return i.Unit.Together(s.Unit) }); i != nil && !foreign(hosts, deployed) {
			return i
		}
	}
	// the key itself
	if i := onlyOne(deployed, func(i *Instance) bool { return i.owns(s) }); i != nil {
		return i
	}
	if s.Carrier.Development || len(hosts) > 0 && foreign(hosts, deployed) || sites.IsLocal(hosts) {
		return nil
	}
	if s.Standing == sites.Verifying && s.Carrier.Backend == "" && !s.Name.Strong {
		return nil
	}
	if len(deployed) == 1 {
		return deployed[0]
	}
	return g.likeliest(s, deployed)
}

// nearestIn is the instance of the site's namespace that is nearest in the directory
// tree; nil where two are equally near.
func nearestIn(s *sites.Site, instances []*Instance) *Instance {
	var best *Instance
	nearest := -1
	for _, i := range instances {
		if i.Unit == nil || s.Unit == nil || i.Namespace != s.Namespace && i.Namespace != "" && s.Namespace != "" || alternatives(i.Unit, s.Unit) {
			continue
		}
		switch near := inventory.Nearness(i.Unit, s.Unit); {
		case near > nearest:
			best, nearest = i, near
		case near == nearest:
			best = nil
		}
	}
	return best
}

// onlyOne is the one instance for which the test holds; nil where there are several.
func onlyOne(instances []*Instance, test func(*Instance) bool) *Instance {
	var only *Instance
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

// Answers says whether one of the hosts is the instance's.
func (i *Instance) Answers(hosts []string) bool {
	for _, h := range hosts {
		if i.hosts[h] {
			return true
		}
	}
	return false
}

// owns says whether the site's key is one of the instance's own, or was signed with
// its JWT secret.
func (i *Instance) owns(s *sites.Site) bool {
	if !s.Value.IsKnown() {
		return false
	}
	for _, other := range i.Sites {
		if other.Value.Equal(s.Value) {
			return true
		}
		if other.Slot == keys.JWTSecret && i.signed.Verify(s, other) {
			return true
		}
	}
	return false
}

// hosted is the instance of a hosted project, made at its first site.
func (g *Grouping) hosted(ref string) *Instance {
	for _, i := range g.Instances {
		if i.Ref == ref {
			return i
		}
	}
	i := &Instance{Ref: ref, hosts: map[string]bool{}, signed: g.Signed}
	g.Instances = append(g.Instances, i)
	return i
}

// foreign says whether the hosts are certainly of none of the instances: each of them
// has a public address, and it is another.
func foreign(hosts []string, instances []*Instance) bool {
	if len(hosts) == 0 {
		return false
	}
	for _, i := range instances {
		if i.Answers(hosts) || !i.public {
			return false
		}
	}
	return true
}

// likeliest is the instance that a key was probably meant for which is none of
// anybody's: it is wrong whichever it was, as long as every instance's keys are known.
// The words of the paths decide: apps/web-prod goes with overlays/prod.
func (g *Grouping) likeliest(s *sites.Site, deployed []*Instance) *Instance {
	var best *Instance
	score := -1
	for _, i := range deployed {
		if !i.gateway || !i.knows(s.Role) {
			return nil
		}
		if n := SharedWords(s.Carrier.Name, i.Unit.Name+" "+i.Unit.Path); n > score {
			best, score = i, n
		}
	}
	return best
}

// knows says whether every accepted key of a role is known.
func (i *Instance) knows(role keys.Role) bool {
	for _, s := range i.Sites {
		if s.Standing == sites.Accepted && s.Role == role && !s.Value.IsKnown() {
			return false
		}
	}
	return true
}

var word = regexp.MustCompile(`[a-z0-9]+`)

// SharedWords counts the words of b that a has too.
func SharedWords(a, b string) int {
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
