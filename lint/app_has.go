package lint

import (
	"slices"
	"strings"

	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// bearers are what may give an app its variables.
type bearers struct {
	app     *sources.App
	own     []*inventory.Carrier   // its files of variables, its Dockerfile, what jobs and compose give its build
	server  bool                   // it runs on a server:
	runners []*inventory.Container // the environment of what runs it goes before its files
	runBy   []string
}

// bearersOf finds them. A file of variables beside the app that nothing reads is none.
func (p *Pass) bearersOf(app *sources.App, server bool) *bearers {
	b := &bearers{app: app, server: server}
	stray := map[string]bool{}
	for _, c := range p.AppCarriers(app.Dir) {
		if _, asked := stray[c.File]; !asked {
			stray[c.File] = sources.IsDotenvName(c.File) && !app.MayTake(c.File)
		}
		if !stray[c.File] {
			b.own = append(b.own, c)
		}
	}
	if server {
		for _, k := range p.RunnersOf(app.Dir) {
			if k.Carrier.Idle == "" && k.Unit.Deployed() {
				b.runners = append(b.runners, k)
			}
		}
	}
	return b
}

// narrow leaves those of the runners out that belong to other instances than the one that is meant.
func (b *bearers) narrow(p *Pass, i *Instance) {
	b.runners = slices.DeleteFunc(b.runners, func(k *inventory.Container) bool {
		others, same := false, false
		for _, s := range p.Sites {
			if of := p.InstanceOf(s); s.Carrier == k.Carrier && of != nil {
				same, others = same || of == i, others || of != i
			}
		}
		return others && !same
	})
	for _, k := range b.runners {
		if !slices.Contains(b.runBy, k.Carrier.Name) {
			b.runBy = append(b.runBy, k.Carrier.Name)
		}
	}
}

// has says whether a carrier is one of them.
func (b *bearers) has(c *inventory.Carrier) bool {
	return slices.Contains(b.own, c) || slices.ContainsFunc(b.runners, func(k *inventory.Container) bool { return k.Carrier == c })
}

// hosts are those of the addresses that they have, a developer's own machine apart.
func (b *bearers) hosts() (out []string) {
	carriers := slices.Clone(b.own)
	for _, k := range b.runners {
		carriers = append(carriers, k.Carrier)
	}
	for _, c := range carriers {
		for _, u := range c.URLs {
			if !sites.IsLocal([]string{u.Host}) && !slices.Contains(out, u.Host) && !c.Development {
				out = append(out, u.Host)
			}
		}
	}
	return out
}

// stand is a place that gives an app a variable, and whether that is right.
type stand struct {
	outcome Outcome
	at      sources.Position
	unclear string
}

// worst are the outcomes, the worst last.
var worst = []Outcome{"", Agree, ByConstruction, CannotTell, Disagree}

// has looks up what an app has of a variable.
func (p *Pass) has(i *Instance, b *bearers, v *AppVariable) {
	var running []*inventory.Carrier
	open := ""
	for _, k := range b.runners {
		running = append(running, k.Carrier)
		if len(k.OpenEnv) > 0 {
			open = k.OpenEnv[0]
		}
	}
	stands := p.stands(i, running, v)
	if len(stands) == 0 {
		stands = p.inForce(b.app, p.stands(i, b.own, v))
	}
	for _, s := range stands {
		if slices.Index(worst, s.outcome) > slices.Index(worst, v.Outcome) {
			v.Outcome, v.At, v.Unclear = s.outcome, s.at, s.unclear
		}
	}
	switch {
	case v.Outcome != "":
	case open != "":
		v.Outcome, v.Unclear = CannotTell, open
	case len(running) > 0:
		v.Unclear = "it is not given to " + strings.Join(b.runBy, ", ") + ", which runs what is built here"
	case b.server:
		v.Outcome, v.Unclear = CannotTell, "no workload in sight runs what is built here"
	}
}

// stands are the places in carriers that give a variable, in order of place.
func (p *Pass) stands(i *Instance, carriers []*inventory.Carrier, v *AppVariable) (out []stand) {
	if v.Slot == "" {
		for _, c := range carriers {
			known := false
			for _, u := range c.URLs {
				known = known || u.Variable == v.Name
				switch {
				case u.Variable != v.Name:
				case i.Answers([]string{u.Host}), u.Base == v.Address: // which the user may say
					out = append(out, stand{outcome: Agree, at: u.At()})
				default:
					out = append(out, stand{outcome: Disagree, at: u.At()})
				}
			}
			for _, b := range c.Bindings {
				if !known && b.Name == v.Name && !b.Value.IsKnown() {
					out = append(out, stand{CannotTell, b.At(), b.Value.Reason()})
				}
			}
		}
	}
	for _, s := range sites.Sorted(p.Sites) {
		if v.Slot == "" || s.Variable != v.Name || !slices.Contains(carriers, s.Carrier) {
			continue
		}
		switch outcome, why := p.judge(p.InstanceOf(s), s); {
		case outcome != Disagree && (p.IsIdle(s) || p.torn[s] != nil):
			out = append(out, stand{CannotTell, s.At, why})
		case outcome == Disagree, s.Value.IsKnown() && p.InstanceOf(s) != i:
			out = append(out, stand{outcome: Disagree, at: s.At})
		default:
			out = append(out, stand{outcome, s.At, why})
		}
	}
	return out
}

// inForce leaves out what stands in a file of variables that another one goes before, on every machine: one that git ignores is on some only.
func (p *Pass) inForce(app *sources.App, stands []stand) []stand {
	ignored := func(s stand) bool { f := p.Repo.File(s.at.File); return f != nil && f.Ignored }
	return slices.DeleteFunc(slices.Clone(stands), func(s stand) bool {
		return slices.ContainsFunc(stands, func(o stand) bool {
			return app.Before(o.at.File, s.at.File) && (!ignored(o) || ignored(s))
		})
	})
}
