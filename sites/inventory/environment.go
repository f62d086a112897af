package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
	"github.com/keylint/keylint/sources/nodes"
)

// Dangling is a reference that leads nowhere.
type Dangling struct {
	At     sources.Position
	Why    string
	Holder string
	name   keys.Name
	Where  *Container

	LosesKeys bool // what was meant holds keys
	Slip      Slip

	Name, Meant string // what it names, and what it must have meant, by a slip; empty where that is not certain
}

// Identity is the reference with the container that makes it.
func (d *Dangling) Identity() string {
	if d.Where == nil {
		return d.Holder
	}
	return d.Holder + " in " + d.Where.Label()
}

// readEnvironment computes the container's variables in the order in which the
// kubelet does: envFrom first, a later source over an earlier one, then env, where
// $(NAME) stands for what is already there. What several nodes say is laid over each other.
func (inv *Inventory) readEnvironment(c *Container, of ...*yaml.Node) {
	c.Env = map[string]*Binding{}
	var variables []*yaml.Node
	for _, n := range of {
		for _, from := range nodes.Items(nodes.Field(n, "envFrom")) {
			inv.readEnvFrom(c, from)
		}
		variables = append(variables, nodes.Items(nodes.Field(n, "env"))...)
	}
	for _, item := range variables {
		nameNode := nodes.Field(item, "name")
		name := nodes.Text(nameNode)
		if name == "" {
			continue
		}
		named := func() sources.Position { return c.Object.Locate(nameNode) }
		v := &Binding{Name: name, Holder: c.holder(name), named: named, locate: func() Placement { return Stands(named()) }}
		from := nodes.Given(nodes.Field(item, "valueFrom"))
		switch literal := nodes.Field(item, "value"); {
		case from != nil && nodes.Text(literal) != "":
			// Most often the line with the name of the second was lost.
			v.Value = keys.Unknown("it has both value and valueFrom, which the API server refuses")
			inv.Repo.Note(sources.NoteSkipped, c.Object.Locate(nameNode), c.holder(name)+" has both value and valueFrom, which the API server refuses")
		case from != nil:
			if inv.readValueFrom(c, v, from); v.Value.IsAbsent() {
				continue // optional, and not there: the kubelet leaves the variable out
			}
		default:
			inv.readLiteral(c, v, literal)
		}
		c.set(v)
	}
}

func (c *Container) set(v *Binding) {
	if _, ok := c.Env[v.Name]; ok {
		c.Variables[c.order[v.Name]] = v
	} else {
		if c.order == nil {
			c.order = map[string]int{}
		}
		c.order[v.Name] = len(c.Variables)
		c.Variables = append(c.Variables, v)
	}
	c.Env[v.Name] = v
}

// What it costs that a container takes in a variable, and one that holds a key, which becomes a site: an object or a file may give twenty thousand of
// them, each to thousands of containers.
const (
	variableCost = 4 << 10
	keyCost      = 64 << 10
)

// costOf is what it costs that a container takes in a variable of the name and the value.
func (inv *Inventory) costOf(name string, value keys.Value) int {
	if inv.Names.Of(name).Slot != "" || keys.Recognize(value.Text()) != "" {
		return keyCost
	}
	return variableCost
}

// costOfEntries is the same of all data keys of an object.
func (inv *Inventory) costOfEntries(o *manifest.Object) int {
	cost, ok := inv.costs[o]
	if !ok {
		for _, e := range inv.Entries(o) {
			cost += inv.costOf(e.Key, e.Value)
		}
		inv.costs[o] = cost
	}
	return cost
}

// takes says whether there is room for what a file, or an object of it, gives the container. Where there is none, that is not known, nor what
// stands in its place of all that the container was given before.
func (inv *Inventory) takes(c *Container, file, from string, cost int) bool {
	if inv.Repo.Spend(cost) {
		return true
	}
	c.doubt("to give it the variables of " + from + " is " + sources.TooMuch)
	inv.Repo.Note(sources.NoteBound, sources.Position{File: file}, "to give the variables of "+from+" to all that take them is "+sources.TooMuch+"; some are not followed")
	return false
}

// envFromFields and valueFromFields are the fields that name an object of the kind.
var (
	envFromFields   = map[string]string{"Secret": "secretRef", "ConfigMap": "configMapRef"}
	valueFromFields = map[string]string{"Secret": "secretKeyRef", "ConfigMap": "configMapKeyRef"}
)

func (inv *Inventory) readEnvFrom(c *Container, from *yaml.Node) {
	prefix := nodes.Text(nodes.Field(from, "prefix"))
	for _, kind := range []string{"ConfigMap", "Secret"} {
		nameNode := nodes.Field(from, envFromFields[kind], "name")
		name := nodes.Text(nameNode)
		if name == "" {
			continue
		}
		optional := nodes.Text(nodes.Field(from, envFromFields[kind], "optional")) == "true"
		f := inv.Find(c.Unit, kind, c.Namespace, name)
		at := sync.OnceValue(func() sources.Position { return c.Object.Locate(nameNode) })
		if f.Object == nil && f.Absent {
			if optional {
				continue
			}
			c.Dangling = append(c.Dangling, &Dangling{At: at(), Why: f.Why, Holder: c.holder("envFrom " + name), Where: c, LosesKeys: inv.holdKeys(f.meant), Slip: f.slip, Name: name, Meant: f.called})
		}
		if f.Object == nil {
			inv.openFrom(c, f, cmp.Or(f.name, ObjectName(kind, c.Namespace, name)), prefix)
			c.opensAt(at)
			continue
		}
		if open := f.Object.Open(); open != "" {
			c.opensAt(at)
			c.OpenEnv = append(c.OpenEnv, open)
			inv.mayReplace(c, prefix, open)
		}
		if !inv.takes(c, f.Object.File, Label(f.Object), inv.costOfEntries(f.Object)) {
			continue
		}
		for _, e := range inv.Entries(f.Object) {
			v := &Binding{Name: prefix + e.Key, Holder: c.holder(prefix + e.Key)}
			v.fromEntry(f, e, "envFrom", at)
			c.set(v)
		}
	}
}

// holdKeys says whether one of the objects has a data key that is called like a key.
func (inv *Inventory) holdKeys(objects []*manifest.Object) bool {
	return slices.ContainsFunc(objects, func(o *manifest.Object) bool {
		return slices.ContainsFunc(inv.Entries(o), func(e manifest.Entry) bool { return inv.Names.Of(e.Key).Slot != "" })
	})
}

// openFrom notes that a source of variables is not known. Whoever makes it, two that read one variable
// of it have the same.
func (inv *Inventory) openFrom(c *Container, f Found, name, prefix string) {
	c.OpenEnv = append(c.OpenEnv, f.Why)
	if !f.Absent { // without it the container does not start
		inv.mayReplace(c, prefix, f.Why)
	}
	c.OpenFrom = ""
	if f.Outside && prefix == "" {
		c.OpenFrom = name
	}
}

// mayReplace takes up that a source of variables, of which it is not known what it has, goes before the earlier ones: what the
// container was given so far of keys, under names with the prefix, is not known. A setting is as likely left alone as not.
func (inv *Inventory) mayReplace(c *Container, prefix, why string) {
	for i, v := range c.Variables {
		if !strings.HasPrefix(v.Name, prefix) {
			continue
		}
		of := *v
		of.Doubt = "a later source of variables may set " + keys.ShownVariable(v.Name) + " anew: " + why
		if inv.Names.Of(v.Name).Slot != "" || keys.Recognize(v.Value.Text()) != "" {
			of.Value = keys.Unknown(of.Doubt)
		}
		c.Variables[i], c.Env[v.Name] = &of, &of
	}
}

// openFile notes that a file of variables is not known, which may set anew what the ones before it set.
func (inv *Inventory) openFile(c *Container, why string) {
	c.OpenEnv = append(c.OpenEnv, why)
	inv.mayReplace(c, "", why)
}

// opensAt remembers where the pod names the first source of variables that is not known.
func (c *Container) opensAt(at func() sources.Position) {
	if c.openAt == nil {
		c.openAt = at
	}
}

// fromOpen is a variable that the container does not declare and may have all the same; absent where all that it has is known.
func (c *Container) fromOpen(name string) keys.Value {
	if len(c.OpenEnv) == 0 {
		return keys.Value{}
	}
	v := keys.Unknown(keys.ShownVariable(name) + " is not declared here: " + c.OpenEnv[0])
	if len(c.OpenEnv) == 1 && c.OpenFrom != "" {
		v = v.From(c.OpenFrom + "#" + name)
	}
	return v
}

// valueOf is an entry's value. One that is only not open here is the same for all who read the
// entry. Of what nobody can open, or the API server refuses, there is no value at all.
func valueOf(o *manifest.Object, e manifest.Entry) keys.Value {
	switch {
	case e.NotBase64:
		return e.Value
	case e.Locked != nil && e.Locked.Kind != decrypt.NoKey && !(e.SOPS && e.Locked.Kind == decrypt.WrongKey):
		return e.Value
	}
	return e.Value.From(Label(o) + "#" + e.Key)
}

// fromEntry lets the variable take an entry's value.
func (b *Binding) fromEntry(f Found, e manifest.Entry, how string, at func() sources.Position) {
	b.Value, b.Entry = valueOf(f.Object, e), &EntryRef{f.Object, f.Unit, e.Key}
	b.locate = func() Placement {
		file := sources.Position{File: e.At.File}
		p := Placement{at: at(), Written: e.At}
		p.Trace = []sources.Step{{At: p.at, Text: fmt.Sprintf("%s %s", how, b.Name)}, {At: file, Text: Label(f.Object) + " " + e.Key}}
		if f.copy.by != "" {
			p.copied = f.copy.said()
			p.Trace = append(p.Trace, sources.Step{At: p.copied, Text: f.copy.by})
		}
		for _, via := range e.Via {
			p.Trace = append(p.Trace, sources.Step{At: file, Text: via})
		}
		p.Trace = append(p.Trace, sources.Step{At: e.At, Text: "written here"})
		return p
	}
}

func (inv *Inventory) readValueFrom(c *Container, v *Binding, from *yaml.Node) {
	for _, kind := range []string{"ConfigMap", "Secret"} {
		ref := nodes.Field(from, valueFromFields[kind])
		if ref == nil {
			continue
		}
		nameNode, keyNode := nodes.Field(ref, "name"), nodes.Field(ref, "key")
		name, key := nodes.Text(nameNode), nodes.Text(keyNode)
		optional := nodes.Text(nodes.Field(ref, "optional")) == "true"
		f := inv.Find(c.Unit, kind, c.Namespace, name)
		if f.Object == nil {
			if f.Absent && !optional {
				v.Broken = inv.newDangling(c, v, c.Object.Locate(nameNode), f.Why, f.slip)
				v.Broken.Name, v.Broken.Meant = name, f.called
			}
			v.Value = keys.Unknown(f.Why)
			if f.Outside { // whoever makes it, two that read one data key of it have the same
				v.Value = v.Value.From(cmp.Or(f.name, ObjectName(kind, c.Namespace, name)) + "#" + key)
			}
			return
		}
		e, ok := inv.Entry(f.Object, key)
		if !ok {
			why := fmt.Sprintf("%s has no data key %s", Label(f.Object), keys.ShownName(inv.Repo.Ledger().Scrub(key)))
			if known := entryNames(inv.Entries(f.Object)); known != "" {
				why += "; it has " + known
			}
			if optional {
				c.left = append(c.left, &Binding{Name: v.Name, Holder: v.Holder, Value: keys.Unknown(why), named: v.named, locate: v.locate})
				return
			}
			v.Value = keys.Unknown(why)
			v.Broken = inv.newDangling(c, v, c.Object.Locate(keyNode), why, NoSlip)
			v.Broken.Name, v.Broken.Meant = key, onlySlip(inv.Entries(f.Object), key)
			return
		}
		v.fromEntry(f, e, "env", func() sources.Position { return c.Object.Locate(keyNode) })
		return
	}
	v.Value = keys.Unknown("it is set by the cluster (fieldRef or resourceFieldRef)")
}

func (inv *Inventory) newDangling(c *Container, v *Binding, at sources.Position, why string, slip Slip) *Dangling {
	return &Dangling{At: at, Why: why, Holder: c.holder(v.Name), name: inv.Names.Of(v.Name), Where: c, Slip: slip}
}

// onlySlip is the one data key that a name must mean, by a slip; empty where there is none, or several are.
func onlySlip(entries []manifest.Entry, name string) (meant string) {
	for _, e := range entries {
		if !keys.Slip(e.Key, name) {
			continue
		}
		if meant != "" {
			return ""
		}
		meant = e.Key
	}
	return meant
}

// entryNames lists an object's data keys for a message, a few at the most.
func entryNames(entries []manifest.Entry) string {
	var names []string
	for _, e := range entries {
		if len(names) == 8 {
			return strings.Join(names, ", ") + ", …"
		}
		names = append(names, e.Key)
	}
	return strings.Join(names, ", ")
}
