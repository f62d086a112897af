package lint

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// collectKong finds every Kong: first the containers that read a declarative
// configuration, with what their pods make of its template, then the configurations that
// no container of the repository reads.
func (f *finder) collectKong() {
	used := map[string]bool{} // files and entries that a Kong's pod is shown
	for _, p := range f.pods {
		for _, c := range p.containers {
			if !c.init && f.readsConfiguration(p, c) {
				f.addKong(p, c, used)
			}
		}
	}
	f.collectLoose(used)
}

// readsConfiguration says whether the container is a Kong without a database.
func (f *finder) readsConfiguration(p *pod, c *container) bool {
	if c.env["KONG_DECLARATIVE_CONFIG"] != nil || c.env[configurationString] != nil {
		return true
	}
	return c.carrier.backend == "Kong" && len(c.openEnv) > 0 && len(f.templates(f.files(p))) > 0
}

// template is a Kong configuration as it stands in the repository.
type template struct {
	file   podFile
	config *sources.KongConfig // nil where it is no YAML before substitution
}

// templates picks the Kong configurations out of a pod's files, by source.
func (f *finder) templates(files []podFile) map[string]*template {
	out := map[string]*template{}
	for _, f := range files {
		text := []byte(f.value.Text().Reveal())
		if !sources.IsKong(text) || strings.HasPrefix(string(text), "#!") {
			continue
		}
		config, _ := sources.ParseKong(text)
		out[f.source] = &template{f, config}
	}
	return out
}

// addKong follows a Kong's pod and reads what Kong reads.
func (f *finder) addKong(p *pod, c *container, used map[string]bool) {
	r := follow(f.inventory, p, c, nil)
	g := &gateway{name: c.label(), product: "Kong", unit: p.unit, namespace: p.namespace, run: r, renderers: []*container{c}}
	all := f.files(p)
	if f, ok := r.files[configurationString]; ok {
		all = append(all, f)
	}
	templates := f.templates(all)
	rendered, why := r.configuration()
	for _, t := range templates {
		used[t.file.id()] = true
	}
	if rendered != nil {
		for _, s := range rendered.Steps {
			if by := r.by[s.Program]; by != nil && !g.renders(by) {
				g.renderers = append(g.renderers, by)
			}
		}
		for _, source := range rendered.Sources() {
			g.name = source
			if source == configurationString {
				g.name = source + " of " + c.label()
			}
		}
	}
	switch {
	case r.stopped != nil:
		where := r.stopped
		g.fault = &fault{at: r.position(r.halted.StoppedAt, 1, 0), missing: r.halted.Missing, where: where,
			message: fmt.Sprintf("%s ends before Kong's configuration is there: %s", where.label(), r.halted.Stopped)}
		if !g.renders(where) {
			g.renderers = append(g.renderers, where)
		}
		why = "Kong does not start: " + r.halted.Stopped
	case rendered != nil && why == "":
		if f.readRendered(g, rendered, templates) {
			return
		}
		why = "what is made of the template is not a configuration that Kong can read"
	}
	f.addUnknown(g, templates, why)
}

// configuration is the text that Kong reads, or why it is not known.
func (r *run) configuration() (*substitute.Rendered, string) {
	if text := r.outcome.EnvText(configurationString); text != nil {
		return text, text.Unknown
	}
	v, _, ok := r.outcome.Env("KONG_DECLARATIVE_CONFIG")
	switch {
	case !ok:
		return nil, "nothing tells where " + r.server.label() + " reads its configuration"
	case !v.IsKnown():
		return nil, v.Reason()
	}
	name := path.Join("/", v.Text().Reveal())
	if rendered := r.outcome.File(name); rendered != nil {
		return rendered, rendered.Unknown
	}
	why := fmt.Sprintf("nothing that keylint can follow writes %s, which %s reads", name, r.server.label())
	for _, s := range r.outcome.Unmodelled() {
		return nil, fmt.Sprintf("%s; %s may", why, s.Tool+" in "+s.Program)
	}
	return nil, why
}

// addUnknown makes sites of the templates whose rendering is not known.
func (f *finder) addUnknown(g *gateway, templates map[string]*template, why string) {
	for _, source := range slices.Sorted(maps.Keys(templates)) {
		t := templates[source]
		if t.config == nil {
			continue
		}
		if g.config == nil {
			g.name, g.config, g.at = source, t.config, t.file.inside(1, 1, 0)
			g.inside = func(line int) sources.Position { return t.file.inside(line, 1, 0) }
		}
		for _, c := range t.config.Credentials {
			at := t.file.inside(c.Line, c.Column, c.EndColumn)
			f.addCredential(g, c, at, c.Key, keys.Value{}, nil, why)
		}
	}
	if len(g.credentials) > 0 || g.fault != nil {
		f.gateways = append(f.gateways, g)
	}
}

// readRendered reads the configuration as Kong finds it, and leads each credential back to
// the template. It is false where Kong cannot read it.
func (f *finder) readRendered(g *gateway, rendered *substitute.Rendered, templates map[string]*template) bool {
	text := rendered.Text()
	config, problem := sources.ParseKong(text)
	if config == nil {
		if problem == nil && strings.TrimSpace(string(text)) != "" {
			return false
		}
		if problem != nil && len(rendered.Steps) == 0 {
			file := g.run.files[rendered.From[min(problem.Line, len(rendered.From))-1].Source]
			if file.inside != nil {
				f.repo.Note(sources.NoteUnreadable, file.inside(problem.Line, 1, 0), file.source+": "+problem.Message)
			}
			return false
		}
		g.fault = g.run.unreadable(rendered, problem)
		return false
	}
	g.config, g.rendered = config, rendered
	g.partial = f.partialKong(g)
	g.inside = func(line int) sources.Position { return g.run.position(placeOf(rendered, line), 1, 0) }
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
		if g.at.File == "" {
			g.at = t.file.inside(1, 1, 0)
		}
		if t.config == nil {
			continue
		}
		for _, before := range t.config.Credentials {
			from := substitute.Place{Source: source, Line: before.Line}
			at := t.file.inside(before.Line, before.Column, before.EndColumn)
			list := byPlace[from]
			if len(list) == 0 {
				g.credentials = append(g.credentials, &credential{consumer: before.Consumer, at: at, fate: gone, key: before.Key})
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
	if g.at.File == "" {
		g.at = g.run.position(placeOf(rendered, 1), 1, 0)
	}
	f.gateways = append(f.gateways, g)
	return true
}

// partialKong lists which of the four keys are missing where upstream's Kong translates
// opaque keys: where it is told of the asymmetric ones at all, and the sb_ pair is set.
func (f *finder) partialKong(g *gateway) []keys.Slot {
	set, told := map[keys.Slot]bool{}, false
	c := g.server()
	for _, v := range c.variables {
		slot := f.names.Of(v.name).Slot
		told = told || slot == keys.AnonAsymmetric
		set[slot] = set[slot] || v.isSet()
	}
	if !told || len(c.openEnv) > 0 || !set[keys.Publishable] || !set[keys.Secret] {
		return nil
	}
	return partial(set)
}

// resolved is the credential with its real text in place of marks.
func (f *finder) resolved(c sources.KongCredential, v keys.Value) sources.KongCredential {
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
func (f *finder) unparsed(g *gateway, from substitute.Place) (sources.Position, keys.Text) {
	file, ok := g.run.files[from.Source]
	lines := strings.Split(file.value.Text().Reveal(), "\n")
	if !ok || from.Line < 1 || from.Line > len(lines) {
		return g.run.position(from, 1, 0), keys.NewText("")
	}
	line := lines[from.Line-1]
	i := strings.Index(line, "key:")
	if i < 0 {
		return file.inside(from.Line, 1, 0), keys.NewText("")
	}
	rest := strings.TrimLeft(line[i+len("key:"):], " \"'")
	column := len(line) - len(rest) + 1
	rest = strings.TrimRight(rest, " \"'}],")
	return file.inside(from.Line, column, column+len(rest)), keys.NewText(rest)
}

// unreadable says why Kong cannot read what was made of the template.
func (r *run) unreadable(rendered *substitute.Rendered, problem *sources.Problem) *fault {
	f := &fault{where: r.server}
	if problem == nil {
		f.at = sources.Position{File: r.server.carrier.file}
		f.message = r.server.label() + " finds an empty configuration and does not start"
		if failed := r.outcome.Failed(); len(failed) > 0 {
			f.message += ": " + failed[0]
		}
		if t := firstSource(r); t != nil {
			f.at = t.inside(1, 1, 0)
		}
		return f
	}
	f.at = r.position(placeOf(rendered, problem.Line), 1, 0)
	step := "what the template is made into"
	if n := len(rendered.Steps); n > 0 {
		step = "what " + rendered.Steps[n-1].Tool + " in " + rendered.Steps[n-1].Program + " makes of it"
		if by := r.by[rendered.Steps[n-1].Program]; by != nil {
			f.where = by
		}
	}
	f.message = step + " is not YAML, so Kong does not start"
	return f
}

func firstSource(r *run) *podFile {
	for _, name := range slices.Sorted(maps.Keys(r.files)) {
		if f := r.files[name]; sources.IsKong([]byte(f.value.Text().Reveal())) && f.inside != nil {
			return &f
		}
	}
	return nil
}

// addCredential settles what becomes of one credential. before is what stands in the
// template; v is what Kong reads, made of uses; why is set where that is not known.
func (f *finder) addCredential(g *gateway, c sources.KongCredential, at sources.Position, before keys.Text, v keys.Value, uses []substitute.Use, why string) {
	cred := &credential{consumer: c.Consumer, holder: "Kong consumer " + c.Consumer, at: at, key: before, name: keys.ReferenceName(before.Reveal())}
	g.credentials = append(g.credentials, cred)
	if cred.name != "" || len(uses) > 0 && keys.Recognize(before) == "" {
		cred.template = keys.ShownName(strings.Trim(strings.TrimSpace(before.Reveal()), `"'`))
	}
	b := &binding{name: cred.name, holder: cred.holder, role: g.config.Role(c.Consumer), value: v.Trimmed()}
	text := c.Key.Reveal()
	switch {
	case why != "":
		cred.fate = notRendered
		b.value = keys.Known(before)
		if cred.name != "" || keys.LooksLikePlaceholder(before) && keys.Recognize(before) == "" {
			b.value = keys.Unknown(why)
		}
		if before.Len() == 0 {
			return
		}
	case !v.IsKnown():
	case decK.MatchString(text):
		cred.fate, cred.kind = notForKong, "a decK reference"
	case vault.MatchString(text):
		cred.fate, cred.kind = notForKong, "a vault reference"
	case c.Kind == "null" || c.IsString && strings.TrimSpace(text) == "":
		cred.fate = empty
	case !c.IsString:
		cred.fate, cred.kind = notAString, c.Kind
	case len(uses) == 0 && (keys.ReferenceName(text) != "" || b.role != "" && keys.LooksLikePlaceholder(c.Key) && keys.Recognize(c.Key) == ""):
		cred.fate = literal
		if cred.name != "" && strings.TrimSpace(text) != strings.Trim(strings.TrimSpace(before.Reveal()), `"'`) {
			cred.kind = keys.ShownName(text)
		}
		if cred.template == "" {
			cred.template = keys.ShownName(text)
		}
	}
	switch cred.fate {
	case literal, notForKong:
		b.value = keys.Unknown("Kong takes a placeholder for the key itself")
	case empty:
		b.value = keys.Unknown("nothing is put in its place")
	case notAString:
		b.value = keys.Unknown("Kong refuses what it comes to")
	case gone:
		return
	}
	f.traceCredential(g, b, at, cred, uses)
	b.slot, b.role = settle(b.role, f.names.Of(b.name), b.value)
	switch {
	case b.slot == "":
		if b.value.IsKnown() {
			g.extra = append(g.extra, b.value)
		}
	case cred.fate != empty || b.slot != keys.Publishable && b.slot != keys.Secret:
		cred.binding = b
	}
}

// traceCredential writes down the way from the credential back to where its value is
// written.
func (f *finder) traceCredential(g *gateway, b *binding, at sources.Position, cred *credential, uses []substitute.Use) {
	b.where = stands(at)
	if cred.template != "" {
		b.where.trace = []sources.Step{{At: at, Text: cred.template}}
	}
	if len(uses) == 0 {
		return
	}
	if b.where.trace == nil {
		b.where.trace = []sources.Step{{At: at, Text: "written by a script"}}
	}
	then := func(steps ...sources.Step) { b.where.trace = append(b.where.trace, steps...) }
	for _, step := range g.steps() {
		if by := g.run.by[step.Program]; by != nil {
			then(sources.Step{At: sources.Position{File: by.carrier.file}, Text: step.Tool + " in " + step.Program})
		}
	}
	use := uses[0]
	if use.Program == "" {
		if file, ok := g.run.files[use.Name]; ok && file.entry != nil {
			b.where.written = file.from.At
			if !b.value.IsKnown() || keys.Trim(file.from.Value.Text()).Equal(keys.Trim(b.value.Text())) {
				b.entry = file.entry // and not where the key is one line of a file
			}
			then(sources.Step{At: sources.Position{File: file.from.At.File}, Text: "mounted " + file.source}, sources.Step{At: file.from.At, Text: "written here"})
		}
		return
	}
	by := g.run.by[use.Program]
	if by == nil {
		return
	}
	if f.names.Of(b.name).Slot == "" {
		b.name = use.Name
	}
	v := by.env[use.Name]
	if v == nil {
		return
	}
	if b.broken = v.broken; b.broken == nil {
		b.where.written, b.entry = v.written(), v.entry
		then(v.trace()...)
	}
}

// decK matches a reference that decK fills in when it syncs, and Kong never
// (developer.konghq.com/deck/reference/env-variables).
var decK = regexp.MustCompile(`^\$\{\{\s*env\s+"?'?DECK_\w+"?'?\s*\}\}$`)

// vault matches a reference to a vault, which Kong follows in fields that are
// "referenceable": a key-auth key is none, and the text itself becomes the key
// (kong/plugins/key-auth/daos.lua).
var vault = regexp.MustCompile(`^\{vault://[^}]*\}$`)
