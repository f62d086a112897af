package lint

import (
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
		for _, c := range p.Containers {
			if c.Carrier == s.Carrier {
				restarted = append(restarted, c)
			}
		}
		for _, app := range p.builtWith(s) {
			build := "# build " + InShell(app) + " anew, and deploy that"
			if !slices.ContainsFunc(builds, func(c Command) bool { return c.Do == build }) {
				builds = append(builds, Command{Step: Build, Do: build})
			}
		}
	}
	restarts := Restarts(restarted...)
	for n := range gateways { // which come first
		restarts[n].Step = RestartGateway
	}
	return append(restarts, builds...)
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
	for _, c := range containers {
		do, name := restart(c)
		i := slices.IndexFunc(out, func(c Command) bool { return c.Do == do })
		switch {
		case do == "":
		case i < 0:
			out = append(out, Command{Restart, do, []string{name}})
		case !slices.Contains(out[i].Names, name):
			out[i].Names = append(out[i].Names, name)
		}
	}
	return out
}

// Readers are the sites, in order of place, whose value stands where one of these is written.
func (p *Pass) Readers(edited ...*sites.Site) []*sites.Site {
	places := map[sources.Position]bool{}
	for _, s := range edited {
		places[s.Written] = true
	}
	var out []*sites.Site
	for _, s := range p.Sites {
		if places[s.Written] && s.Carrier != nil && s.Carrier.Idle == "" {
			out = append(out, s)
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
