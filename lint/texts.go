package lint

import (
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

// A key in any text (source code, a script) is compared like any other, with less trust in what it is meant for.

// remoteness is how far a site is from what is deployed.
func remoteness(s *sites.Site) int {
	switch {
	case !isText(s):
		return 0
	case !s.Carrier.ByHand:
		return 1
	}
	return 2
}

func isText(s *sites.Site) bool { return s.Carrier != nil && s.Carrier.Kind == inventory.InText }

// setTextsAside says of keys in any text that nothing tells what they are meant for: what is wrong with such a key by itself may be
// as it was left years ago.
func (g *Grouping) setTextsAside() {
	for _, s := range g.Sites {
		switch {
		case !isText(s) || s.Idle != "" || g.joined[s] != "":
		case g.torn[s] != nil:
			s.Idle = g.whyTorn(s)
		default:
			s.Idle = homeless(s)
		}
	}
}

// strangeHosts are those of the URLs beside keys in texts and jobs at which no instance is known to answer. One of them may be that of the only
// instance; of several nobody can say which.
func (w *joining) strangeHosts(all []*sites.Site) map[string]bool {
	out := map[string]bool{}
	for _, s := range all {
		if !isText(s) && !s.Carrier.Job {
			continue
		}
		for _, h := range s.Hosts() {
			one := []string{h}
			if !sites.IsLocal(one) && !sites.HostedURL.MatchString(h) && !slices.ContainsFunc(w.deployed, func(i *Instance) bool { return i.Answers(one) }) {
				out[h] = true
			}
		}
	}
	return out
}

// namesOther says whether a name or a host is that of another environment than production.
func namesOther(text string) bool {
	return slices.ContainsFunc(Words(text), func(w string) bool { e := keys.Environment(w); return e != "" && e != keys.Production })
}
