package lint

import (
	"path"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// pod is what runs together over shared volumes: a workload's pod, or a service of a
// compose file.
type pod struct {
	owner       string
	unit        *render.Unit
	namespace   string
	object      *render.Object // nil for a compose service
	containers  []*container   // initContainers first, in their order
	volumes     []volume
	annotations map[string]string // of the pod template
}

// volume is what a pod's volume shows.
type volume struct {
	name  string
	parts []volumePart
}

// volumePart is a ConfigMap, a Secret, or a file or directory of the repository in a
// volume.
type volumePart struct {
	kind  string // "ConfigMap", "Secret"; "path" and "text" for compose
	name  string
	items map[string]string // data key → path in the volume; nil for all, each under its own name
	text  *sources.ComposeConfig
}

// podFile is a file that a pod is shown.
type podFile struct {
	volume string
	path   string
	source string // how it is called; unique in the repository
	value  keys.Value
	inside func(line, column, end int) sources.Position
	entry  *entryRef    // of a ConfigMap or Secret
	from   render.Entry // likewise
	secret bool         // its text is a value, not a document
}

// id names the file among all of the run: two units may hold an object of one name.
func (f podFile) id() string {
	if f.entry == nil {
		return f.source
	}
	return entryID(f.entry.unit, f.source)
}

func entryID(u *render.Unit, source string) string { return u.Name + " " + source }

// readVolumes reads a pod's volumes.
func readVolumes(spec *yaml.Node) []volume {
	var out []volume
	for _, v := range sources.Items(sources.Field(spec, "volumes")) {
		vol := volume{name: sources.Text(sources.Field(v, "name"))}
		add := func(n *yaml.Node, secretName string) {
			if c := sources.Field(n, "configMap"); c != nil {
				vol.parts = append(vol.parts, volumePart{kind: "ConfigMap", name: sources.Text(sources.Field(c, "name")), items: readItems(c)})
			}
			if s := sources.Field(n, "secret"); s != nil {
				vol.parts = append(vol.parts, volumePart{kind: "Secret", name: sources.Text(sources.Field(s, secretName)), items: readItems(s)})
			}
		}
		add(v, "secretName")
		for _, p := range sources.Items(sources.Field(v, "projected", "sources")) {
			add(p, "name")
		}
		out = append(out, vol)
	}
	return out
}

func readItems(n *yaml.Node) map[string]string {
	list := sources.Items(sources.Field(n, "items"))
	if len(list) == 0 {
		return nil
	}
	items := map[string]string{}
	for _, i := range list {
		items[sources.Text(sources.Field(i, "key"))] = sources.Text(sources.Field(i, "path"))
	}
	return items
}

// shows says whether the volume shows an object.
func (v volume) shows(kind, name string) bool {
	for _, p := range v.parts {
		if p.kind == kind && p.name == name {
			return true
		}
	}
	return false
}

// mounts says whether one of the pod's containers is shown the object.
func (p *pod) mounts(o *render.Object) bool {
	for _, v := range p.volumes {
		if !v.shows(o.Kind, o.Name) {
			continue
		}
		for _, c := range p.containers {
			for _, m := range c.mounts {
				if m.Volume == v.name {
					return true
				}
			}
		}
	}
	return false
}

// files lists the files that the pod's volumes show, as far as they are known.
func (inv *inventory) files(p *pod) []podFile {
	var out []podFile
	for _, v := range p.volumes {
		for _, part := range v.parts {
			switch part.kind {
			case "path":
				out = append(out, inv.pathFiles(v, part)...)
			case "text":
				out = append(out, podFile{volume: v.name, source: p.unit.Name + " config " + part.text.Name,
					value: keys.Known(part.text.Content), inside: part.text.Inside})
			default:
				out = append(out, inv.objectFiles(p, v, part)...)
			}
		}
	}
	return out
}

func (inv *inventory) objectFiles(p *pod, v volume, part volumePart) []podFile {
	f := inv.find(p.unit, part.kind, p.namespace, part.name)
	if f.object == nil {
		return nil
	}
	var out []podFile
	for _, e := range inv.entriesOf(f.object) {
		name := e.Key
		if part.items != nil {
			if name = part.items[e.Key]; name == "" {
				continue
			}
		}
		file := podFile{
			volume: v.name, path: name, source: labelOf(f.object) + " " + e.Key,
			value: e.Value, inside: e.Inside, entry: &entryRef{f.object, f.unit, e.Key}, from: e,
		}
		file.secret = part.kind == "Secret" && !isDocument(e.Value)
		out = append(out, file)
	}
	return out
}

// isDocument tells a script or a configuration that stands in a Secret from a key.
func isDocument(v keys.Value) bool {
	text := v.Text().Reveal()
	return strings.HasPrefix(text, "#!") || sources.IsKong([]byte(text)) || strings.Contains(text, "resources:\n")
}

// pathFiles lists what a bind mount shows: a file, or the files of a directory.
func (inv *inventory) pathFiles(v volume, part volumePart) []podFile {
	list := inv.repo.Dir(part.name)
	single := inv.repo.File(part.name)
	if single != nil {
		list = []*sources.File{single}
	}
	var out []podFile
	for _, f := range list {
		b, err := f.Plain()
		if err != nil {
			continue
		}
		file := podFile{
			volume: v.name, source: f.Path, value: keys.Known(keys.NewText(string(b))),
			inside: func(line, column, end int) sources.Position {
				return sources.Position{File: f.Path, Line: line, Column: column, EndColumn: end}
			},
		}
		if single == nil {
			file.path = path.Base(f.Path)
		}
		out = append(out, file)
	}
	return out
}
