package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
)

// Where several instances answer at the URL beside a key, such as an old and a new stack of one
// host, the one that happens to hold the key is not thereby the one that is meant. What is right
// for each of them, or wrong for each, is so whichever is in force; all else cannot be told.

// candidates are the instances that a site may be meant for: those that answer at the URL beside
// it, or lie in the namespace that this names, and all where there is none of either.
func (w *joining) candidates(s *sites.Site) []*Instance {
	if all := w.named(s); len(all) > 0 {
		return all
	}
	return w.deployed
}

// named are the instances that the URL beside a site leads to. One that the configuration gives
// the host, and one of which something runs, goes before the others.
func (w *joining) named(s *sites.Site) []*Instance {
	hosts := s.Hosts()
	namespaces := sites.Namespaces(hosts)
	for _, test := range []func(*Instance) bool{
		func(i *Instance) bool { return i.declares(hosts) },
		func(i *Instance) bool { return i.Answers(hosts) && i.runs() },
		func(i *Instance) bool { return i.Answers(hosts) },
		func(i *Instance) bool { return i.lies(namespaces) },
		func(i *Instance) bool { return len(namespaces) > 0 && i.lies(anywhere) },
	} {
		var all []*Instance
		for _, i := range slices.Concat(w.deployed, w.localsFor(s), w.stacks) {
			if test(i) && (s.Unit == nil || !s.Unit.Apart(i.Unit)) {
				all = append(all, i)
			}
		}
		if len(all) > 0 {
			return all
		}
	}
	return nil
}

// localsFor are the stacks of the Supabase CLI that serve the project in which the site lies, and
// all where none does.
func (w *joining) localsFor(s *sites.Site) []*Instance {
	var own []*Instance
	nearest := -1
	for _, i := range w.locals {
		project := i.local.Project()
		switch n := len(project); {
		case project != "." && !strings.HasPrefix(s.At.File, project+"/") || n < nearest:
		case n > nearest:
			own, nearest = []*Instance{i}, n
		default:
			own = append(own, i)
		}
	}
	if len(own) == 0 {
		return w.locals
	}
	return own
}

// declares says whether the configuration gives the instance one of the hosts.
func (i *Instance) declares(hosts []string) bool {
	return slices.ContainsFunc(hosts, func(h string) bool { return slices.Contains(i.declaredHosts, h) })
}

// runs says whether a gateway's credential, or a service that checks signatures, has an effect
// in the instance.
func (i *Instance) runs() bool {
	return i.local != nil || i.stack == nil && slices.ContainsFunc(i.Sites, func(s *sites.Site) bool {
		return (s.Standing == sites.Accepted || s.Standing == sites.Verifying) && s.Idle == "" && i.Nucleus(s)
	})
}

// byAllOfURL places what is of one mind with each of the instances that answer at its URL, or with
// none of them. Of what is right for some it remembers that nobody can tell.
func byAllOfURL(w *joining, s *sites.Site) *Instance {
	several := w.named(s)
	switch {
	case len(several) == 1 && perhaps(s, several[0]):
		w.torn[s] = several
		return nil
	case len(several) < 2:
		return nil
	}
	first := several[0].holds(s)
	for _, i := range several {
		if answer := i.holds(s); answer == unclear || answer != first {
			w.torn[s] = several
			return nil
		}
	}
	return nearestByWords(s, several)
}

// perhaps says whether the site and the instance may be in one cluster, and may not, where no address
// that the world may use leads from the one to the other.
func perhaps(s *sites.Site, i *Instance) bool {
	return s.Unit != nil && s.Unit.Perhaps(i.Unit) && !slices.ContainsFunc(s.Hosts(), func(h string) bool {
		return strings.Contains(h, ".") && len(sites.Namespaces([]string{h})) == 0
	})
}

// holds says whether the instance has the site's value in the place that counts: in the gateway's
// list, or else where its keys are stored, or checked with.
func (i *Instance) holds(s *sites.Site) answer {
	if i.Lists(s) || i.local != nil && i.local.Gives(s) {
		return Yes
	}
	for _, standing := range []sites.Standing{sites.Accepted, sites.Stored, sites.Verifying} {
		found := unclear
		for _, other := range i.Sites {
			switch {
			case other == s || other.Standing != standing || other.Role != s.Role || other.Idle != "" || !i.Nucleus(other):
			case s.Role == keys.Signing && other.Slot != s.Slot:
			case other.Value.Same(s.Value):
				return Yes
			case !other.Value.IsKnown() || !s.Value.IsKnown():
				return unclear
			default:
				found = No
			}
		}
		if found == No {
			return No
		}
	}
	return unclear
}

// whyTorn says between which instances a site cannot choose.
func (g *Grouping) whyTorn(s *sites.Site) string {
	several := g.torn[s]
	if len(several) == 1 {
		return fmt.Sprintf("whether %s of %s is %s, in which it runs, is not known", several[0].Unit.Cluster, several[0].Name, s.Unit.Cluster)
	}
	others := several[1].Name
	if n := len(several) - 2; n > 0 {
		others = fmt.Sprintf("%s and %s more", others, Number(n))
	}
	return fmt.Sprintf("%s and %s answer at the URL beside it, and which of them is in force is not known", several[0].Name, others)
}
