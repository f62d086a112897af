package inventory

import (
	"path"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// Settings are the documents of settings (.env, env.js, config.json) that stand in a ConfigMap, a Secret or a compose
// file, or in a file that a container is shown: what runs there presents the keys in them.
type Settings struct {
	Carriers []*Carrier
	files    map[string]bool // those of the repository that a container is shown
	names    map[string]bool // that all of them have there, without the directory
}

// Replaces says whether a container is shown a file of the repository, or another one under its name.
func (s Settings) Replaces(file string) bool { return s.files[file] || s.names[path.Base(file)] }

// ReadSettings finds them.
func (inv *Inventory) ReadSettings() Settings {
	all := Settings{files: map[string]bool{}, names: map[string]bool{}}
	shown := map[EntryRef]bool{}
	for _, p := range inv.Pods {
		for _, c := range p.Containers {
			if c.Carrier.Backend == "Kong" || c.Carrier.Backend == "Envoy" {
				continue
			}
			for name, f := range inv.found(p, c) {
				if f.Entry == nil && inv.isOfApp(f.Source) {
					continue
				}
				if f.Entry != nil {
					shown[*f.Entry] = true
				}
				carriers := inv.settings(f, name, c)
				if len(carriers) > 0 {
					all.files[f.Source], all.names[path.Base(name)] = true, true
				}
				all.Carriers = append(all.Carriers, carriers...)
			}
		}
	}
	for _, c := range inv.Containers {
		for _, v := range c.Variables { // a text that a program gets in its environment is no file
			if v.Entry != nil {
				shown[*v.Entry] = true
			}
		}
	}
	for _, u := range inv.Units {
		all.Carriers = append(all.Carriers, inv.unshown(u, shown)...)
	}
	return all
}

// isOfApp says of a file of the repository that it holds no key, or is read where an app's own files of variables are.
func (inv *Inventory) isOfApp(name string) bool {
	f := inv.Repo.File(name)
	return f != nil && (!f.BearsKeys() || f.IsDotenv() && !inv.Inputs[name])
}

// findsAt is the path at which the container finds a file of its pod; false where it mounts none of it, or another mount lies over it.
func (c *Container) findsAt(f PodFile) (string, bool) {
	for i, m := range c.Mounts {
		at := m.Path
		switch rest, below := strings.CutPrefix(f.Path, m.SubPath+"/"); {
		case m.Volume != f.Volume:
			continue
		case m.SubPath == "":
			at = path.Join(m.Path, f.Path)
		case m.SubPath == f.Path:
		case below:
			at = path.Join(m.Path, rest)
		default:
			continue
		}
		if c.MountOf(path.Clean(at)) == &c.Mounts[i] {
			return at, true
		}
	}
	return "", false
}

// settings makes carriers of a document that the container finds under the name.
func (inv *Inventory) settings(f PodFile, name string, c *Container) []*Carrier {
	if !sources.IsSettingsName(name) && f.Entry != nil && sources.IsSettingsName(f.Entry.Key) {
		name = f.Entry.Key
	}
	bindings := inv.settingBindings(f, name)
	if len(bindings) == 0 {
		return nil
	}
	k := &Carrier{
		Kind: InContainer, Name: c.Carrier.Name, File: bindings[0].At().File, Part: c.Carrier.Part, Unit: c.Unit, Namespace: c.Namespace,
		Backend: c.Carrier.Backend, Opens: c.Carrier.Opens, Idle: c.Carrier.Idle, Doubt: c.Carrier.Doubt, URLs: inv.URLs(bindings),
	}
	if len(k.URLs) == 0 {
		k.URLs = c.Carrier.URLs
	}
	if !sources.IsDotenvName(name) {
		k.Bindings = bindings
		return []*Carrier{k}
	}
	inBuild := *k
	inBuild.Idle = "a variable of that prefix is built into an app, and whether that happens where this file is cannot be told"
	for _, b := range bindings {
		if of := k; inv.Names.Of(b.Name).PublicPrefix == "" {
			of.Bindings = append(of.Bindings, b)
		} else {
			inBuild.Bindings = append(inBuild.Bindings, b)
		}
	}
	return []*Carrier{k, &inBuild}
}

// settingBindings are the settings in a document; none where another reads it, or keylint cannot.
func (inv *Inventory) settingBindings(f PodFile, name string) []*Binding {
	text := f.Value.Text()
	raw := inv.Readable(f.Value)
	if !f.Value.IsKnown() || keys.Recognize(text) != "" || !inv.Repo.Marked([]byte(text.Reveal())) ||
		sources.IsKong(raw) || sources.IsEnvoy(raw) || sources.SetsHeaders(raw) {
		return nil
	}
	var out []*Binding
	for _, v := range sources.ParseSettings(name, raw) {
		at := f.Inside(v.Line, v.Column, v.EndColumn)
		b := written(v.Name, f.Source+" "+v.Name, inv.Repo.Standins().Resolve(v.Value), at)
		if variable := keys.ReferenceName(v.Value.Reveal()); variable != "" && f.Filler != nil {
			if b = inv.sentOn(b.Holder, v.Value, variable, at, f.Filler); b == nil {
				continue
			}
			b.Name = v.Name
		}
		if f.Changed != "" {
			b.Value = keys.Unknown(f.Changed)
		}
		out = append(out, b)
	}
	return out
}

// unshown are the documents of a unit's ConfigMaps and Secrets, by their names, that no container is shown.
func (inv *Inventory) unshown(u *render.Unit, shown map[EntryRef]bool) []*Carrier {
	var out []*Carrier
	for _, o := range u.Objects {
		if o.Kind != "Secret" && o.Kind != "ConfigMap" {
			continue
		}
		for _, e := range inv.Entries(o) {
			ref := EntryRef{o, u, e.Key}
			if shown[ref] || !sources.IsSettingsName(e.Key) {
				continue
			}
			f := PodFile{Source: Label(o) + " " + e.Key, Value: e.Value, Inside: e.Inside}
			if bindings := inv.settingBindings(f, e.Key); len(bindings) > 0 {
				out = append(out, &Carrier{
					Kind: InContainer, Name: Label(o), File: o.File, Unit: u, Namespace: o.Namespace, URLs: inv.URLs(bindings),
					Bindings: bindings, Idle: "no container here finds " + f.Source,
				})
			}
		}
	}
	return out
}
