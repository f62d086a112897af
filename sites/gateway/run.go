package gateway

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// run is a pod's programs followed up to the point where its server reads its
// configuration.
type run struct {
	Pod     *inventory.Pod
	server  *inventory.Container
	Files   map[string]inventory.PodFile    // by source
	by      map[string]*inventory.Container // by the name of their program
	outcome *substitute.Outcome             // of the server
	stopped *inventory.Container            // the container whose program ended with an error
	halted  *substitute.Outcome             // its outcome

	unfollowed string // why they were not followed, but for what the server is given; empty where they were
}

// follow follows the programs of a pod, the initContainers and then the server. change
// alters a file before it is put there, to find out what would be.
func follow(inv *inventory.Inventory, p *inventory.Pod, server *inventory.Container, change func(inventory.PodFile) keys.Value) *run {
	r := &run{Pod: p, server: server, Files: map[string]inventory.PodFile{}, by: map[string]*inventory.Container{}}
	files := substitute.NewPod(inv.Repo.Standins())
	if r.unfollowed = inv.Unfollowed(p, len(p.Containers)); r.unfollowed != "" {
		g := programOf(server)
		g.Command = nil
		r.outcome = inv.Run(files, g)
		return r
	}
	for _, f := range inv.FilesOf(p) {
		r.Files[f.Source] = f
		value := f.Value
		if change != nil {
			value = change(f)
		}
		inv.Put(files, p, f, value)
		if f.Filler != nil {
			g := programOf(f.Filler)
			r.by[g.Name] = f.Filler
			files.Fill(f.Volume, f.Path, g, interpolating(inv.Repo, p))
		}
	}
	if v := server.Env[configurationString]; v != nil && v.Inside != nil && v.Value.IsKnown() {
		r.Files[configurationString] = inventory.PodFile{Source: configurationString, Value: v.Value, Inside: v.Inside}
	}
	for _, c := range p.Containers {
		if !c.Init && c != server {
			continue
		}
		g := programOf(c)
		r.by[g.Name] = c
		o := inv.Run(files, g)
		if c == server {
			r.outcome = o
		}
		spoil(files, p, c, o)
		if o.Stopped != "" && r.stopped == nil {
			r.stopped, r.halted = c, o
		}
	}
	return r
}

// interpolating is compose's interpolation of a text in its file.
func interpolating(repo *sources.Repository, p *inventory.Pod) func(string, func(string) (string, bool)) (string, bool) {
	return func(text string, lookup func(string) (string, bool)) (string, bool) {
		text, _, ok := repo.Interpolate(sources.Position{File: p.Unit.Path}, false, text, lookup)
		return text, ok
	}
}

// programOf is what the container runs.
func programOf(c *inventory.Container) *substitute.Program {
	g := c.Program()
	if c.Carrier.Backend == "Kong" {
		g.Home = "/home/kong" // of the user that Kong's images run as
	}
	for i, v := range g.Env {
		g.Env[i].Plain = v.Name == configurationString
	}
	return g
}

// configurationString is the variable from which Kong takes its whole configuration, where
// there is no file (kong/templates/kong_defaults.lua).
const configurationString = "KONG_DECLARATIVE_CONFIG_STRING"

// position leads from a place in a file of the pod, or in a container's command, to disk.
func (r *run) position(at substitute.Place, column, end int) sources.Position {
	if f, ok := r.Files[at.Source]; ok && f.Inside != nil && at.Line > 0 {
		return f.Inside(at.Line, column, end)
	}
	if c := r.by[at.Source]; c != nil && c.Inside != nil && at.Line > 0 {
		return c.Inside(at.Line, 1, 0)
	}
	return sources.Position{File: r.server.Carrier.File}
}
