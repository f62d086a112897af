package inventory

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

func (p *composeProject) lookup(name string) (string, bool) {
	if v := p.env[name]; v != nil {
		return p.inv.Repo.Hand(v.Value), true
	}
	return "", false
}

// inEnvironment begins the step of a trace in which a variable of a service stands.
const inEnvironment = "environment "

// resolve interpolates a value. holder is how the variable is called in messages,
// what how its step in a trace is.
func (p *composeProject) resolve(v sources.ComposeVariable, holder, what string) *Binding {
	here := sources.Step{At: v.At, Text: what + v.Name}
	out := &Binding{Name: v.Name, Holder: holder, Where: Stands(v.At, here), Inside: v.Inside}
	raw := v.Raw.Reveal()
	if !v.HasText || raw == "" && p.isSwarm() && what == inEnvironment && (p.env[v.Name] != nil || p.elsewhere[v.Name].from != "") {
		raw = "${" + v.Name + "}"
	}
	text, names, ok := p.interpolate(raw, p.lookup)
	if !ok {
		why := "compose cannot interpolate it"
		required := sources.Required(raw)
		if from := p.notHere(required); required != "" && from.from != "" {
			out.Value = keys.Unknown(from.why(required)).From(from.source(required))
			return out
		}
		if required != "" && p.env[required] == nil {
			why = fmt.Sprintf("compose does not start without the variable %s, and %s does not set it", required, p.rest.files)
		}
		kind := sources.NoteSkipped
		if p.isSwarm() && required == "" {
			kind, why = sources.NoteUnreadable, "docker stack deploy refuses the file: it cannot interpolate this"
		}
		p.inv.Repo.Note(kind, v.At, what+v.Name+": "+why)
		out.Value = keys.Unknown(why)
		return out
	}
	for _, name := range names {
		from := p.env[name]
		if from == nil {
			continue
		}
		p.use(from.At().File)
		p.asked[name] = true
		if p.inv.Repo.Standins().Resolve(keys.NewText(text)).Same(from.Value) {
			out.Value = from.Value
			out.Where = Placement{at: v.At, Written: from.Written(), Trace: append([]sources.Step{here}, from.Trace()...)}
			return out
		}
	}
	if open := p.fromShell(raw, names); open != "" {
		from := p.notHere(open)
		out.Value = keys.Unknown(from.why(open))
		if p.inv.Names.Of(open).Slot != "" && p.suppliesKeys() && from.from == "" {
			// A key that its file lacks is as likely lost as set in the shell: no claim is made of it.
			out.Value, out.Unset = keys.Unknown(from.lacks(open)), keys.ShownVariable(open)
		} else if raw == "${"+open+"}" || raw == "$"+open { // and nothing is done to it
			out.Value, out.Unset = out.Value.From(from.source(open)), keys.ShownVariable(open)
		}
		return out
	}
	out.Value = keys.Known(keys.NewText(p.uncovered(text)))
	if v, ok := keys.Templated(out.Value.Text()); ok {
		out.Value = v
	}
	return out
}

// path is the repository's name of a path, its variables filled in. One whose variables are not all known stays.
func (p *composeProject) path(s sources.ComposeService, raw string) string {
	text := p.filled(raw)
	if text == raw || !strings.HasPrefix(raw, "$") {
		return path.Clean(text)
	}
	dir := p.dir
	if s.EnvDir != "" {
		dir = s.EnvDir
	}
	return sources.ComposePath(dir, text)
}

// filled is a text with its variables filled in, or as it is where one of them is not known.
func (p *composeProject) filled(raw string) string {
	text, names, ok := p.interpolate(raw, p.lookup)
	if !ok || p.fromShell(raw, names) != "" || slices.ContainsFunc(names, p.isLocked) {
		return raw
	}
	return text
}

// uncovered is a text, which names nothing, with what was decrypted in it.
func (p *composeProject) uncovered(text string) string {
	if plain, ok := p.inv.Repo.Standins().Uncovered(keys.NewText(text)); ok {
		return plain.Reveal()
	}
	return text
}

// isLocked says whether a variable is set to what is not known.
func (p *composeProject) isLocked(name string) bool {
	v := p.env[name]
	return v != nil && !v.Value.IsKnown() && !v.Value.IsAbsent()
}

// fromShell is the first variable of a text that no file sets and that has no default: only
// the shell in which compose is started knows it, or a file that is not here. It is empty where there is none.
func (p *composeProject) fromShell(raw string, names []string) string {
	for _, name := range names {
		if p.env[name] == nil && (strings.Contains(raw, "${"+name+"}") || slices.Contains(bareReference.FindAllString(raw, -1), "$"+name)) {
			return name
		}
	}
	return ""
}

// bareReference matches $NAME.
var bareReference = regexp.MustCompile(`\$[A-Za-z_][A-Za-z0-9_]*`)

// interpolated is a word of a command as compose hands it on: "$$" is a "$", and ${NAME}
// comes from .env, or is nothing. A key that would come from there stays a variable, since
// a key is no part of a script; so does one that may come from the shell.
func (p *composeProject) interpolated(word string) string {
	text, _, ok := p.interpolate(word, func(name string) (string, bool) {
		slot := p.inv.Names.Of(name).Slot
		if _, elsewhere := p.elsewhere[name]; !p.isLocked(name) && (slot == "" || p.env[name] == nil && !elsewhere && p.suppliesKeys()) {
			return p.lookup(name)
		}
		return "${" + name + "}", true
	})
	if !ok {
		return word
	}
	return text
}
