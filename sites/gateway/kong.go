package gateway

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
	"github.com/keylint/keylint/substitute"
)

// collectKong finds every Kong: first the containers that read a declarative
// configuration, with what their pods make of its template, then the configurations that
// no container of the repository reads.
func (f *Found) collectKong() {
	used := map[inventory.FileID]bool{} // files and entries that a Kong's pod is shown
	for _, p := range f.Pods {
		reads := false
		for _, c := range p.Containers {
			if !c.Init && f.readsConfiguration(p, c) {
				f.addKong(p, c)
				reads = true
			}
		}
		if !reads {
			continue
		}
		for _, file := range f.FilesOf(p) {
			if f.templatesOf(p)[file.Source] != nil || file.Changed != "" {
				used[file.ID()] = true
			}
		}
	}
	f.collectLoose(used)
}

// readsConfiguration says whether the container is a Kong without a database, or one that takes what it accepts from that.
func (f *Found) readsConfiguration(p *inventory.Pod, c *inventory.Container) bool {
	if c.Env["KONG_DECLARATIVE_CONFIG"] != nil || c.Env[configurationString] != nil || servesFromDatabase(p, c) {
		return true
	}
	return c.Carrier.Backend == "Kong" && len(c.OpenEnv) > 0 && len(f.templatesOf(p)) > 0
}

// template is a Kong configuration as it stands in the repository.
type template struct {
	file   inventory.PodFile
	config *sources.KongConfig // nil where it is no YAML before substitution
}

// templatesOf are the Kong configurations among a pod's files, by source.
func (f *Found) templatesOf(p *inventory.Pod) map[string]*template {
	out, known := f.shown[p]
	if !known {
		out = f.templates(f.FilesOf(p))
		f.shown[p] = out
	}
	return out
}

// templates picks the Kong configurations out of files, by source.
func (f *Found) templates(files []inventory.PodFile) map[string]*template {
	out := map[string]*template{}
	for _, file := range files {
		text := f.Readable(file.Value)
		if !sources.IsKong(text) || strings.HasPrefix(string(text), "#!") {
			continue
		}
		out[file.Source] = &template{file, f.parsed(text, file.Value.Text().Sum())}
	}
	return out
}

// parsed is a configuration as it stands, which many pods may be shown.
func (f *Found) parsed(text []byte, sum [32]byte) *sources.KongConfig {
	config, known := f.configs[sum]
	if !known {
		config, _ = sources.ParseKong(text)
		f.configs[sum] = config
	}
	return config
}

// kongCost is what a byte of a configuration costs, which thousands of pods may each read.
const kongCost = 400

// addKong follows a Kong's pod and reads what Kong reads.
func (f *Found) addKong(p *inventory.Pod, c *inventory.Container) {
	r := follow(f.Inventory, p, c, nil)
	g := &Gateway{Name: c.Label(), Product: "Kong", Unit: p.Unit, Namespace: p.Namespace, Run: r, Renderers: []*inventory.Container{c}}
	templates := maps.Clone(f.templatesOf(p))
	if file, ok := r.Files[configurationString]; ok {
		maps.Copy(templates, f.templates([]inventory.PodFile{file}))
	}
	rendered, why := f.takes(g)
	if rendered != nil && !f.Repo.Spend(kongCost*len(rendered.Text())) {
		f.noteTooMuch(c)
		rendered, why = nil, "to read its configuration is "+sources.TooMuch
		for source, t := range templates {
			templates[source] = &template{file: t.file}
		}
	}
	if rendered != nil {
		for _, s := range rendered.Steps {
			if by := r.by[s.Program]; by != nil && !g.renders(by) {
				g.Renderers = append(g.Renderers, by)
			}
		}
		for _, source := range rendered.Sources() {
			g.Name = source
			if source == configurationString {
				g.Name = source + " of " + c.Label()
			}
		}
	}
	switch {
	case r.stopped != nil:
		where := r.stopped
		g.Fault = &fault{At: r.position(r.halted.StoppedAt, 1, 0), Missing: r.halted.Missing, Where: where,
			Message: fmt.Sprintf("%s ends before Kong's configuration is there: %s", where.Label(), r.halted.Stopped)}
		if !g.renders(where) {
			g.Renderers = append(g.Renderers, where)
		}
		why = "Kong does not start: " + r.halted.Stopped
	case rendered == nil && f.findsNothing(g, c):
		g.Fault = f.notMounted(g, c, templates)
		why = "Kong does not start: " + g.Fault.Message
	case rendered != nil && why == "" && isSteered(rendered):
		f.addUnknown(g, templates, "who is let pass depends on a value of the configuration that is not known")
		return
	case rendered != nil && why == "":
		if f.readRendered(g, rendered, templates) {
			return
		}
		why = "what is made of the template is not a configuration that Kong can read"
	}
	if len(templates) == 0 && g.Fault == nil {
		f.noteImage(c)
	}
	if v := cmp.Or(c.Env["KONG_DECLARATIVE_CONFIG"], c.Env["KONG_DATABASE"]); v != nil && len(templates) == 0 && g.Fault == nil && !f.IsBuilt(c) {
		f.addUnread(g, v.At(), why) // it is there, or in the image, and what stands in it is not known
	}
	f.addUnknown(g, templates, why)
}

func (f *Found) noteTooMuch(c *inventory.Container) {
	f.Repo.Note(sources.NoteBound, sources.Position{File: c.Carrier.File}, "to read the configuration of every Kong is "+sources.TooMuch+"; some are taken for unknown")
}

// isSteered says whether a value that is not known says who is let pass.
func isSteered(r *substitute.Rendered) bool {
	return sources.KongSteered(r.Text(), func(part string) bool { v, _ := r.Resolve(part); return !v.IsKnown() })
}

// noteImage takes up the directory that a Kong's image is built of, where what it reads is not known: what lies
// there may be what it reads, and may be replaced by it.
func (f *Found) noteImage(c *inventory.Container) {
	if context, built := f.ContextOf(c); built {
		f.images = append(f.images, builtImage{context, c.Label()})
	}
}

// builtImage is the directory that a gateway's image is built of, and the gateway.
type builtImage struct{ context, gateway string }

// imageOf is the gateway whose image is built of the directory in which a file lies; empty where none is.
func (f *Found) imageOf(file string) string {
	for _, i := range f.images {
		if i.context == "." || strings.HasPrefix(file, i.context+"/") {
			return i.gateway
		}
	}
	return ""
}

// configuration is the text that Kong reads, or why it is not known.
func (r *run) configuration() (*substitute.Rendered, string) {
	if r.unfollowed != "" {
		return nil, r.unfollowed
	}
	if text := r.outcome.EnvText(configurationString); text != nil {
		return text, text.Unknown
	}
	name, unknown := r.outcome.Setting("KONG_DECLARATIVE_CONFIG")
	switch {
	case unknown != "":
		return nil, unknown
	case name == "":
		return nil, "nothing tells where " + r.server.Label() + " reads its configuration"
	}
	name = path.Join("/", name)
	if rendered := r.outcome.File(name); rendered != nil {
		return rendered, rendered.Unknown
	}
	why := fmt.Sprintf("nothing that keylint can follow writes %s, which %s reads", name, r.server.Label())
	if unknown := r.outcome.Unmodelled(); len(unknown) > 0 {
		return nil, fmt.Sprintf("%s; %s in %s may", why, unknown[0].Tool, unknown[0].Program)
	}
	return nil, why
}

// reads is the path at which Kong reads its configuration, where that is known.
func (r *run) reads() string {
	name, _ := r.outcome.Setting("KONG_DECLARATIVE_CONFIG")
	return path.Join("/", name)
}

// addUnknown makes sites of the templates of which it is not known what Kong finds in their place, if it reads them at all: not
// even a key that stands in one is known to be accepted.
func (f *Found) addUnknown(g *Gateway, templates map[string]*template, why string) {
	for _, source := range slices.Sorted(maps.Keys(templates)) {
		t := templates[source]
		if t.config == nil {
			continue
		}
		if !f.Repo.Spend(kongCost * t.file.Value.Text().Len()) {
			f.noteTooMuch(g.Server())
			continue
		}
		if g.Config == nil {
			g.Name, g.Config, g.At = source, t.config, t.file.Inside(1, 1, 0)
			g.inside = func(line int) sources.Position { return t.file.Inside(line, 1, 0) }
		}
		for _, c := range t.config.Credentials {
			f.addCredential(g, c, t.file.Inside(c.Line, c.Column, c.EndColumn), c.Key, keys.Value{}, nil, why)
		}
	}
	if len(g.Credentials) > 0 || g.Fault != nil {
		f.Gateways = append(f.Gateways, g)
	}
}

// readRendered reads the configuration as Kong finds it, and leads each credential back to
// the template. It is false where Kong cannot read it.
func (f *Found) readRendered(g *Gateway, rendered *substitute.Rendered, templates map[string]*template) bool {
	text := rendered.Text()
	config, problem := sources.ParseKong(text)
	if config == nil {
		if problem == nil && strings.TrimSpace(string(text)) != "" {
			return false
		}
		if problem != nil && len(rendered.Steps) == 0 {
			file := g.Run.Files[rendered.From[min(problem.Line, len(rendered.From))-1].Source]
			if file.Inside != nil {
				f.Repo.Note(sources.NoteUnreadable, file.Inside(problem.Line, 1, 0), file.Source+": "+problem.Message)
			}
			return false
		}
		g.Fault = g.Run.unreadable(rendered, problem)
		return false
	}
	config.Rename(rendered.Name)
	g.Config, g.Rendered = config, rendered
	g.Partial, g.whole = f.partialKong(g)
	g.inside = func(line int) sources.Position { return g.Run.position(placeOf(rendered, line), 1, 0) }
	byPlace := map[substitute.Place][]sources.KongCredential{}
	var order []substitute.Place
	for _, c := range config.Credentials {
		at := placeOf(rendered, c.Line)
		if byPlace[at] == nil {
			order = append(order, at)
		}
		byPlace[at] = append(byPlace[at], c)
	}
	for _, source := range rendered.Sources() {
		t := templates[source]
		if t == nil {
			continue
		}
		if g.At.File == "" {
			g.At = t.file.Inside(1, 1, 0)
		}
		if t.config == nil {
			continue
		}
		for _, before := range t.config.Credentials {
			from := substitute.Place{Source: source, Line: before.Line}
			at := t.file.Inside(before.Line, before.Column, before.EndColumn)
			list := byPlace[from]
			if len(list) == 0 {
				g.Credentials = append(g.Credentials, &Credential{Consumer: before.Consumer, At: at, Fate: Gone, key: before.Key})
				continue
			}
			byPlace[from] = list[1:]
			v, uses := rendered.Resolve(list[0].Key.Reveal())
			f.addCredential(g, f.resolved(list[0], v), at, before.Key, v, uses, "")
		}
	}
	for _, from := range order { // of here-documents, and of templates that are no YAML themselves
		for _, c := range byPlace[from] {
			v, uses := rendered.Resolve(c.Key.Reveal())
			at, before := f.unparsed(g, from)
			f.addCredential(g, f.resolved(c, v), at, before, v, uses, "")
		}
	}
	if g.At.File == "" {
		g.At = g.Run.position(placeOf(rendered, 1), 1, 0)
	}
	f.Gateways = append(f.Gateways, g)
	return true
}

// partialKong lists which of the four keys are missing where upstream's Kong is told of the
// asymmetric ones at all, or its script made an empty Bearer of them, and whether it has them all.
// It translates where the sb_ pair is set; where none of the two is, nobody has a key to translate.
func (f *Found) partialKong(g *Gateway) (missing []keys.Slot, whole bool) {
	set, told := map[keys.Slot]bool{}, bytes.Contains(g.Rendered.Text(), []byte("'Bearer '"))
	c := g.Server()
	for _, v := range c.Variables {
		slot := f.Names.Of(v.Name).Slot
		told = told || slot == keys.AnonAsymmetric || slot == keys.ServiceRoleAsymmetric
		set[slot] = set[slot] || v.IsSet()
	}
	if !told || len(c.OpenEnv) > 0 || !set[keys.Publishable] && !set[keys.Secret] {
		return nil, false
	}
	missing = partial(set)
	return missing, missing == nil
}

// resolved is the credential with its real text in place of marks.
func (f *Found) resolved(c sources.KongCredential, v keys.Value) sources.KongCredential {
	c.Key = v.Text()
	return c
}

func placeOf(r *substitute.Rendered, line int) substitute.Place {
	if line < 1 || line > len(r.From) {
		return substitute.Place{}
	}
	return r.From[line-1]
}

// unparsed finds the key in a line of a text that is not YAML: what follows "key:".
func (f *Found) unparsed(g *Gateway, from substitute.Place) (sources.Position, keys.Text) {
	file, ok := g.Run.Files[from.Source]
	lines := strings.Split(string(f.Readable(file.Value)), "\n")
	if !ok || from.Line < 1 || from.Line > len(lines) {
		return g.Run.position(from, 1, 0), keys.NewText("")
	}
	line := lines[from.Line-1]
	i := strings.Index(line, "key:")
	if i < 0 {
		return file.Inside(from.Line, 1, 0), keys.NewText("")
	}
	rest := strings.TrimLeft(line[i+len("key:"):], " \"'")
	column := len(line) - len(rest) + 1
	rest = strings.TrimRight(rest, " \"'}],")
	return file.Inside(from.Line, column, column+len(rest)), keys.NewText(rest)
}

// unreadable says why Kong cannot read what was made of the template.
func (r *run) unreadable(rendered *substitute.Rendered, problem *nodes.Problem) *fault {
	f := &fault{Where: r.server}
	if problem == nil {
		f.Empty = true
		f.At = sources.Position{File: r.server.Carrier.File}
		f.Message = r.server.Label() + " finds an empty configuration and does not start"
		if failed := r.outcome.Failed(); len(failed) > 0 {
			f.Message += ": " + failed[0]
		}
		if t := firstSource(r); t != nil {
			f.At = t.Inside(1, 1, 0)
		}
		return f
	}
	f.At = r.position(placeOf(rendered, problem.Line), 1, 0)
	step := "what the template is made into"
	if n := len(rendered.Steps); n > 0 {
		step = "what " + rendered.Steps[n-1].Tool + " in " + rendered.Steps[n-1].Program + " makes of it"
		if by := r.by[rendered.Steps[n-1].Program]; by != nil {
			f.Where = by
		}
	}
	f.Message = step + " is not YAML, so Kong does not start"
	return f
}

func firstSource(r *run) *inventory.PodFile {
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		if f := r.Files[name]; sources.IsKong([]byte(f.Value.Text().Reveal())) && f.Inside != nil {
			return &f
		}
	}
	return nil
}
