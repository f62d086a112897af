package lint

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// AppQuestion asks what an app needs to reach an instance.
type AppQuestion struct {
	Dir      string // of the app
	Server   bool   // of what runs on a server: the key that may do everything
	Instance string // by name; empty for the one that the app has keys of, or the only one
	URL      string // its address, where the repository does not say it
	Check    bool   // only what it has is asked for: what it should have need not be known
}

// AppEnv is the answer.
type AppEnv struct {
	App       *sources.App
	Instance  string
	Unproven  bool     // what the address leads to is not in the repository: a hosted project, or what the user says
	RunBy     []string // of what runs on a server: the workloads in sight that run it
	Variables []AppVariable
}

// AppVariable is a variable that an app needs: the instance's address, or a key.
type AppVariable struct {
	Name    string
	Slot    keys.Slot // empty for the address
	Address string    // empty for a key
	Value   keys.Text // of either
	Why     string    // "Secret supabase/keys ANON_KEY stores it"

	// What the app has now: where, and whether that is right. Of one that it has nowhere in sight, the outcome is empty.
	Outcome Outcome
	At      sources.Position
	Unclear string // for CannotTell: the reason; for what it has not: who lacks it
}

// AppLine is what becomes of a variable in a file.
type AppLine struct {
	AppVariable
	Was  keys.Text // absent where the file does not set it yet
	Kept bool      // it is there already, and right
}

// appEnv answers; an error says what the user has to say for it.
func (p *Pass) appEnv(q AppQuestion) (*AppEnv, error) {
	apps := p.Repo.Apps()
	n := slices.IndexFunc(apps, func(a *sources.App) bool { return a.Dir == q.Dir })
	if n < 0 {
		return nil, fmt.Errorf("no package.json lies in %s: keylint does not know what an app takes its variables from that is not built by Node.js' tools", q.Dir)
	}
	app := apps[n]
	bears := p.bearersOf(app, q.Server)
	i, err := p.instanceFor(q, bears)
	if err != nil {
		return nil, err
	}
	names, err := p.namesFor(app, i, q.Server)
	if err != nil {
		return nil, err
	}
	bears.narrow(p, i)
	env := &AppEnv{App: app, Instance: i.Name, Unproven: i.Ref != "" || q.URL != "", RunBy: bears.runBy}
	for _, name := range names {
		v := AppVariable{Name: name.text}
		if name.URL {
			v.Address, v.Why, err = p.address(i, q)
			v.Value = keys.NewText(v.Address)
		} else {
			var t Truth
			v.Slot, t = p.keyFor(i, name.Name)
			v.Value, v.Why = t.Text, t.Why
			if t.Open != "" {
				err = fmt.Errorf("which %s key %s needs cannot be told: %s", v.Slot, q.Dir, t.Open)
			}
		}
		if err != nil && !q.Check {
			return nil, err
		}
		p.has(i, bears, &v)
		env.Variables = append(env.Variables, v)
	}
	return env, nil
}

// instanceFor is the instance that is meant: the one that is named, that answers at the address which the user gives or the app has, that the app has
// keys of, or the only one.
func (p *Pass) instanceFor(q AppQuestion, bears *bearers) (*Instance, error) {
	var own, all []*Instance
	for _, i := range p.Instances {
		switch {
		case i.Name == q.Instance:
			return i, nil
		case slices.ContainsFunc(i.Sites, func(s *sites.Site) bool { return bears.has(s.Carrier) && p.joined[s] != "" }):
			own = append(own, i)
			fallthrough
		case !i.IsLocal():
			all = append(all, i)
		}
	}
	if deployed := slices.DeleteFunc(slices.Clone(own), (*Instance).IsLocal); len(deployed) > 0 {
		own = deployed
	}
	at, err := p.instanceAt(q, bears, all)
	switch {
	case q.Instance != "":
	case err != nil:
		return nil, err
	case at != nil:
		return at, nil
	case len(own) == 1:
		return own[0], nil
	case len(own) == 0 && len(all) == 1:
		return all[0], nil
	}
	var names []string
	for _, i := range all {
		names = append(names, sources.Shown(i.Name))
	}
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("there is no Supabase instance in the repository whose keys %s could get", q.Dir)
	case q.Instance != "":
		return nil, fmt.Errorf("no instance is called %s; there are: %s", sources.Shown(q.Instance), strings.Join(names, "; "))
	}
	return nil, fmt.Errorf("there are several instances, and --instance says which is meant: %s", strings.Join(names, "; "))
}

// instanceAt is the one of the instances that answers at the address which the user gives, or else at those that the app has; nil where that does not
// tell. It is an error where these lead to hosted projects alone that the repository has no key of.
func (p *Pass) instanceAt(q AppQuestion, bears *bearers, all []*Instance) (*Instance, error) {
	hosts := bears.hosts()
	if u, err := url.Parse(q.URL); err == nil && q.URL != "" {
		hosts = []string{inventory.HostOfURL(u)}
	}
	if at := onlyOne(all, func(i *Instance) bool { return i.Answers(hosts) }); at != nil || slices.ContainsFunc(all, func(i *Instance) bool { return i.Answers(hosts) }) {
		return at, nil
	}
	if len(hosts) > 0 && !slices.ContainsFunc(hosts, func(h string) bool { return !sites.HostedURL.MatchString(h) }) {
		return nil, fmt.Errorf("%s talks to the hosted project at %s, of which no key is in the repository", q.Dir, strings.Join(hosts, " and "))
	}
	return nil, nil
}

// variableName is the name of a variable, with what it promises.
type variableName struct {
	keys.Name
	text string
}

// usualNames are those of the variables that take a key, behind the prefix of what builds the app.
var usualNames = map[keys.Slot]string{
	keys.Anon: "SUPABASE_ANON_KEY", keys.ServiceRole: "SUPABASE_SERVICE_ROLE_KEY", keys.Publishable: "SUPABASE_PUBLISHABLE_KEY", keys.Secret: "SUPABASE_SECRET_KEY",
}

// namesFor are the names under which the app reads the address and the key: those that stand in its code, or else those that are usual for what builds it.
func (p *Pass) namesFor(app *sources.App, i *Instance, server bool) ([]variableName, error) {
	prefix, known := app.Prefix()
	role, slot, opaque := keys.Public, keys.Anon, keys.Publishable
	if server {
		prefix, known, role, slot, opaque = "", true, keys.Server, keys.ServiceRole, keys.Secret
	}
	var names []variableName
	has := func(such func(keys.Name) bool) bool {
		return slices.ContainsFunc(names, func(n variableName) bool { return such(n.Name) })
	}
	reads, _ := app.EnvReads()
	for _, read := range reads {
		name := variableName{p.Repo.Names().Of(read.Name), read.Name}
		built := name.PublicPrefix != "" || known && prefix == "" // into what everybody gets
		if !name.Elsewhere() && (name.URL || name.Strong && name.Role() == role) && (server && name.PublicPrefix == "" || !server && built) {
			names = append(names, name)
		}
	}
	usual := func(suffix string) variableName {
		return variableName{p.Repo.Names().Of(prefix + suffix), prefix + suffix}
	}
	isKey := func(n keys.Name) bool { return !n.URL }
	if !has(isKey) || !has(func(n keys.Name) bool { return n.URL }) {
		if !known {
			return nil, fmt.Errorf("what builds %s takes no variables that keylint knows, and its code reads none of Supabase's", app.Dir)
		}
		if !has(func(n keys.Name) bool { return n.URL }) {
			names = append([]variableName{usual("SUPABASE_URL")}, names...)
		}
		if !has(isKey) {
			if slots := p.slotsOf(i); !slots[slot] && slots[keys.Publishable] && slots[keys.Secret] {
				slot = opaque
			}
			names = append(names, usual(usualNames[slot]))
		}
	}
	return names, nil
}

// slotsOf are the slots that the instance has keys of.
func (p *Pass) slotsOf(i *Instance) map[keys.Slot]bool {
	out := map[keys.Slot]bool{}
	for _, s := range i.Sites {
		out[s.Slot] = out[s.Slot] || !p.IsIdle(s) && !isPast(s) && !s.Value.IsAbsent()
	}
	return out
}

// keyFor is the key for a name: that of the slot which it promises, or where the instance has none, the other one of its role, which the gateway takes
// as well.
func (p *Pass) keyFor(i *Instance, name keys.Name) (keys.Slot, Truth) {
	slot := name.Slot
	if other := map[keys.Slot]keys.Slot{keys.Anon: keys.Publishable, keys.Publishable: keys.Anon, keys.ServiceRole: keys.Secret, keys.Secret: keys.ServiceRole}[slot]; other != "" {
		if slots := p.slotsOf(i); !slots[slot] && slots[other] {
			slot = other
		}
	}
	if i.Ref != "" {
		return slot, p.hostedTruth(i, slot)
	}
	return slot, p.truth(i, slot)
}

// hostedTruth is the only key of a hosted project that the repository holds: who gives the same to another app needs no proof of it.
func (p *Pass) hostedTruth(i *Instance, slot keys.Slot) Truth {
	t := p.truth(i, slot)
	if t.Open == "" {
		return t
	}
	var known []*sites.Site
	for _, s := range i.Sites {
		if s.Slot == slot && s.Value.IsKnown() && !p.IsIdle(s) && !isPast(s) {
			known = append(known, s)
		}
	}
	if all := p.rightOnes(i, slot, known); len(all) == 1 {
		return all[0].because("%s has it for the project")
	}
	return t
}

// address is the URL under which apps reach the instance, and what says so: the user, its own services, other apps, or the routes that lead to it.
func (p *Pass) address(i *Instance, q AppQuestion) (base, why string, err error) {
	if q.URL != "" {
		return q.URL, "--url says it", nil
	}
	type said struct{ base, by string }
	var ranks [3][]said
	add := func(rank int, base, host, by string) {
		if !i.Answers([]string{host}) || i.isInside(host) || slices.ContainsFunc(ranks[rank], func(s said) bool { return s.base == base }) {
			return
		}
		ranks[rank] = append(ranks[rank], said{base, by})
	}
	for _, c := range p.Containers {
		for _, u := range c.Carrier.URLs {
			if i.Holds(c.Unit, c.Namespace) && inventory.TakesURL(c.Carrier.Backend, u.Variable) {
				add(0, u.Base, u.Host, c.Carrier.Name+" has it as "+u.Variable)
			}
		}
	}
	if i.stack != nil {
		for _, u := range i.stack.URLs {
			add(0, u.Base, u.Host, i.stack.Name+" has it as "+u.Variable)
		}
	}
	for _, s := range i.Sites {
		for _, u := range s.Carrier.URLs {
			if s.Carrier.App != "" && s.Carrier.App != q.Dir && !s.Carrier.Development {
				add(1, u.Base, u.Host, s.Carrier.Name+" has it as "+u.Variable)
			}
		}
	}
	for _, r := range p.Routes() {
		if slices.ContainsFunc(r.To, i.hasGateway) {
			add(2, "https://"+r.Host, r.Host, "a route leads from there to the gateway")
		}
	}
	if i.Ref != "" {
		add(0, "https://"+i.Ref+".supabase.co", i.Ref+".supabase.co", "it is the hosted project's")
	}
	for _, rank := range ranks {
		switch far := slices.DeleteFunc(slices.Clone(rank), func(s said) bool { return sites.IsLocal([]string{strings.TrimPrefix(s.base, "http://")}) }); {
		case len(far) == 1:
			return far[0].base, far[0].by, nil
		case len(far) > 1:
			return "", "", fmt.Errorf("instance %s has several addresses, and --url says which %s uses: %s (%s), %s (%s)", sources.Shown(i.Name), q.Dir,
				sources.Shown(far[0].base), far[0].by, sources.Shown(far[1].base), far[1].by)
		case len(rank) > 0:
			return rank[0].base, rank[0].by, nil
		}
	}
	return "", "", fmt.Errorf("under which address instance %s is reached from outside is not in the repository; --url says it", sources.Shown(i.Name))
}

// isInside says whether a host is a name of the gateway that only the cluster or the compose network knows.
func (i *Instance) isInside(host string) bool {
	return !strings.ContainsAny(host, ".:") || strings.HasSuffix(host, ".svc") || strings.HasSuffix(host, ".svc.cluster.local") || strings.HasSuffix(host, "."+i.Namespace)
}
