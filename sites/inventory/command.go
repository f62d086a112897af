package inventory

import (
	"fmt"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// Program is what the container runs.
func (c *Container) Program() *substitute.Program {
	g := &substitute.Program{
		Name: c.Label(), Command: slices.Concat(c.imageWords, c.Command), Kubelet: c.Object != nil, Mounts: c.Mounts,
		Dir: c.Dir, Home: "/root", Source: c.Label(),
	}
	for _, v := range c.Variables {
		g.Env = append(g.Env, substitute.Variable{Name: v.Name, Value: v.Value})
	}
	if len(c.OpenEnv) > 0 {
		if len(c.OpenEnv) == 1 {
			g.OpenFrom = c.OpenFrom
		}
		g.OpenEnv = fmt.Sprintf("it may come from envFrom or a file: %s", c.OpenEnv[0])
	}
	return g
}

// followCommand follows what the container runs to where it starts its program, which finds the variables as they are
// then: an export, an assignment before the command, "env", or a file that a script sources has the last word. What a
// gateway makes of its own is followed where its configuration is read.
func (inv *Inventory) followCommand(p *Pod, c *Container) {
	if backend := backendOf(c); c.Init || backend == "Kong" || backend == "Envoy" || !inv.setsKeys(c) {
		return
	}
	image := inv.imageFor(c)
	if image != nil {
		c.fromImage(image)
	}
	program := c.Program()
	if len(program.Command) == 0 {
		return
	}
	programs := 1
	for _, before := range p.Containers {
		if before.Init {
			programs++
		}
	}
	if why := inv.Unfollowed(p, programs); why != "" {
		c.doubt(why)
		return
	}
	files := substitute.NewPod(inv.Repo.Standins())
	shown := inv.FilesOf(p)
	for _, f := range shown {
		value := f.Value
		if f.Filler != nil {
			value = keys.Unknown(f.Source + " is filled in first")
		}
		inv.Put(files, p, f, value)
	}
	if image != nil {
		for _, f := range image.files {
			f.Volume = program.Name // the container's own file system
			inv.Put(files, p, f, f.Value)
			shown = append(shown, f)
		}
		program.Env = append(image.environment(c), program.Env...)
	}
	for _, before := range p.Containers {
		if before.Init {
			inv.Run(files, before.Program())
		}
	}
	overridden := &Carrier{Kind: InContainer, Name: c.owner, File: c.Carrier.File, Part: c.Name, Unit: c.Unit, Namespace: c.Namespace,
		Idle: "the container's command sets another before it starts the program"}
	for _, change := range inv.Run(files, program).Changes() {
		was, name := c.Env[change.Name], inv.Names.Of(change.Name)
		if was == nil && name.Slot == "" && !name.URL {
			continue
		}
		if change.Value.IsKnown() && change.Value.Text().Len() == 0 {
			change.Value = keys.Unknown("the container's command sets it to what is nothing here, before it starts the program")
		}
		if was != nil && !change.Value.IsKnown() { // it stays what it is called, and where it stands
			b := *was
			b.Value, b.Entry = change.Value, nil
			if b.Value.IsAbsent() {
				b.Value = keys.Unknown("the container's command takes it away before it starts the program")
			}
			c.set(&b)
			continue
		}
		at := c.assigned(change, shown)
		b := &Binding{Name: change.Name, Holder: c.holder(change.Name), Value: change.Value, Where: Stands(at, sources.Step{At: at, Text: "command, which sets " + change.Name})}
		switch {
		case was == nil:
		case was.Value.Equal(b.Value): // both have to be edited
			c.Variables = append(c.Variables, was)
		case was.Entry == nil:
			overridden.Bindings = append(overridden.Bindings, was)
		}
		c.set(b)
	}
	if len(overridden.Bindings) > 0 {
		inv.Composed = append(inv.Composed, overridden)
	}
}

// What it costs to follow the programs of a pod: one of them, a file that it is shown, a byte of that, and one that its programs handle.
const (
	programCost = 16 << 10
	putCost     = 4 << 10
	shownCost   = 100
	handleCost  = 20
)

// Unfollowed says why so many programs of a pod are not followed, over the files that it is shown; empty where there is room for it.
func (inv *Inventory) Unfollowed(p *Pod, programs int) string {
	if inv.Repo.Spend(programCost*programs + putCost*len(inv.FilesOf(p))) {
		return ""
	}
	return inv.tooManyPrograms(p)
}

func (inv *Inventory) tooManyPrograms(p *Pod) string {
	inv.Repo.Note(sources.NoteBound, sources.Position{File: p.Unit.Path}, "to follow the programs of every pod is "+sources.TooMuch+"; what some of them make is taken for unknown")
	return "to follow the programs of " + p.Owner + " is " + sources.TooMuch
}

// Put lays a file into a pod whose programs are followed.
func (inv *Inventory) Put(files *substitute.Pod, p *Pod, f PodFile, value keys.Value) {
	if f.Changed != "" {
		value = keys.Unknown(f.Changed)
	}
	if !inv.Repo.Spend(shownCost * value.Text().Len()) {
		value = keys.Unknown(inv.tooManyPrograms(p))
	}
	if f.Secret {
		files.PutValue(f.Volume, f.Path, f.Source, value)
	} else {
		files.Put(f.Volume, f.Path, f.Source, value)
	}
}

// Run follows a program, and takes what that cost from the budget.
func (inv *Inventory) Run(files *substitute.Pod, g *substitute.Program) *substitute.Outcome {
	before := files.Work()
	o := files.Run(g)
	inv.Repo.Spend(handleCost * (files.Work() - before))
	return o
}

// setsKeys says whether what the container runs may set variables, of which some are, or hold, keys.
func (inv *Inventory) setsKeys(c *Container) bool {
	return slices.ContainsFunc(c.Variables, func(v *Binding) bool {
		return inv.Names.Of(v.Name).Slot != "" || v.Value.IsKnown() && keys.Recognize(v.Value.Text()) != ""
	}) || slices.ContainsFunc(c.Command, func(word string) bool { return inv.Repo.Marked([]byte(word)) })
}
