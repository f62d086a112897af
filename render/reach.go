package render

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
)

// reach finds out what is worth looking at. It starts from the objects in which a mark stands
// (sources/marks.go) and follows names, whatever else their files say: to what such an object
// refers to, to what refers to a Secret or ConfigMap that may hold a key, to the Services and
// routes before a workload, and to the orders that deploy any of it. It ends where nothing new
// is reached. The files that it comes by are told so (sources.File.LeadTo), and what they are
// part of is rendered: a kustomization, a chart, a directory.
//
// References are compared by kind and name, as they are written, with and without the prefixes
// and suffixes that a kustomization of the repository puts there: namespaces and clusters are not
// known yet. To read too much costs a little, to read too little a finding.
type reach struct {
	p       *planner
	byPlace map[string]*node // by where the object is written
	defines map[string][]*node
	names   map[string][]*node
	queue   []*node
	affixes affixes
	wanted  map[string]bool // ends of links to look for: ">Secret|x" is what defines it, "<Secret|x" who names it

	fresh     map[string]bool        // names to look for in files that have not been read
	freshKeys map[string]bool        // those of them that are of a Secret or ConfigMap
	manifests []*sources.File        // that hold objects and have not been read
	texts     []*sources.File        // whose objects cannot be read as they are: charts, kustomizations
	taken     map[*sources.File]bool // read already
}

// node is an object as it is written.
type node struct {
	object  *manifest.Object
	file    *sources.File
	links   links
	bears   bool // who names it is reached too: it may hold a key, or is no Secret at all
	reached bool
}

// follow goes on until nothing new is reached. It is to be called once.
func (p *planner) follow() {
	r := &reach{
		p: p, byPlace: map[string]*node{}, defines: map[string][]*node{}, names: map[string][]*node{},
		wanted: map[string]bool{}, fresh: map[string]bool{}, freshKeys: map[string]bool{}, taken: map[*sources.File]bool{},
	}
	p.reach = r
	r.affixes.read(p)
	for _, d := range p.deployers {
		r.read(d.file)
	}
	for _, f := range p.files {
		if !f.Example && (f.IsManifest() || f.IsKustomization()) {
			r.sort(f)
		}
	}
	r.scripts()
	for r.drain(); r.orders() || r.search(); r.drain() {
	}
	r.compose()
}

// sort reads a file that has a mark, and puts any other aside.
func (r *reach) sort(f *sources.File) {
	switch {
	case f.IsKustomization():
		if !f.IsMarked() || f.Dismiss() {
			r.texts = append(r.texts, f)
		}
	case f.InChart(), !f.HoldsObjects() && strings.Contains(path.Base(f.Path), "values"):
		if !f.IsMarked() {
			r.texts = append(r.texts, f)
		}
	case !f.HoldsObjects(), f.IsCompose():
	case f.IsMarked() && !f.Dismiss():
		r.read(f)
	case !r.taken[f]:
		r.manifests = append(r.manifests, f)
	}
}

// scripts lead on by the Secrets that they make with kubectl.
func (r *reach) scripts() {
	for _, o := range stores.ScriptSecrets(r.p.repo) {
		for _, e := range o.Entries() {
			if r.p.repo.Marked([]byte(e.Key)) {
				r.want("<Secret|" + o.Name)
			}
		}
	}
}

// read takes up the objects of a file, and goes on with those that have a mark or are looked
// for.
func (r *reach) read(f *sources.File) {
	if r.taken[f] {
		return
	}
	r.taken[f] = true
	objects := r.p.objectsIn(f)
	for i, o := range objects {
		if o.Derived() {
			continue
		}
		var derived []*manifest.Object
		for i+1 < len(objects) && objects[i+1].Derived() {
			i++
			derived = append(derived, objects[i])
		}
		n := &node{object: o, file: f, links: linksOf(o, derived)}
		marked := r.p.repo.MarkedNode(o.Root)
		switch {
		case o.Kind == "SealedSecret" || o.Kind == "Secret" && f.Encrypted():
			n.bears = true
		case o.Kind == "Secret" || o.Kind == "ConfigMap" || len(derived) > 0:
			n.bears = marked || n.links.open
		default:
			n.bears = o.Kind != "SecretStore" && o.Kind != "ClusterSecretStore"
		}
		r.byPlace[writtenAs(o)] = n
		for _, link := range n.links.defines {
			r.defines[link] = append(r.defines[link], n)
		}
		for _, link := range append(n.links.names[:len(n.links.names):len(n.links.names)], n.links.behind...) {
			r.names[link] = append(r.names[link], n)
		}
		if marked || r.isWanted(n) {
			r.enter(n)
		}
	}
}

func (r *reach) isWanted(n *node) bool {
	for _, link := range n.links.defines {
		if r.wanted[">"+link] {
			return true
		}
	}
	for _, link := range append(n.links.names[:len(n.links.names):len(n.links.names)], n.links.behind...) {
		if r.wanted["<"+link] {
			return true
		}
	}
	return false
}

func (r *reach) enter(n *node) {
	if !n.reached {
		n.reached = true
		n.file.LeadTo()
		r.queue = append(r.queue, n)
	}
}

// drain follows the links of what has been reached, among what has been read.
func (r *reach) drain() {
	for len(r.queue) > 0 {
		n := r.queue[0]
		r.queue = r.queue[1:]
		for _, written := range n.links.names {
			for _, link := range r.affixes.without(written) {
				r.want(">" + link)
				for _, other := range r.defines[link] {
					r.enter(other)
				}
			}
		}
		if !n.bears {
			continue
		}
		for _, written := range n.links.defines {
			for _, link := range r.affixes.with(written) {
				r.want("<" + link)
				for _, other := range r.names[link] {
					r.enter(other)
				}
			}
		}
	}
}

func (r *reach) want(end string) {
	if r.wanted[end] {
		return
	}
	r.wanted[end] = true
	kind, name, _ := strings.Cut(end[1:], "|")
	if _, value, isLabel := strings.Cut(name, "="); isLabel {
		name = value
	}
	r.fresh[name] = true
	if kind == "Secret" || kind == "ConfigMap" {
		r.freshKeys[name] = true
	}
}

// orders goes on with the orders that deploy what has been reached.
func (r *reach) orders() bool {
	r.p.relevant = map[*deployer]bool{}
	found := false
	for _, d := range r.p.deployers {
		if n := r.byPlace[writtenAs(d.object)]; n != nil && !n.reached && r.p.matters(d) {
			r.enter(n)
			found = true
		}
	}
	return found
}

// search looks for the new names in what has not been read. A kustomization is reached where
// a generator or a patch of it may have the name, a chart where any line of it has.
func (r *reach) search() bool {
	if len(r.fresh) == 0 {
		return false
	}
	fresh, keys := r.fresh, r.freshKeys
	r.fresh, r.freshKeys = map[string]bool{}, map[string]bool{}
	var found []*sources.File
	found, r.manifests = parted(r.manifests, fresh)
	for _, f := range found {
		r.read(f)
	}
	r.manifests = slices.DeleteFunc(r.manifests, func(f *sources.File) bool {
		hidden := f.Mentions("name: ENC[") || f.Mentions(`"name": "ENC[`)
		if hidden { // SOPS encrypted the whole of it, with what it is called
			r.read(f)
		}
		return hidden
	})
	found, r.texts = parted(r.texts, keys)
	for _, f := range found {
		if !f.IsKustomization() || f.Mentions("Generator") || f.Mentions("patch") || f.Mentions("secretFrom") {
			f.LeadTo()
		}
	}
	return true
}

// parted parts the files in which one of the names stands from the others.
func parted(files []*sources.File, names map[string]bool) (found, others []*sources.File) {
	for i, hit := range sources.Naming(files, names) {
		if hit {
			found = append(found, files[i])
		} else {
			others = append(others, files[i])
		}
	}
	return found, others
}

// compose leads to the compose files that take variables from a file with a mark, or build what
// it is part of, and to those of proxies, which say where a host leads.
func (r *reach) compose() {
	for _, f := range r.p.files {
		if !f.IsManifest() || f.Example || f.BearsKeys() || !f.IsCompose() {
			continue
		}
		b, err := f.Disk()
		if err != nil {
			continue
		}
		words := strings.FieldsFunc(string(b), func(c rune) bool { return c == ':' || notInPath(c) })
		for _, name := range append(words, ".env") {
			if at := path.Join(f.Dir(), name); r.p.bearing(at) || r.p.leadsHosts(at) || r.p.bearing(path.Join(at, "Dockerfile")) {
				f.LeadTo()
				break
			}
		}
	}
}

// bearing says whether the walk found a file of that name that may bear keys.
func (p *planner) bearing(name string) bool {
	f := p.named(name)
	return f != nil && f.BearsKeys()
}

// named is the file of that name; nil where the walk found none.
func (p *planner) named(name string) *sources.File {
	i := sort.Search(len(p.files), func(i int) bool { return p.files[i].Path >= name })
	if i < len(p.files) && p.files[i].Path == name {
		return p.files[i]
	}
	return nil
}

// leadsHosts says whether a file of that name may be the configuration of a proxy.
func (p *planner) leadsHosts(name string) bool {
	f := p.named(name)
	return f != nil && f.LeadsHosts()
}

// bearingBelow says whether a file below the directory may bear keys, or what changes them on their way.
func (p *planner) bearingBelow(dir string) bool {
	if dir == "." {
		dir = ""
	} else {
		dir += "/"
	}
	for i := sort.Search(len(p.files), func(i int) bool { return p.files[i].Path >= dir }); i < len(p.files) && strings.HasPrefix(p.files[i].Path, dir); i++ {
		if (p.files[i].BearsKeys() || p.files[i].Mutates()) && !p.files[i].Example {
			return true
		}
	}
	return false
}

// leadsTo says whether an object, as it is written or rendered, was reached or has a mark.
func (p *planner) leadsTo(o *manifest.Object) bool {
	n := p.reach.byPlace[writtenAs(o)]
	return n != nil && n.reached || p.repo.MarkedNode(o.Root)
}

// objectsIn are the objects of a file, read once. They are not to be changed.
func (p *planner) objectsIn(f *sources.File) []*manifest.Object {
	objects, known := p.plain[f]
	if !known {
		objects = stores.InFile(p.repo, f)
		p.plain[f] = objects
	}
	return objects
}
