package gateway

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// collectLoose finds the configurations that no Kong of the repository reads: in an entry
// of a ConfigMap or Secret, in a file of its own.
func (f *Found) collectLoose(used map[inventory.FileID]bool) {
	for _, u := range f.Units {
		for _, o := range u.Objects {
			if o.Kind != "ConfigMap" && o.Kind != "Secret" {
				continue
			}
			for _, e := range f.Entries(o) {
				name := inventory.Label(o) + " " + e.Key
				text := f.Readable(e.Value)
				if strings.HasPrefix(string(text), "#!") || !sources.IsKong(text) || used[inventory.FileID{Unit: u, Source: name}] {
					continue
				}
				config, problem := sources.ParseKong(text)
				if problem != nil {
					f.Repo.Note(sources.NoteUnreadable, e.Inside(problem.Line, 1, 0), name+": "+problem.Message)
				}
				if config != nil {
					f.addLoose(&Gateway{Name: name, Unit: u, Namespace: o.Namespace, Config: config, At: e.Inside(1, 1, 0)}, e.Inside, f.whoMounts(u, o))
				}
			}
		}
	}
	for _, file := range f.Repo.Files() {
		if !used[inventory.FileID{Source: file.Path}] && !f.Inputs[file.Path] && file.IsManifest() && file.BearsKeys() && !file.Example {
			f.collectLooseFile(file)
		}
	}
}

// whoMounts is the first pod of the unit that is shown the object; nil where none is.
func (f *Found) whoMounts(u *render.Unit, o *manifest.Object) *inventory.Pod {
	for _, p := range f.Pods {
		if p.Unit == u && (p.Namespace == o.Namespace || p.Namespace == "" || o.Namespace == "") && p.Mounts(o) {
			return p
		}
	}
	return nil
}

// collectLooseFile reads a configuration that stands in a file of its own.
func (f *Found) collectLooseFile(file *sources.File) {
	text, err := file.Plain()
	if err != nil {
		return
	}
	config, problem := sources.ParseKong(text)
	if problem != nil && !problem.Template {
		f.Repo.Note(sources.NoteUnreadable, sources.Position{File: file.Path, Line: problem.Line}, problem.Message)
	}
	if config == nil {
		return
	}
	g := &Gateway{Name: file.Path, Config: config, At: sources.Position{File: file.Path, Line: 1, Column: 1}}
	g.Unit = f.standaloneUnit(file)
	g.Namespace = onlyNamespace(g.Unit)
	f.addLoose(g, file.Inside, nil)
}

// addLoose adds a configuration that no Kong of the repository reads. Where nothing at all
// is shown it, and the unit has a Kong that reads another, it is dead: what it lists is
// accepted by nobody.
func (f *Found) addLoose(g *Gateway, inside func(line, column, end int) sources.Position, shown *inventory.Pod) {
	g.Product = "Kong"
	g.inside = func(line int) sources.Position { return inside(line, 1, 0) }
	why := fmt.Sprintf("nothing in the repository renders %s, so what takes the place of its placeholders is not known", g.Name)
	if shown != nil {
		why = fmt.Sprintf("what %s makes of %s is not known", shown.Owner, g.Name)
	} else if script := f.mentionedIn(g); script != "" {
		why = fmt.Sprintf("%s is rendered by %s, which keylint does not follow", g.Name, script)
	} else if f.readsAnother(g) {
		g.Dead = true
	}
	changes := "" // what may change also keys that are no placeholders
	switch {
	case shown != nil && shown.Cut:
		changes = shown.Owner
	case shown == nil && g.At.File == g.Name: // a file, and no entry of an object
		if gateway := f.imageOf(g.At.File); gateway != "" {
			changes = "the image of " + gateway
		}
	}
	for _, c := range g.Config.Credentials {
		at := inside(c.Line, c.Column, c.EndColumn)
		if changes != "" && !g.Dead {
			why := fmt.Sprintf("what %s makes of %s is not known", changes, g.Name)
			f.addCredential(g, c, at, c.Key, keys.Unknown(why), nil, "")
			continue
		}
		if g.Dead {
			g.Credentials = append(g.Credentials, &Credential{Consumer: c.Consumer, At: at, Fate: Gone, key: c.Key})
			continue
		}
		if v := f.Repo.Standins().Resolve(c.Key); !v.IsKnown() && v.Source() == "" {
			f.addCredential(g, c, at, c.Key, v, nil, "")
			continue
		}
		if c.IsString && (keys.ReferenceName(c.Key.Reveal()) != "" || keys.IsPlaceholder(c.Key)) {
			f.addCredential(g, c, at, c.Key, keys.Value{}, nil, why)
		} else {
			f.addCredential(g, c, at, c.Key, keys.Known(c.Key), nil, "")
		}
	}
	f.Gateways = append(f.Gateways, g)
}

// mentionedIn is the script of the repository that names the configuration's file, as
// "deploy.sh:12"; empty where none does.
func (f *Found) mentionedIn(g *Gateway) string {
	at := f.Repo.ScriptNaming(path.Base(g.At.File))
	if at.File == "" {
		return ""
	}
	return at.String()
}

// readsAnother says whether a Kong of the same unit and namespace reads another
// configuration.
func (f *Found) readsAnother(g *Gateway) bool {
	for _, other := range f.Gateways {
		if other.Run != nil && other.Unit == g.Unit && (other.Namespace == g.Namespace || g.Namespace == "") {
			return true
		}
	}
	return false
}

// onlyNamespace is the one namespace of the unit's objects; empty where there are none
// or several.
func onlyNamespace(u *render.Unit) string {
	only := ""
	for i, o := range u.Objects {
		if i > 0 && o.Namespace != only {
			return ""
		}
		only = o.Namespace
	}
	return only
}

// standaloneUnit is what a configuration that nothing mounts belongs to: the compose
// file or the plain manifests beside it, or a unit of its own.
func (f *Found) standaloneUnit(file *sources.File) *render.Unit {
	for _, u := range f.Units {
		if u.Kind == render.Directory && u.Name == file.Dir() || u.Kind == render.ComposeFile && path.Dir(u.Path) == file.Dir() {
			return cmp.Or(u.Over, u) // what is laid over a project has the project's gateway
		}
	}
	u := &render.Unit{Name: file.Path, Kind: render.Directory, Inputs: []string{file.Path}}
	if f.hasGateway() || f.underKustomization(file) {
		u.Kind = render.Undeployed
	}
	f.Loose = append(f.Loose, u)
	return u
}

// hasGateway says whether a configuration that is deployed has been found: one that
// nothing mounts is then a stale copy.
func (f *Found) hasGateway() bool {
	for _, g := range f.Gateways {
		if g.Unit.Deployed() && (g.Run != nil || g.Namespace != "") {
			return true
		}
	}
	return false
}

// underKustomization says whether a kustomization governs the file's directory.
func (f *Found) underKustomization(file *sources.File) bool {
	for dir := file.Dir(); ; dir = path.Dir(dir) {
		for _, k := range f.Repo.Files() {
			if k.IsKustomization() && k.Dir() == dir {
				return true
			}
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}
