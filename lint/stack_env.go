package lint

import (
	"path"
	"slices"

	"github.com/keylint/keylint/render"
)

// A stack's .env may lie where no compose file does: what starts the stack is elsewhere. Its keys
// and its JWT secret judge each other, and the apps that name its URL. That it runs nobody knows, so
// nothing else is ever held against it.

// stackEnvs makes an instance of each stack's .env that no unit reads and that names a URL at which
// none of the instances answers.
func (g *Grouping) stackEnvs() []*Instance {
	var all []*Instance
	for _, s := range g.Sites {
		c := s.Carrier
		if !c.Stack || s.Unit != nil || s.Idle != "" || len(s.Hosts()) == 0 || g.hasCompose(path.Dir(c.File)) || slices.ContainsFunc(all, func(i *Instance) bool { return i.stack == c }) ||
			slices.ContainsFunc(g.Instances, func(i *Instance) bool { return i.Answers(s.Hosts()) }) {
			continue
		}
		i := &Instance{Unit: &render.Unit{Name: c.File, Kind: render.StackEnv, Path: c.File}, stack: c, hosts: map[string]bool{}, signed: g.Signed}
		for _, u := range c.URLs {
			i.hosts[u.Host] = true
		}
		all = append(all, i)
	}
	return all
}

// hasCompose says whether a compose project starts in the directory: it may be given the file.
func (g *Grouping) hasCompose(dir string) bool {
	return slices.ContainsFunc(g.Units, func(u *render.Unit) bool { return u.Kind == render.ComposeFile && u.Compose.Dir() == dir })
}
