package lint

import (
	"fmt"
	"path"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// collectKong finds every Kong: first the containers that read a declarative
// configuration, with what their pods make of its template, then the configurations that
// no container of the repository reads.
func (w *world) collectKong() {
	used := map[string]bool{} // files and entries that a Kong's pod is shown
	for _, p := range w.pods {
		for _, c := range p.containers {
			if !c.init && w.readsConfiguration(p, c) {
				w.addKong(p, c, used)
			}
		}
	}
	w.collectLoose(used)
}

// readsConfiguration says whether the container is a Kong without a database.
func (w *world) readsConfiguration(p *pod, c *container) bool {
	if c.env["KONG_DECLARATIVE_CONFIG"] != nil || c.env[configurationString] != nil {
		return true
	}
	return c.carrier.backend == "Kong" && len(c.openEnv) > 0 && len(w.templates(w.files(p))) > 0
}

// template is a Kong configuration as it stands in the repository.
type template struct {
	file   podFile
	config *sources.KongConfig // nil where it is no YAML before substitution
}

// templates picks the Kong configurations out of a pod's files, by source.
func (w *world) templates(files []podFile) map[string]*template {
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

// id names the file among all of the run: two units may hold an object of one name.
func (f podFile) id() string {
	if f.entry == nil {
		return f.source
	}
	return entryID(f.entry.unit, f.source)
}

func entryID(u *render.Unit, source string) string { return u.Name + " " + source }

// addKong follows a Kong's pod and reads what Kong reads.
func (w *world) addKong(p *pod, c *container, used map[string]bool) {
	r := w.follow(p, c, nil)
	g := &gateway{name: c.label(), product: "Kong", unit: p.unit, namespace: p.namespace, run: r, renderers: []*container{c}}
	all := w.files(p)
	if f, ok := r.files[configurationString]; ok {
		all = append(all, f)
	}
	templates := w.templates(all)
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
		if w.readRendered(g, rendered, templates) {
			return
		}
		why = "what is made of the template is not a configuration that Kong can read"
	}
	w.addUnknown(g, templates, why)
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
func (w *world) addUnknown(g *gateway, templates map[string]*template, why string) {
	for _, source := range sortedKeys(templates) {
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
			w.addCredential(g, c, at, c.Key, keys.Value{}, nil, why)
		}
	}
	if len(g.credentials) > 0 || g.fault != nil {
		w.gateways = append(w.gateways, g)
	}
}

// readRendered reads the configuration as Kong finds it, and leads each credential back to
// the template. It is false where Kong cannot read it.
func (w *world) readRendered(g *gateway, rendered *substitute.Rendered, templates map[string]*template) bool {
	text := rendered.Text()
	config, problem := sources.ParseKong(text)
	if config == nil {
		if problem == nil && strings.TrimSpace(string(text)) != "" {
			return false
		}
		if problem != nil && len(rendered.Steps) == 0 {
			f := g.run.files[rendered.From[min(problem.Line, len(rendered.From))-1].Source]
			if f.inside != nil {
				w.repo.Note(sources.NoteUnreadable, f.inside(problem.Line, 1, 0), f.source+": "+problem.Message)
			}
			return false
		}
		g.fault = g.run.unreadable(rendered, problem)
		return false
	}
	g.config, g.rendered = config, rendered
	g.partial = w.partialKong(g)
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
			w.addCredential(g, w.resolved(list[0], v), at, before.Key, v, uses, "")
		}
	}
	for _, from := range order { // of here-documents, and of templates that are no YAML themselves
		for _, c := range byPlace[from] {
			v, uses := rendered.Resolve(c.Key.Reveal())
			at, before := w.unparsed(g, from)
			w.addCredential(g, w.resolved(c, v), at, before, v, uses, "")
		}
	}
	if g.at.File == "" {
		g.at = g.run.position(placeOf(rendered, 1), 1, 0)
	}
	w.gateways = append(w.gateways, g)
	return true
}

// partialKong lists which of the four keys are missing where upstream's Kong translates
// opaque keys: where it is told of the asymmetric ones at all, and the sb_ pair is set.
func (w *world) partialKong(g *gateway) []keys.Slot {
	set, told := map[keys.Slot]bool{}, false
	c := g.server()
	for _, name := range c.order {
		slot := wellKnown.Of(name).Slot
		told = told || slot == keys.AnonAsymmetric
		set[slot] = set[slot] || isSet(c.env[name])
	}
	if !told || len(c.openEnv) > 0 || !set[keys.Publishable] || !set[keys.Secret] {
		return nil
	}
	return partial(set)
}

// resolved is the credential with its real text in place of marks.
func (w *world) resolved(c sources.KongCredential, v keys.Value) sources.KongCredential {
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
func (w *world) unparsed(g *gateway, from substitute.Place) (sources.Position, keys.Text) {
	f, ok := g.run.files[from.Source]
	lines := strings.Split(f.value.Text().Reveal(), "\n")
	if !ok || from.Line < 1 || from.Line > len(lines) {
		return g.run.position(from, 1, 0), keys.NewText("")
	}
	line := lines[from.Line-1]
	i := strings.Index(line, "key:")
	if i < 0 {
		return f.inside(from.Line, 1, 0), keys.NewText("")
	}
	rest := strings.TrimLeft(line[i+len("key:"):], " \"'")
	column := len(line) - len(rest) + 1
	rest = strings.TrimRight(rest, " \"'}],")
	return f.inside(from.Line, column, column+len(rest)), keys.NewText(rest)
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
	for _, name := range sortedKeys(r.files) {
		if f := r.files[name]; sources.IsKong([]byte(f.value.Text().Reveal())) && f.inside != nil {
			return &f
		}
	}
	return nil
}

// addCredential settles what becomes of one credential. before is what stands in the
// template; v is what Kong reads, made of uses; why is set where that is not known.
func (w *world) addCredential(g *gateway, c sources.KongCredential, at sources.Position, before keys.Text, v keys.Value, uses []substitute.Use, why string) {
	cred := &credential{consumer: c.Consumer, holder: "Kong consumer " + c.Consumer, at: at, key: before, name: placeholderName(before.Reveal())}
	g.credentials = append(g.credentials, cred)
	if cred.name != "" || len(uses) > 0 && keys.Recognize(before) == "" {
		cred.template = shownName(strings.Trim(strings.TrimSpace(before.Reveal()), `"'`))
	}
	s := &Site{
		Standing: Accepted, Role: g.config.Role(c.Consumer), Holder: "Kong consumer " + c.Consumer,
		At: at, Unit: g.unit, namespace: g.namespace, Value: v.Trimmed(), name: wellKnown.Of(cred.name),
		carrier: &carrier{name: g.name, file: at.File},
	}
	text := c.Key.Reveal()
	switch {
	case why != "":
		cred.fate = notRendered
		s.Value = keys.Known(before)
		if cred.name != "" || keys.LooksLikePlaceholder(before) && keys.Recognize(before) == "" {
			s.Value = keys.Unknown(why)
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
	case len(uses) == 0 && (placeholderName(text) != "" || s.Role != "" && keys.LooksLikePlaceholder(c.Key) && keys.Recognize(c.Key) == ""):
		cred.fate = literal
		if cred.name != "" && strings.TrimSpace(text) != strings.Trim(strings.TrimSpace(before.Reveal()), `"'`) {
			cred.kind = shownName(text)
		}
		if cred.template == "" {
			cred.template = shownName(text)
		}
	}
	switch cred.fate {
	case literal, notForKong:
		s.Value = keys.Unknown("Kong takes a placeholder for the key itself")
	case empty:
		s.Value = keys.Unknown("nothing is put in its place")
	case notAString:
		s.Value = keys.Unknown("Kong refuses what it comes to")
	case gone:
		return
	}
	w.traceCredential(g, s, cred, uses)
	w.settleSlot(s)
	if s.Slot == "" && s.Value.IsKnown() {
		w.extra = append(w.extra, s)
	}
	if s.Slot == "" || cred.fate == empty && (s.Slot == keys.Publishable || s.Slot == keys.Secret) {
		return
	}
	cred.site = s
	g.sites = append(g.sites, w.add(s))
}

// traceCredential writes down the way from the credential back to where its value is
// written.
func (w *world) traceCredential(g *gateway, s *Site, cred *credential, uses []substitute.Use) {
	if cred.template != "" {
		s.Trace = []Step{{s.At, cred.template}}
	}
	if len(uses) == 0 {
		return
	}
	if s.Trace == nil {
		s.Trace = []Step{{s.At, "written by a script"}}
	}
	for _, step := range g.steps() {
		if by := g.run.by[step.Program]; by != nil {
			s.Trace = append(s.Trace, Step{sources.Position{File: by.carrier.file}, step.Tool + " in " + step.Program})
		}
	}
	use := uses[0]
	if use.Program == "" {
		if f, ok := g.run.files[use.Name]; ok && f.entry != nil {
			s.Written = f.from.At
			if !s.Value.IsKnown() || keys.Trim(f.from.Value.Text()).Equal(keys.Trim(s.Value.Text())) {
				s.entry = f.entry // and not where the key is one line of a file
			}
			s.Trace = append(s.Trace, Step{sources.Position{File: f.from.At.File}, "mounted " + f.source}, Step{f.from.At, "written here"})
		}
		return
	}
	by := g.run.by[use.Program]
	if by == nil {
		return
	}
	v := by.env[use.Name]
	if s.name.Slot == "" {
		s.name = wellKnown.Of(use.Name)
	}
	if v == nil {
		return
	}
	if v.missing != nil {
		w.dangling = append(w.dangling, v.missing)
		return
	}
	s.Written, s.entry = v.written, v.entry
	s.Trace = append(s.Trace, v.trace...)
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
