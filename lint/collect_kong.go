package lint

import (
	"fmt"
	"path"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// gateway is a Kong configuration, with what renders it.
type gateway struct {
	name      string // "ConfigMap supabase/kong-config kong.yml", "volumes/api/kong.yml"
	unit      *render.Unit
	namespace string
	config    *sources.KongConfig
	readers   []*container // the containers that see it
	renderer  *renderer    // nil where nothing in the repository reads it
	sites     []*Site
	missing   []missingVariable
}

// missingVariable is a placeholder whose variable the renderer does not have.
type missingVariable struct {
	site *Site
	name string
	why  string
}

// collectKong finds every Kong configuration: in an entry of a ConfigMap or Secret, in
// a file that a compose service mounts, or standing alone.
func (w *world) collectKong() {
	used := map[string]bool{}
	for _, u := range w.units {
		for _, f := range u.Inputs {
			used[f] = true
		}
		for _, o := range u.Objects {
			if o.Kind != "ConfigMap" && o.Kind != "Secret" {
				continue
			}
			for _, e := range w.entriesOf(o) {
				text := e.Value.Text().Reveal()
				name := objectName(o.Kind, o.Namespace, o.Name) + " " + e.Key
				config, problem := sources.ParseKong([]byte(text))
				if problem != nil {
					w.repo.Note(sources.NoteUnreadable, e.Inside(problem.Line, 1, 0), name+": "+problem.Message)
				}
				if config == nil {
					continue
				}
				g := &gateway{name: name, unit: u, namespace: o.Namespace, config: config, readers: w.readersOf(u, o)}
				w.addGateway(g, e.Inside)
			}
		}
	}
	for _, f := range w.repo.Files() {
		if !used[f.Path] && f.IsManifest() && f.BearsKeys() && !f.Example {
			w.collectKongFile(f)
		}
	}
}

// collectKongFile reads a configuration that stands in a file of its own.
func (w *world) collectKongFile(f *sources.File) {
	text, err := f.Plain()
	if err != nil {
		return
	}
	config, problem := sources.ParseKong(text)
	if problem != nil && !problem.Template {
		w.repo.Note(sources.NoteUnreadable, sources.Position{File: f.Path, Line: problem.Line}, problem.Message)
	}
	if config == nil {
		return
	}
	g := &gateway{name: f.Path, config: config}
	for _, c := range w.containers {
		for _, m := range c.mounts {
			if m.kind == "file" && m.name == f.Path {
				g.readers = append(g.readers, c)
				g.unit = c.unit
			}
		}
	}
	if g.unit == nil {
		g.unit = w.standaloneUnit(f)
	}
	g.namespace = onlyNamespace(g.unit)
	w.addGateway(g, func(line, column, end int) sources.Position {
		return sources.Position{File: f.Path, Line: line, Column: column, EndColumn: end}
	})
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
func (w *world) standaloneUnit(f *sources.File) *render.Unit {
	for _, u := range w.units {
		if u.Kind == render.Directory && u.Name == f.Dir() || u.Kind == render.ComposeFile && path.Dir(u.Name) == f.Dir() {
			return u
		}
	}
	u := &render.Unit{Name: f.Path, Kind: render.Directory, Inputs: []string{f.Path}}
	if w.hasGateway() || w.underKustomization(f) {
		u.Kind = render.Undeployed
	}
	w.units = append(w.units, u)
	return u
}

// hasGateway says whether a configuration that is deployed has been found: one that
// nothing mounts is then a stale copy.
func (w *world) hasGateway() bool {
	for _, g := range w.gateways {
		if g.unit.Deployed() && (len(g.readers) > 0 || g.namespace != "") {
			return true
		}
	}
	return false
}

// underKustomization says whether a kustomization governs the file's directory.
func (w *world) underKustomization(f *sources.File) bool {
	for dir := f.Dir(); ; dir = path.Dir(dir) {
		for _, k := range w.repo.Files() {
			if k.IsKustomization() && k.Dir() == dir {
				return true
			}
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}

// readersOf lists the containers that see an object as a volume.
func (w *world) readersOf(u *render.Unit, o *render.Object) []*container {
	var readers []*container
	for _, c := range w.containers {
		if c.unit != u || c.namespace != o.Namespace {
			continue
		}
		for _, m := range c.mounts {
			if m.kind == o.Kind && m.name == o.Name {
				readers = append(readers, c)
				break
			}
		}
	}
	return readers
}

// addGateway turns the configuration's credentials into accepted sites.
func (w *world) addGateway(g *gateway, inside func(line, column, end int) sources.Position) {
	g.renderer = rendererOf(g.readers)
	w.gateways = append(w.gateways, g)
	for _, credential := range g.config.Credentials {
		if !credential.IsString {
			continue
		}
		at := inside(credential.Line, credential.Column, credential.EndColumn)
		s := &Site{
			Standing: Accepted, Role: g.config.Role(credential.Consumer), Holder: "Kong consumer " + credential.Consumer,
			At: at, Unit: g.unit, namespace: g.namespace,
			carrier: &carrier{name: g.name, file: at.File},
		}
		text := credential.Key.Reveal()
		if name := placeholderName(text); name != "" {
			w.resolvePlaceholder(g, s, text, name)
		} else {
			s.Value = keys.Known(credential.Key)
		}
		w.settleSlot(s)
		if s.Slot == "" || s.Value.IsKnown() && s.Value.Text().Len() == 0 {
			continue // an empty credential is deleted or refused: nobody can present it
		}
		g.sites = append(g.sites, w.add(s))
	}
}

// settleSlot finds the slot of a credential: by its text within the consumer's role,
// else by the placeholder's name, else the legacy key of the role.
func (w *world) settleSlot(s *Site) {
	byName := s.name.Slot
	if s.Value.IsKnown() {
		if r := keys.Recognize(s.Value.Text()); r != "" && (s.Role == "" || r.Role() == s.Role) {
			s.Slot = r
			s.Role = r.Role()
			return
		}
	}
	if byName != "" && (s.Role == "" || byName.Role() == s.Role) {
		s.Slot = byName
		s.Role = byName.Role()
		return
	}
	switch s.Role {
	case keys.Public:
		s.Slot = keys.Anon
	case keys.Server:
		s.Slot = keys.ServiceRole
	}
}

// resolvePlaceholder follows a placeholder through what renders the configuration, back
// to where its value is written.
func (w *world) resolvePlaceholder(g *gateway, s *Site, text, name string) {
	s.name = keys.Classify(name)
	s.Trace = []Step{{s.At, text}}
	r := g.renderer
	if r == nil {
		s.Value = keys.Unknown(fmt.Sprintf("nothing in the repository renders %s, so what takes the place of %s is not known", g.name, text))
		return
	}
	if r.tool == "" {
		s.Value = keys.Unknown(fmt.Sprintf("%s mounts %s, and nothing that is known to keylint substitutes %s in it", r.container.label(), g.name, text))
		return
	}
	s.Trace = append(s.Trace, Step{sources.Position{File: r.container.carrier.file}, r.tool + " in " + r.container.label()})
	variableName := r.variableFor(text, name)
	if variableName == "" {
		s.Value = keys.Unknown(fmt.Sprintf("%s in %s has no expression for %s", r.tool, r.container.label(), text))
		return
	}
	v := r.container.env[variableName]
	switch {
	case v != nil && v.missing != nil:
		s.Value = v.value
		w.dangling = append(w.dangling, v.missing)
	case v != nil:
		s.Value, s.Written, s.entry = v.value, v.written, v.entry
		s.Trace = append(s.Trace, v.trace...)
	case len(r.container.openEnv) > 0:
		s.Value = keys.Unknown(fmt.Sprintf("%s may come from envFrom: %s", variableName, r.container.openEnv[0]))
	default:
		s.Value = keys.Unknown(fmt.Sprintf("%s has no variable %s", r.container.label(), variableName))
		g.missing = append(g.missing, missingVariable{s, variableName, r.outcomeOfMissing(text)})
	}
}

// outcomeOfMissing says what the substituter makes of a variable that is not there
// (measured with mawk, GNU sed, bash and gettext's envsubst).
func (r *renderer) outcomeOfMissing(text string) string {
	switch r.tool {
	case "awk":
		return "awk leaves " + text + " as it is, and Kong then accepts that very text as a key"
	case "sed":
		return "the shell puts nothing in its place, or stops where it runs with set -u"
	}
	return r.tool + " puts nothing in its place, and Kong has no key for this consumer"
}

// rendersGateway says whether the container renders a gateway's configuration: its
// variables are handed on, not presented.
func (w *world) rendersGateway(c *container) bool {
	for _, g := range w.gateways {
		if g.renderer != nil && g.renderer.container == c {
			return true
		}
	}
	return false
}
