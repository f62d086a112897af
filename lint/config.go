package lint

import (
	"slices"
	"strings"
	"time"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// Config is what a repository's configuration says to the rules. Patterns are those of
// path.Match, from the repository's root, and match what lies below a directory as well.
type Config struct {
	Severities   map[string]Severity // by rule; Off: its findings are dropped
	Ignore       []string            // patterns of the paths whose findings are not reported
	Production   []string            // patterns of the paths that production is deployed from; empty goes by their words
	ExpiryWindow int                 // days before its end from which a key is reported; 0 is the default, 90
	Instances    []DeclaredInstance
	Mend         bool // what has to follow each fix, and what it shows, is asked for: it takes long where there are many
	Choice       Choice
	App          *AppQuestion // what an app needs is asked for; nil where it is not
}

// Choice is what the user says of keys that are put right, where that cannot be seen.
type Choice struct {
	From []Source  // what is written here counts
	Mint time.Time // keys are issued anew where no right one is left, with this date; zero where none is
}

// Source is a file, and where Variable is not empty, one variable or data key in it.
type Source struct{ File, Variable string }

// Holds says whether a site's value is written there.
func (f Source) Holds(s *sites.Site) bool {
	return s.Written.File == f.File && (f.Variable == "" || s.Variable == f.Variable || s.Entry != nil && s.Entry.Key == f.Variable)
}

// DeclaredInstance says what belongs together, where that cannot be seen.
type DeclaredInstance struct {
	Name  string
	Paths []string // patterns of the manifests and apps that belong to it
	Hosts []string // hosts of its URL
}

// Hosts are those at which the instances answer.
func (c Config) Hosts() []string {
	var out []string
	for _, d := range c.Instances {
		for _, h := range d.Hosts {
			out = append(out, strings.ToLower(h))
		}
	}
	return out
}

// Off is the severity of a rule whose findings are dropped.
const Off Severity = "off"

const defaultExpiryWindow = 90

// Window is the number of days before its end from which a key is reported.
func (c Config) Window() int {
	if c.ExpiryWindow > 0 {
		return c.ExpiryWindow
	}
	return defaultExpiryWindow
}

// declareInstances carries out what the configuration says of instances: the stacks below
// the paths are one, under that name, and answer at the hosts.
func (g *Grouping) declareInstances() {
	for _, d := range g.Config.Instances {
		var one *Instance
		kept := g.Instances[:0:0]
		for _, i := range g.Instances {
			if !slices.ContainsFunc(i.units(), d.has) {
				kept = append(kept, i)
				continue
			}
			if one == nil {
				one = i
				kept = append(kept, i)
				continue
			}
			one.Parts = append(one.Parts, i.Parts...)
			one.gateway, one.backend, one.public = one.gateway || i.gateway, one.backend || i.backend, one.public || i.public
			for h := range i.hosts {
				one.hosts[h] = true
			}
		}
		g.Instances = kept
		if one == nil {
			g.Repo.Note(sources.NoteSkipped, sources.Position{}, "the configuration's instance "+keys.ShownName(d.Name)+": no Supabase stack lies below its paths")
			continue
		}
		one.Name, one.declared = d.Name, d.Paths
		g.noteUnmatched(d.Name, d.Paths)
		for _, h := range d.Hosts {
			one.declaredHosts = append(one.declaredHosts, strings.ToLower(h))
			one.hosts[strings.ToLower(h)] = true
			one.public = true
		}
	}
}

// has says whether the paths take in the root from which a unit is deployed.
func (d DeclaredInstance) has(u *render.Unit) bool {
	return sources.Matches(d.Paths, u.Path) || sources.Matches(d.Paths, u.Name)
}

// noteUnmatched tells of the patterns of a configured instance that match no file and no root: they were
// mistyped, or what they meant has moved.
func (g *Grouping) noteUnmatched(name string, patterns []string) {
	for _, pattern := range patterns {
		one := DeclaredInstance{Paths: []string{pattern}}
		if !slices.ContainsFunc(g.Repo.Files(), func(f *sources.File) bool { return sources.Matches(one.Paths, f.Path) }) && !slices.ContainsFunc(g.Units, one.has) {
			g.Repo.Note(sources.NoteSkipped, sources.Position{}, "the configuration's instance "+keys.ShownName(name)+": no file matches "+keys.ShownName(pattern))
		}
	}
}

// declaredFor is the instance that the configuration gives a site to, by the root from which it is
// deployed, or else by its file, which several roots may share; nil for none.
func declaredFor(s *sites.Site, instances []*Instance) *Instance {
	for _, test := range []func(DeclaredInstance) bool{
		func(d DeclaredInstance) bool { return s.Unit != nil && d.has(s.Unit) },
		func(d DeclaredInstance) bool { return sources.Matches(d.Paths, s.At.File) },
	} {
		for _, i := range instances {
			if len(i.declared) > 0 && test(DeclaredInstance{Paths: i.declared}) {
				return i
			}
		}
	}
	return nil
}
