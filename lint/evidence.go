package lint

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// evidence is a reason for which a site belongs to an instance.
type evidence struct {
	joined Joined
	of     func(*joining, *sites.Site) *Instance // nil where it does not tell
}

// Joined says why a site belongs to its instance.
type Joined string

// The evidence, in words that follow "it was joined by".
const (
	JoinedByPlace         Joined = "its place"
	JoinedByStack         Joined = "its unit, as a Secret or a service of the stack"
	JoinedByReference     Joined = "the entry that it shares"
	JoinedBySource        Joined = "what takes its value from it"
	JoinedByConfiguration Joined = "the configuration"
	JoinedByProject       Joined = "the hosted project of its URL or key"
	JoinedByURL           Joined = "the URL beside it"
	JoinedByURLNamespace  Joined = "the namespace in the URL beside it"
	JoinedByAnyNamespace  Joined = "the namespace in the URL beside it, which may be its own"
	JoinedByCopy          Joined = "the entry of which it has a copy"
	JoinedByNamespace     Joined = "its namespace"
	JoinedByUnit          Joined = "its unit"
	JoinedByCluster       Joined = "its cluster"
	JoinedByAllOfURL      Joined = "the URL beside it, at which several instances answer alike"
	JoinedByKey           Joined = "its key"
	JoinedAsOnlyOne       Joined = "there being no other instance"
	JoinedByPath          Joined = "the words of its path"
)

// evidences are what is asked of a site, strongest first. A site without any stays alone and
// cannot be told.
var evidences = []evidence{
	{JoinedByPlace, byPlacement},
	{JoinedByStack, byStack},
	{JoinedByReference, byReference},
	{JoinedBySource, bySource},
	{JoinedByConfiguration, byConfiguration},
	{JoinedByProject, byProject},
	{JoinedByURL, byURL},
	{JoinedByURLNamespace, byURLNamespace},
	{JoinedByAnyNamespace, byAnyNamespace},
	{JoinedByCopy, byCopy},
	{JoinedByNamespace, byNamespace},
	{JoinedByUnit, byUnit},
	{JoinedByCluster, byCluster},
	{JoinedByAllOfURL, byAllOfURL},
	{JoinedAsOnlyOne, asOnlyOne},
	{JoinedByKey, byKey},
	{JoinedByPath, byPath},
}

// Tried lists what is asked of every site, strongest first.
func Tried() []Joined {
	var all []Joined
	for _, e := range evidences {
		all = append(all, e.joined)
	}
	return all
}

// joining lets sites join instances.
type joining struct {
	deployed []*Instance // those that the repository deploys
	locals   []*Instance // those of a developer's machine, which nothing joins but a URL
	stacks   []*Instance // those of which there is a .env only, likewise
	hosted   []*Instance // those of hosted projects, made at their first site
	signed   *signatures
	strange  map[string]bool // hosts that texts and jobs name, and at which none of these is known to answer

	joined  map[*sites.Site]Joined
	torn    map[*sites.Site][]*Instance      // between those that answer at its URL
	entries map[inventory.EntryRef]*Instance // that a site which is deployed with an instance reads
	taken   map[sources.Position][]*Instance // the places from which such sites take their values
}

// joinSites asks one kind of evidence after the other, each of all sites that none before it
// placed: a site never joins by what another one joins by at the same time.
func (g *Grouping) joinSites(locals, stacks []*Instance) {
	w := &joining{
		deployed: g.Instances, locals: locals, stacks: stacks, signed: g.Signed,
		joined: map[*sites.Site]Joined{}, torn: map[*sites.Site][]*Instance{}, entries: map[inventory.EntryRef]*Instance{}, taken: map[sources.Position][]*Instance{},
	}
	w.strange = w.strangeHosts(g.Sites)
	for _, e := range evidences {
		into := map[*sites.Site]*Instance{}
		for _, s := range g.Sites {
			if w.joined[s] == "" && w.torn[s] == nil && !(s.Idle != "" && s.Unit == nil) && (s.Unit == nil || s.Unit.Deployed()) {
				into[s] = e.of(w, s)
			}
		}
		for _, s := range g.Sites {
			if i := into[s]; i != nil {
				w.join(s, i, e.joined)
			}
		}
	}
	g.Instances = slices.Concat(g.Instances, locals, stacks, w.hosted)
	g.joined, g.torn = w.joined, w.torn
}

func (w *joining) join(s *sites.Site, i *Instance, why Joined) {
	i.Sites = append(i.Sites, s)
	w.joined[s] = why
	if why != JoinedByPlace && why != JoinedByStack {
		return
	}
	if s.Entry != nil {
		w.entries[*s.Entry] = i
	}
	if s.At != s.Written && !slices.Contains(w.taken[s.Written], i) {
		w.taken[s.Written] = append(w.taken[s.Written], i)
	}
}

// byPlacement goes by where the site lies. An app that runs beside Supabase may still talk to
// a hosted project, or verify with the keys of one.
func byPlacement(w *joining, s *sites.Site) *Instance {
	if (s.Standing == sites.Presented || s.Served != "") && s.Carrier.Backend == "" && s.HostedRef() != "" {
		return nil
	}
	for _, i := range slices.Concat(w.deployed, w.locals, w.stacks) {
		if i.Nucleus(s) {
			return i
		}
	}
	return nil
}

// byStack places a service of the stack, or a Secret, that lies in another namespace of the
// unit.
func byStack(w *joining, s *sites.Site) *Instance {
	if s.Unit == nil || !inventory.OwnServices[s.Carrier.Backend] && s.Standing != sites.Stored {
		return nil
	}
	return onlyOne(w.deployed, func(i *Instance) bool { return i.Unit == s.Unit })
}

// byReference places what is read from the same entry as something that is deployed with an
// instance, and that entry itself.
func byReference(w *joining, s *sites.Site) *Instance {
	if s.Entry == nil || s.Copied.File != "" {
		return nil
	}
	return w.entries[*s.Entry]
}

// byCopy does so with what a controller copies from another namespace. It may copy from the wrong
// one, and the URL beside the key tells that.
func byCopy(w *joining, s *sites.Site) *Instance {
	if s.Entry == nil || s.Copied.File == "" {
		return nil
	}
	return w.entries[*s.Entry]
}

// bySource places what no unit deploys and a part of the instance takes its value from: the dotenv file
// behind a script. Of two instances that take it, it is neither's alone.
func bySource(w *joining, s *sites.Site) *Instance {
	if from := w.taken[s.Written]; s.Unit == nil && s.At == s.Written && len(from) == 1 {
		return from[0]
	}
	return nil
}

func byConfiguration(w *joining, s *sites.Site) *Instance {
	return declaredFor(s, w.deployed)
}

// byProject places what belongs to a hosted project, by its URL. The reference in a key counts
// where no stack is in sight only, or in source code, where nobody writes the keys of a stack of their own without its URL: a stack may
// mint keys that name a project, or have been given the keys of the project that it replaces.
func byProject(w *joining, s *sites.Site) *Instance {
	ref := s.HostedRef()
	if len(w.deployed)+len(w.stacks) == 0 || isText(s) && !slices.ContainsFunc(slices.Concat(w.deployed, w.stacks), func(i *Instance) bool { return i.owns(s) }) {
		ref = cmp.Or(ref, s.ClaimedRef())
	}
	if ref == "" {
		return nil
	}
	for _, i := range w.hosted {
		if i.Ref == ref {
			return i
		}
	}
	i := &Instance{Ref: ref, hosts: map[string]bool{ref + ".supabase.co": true}, signed: w.signed}
	w.hosted = append(w.hosted, i)
	return i
}

// byURL goes by the Supabase URL beside the key.
func byURL(w *joining, s *sites.Site) *Instance {
	hosts := s.Hosts()
	return onlyOne(w.named(s), func(i *Instance) bool { return i.Answers(hosts) && !perhaps(s, i) })
}

// byURLNamespace goes by a URL of the cluster's own, which names a namespace whether or not the
// Service that it leads to is in the repository.
func byURLNamespace(w *joining, s *sites.Site) *Instance {
	namespaces := sites.Namespaces(s.Hosts())
	return onlyOne(w.named(s), func(i *Instance) bool { return i.lies(namespaces) && !perhaps(s, i) })
}

// byAnyNamespace goes by such a URL to the instance of which nothing says in which namespace it is
// deployed.
func byAnyNamespace(w *joining, s *sites.Site) *Instance {
	if len(sites.Namespaces(s.Hosts())) == 0 {
		return nil
	}
	return onlyOne(w.named(s), func(i *Instance) bool { return i.lies(anywhere) && !perhaps(s, i) })
}

// anywhere is the namespace of what is deployed to one that nothing tells.
var anywhere = []string{""}

// lies says whether a part of the instance lies in one of the namespaces.
func (i *Instance) lies(namespaces []string) bool {
	return slices.ContainsFunc(i.Parts, func(p part) bool { return slices.Contains(namespaces, p.ns) })
}

// byNamespace places a service that is deployed apart from its stack.
func byNamespace(w *joining, s *sites.Site) *Instance {
	if s.Carrier.Backend == "" {
		return nil
	}
	return nearestIn(s, w.deployed)
}

// isApp says of a site that a unit deploys that it is none of the stack's, and that neither a URL
// beside it nor its own name leads elsewhere.
func (w *joining) isApp(s *sites.Site) bool {
	return s.Carrier.Backend == "" && !s.Name.Elsewhere() && !foreign(s.Hosts(), w.deployed)
}

func byUnit(w *joining, s *sites.Site) *Instance {
	if s.Unit == nil || !w.isApp(s) {
		return nil
	}
	return onlyOne(w.candidates(s), func(i *Instance) bool { return i.Unit == s.Unit })
}

// byCluster goes by the cluster, and best of all by the namespace of it.
func byCluster(w *joining, s *sites.Site) *Instance {
	if s.Unit == nil || !w.isApp(s) {
		return nil
	}
	if i := onlyOne(w.candidates(s), func(i *Instance) bool { return i.Unit.Together(s.Unit) && i.Namespace == s.Namespace }); i != nil {
		return i
	}
	return onlyOne(w.candidates(s), func(i *Instance) bool { return i.Unit.Together(s.Unit) })
}

func byKey(w *joining, s *sites.Site) *Instance {
	if isText(s) {
		return nil // whoever has a copy of a key may have it for anything
	}
	return onlyOne(slices.Concat(w.deployed, w.stacks), func(i *Instance) bool { return i.owns(s) })
}

// mayBeMeant says whether a site may be meant for an instance that nothing else connects it
// with.
func (w *joining) mayBeMeant(s *sites.Site) bool {
	hosts := s.Hosts()
	switch {
	case s.Carrier.Artifact != nil && len(hosts) == 0: // whose it is, nothing in what was built says
		return false
	case s.Carrier.Backend != "" || s.Carrier.Development || s.Name.Elsewhere() || foreign(hosts, w.deployed) || sites.IsLocal(hosts) || s.ClaimedRef() != "":
		return false
	case s.Unit != nil && !slices.ContainsFunc(w.deployed, func(i *Instance) bool { return !s.Unit.Apart(i.Unit) }):
		return false // another cluster has a Supabase of its own
	case slices.ContainsFunc(w.stacks, func(i *Instance) bool { return i.owns(s) }):
		return false
	case s.Standing == sites.Verifying && !s.Name.Strong:
		return false
	case isText(s) && (len(hosts) == 0 || namesOther(s.Variable)), (isText(s) || s.Carrier.Job) && (slices.ContainsFunc(hosts, namesOther) || len(hosts) > 0 && len(w.strange) > 1):
		return false // of any text it takes more to say what it is meant for
	}
	return true
}

func asOnlyOne(w *joining, s *sites.Site) *Instance {
	if len(w.deployed) != 1 || !w.mayBeMeant(s) {
		return nil
	}
	if perhaps(s, w.deployed[0]) {
		w.torn[s] = w.deployed
		return nil
	}
	return w.deployed[0]
}

// byPath is the instance that a key was probably meant for which is none of anybody's: it is
// wrong whichever it was, as long as every instance's keys are known. The words of the paths
// decide: apps/web-prod goes with overlays/prod.
func byPath(w *joining, s *sites.Site) *Instance {
	if !w.mayBeMeant(s) {
		return nil
	}
	for _, i := range w.deployed {
		if !i.gateway || !i.knows(s.Role) || i.owns(s) {
			return nil
		}
	}
	return nearestByWords(s, w.deployed)
}

// nearestByWords is the instance with which the site's path shares the most words.
func nearestByWords(s *sites.Site, instances []*Instance) *Instance {
	var best *Instance
	score := -1
	for _, i := range instances {
		if n := sharedWords(s.Carrier.Name, i.Unit.Name+" "+i.Unit.Path); n > score {
			best, score = i, n
		}
	}
	return best
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

// Answers says whether one of the hosts is the instance's. A port of the machine itself is one of
// "localhost", as an Ingress or the configuration calls it.
func (i *Instance) Answers(hosts []string) bool {
	return slices.ContainsFunc(hosts, func(h string) bool {
		return i.hosts[h] || strings.HasPrefix(h, "localhost:") && i.hosts["localhost"]
	})
}

// owns says whether the site's key is one of the instance's own, or was signed with
// its JWT secret. What an app presents to it may be anybody's.
func (i *Instance) owns(s *sites.Site) bool {
	if !s.Value.IsKnown() {
		return false
	}
	for _, other := range i.Sites {
		if other.Standing == sites.Presented && other.Carrier.Backend == "" {
			continue
		}
		if other.Value.Equal(s.Value) {
			return true
		}
		if other.Slot == keys.JWTSecret && i.signed.Verify(s, other) {
			return true
		}
	}
	return false
}

// foreign says whether the hosts are certainly of none of the instances: each of them
// has a public address, and it is another, or lies in another namespace than the hosts name.
func foreign(hosts []string, instances []*Instance) bool {
	if len(hosts) == 0 {
		return false
	}
	namespaces := sites.Namespaces(hosts)
	for _, i := range instances {
		if i.Answers(hosts) || !i.public && (len(namespaces) == 0 || i.Namespace == "" || i.lies(namespaces)) {
			return false
		}
	}
	return true
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

// Words are the words of a path or a name, in small letters.
func Words(text string) []string { return word.FindAllString(strings.ToLower(text), -1) }

// sharedWords counts the words of b that a has too.
func sharedWords(a, b string) int {
	words := Words(a)
	n := 0
	for _, w := range Words(b) {
		if slices.Contains(words, w) {
			n++
		}
	}
	return n
}
