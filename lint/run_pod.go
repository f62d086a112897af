package lint

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// run is a pod's programs followed up to the point where its server reads its
// configuration.
type run struct {
	pod     *pod
	server  *container
	files   map[string]podFile    // by source
	by      map[string]*container // by the name of their program
	outcome *substitute.Outcome   // of the server
	stopped *container            // the container whose program ended with an error
	halted  *substitute.Outcome   // its outcome
}

// follow follows the programs of a pod, the initContainers and then the server. change
// alters a file before it is put there, to find out what would be.
func follow(inv *inventory, p *pod, server *container, change func(podFile) keys.Value) *run {
	r := &run{pod: p, server: server, files: map[string]podFile{}, by: map[string]*container{}}
	files := substitute.NewPod()
	for _, f := range inv.files(p) {
		r.files[f.source] = f
		value := f.value
		if change != nil {
			value = change(f)
		}
		if f.secret {
			files.PutValue(f.volume, f.path, f.source, value)
		} else {
			files.Put(f.volume, f.path, f.source, value)
		}
	}
	if v := server.env[configurationString]; v != nil && v.inside != nil && v.value.IsKnown() {
		r.files[configurationString] = podFile{source: configurationString, value: v.value, inside: v.inside}
	}
	for _, c := range p.containers {
		if !c.init && c != server {
			continue
		}
		g := programOf(c)
		r.by[g.Name] = c
		o := files.Run(g)
		if c == server {
			r.outcome = o
		}
		if o.Stopped != "" && r.stopped == nil {
			r.stopped, r.halted = c, o
		}
	}
	return r
}

// program is what the container runs.
func programOf(c *container) *substitute.Program {
	g := &substitute.Program{
		Name: c.label(), Command: c.command, Kubelet: c.object != nil, Mounts: c.mounts,
		Dir: c.dir, Home: "/root", Source: c.label(),
	}
	if c.carrier.backend == "Kong" {
		g.Home = "/home/kong" // of the user that Kong's images run as
	}
	for _, v := range c.variables {
		g.Env = append(g.Env, substitute.Variable{Name: v.name, Value: v.value, Plain: v.name == configurationString})
	}
	if len(c.openEnv) > 0 {
		g.OpenEnv = fmt.Sprintf("it may come from envFrom or a file: %s", c.openEnv[0])
	}
	return g
}

// configurationString is the variable from which Kong takes its whole configuration, where
// there is no file (kong/templates/kong_defaults.lua).
const configurationString = "KONG_DECLARATIVE_CONFIG_STRING"

// position leads from a place in a file of the pod, or in a container's command, to disk.
func (r *run) position(at substitute.Place, column, end int) sources.Position {
	if f, ok := r.files[at.Source]; ok && f.inside != nil && at.Line > 0 {
		return f.inside(at.Line, column, end)
	}
	if c := r.by[at.Source]; c != nil && c.inside != nil && at.Line > 0 {
		return c.inside(at.Line, 1, 0)
	}
	return sources.Position{File: r.server.carrier.file}
}
