package lint

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
)

// collectEnvoy finds every Envoy that guards Supabase, upstream's gateway since docker
// 0.8.0: one whose configuration compares the apikey header with keys, or where that is
// built into the image, one that is given the keys.
func (w *world) collectEnvoy() {
	for _, p := range w.pods {
		for _, c := range p.containers {
			if !c.init && isEnvoyImage(c.image) {
				w.addEnvoy(p, c)
			}
		}
	}
}

// isEnvoyImage says whether the image is Envoy's, under whatever registry.
func isEnvoyImage(image string) bool {
	base := path.Base(strings.ToLower(image))
	base, _, _ = strings.Cut(base, "@")
	base, _, _ = strings.Cut(base, ":")
	return base == "envoy" || strings.HasPrefix(base, "envoy-") || base == "supabase-envoy"
}

// translated are the four keys that upstream's Lua filter wants all of before it takes an
// opaque key.
var translated = []keys.Slot{keys.Publishable, keys.Secret, keys.AnonAsymmetric, keys.ServiceRoleAsymmetric}

// envoyLocals are the names of upstream's Lua variables that are not those of the
// environment.
var envoyLocals = map[string]keys.Slot{
	"SERVICE_ROLE_JWT": keys.ServiceRoleAsymmetric, "ANON_JWT": keys.AnonAsymmetric,
}

func localSlot(name string) keys.Slot {
	if slot := envoyLocals[name]; slot != "" {
		return slot
	}
	return keys.Classify(name).Slot
}

// isEnvoyGateway says whether the container is given keys, or a configuration that looks
// at them: any other Envoy is somebody's proxy.
func (w *world) isEnvoyGateway(p *pod, c *container) bool {
	given := 0
	for _, name := range c.order {
		if slot := keys.Classify(name).Slot; slot != "" && slot.Role() != keys.Signing {
			given++
		}
	}
	if given >= 2 {
		return true
	}
	for _, f := range w.files(p) {
		if sources.IsEnvoy([]byte(f.value.Text().Reveal())) {
			return true
		}
	}
	return false
}

func (w *world) addEnvoy(p *pod, c *container) {
	if !w.isEnvoyGateway(p, c) {
		return
	}
	c.carrier.backend = "Envoy"
	r := w.follow(p, c, nil)
	g := &gateway{
		name: c.label(), product: "Envoy", unit: p.unit, namespace: p.namespace, run: r, renderers: []*container{c},
		at: sources.Position{File: c.carrier.file},
	}
	w.gateways = append(w.gateways, g)
	if r.stopped != nil {
		g.fault = &fault{at: r.position(r.halted.StoppedAt, 1, 0), missing: r.halted.Missing, where: r.stopped,
			message: fmt.Sprintf("%s ends before Envoy's configuration is there: %s", r.stopped.label(), r.halted.Stopped)}
	}
	config, rendered := r.envoyConfiguration()
	if config == nil {
		w.addEnvoyEnvironment(g, c)
		return
	}
	g.rendered = rendered
	for _, s := range rendered.Steps {
		if by := r.by[s.Program]; by != nil && !g.renders(by) {
			g.renderers = append(g.renderers, by)
		}
	}
	for _, source := range rendered.Sources() {
		g.name = source
		g.at = r.position(substitute.Place{Source: source, Line: 1}, 1, 0)
	}
	w.addEnvoyKeys(g, config, rendered)
}

// envoyConfiguration is the configuration that Envoy reads: the rendered one where
// something was rendered, else the one that is mounted.
func (r *run) envoyConfiguration() (*sources.EnvoyConfig, *substitute.Rendered) {
	var config *sources.EnvoyConfig
	var best *substitute.Rendered
	for _, f := range r.outcome.Files() {
		if f.Rendered.Unknown != "" || best != nil && len(f.Rendered.Steps) <= len(best.Steps) {
			continue
		}
		if c, _ := sources.ParseEnvoy(f.Rendered.Text()); c != nil {
			config, best = c, f.Rendered
		}
	}
	return config, best
}

// addEnvoyKeys makes accepted sites of what the policies compare with, and where the
// filter translates of the opaque keys.
func (w *world) addEnvoyKeys(g *gateway, config *sources.EnvoyConfig, rendered *substitute.Rendered) {
	seen := map[string]bool{}
	add := func(k sources.EnvoyKey, slot keys.Slot) {
		_, before := w.envoyTemplate(g, placeOf(rendered, k.Line))
		if text := before.Reveal() + " " + k.Key.Reveal(); !seen[text] {
			seen[text] = true
			w.addEnvoyKey(g, k, slot, rendered)
		}
	}
	for _, k := range config.Exact {
		add(k, "")
	}
	set := map[keys.Slot]bool{}
	for _, k := range config.Locals {
		if slot := localSlot(k.Name); slot != "" && k.Key.Len() > 0 {
			set[slot] = true
		}
	}
	g.partial = partial(set)
	if g.partial != nil {
		return
	}
	for _, k := range config.Locals {
		if slot := localSlot(k.Name); set[slot] && (slot == keys.Publishable || slot == keys.Secret) {
			add(k, slot)
		}
	}
}

// partial lists which of the four keys are missing; nil where all are there.
func partial(set map[keys.Slot]bool) []keys.Slot {
	var missing []keys.Slot
	for _, slot := range translated {
		if !set[slot] {
			missing = append(missing, slot)
		}
	}
	return missing
}

// addEnvoyKey makes an accepted site of one value of Envoy's configuration.
func (w *world) addEnvoyKey(g *gateway, k sources.EnvoyKey, slot keys.Slot, rendered *substitute.Rendered) {
	v, uses := rendered.Resolve(k.Key.Reveal())
	from := placeOf(rendered, k.Line)
	at, before := w.envoyTemplate(g, from)
	cred := &credential{at: at, key: before, name: placeholderName(before.Reveal()), holder: "Envoy's apikey"}
	g.credentials = append(g.credentials, cred)
	if cred.name != "" {
		cred.template = before.Reveal()
	}
	s := &Site{
		Slot: slot, Standing: Accepted, Holder: "Envoy", At: at, Value: v.Trimmed(), Unit: g.unit, namespace: g.namespace,
		carrier: &carrier{name: g.name, file: at.File}, name: keys.Classify(cred.name),
	}
	switch text := v.Text().Reveal(); {
	case v.IsKnown() && text == "":
		cred.fate = empty
		if slot := s.name.Slot; slot != keys.Anon && slot != keys.ServiceRole {
			cred.fate = gone // a slot that is not in use
			return
		}
		s.Value = keys.Unknown("nothing is put in its place")
	case v.IsKnown() && len(uses) == 0 && keys.LooksLikePlaceholder(v.Text()) && keys.Recognize(v.Text()) == "":
		cred.fate = literal
		s.Value = keys.Unknown("Envoy takes a placeholder for the key itself")
	}
	w.traceCredential(g, s, cred, uses)
	if s.Slot == "" {
		s.Role = s.name.Slot.Role()
		w.settleSlot(s)
	}
	if s.Slot == "" {
		return
	}
	cred.holder = fmt.Sprintf("Envoy's %s key", s.Slot)
	cred.site = s
	g.sites = append(g.sites, w.add(s))
}

// envoyTemplate finds the placeholder in a line of the template, in either style.
func (w *world) envoyTemplate(g *gateway, from substitute.Place) (sources.Position, keys.Text) {
	f, ok := g.run.files[from.Source]
	lines := strings.Split(f.value.Text().Reveal(), "\n")
	if !ok || from.Line < 1 || from.Line > len(lines) {
		return g.run.position(from, 1, 0), keys.NewText("")
	}
	line := lines[from.Line-1]
	at := placeholderIn.FindStringIndex(line)
	if at == nil {
		return f.inside(from.Line, 0, 0), keys.NewText("")
	}
	return f.inside(from.Line, at[0]+1, at[1]+1), keys.NewText(line[at[0]:at[1]])
}

// placeholderIn finds a reference within a line.
var placeholderIn = regexp.MustCompile(`\$(\{\w+\}|\w+)`)

// addEnvoyEnvironment makes accepted sites of the variables of an Envoy whose
// configuration is not in the repository, by upstream's names: the image renders it.
func (w *world) addEnvoyEnvironment(g *gateway, c *container) {
	set := map[keys.Slot]bool{}
	for _, name := range c.order {
		if v := c.env[name]; !v.value.IsKnown() || v.value.Text().Len() > 0 {
			set[keys.Classify(name).Slot] = true
		}
	}
	g.partial = partial(set)
	for _, name := range c.order {
		v, class := c.env[name], keys.Classify(name)
		slot := slotOf(class, v.value)
		switch {
		case slot == "" || slot.Role() == keys.Signing || v.value.IsKnown() && v.value.Text().Len() == 0:
			continue
		case g.partial != nil && slot != keys.Anon && slot != keys.ServiceRole:
			continue
		}
		if v.missing != nil {
			w.dangling = append(w.dangling, v.missing)
		}
		s := &Site{
			Slot: slot, Standing: Accepted, Holder: "Envoy", Value: v.value, At: v.at, Written: v.written,
			Trace: v.trace, Unit: g.unit, namespace: g.namespace, name: class, carrier: c.carrier, entry: v.entry,
		}
		g.credentials = append(g.credentials, &credential{at: v.at, name: name, site: s, holder: fmt.Sprintf("Envoy's %s key", slot)})
		g.sites = append(g.sites, w.add(s))
	}
}

// collectIngressController finds the consumers of Kong's Ingress Controller: a
// KongConsumer names Secrets, of which those with the label of a key-auth credential hold
// a key (konghq.com/credential since KIC 3.0, the data key kongCredType before).
func (w *world) collectIngressController() {
	for _, u := range w.units {
		byNamespace := map[string]*gateway{}
		for _, o := range u.Objects {
			if o.Kind != "KongConsumer" || !strings.HasPrefix(o.APIVersion, "configuration.konghq.com/") {
				continue
			}
			g := byNamespace[o.Namespace]
			if g == nil {
				g = &gateway{
					name: objectName("KongConsumers", "", u.Name), product: "Kong Ingress Controller", unit: u, namespace: o.Namespace,
					config: &sources.KongConfig{}, at: o.Locate(sources.Field(o.Root, "metadata", "name")),
				}
				byNamespace[o.Namespace] = g
				w.gateways = append(w.gateways, g)
			}
			w.addKongConsumer(g, o)
		}
	}
}

// credentialType is what kind of credential a Secret holds for the Ingress Controller:
// by its label, or by its data key; empty where nothing says so.
func (w *world) credentialType(o *render.Object) string {
	if label := labelsOf(sources.Field(o.Root, "metadata", "labels"))["konghq.com/credential"]; label != "" {
		return label
	}
	if e, ok := w.entry(o, "kongCredType"); ok && e.Value.IsKnown() {
		return e.Value.Text().Reveal()
	}
	return ""
}

func (w *world) addKongConsumer(g *gateway, o *render.Object) {
	username := sources.Text(sources.Field(o.Root, "username"))
	if username == "" {
		username = o.Name
	}
	consumer := sources.KongConsumer{Name: username}
	type keyed struct {
		found found
		ref   sources.Position
	}
	var list []keyed
	for _, n := range sources.Items(sources.Field(o.Root, "credentials")) {
		name, at := sources.Text(n), o.Locate(n)
		f := w.find(g.unit, "Secret", o.Namespace, name)
		if f.object == nil {
			w.ignored = append(w.ignored, ignoredCredential{g, at, username, "it names the Secret " + name + ": " + f.why, f.absent})
			if !f.absent {
				list = append(list, keyed{f, at})
			}
			continue
		}
		switch kind := w.credentialType(f.object); kind {
		case "acl":
			if e, ok := w.entry(f.object, "group"); ok && e.Value.IsKnown() {
				consumer.Groups = append(consumer.Groups, e.Value.Text().Reveal())
			}
		case "key-auth":
			list = append(list, keyed{f, at})
		case "":
			w.ignored = append(w.ignored, ignoredCredential{g, at, username,
				fmt.Sprintf("Secret %s has neither the label konghq.com/credential nor a data key kongCredType", name), true})
		case "keyauth", "key_auth", "keyauth_credential", "apikey":
			w.ignored = append(w.ignored, ignoredCredential{g, at, username,
				fmt.Sprintf("the label konghq.com/credential of Secret %s is %q, and must be \"key-auth\"", name, kind), true})
		}
	}
	g.config.Consumers = append(g.config.Consumers, consumer)
	for _, k := range list {
		w.addKongSecret(g, consumer.Name, k.found, k.ref)
	}
}

// addKongSecret makes an accepted site of the key in a credential's Secret.
func (w *world) addKongSecret(g *gateway, username string, f found, ref sources.Position) {
	s := &Site{
		Standing: Accepted, Role: g.config.Role(username), Holder: "KongConsumer " + username, At: ref,
		Unit: g.unit, namespace: g.namespace, carrier: &carrier{name: g.name, file: ref.File},
		Value: keys.Unknown(f.why),
	}
	cred := &credential{consumer: username, at: ref, holder: s.Holder}
	if f.object != nil {
		name := objectName("Secret", f.object.Namespace, f.object.Name)
		e, ok := w.entry(f.object, "key")
		if !ok {
			w.ignored = append(w.ignored, ignoredCredential{g, ref, username, name + " has no data key \"key\"", true})
			return
		}
		s.Value, s.Written, s.entry = e.Value, e.At, &entryRef{f.object, f.unit, "key"}
		s.Trace = []Step{{ref, "credentials of KongConsumer " + username}, {sources.Position{File: e.At.File}, name + " key"}}
		for _, via := range e.Via {
			s.Trace = append(s.Trace, Step{sources.Position{File: e.At.File}, via})
		}
		s.Trace = append(s.Trace, Step{e.At, "written here"})
	}
	w.settleSlot(s)
	if s.Slot == "" {
		return
	}
	cred.site = s
	g.credentials = append(g.credentials, cred)
	g.sites = append(g.sites, w.add(s))
}

// ignoredCredential is a credential that the Ingress Controller passes over.
type ignoredCredential struct {
	gateway  *gateway
	at       sources.Position
	consumer string
	why      string
	certain  bool
}
