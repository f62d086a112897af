package inventory

import (
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// Pod is what runs together over shared volumes: a workload's pod, or a service of a
// compose file.
type Pod struct {
	Owner       string
	Unit        *render.Unit
	Namespace   string
	Object      *manifest.Object // nil for a compose service
	Containers  []*Container     // initContainers first, in their order
	volumes     []volume
	Annotations map[string]string // of the pod template

	shown  []PodFile // by its volumes, once somebody asked; nil before
	listed int       // what was known of data keys then
	Cut    bool      // some of its files were not looked at, which would have been too much
}

// volume is what a pod's volume shows.
type volume struct {
	name  string
	parts []volumePart
}

// volumePart is a ConfigMap, a Secret, or a file or directory of the repository in a
// volume.
type volumePart struct {
	kind     string // "ConfigMap", "Secret"; "path", "text" and "made" for compose
	name     string
	items    map[string]string // data key → path in the volume; nil for all, each under its own name
	text     sources.ComposeText
	by       *Container             // what fills the text in; nil where it is shown as it stands
	unknown  string                 // why the text is not known, of what a build makes or changes
	replaced bool                   // it lays another over it
	leftOut  func(file string) bool // which files of a directory are not there; nil where all are
}

// PodFile is a file that a pod is shown.
type PodFile struct {
	Volume string
	Path   string
	Source string // how it is called; unique in the repository
	Value  keys.Value
	Inside func(line, column, end int) sources.Position
	Entry  *EntryRef      // of a ConfigMap or Secret
	From   manifest.Entry // likewise
	Secret bool           // its text is a value, not a document
	Filler *Container     // what fills it in before the pod starts, compose; nil where nothing does

	Changed string // why the pod does not find the value there, but what became of it; empty where it does
}

// FileID tells a file that a pod is shown from all others of the run: two units may hold an
// object of one name.
type FileID struct {
	Unit   *render.Unit // of the ConfigMap or Secret; nil for what lies on disk
	Source string
}

// ID is the file's.
func (f PodFile) ID() FileID {
	if f.Entry == nil {
		return FileID{Source: f.Source}
	}
	return FileID{f.Entry.Unit, f.Source}
}

// readVolumes reads the lists of a pod's volumes.
func readVolumes(lists []*yaml.Node) []volume {
	var out []volume
	for _, v := range slices.Concat(itemsOf(lists)...) {
		vol := volume{name: nodes.Text(nodes.Field(v, "name"))}
		add := func(n *yaml.Node, secretName string) {
			if c := nodes.Field(n, "configMap"); c != nil {
				vol.parts = append(vol.parts, volumePart{kind: "ConfigMap", name: nodes.Text(nodes.Field(c, "name")), items: readItems(c)})
			}
			if s := nodes.Field(n, "secret"); s != nil {
				vol.parts = append(vol.parts, volumePart{kind: "Secret", name: nodes.Text(nodes.Field(s, secretName)), items: readItems(s)})
			}
		}
		add(v, "secretName")
		for _, p := range nodes.Items(nodes.Field(v, "projected", "sources")) {
			add(p, "name")
		}
		out = append(out, vol)
	}
	return out
}

// itemsOf are the members of each list.
func itemsOf(lists []*yaml.Node) [][]*yaml.Node {
	var out [][]*yaml.Node
	for _, list := range lists {
		out = append(out, nodes.Items(list))
	}
	return out
}

func readItems(n *yaml.Node) map[string]string {
	list := nodes.Items(nodes.Field(n, "items"))
	if len(list) == 0 {
		return nil
	}
	items := map[string]string{}
	for _, i := range list {
		items[nodes.Text(nodes.Field(i, "key"))] = nodes.Text(nodes.Field(i, "path"))
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

// Mounts says whether one of the pod's containers is shown the object.
func (p *Pod) Mounts(o *manifest.Object) bool {
	for _, v := range p.volumes {
		if !v.shows(o.Kind, o.Name) {
			continue
		}
		for _, c := range p.Containers {
			for _, m := range c.Mounts {
				if m.Volume == v.name {
					return true
				}
			}
		}
	}
	return false
}

// What a file costs that a pod is shown: that it is listed, which takes memory, and each time that somebody looks at it.
const (
	listCost = 4 << 10
	lookCost = 1 << 10
)

// FilesOf lists the files that the pod's volumes show, as far as they are known.
func (inv *Inventory) FilesOf(p *Pod) []PodFile {
	if p.shown == nil || p.listed != inv.listed {
		p.shown, p.listed = inv.shownTo(p), inv.listed
	}
	return slices.Clip(p.shown)
}

func (inv *Inventory) shownTo(p *Pod) []PodFile {
	out := []PodFile{}
	for _, v := range p.volumes {
		before := len(out) // files of other volumes
		for cut, n := false, 0; n < len(v.parts) && !cut; n++ {
			part := v.parts[n]
			switch part.kind {
			case "path":
				out = append(out, inv.pathFiles(v, part)...)
			case "made":
				out = append(out, PodFile{Volume: v.name, Source: part.name, Value: keys.Unknown(part.unknown)})
			case "text":
				out = append(out, PodFile{Volume: v.name, Source: part.name, Value: keys.Known(part.text.Content), Changed: part.unknown, Inside: part.text.Inside, Filler: part.by})
			default:
				of := inv.Find(p.Unit, part.kind, p.Namespace, part.name)
				if of.Object != nil && !inv.Repo.Spend(listCost*len(inv.Entries(of.Object))+lookCost*(len(out)-before)) {
					inv.Repo.Note(sources.NoteBound, sources.Position{File: p.Unit.Path}, "to look at the files of every volume is "+sources.TooMuch+"; some are taken for unknown")
					p.Cut, cut = true, true
					of = Found{Why: "to look at the files of every volume is " + sources.TooMuch}
				}
				files := inv.objectFiles(of, v, part)
				out = append(lay(of, part, files, out, before), files...)
			}
		}
	}
	return out
}

func (inv *Inventory) objectFiles(f Found, v volume, part volumePart) []PodFile {
	if f.Object == nil {
		return nil
	}
	var out []PodFile
	for _, e := range inv.Entries(f.Object) {
		name := e.Key
		if part.items != nil {
			if name = part.items[e.Key]; name == "" {
				continue
			}
		}
		file := PodFile{
			Volume: v.name, Path: name, Source: Label(f.Object) + " " + e.Key,
			Value: e.Value, Inside: e.Inside, Entry: &EntryRef{f.Object, f.Unit, e.Key}, From: e,
		}
		file.Secret = part.kind == "Secret" && !isDocument(e.Value)
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
func (inv *Inventory) pathFiles(v volume, part volumePart) []PodFile {
	list := inv.Repo.Dir(part.name)
	single := inv.Repo.File(part.name)
	if single != nil {
		list = []*sources.File{single}
	}
	var out []PodFile
	for _, f := range list {
		if part.leftOut != nil && part.leftOut(f.Path) {
			continue
		}
		b, err := f.Plain()
		if err != nil {
			continue
		}
		file := PodFile{
			Volume: v.name, Source: f.Path, Value: keys.Known(keys.NewText(string(b))), Changed: part.unknown, Inside: f.Inside,
		}
		if part.replaced {
			file.Value = keys.Unknown(part.unknown)
		}
		if single == nil {
			file.Path = path.Base(f.Path)
		}
		out = append(out, file)
	}
	return out
}
