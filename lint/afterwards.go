package lint

import (
	"cmp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// rolledOut are the kinds of workload that "kubectl rollout restart" takes (kubernetes/kubectl
// pkg/polymorphichelpers: objectrestarter).
var rolledOut = map[string]string{"Deployment": "deployment", "StatefulSet": "statefulset", "DaemonSet": "daemonset"}

// Command is what has to be done for a change to count, and to what: both are quoted for a shell. What
// is no command is a comment.
type Command struct {
	Step  Step
	Do    string   // "kubectl -n supabase rollout restart"
	Names []string // "deployment/kong"
}

// Step is when a command has its turn.
type Step int

// The steps, in order: what changed gets to the cluster, what reads it is restarted, by a command that takes in a gateway before any other, and what has it built in is built anew.
const (
	Deploy Step = iota
	RestartGateway
	Restart
	Build
)

// String is the command as people paste it.
func (c Command) String() string { return strings.Join(append([]string{c.Do}, c.Names...), " ") }

// Afterwards are the commands that have to follow, for a change where the sites' values are written to
// count: who reads them is rolled out, the gateways first, and what has them built in is built anew.
func (p *Pass) Afterwards(edited []*sites.Site) []Command { return p.rollouts(p.Readers(edited...)) }

// rollouts are those commands for the sites that read what was edited.
func (p *Pass) rollouts(reads []*sites.Site) []Command {
	var restarted []*inventory.Container
	var builds []Command
	for _, s := range reads {
		for _, g := range p.Gateways {
			if s.Standing == sites.Accepted && s.Carrier.Name == g.Name && s.Unit == g.Unit && len(g.Renderers) > 0 {
				restarted = append(restarted, g.Renderers[0])
			}
		}
	}
	gateways := Restarts(restarted...)
	for _, s := range reads {
		restarted = append(restarted, p.containers[s.Carrier]...)
		for _, do := range p.rebuilds(s) {
			if !slices.ContainsFunc(builds, func(c Command) bool { return c.Do == do }) {
				builds = append(builds, Command{Step: Build, Do: do})
			}
		}
	}
	restarts := Restarts(restarted...)
	for n, c := range restarts {
		if slices.ContainsFunc(gateways, func(g Command) bool { return g.Do == c.Do }) {
			restarts[n].Step = RestartGateway
		}
	}
	return append(restarts, builds...)
}

// rebuilds say what has to be built anew for a change at the site to count, or which job has to run again.
func (p *Pass) rebuilds(s *sites.Site) (out []string) {
	apps := p.builtWith(s)
	for _, app := range apps {
		out = append(out, "# build "+InShell(app)+" anew, and deploy that")
	}
	if s.Carrier.Job && len(apps) == 0 {
		out = append(out, "# run "+InShell(s.Carrier.File)+" again, and what it builds or deploys has the key")
	}
	return out
}

// builtWith are the apps that a site's key is built into, or part of the text of: those that use a package, where one of theirs holds it.
func (p *Pass) builtWith(s *sites.Site) []string {
	c := s.Carrier
	if text := isText(s) && !c.ByHand; c.App == "" || !text && !s.BuiltIn() {
		return nil
	} else if users := p.Repo.Dependents(c.App); text && len(users) > 0 {
		return users
	}
	return []string{c.App}
}

// Restarts are the commands by which the containers get what changed in what they read, in order.
func Restarts(containers ...*inventory.Container) []Command {
	var out []Command
	for n, c := range containers {
		do, name := restart(c)
		if do != "" && c.Unit != nil && base(c.Unit) != c.Unit && slices.ContainsFunc(containers, func(o *inventory.Container) bool {
			return variants(c.Unit, o.Unit) && (base(o.Unit) == o.Unit || slices.Index(containers, o) < n)
		}) {
			do = insteadRuns + do
		}
		i := slices.IndexFunc(out, func(c Command) bool { return c.Do == do })
		switch {
		case do == "":
		case i < 0:
			out = append(out, Command{Restart, do, []string{name}})
		case !slices.Contains(out[i].Names, name):
			out[i].Names = append(out[i].Names, name)
		}
	}
	slices.SortStableFunc(out, func(a, b Command) int { return cmp.Compare(second(a), second(b)) })
	return out
}

// insteadRuns begins the command for what is started in place of what the command before it starts.
const insteadRuns = "# or, where that is what runs: "

// second is 1 of such a command, and 0 of any other.
func second(c Command) int {
	if strings.HasPrefix(c.Do, insteadRuns) {
		return 1
	}
	return 0
}

// variants says whether one compose project is started as the one unit or as the other: with other files, over one base or in place of each other.
func variants(a, b *render.Unit) bool {
	if a == b || a == nil || b == nil || a.Compose == nil || b.Compose == nil || a.Compose.Dir() != b.Compose.Dir() {
		return false
	}
	return a.Another(b) || base(a) == base(b)
}

// base is the unit over which another is laid, or in place of which it is started; the unit itself where there is none.
func base(u *render.Unit) *render.Unit {
	for u.Over != nil || u.Instead != nil {
		u = cmp.Or(u.Over, u.Instead)
	}
	return u
}

// Readers are the sites, in order of place, whose value stands where one of these is written.
func (p *Pass) Readers(edited ...*sites.Site) []*sites.Site {
	seen := map[sources.Position]bool{}
	var out []*sites.Site
	for _, e := range edited {
		if seen[e.Written] {
			continue
		}
		seen[e.Written] = true
		for _, s := range p.sitesAt(e.Written) {
			if s.Written == e.Written && s.Carrier != nil && s.Carrier.Idle == "" {
				out = append(out, s)
			}
		}
	}
	return sites.Sorted(out)
}

// restart is the command by which a container gets what changed, and how it is called there; empty
// where none is known.
func restart(c *inventory.Container) (command, name string) {
	switch {
	case strings.HasPrefix(c.Name, "-"): // which the command would take for a flag
		return "", ""
	case c.Object == nil && c.Unit != nil && c.Unit.Kind == render.ComposeFile && c.Unit.Env != nil && c.Unit.Env.Swarm: // the stack's name is not known
		return "", ""
	case c.Object == nil && c.Unit != nil && c.Unit.Kind == render.ComposeFile:
		return ComposeUp(c.Unit) + " --force-recreate", InShell(c.Name)
	case c.Object == nil || rolledOut[c.Object.Kind] == "":
		return "", ""
	}
	command = "kubectl rollout restart"
	if c.Namespace != "" {
		command = "kubectl -n " + InShell(c.Namespace) + " rollout restart"
	}
	return command, InShell(rolledOut[c.Object.Kind] + "/" + c.Object.ShownName())
}

// InShell quotes a name for the shell that people paste the command into. A repository may call its files
// as it likes.
func InShell(name string) string {
	if strings.HasPrefix(name, "-") { // no flag
		name = "./" + name
	}
	quoted, err := syntax.Quote(name, syntax.LangBash)
	if err != nil {
		return "…"
	}
	return quoted
}

// ComposeUp is the command that starts the unit's project, from the repository's root. A stack for Swarm has a
// name besides, which is not known.
func ComposeUp(u *render.Unit) string {
	if u.Env != nil && u.Env.Swarm {
		return "docker stack deploy"
	}
	return "docker compose" + composeFlags(u) + " up -d"
}

// composeFlags are those by which compose finds the unit's project from the repository's root, with the
// files of variables that it is started with.
func composeFlags(u *render.Unit) string {
	var b strings.Builder
	if files := u.Compose.Files; len(files) != 1 || !slices.Contains(sources.ComposeFileNames, files[0].Path) {
		for _, f := range files {
			b.WriteString(" -f " + InShell(f.Path))
		}
	}
	if u.Env != nil {
		for _, name := range u.Env.Files {
			b.WriteString(" --env-file " + InShell(name))
		}
	}
	return b.String()
}
