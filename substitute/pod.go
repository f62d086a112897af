package substitute

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/keylint/keylint/keys"
)

// Bounds on what a pod's programs may do before they are given up.
const (
	maxCommands = 20_000
	maxText     = 8 << 20  // bytes of one file
	maxDepth    = 40       // of scripts, functions and evals within each other
	maxItems    = 1_000    // of a for loop
	maxWork     = 64 << 20 // bytes that flow through a pod's programs
)

// Pod is a file system that several containers share, while they run one after another.
type Pod struct {
	marks marks
	files map[string]*file // by volume and path, "config:/kong.yml"

	commands   int
	work       int      // bytes
	unmodelled []Step   // programs that may have written anything
	failed     []string // why programs failed that the script went on after
}

// NewPod is a pod without files. The stand-ins are those of the texts that will be put there.
func NewPod(standins *keys.Standins) *Pod {
	return &Pod{marks: marks{standins: standins}, files: map[string]*file{}}
}

// Work is how many bytes the pod's programs have handled.
func (p *Pod) Work() int { return p.work }

// Step is a program that a file went through.
type Step struct {
	Tool    string // "sed", "awk", "envsubst", "eval", "a here-document"
	Program string // the container that ran it, as the caller calls it
}

// file is a text with marks, or why it is not known.
type file struct {
	text    string
	unknown string
	steps   []Step
	source  string    // the name it was put under; empty for what a program wrote
	put     *original // the text as it was put, as long as no program wrote it; nil of a value
}

// original is a text without marks: nothing was put into it.
type original struct {
	text   keys.Text
	source string
}

// copied is the file under another name.
func (f *file) copied() *file {
	return &file{text: f.text, unknown: f.unknown, steps: f.steps, put: f.put}
}

// Put lays a text into a volume, as a ConfigMap volume does. source is how it is called
// in the places of what is made of it.
func (p *Pod) Put(volume, name, source string, v keys.Value) {
	f := &file{source: source}
	switch text := v.Text().Reveal(); {
	case !v.IsKnown():
		f.unknown = v.Reason()
	case strings.ContainsAny(text, markRunes):
		f.unknown = source + " holds characters of Unicode's private use area"
	case len(text) > maxText:
		f.unknown = source + " is too large"
	default:
		marked := p.marks.standins.Replace(text, func(v keys.Value) string { return p.marks.add(piece{unknown: v}) })
		if _, made := p.marks.standins.Made(v.Text()); marked == text && !made {
			f.put = &original{v.Text(), source}
		}
		f.text, f.unknown = p.marks.document(source, marked)
		f.text = p.marks.lines(source, f.text, 1)
	}
	p.files[volume+":"+path.Join("/", name)] = f
}

// PutValue lays a value into a volume, as a Secret volume does: its text is nowhere.
func (p *Pod) PutValue(volume, name, source string, v keys.Value) {
	text := ""
	for _, line := range p.marks.variables(v) {
		name, value, ok := strings.Cut(line, "=")
		if ok {
			value = p.marks.value(Use{Name: source}, keys.Known(keys.NewText(value)))
			name += "="
		}
		text += name + value
	}
	if text == "" {
		text = p.marks.value(Use{Name: source}, v)
	}
	p.files[volume+":"+path.Join("/", name)] = &file{source: source, text: text}
}

// Fill puts variables into a text that was put, before any program runs: what makes the pod, such as compose,
// interpolates it. ok is false where that refuses the text.
func (p *Pod) Fill(volume, name string, by *Program, interpolate func(text string, lookup func(string) (string, bool)) (out string, ok bool)) {
	f := p.files[volume+":"+path.Join("/", name)]
	if f == nil || f.unknown != "" {
		return
	}
	marked := map[string]string{}
	for _, v := range by.Env {
		marked[v.Name] = p.marks.value(Use{by.Name, v.Name}, v.Value)
	}
	text, ok := interpolate(f.text, func(name string) (string, bool) {
		text, ok := marked[name]
		return text, ok
	})
	switch {
	case !ok:
		f.unknown = by.Name + " cannot interpolate " + f.source
	case text != f.text:
		f.text, f.put, f.steps = text, nil, append(f.steps, Step{"interpolation", by.Name})
	}
}

// assignments matches a text that is nothing but NAME=value lines and comments.
var assignments = regexp.MustCompile(`^(\s*(#[^\n]*|(export\s+)?[A-Za-z_][A-Za-z0-9_]*=[^\n]*)?(\n|$))+$`)

// Mount shows a volume, or one path of it, in a container.
type Mount struct {
	Volume  string
	Path    string
	SubPath string // of the volume; the file or directory that is shown
}

// Variable is one of a container's environment.
type Variable struct {
	Name  string
	Value keys.Value
	Plain bool // the value is a document, such as a whole configuration, and no key
}

// Program is what a container runs.
type Program struct {
	Name    string   // how it is called in steps and reasons, unlike any other of the pod
	Command []string // entrypoint with arguments; empty for the image's own
	Kubelet bool     // "$(NAME)" in Command stands for a variable
	Env     []Variable
	OpenEnv string // why there may be more variables than Env; empty where there are not
	// OpenFrom is what gives those variables, where that is one thing: who takes one of a name from
	// there has the same.
	OpenFrom string
	Mounts   []Mount
	Dir      string
	Home     string
	Source   string // the name by which places in Command are called
}

// key leads from a path in the container to where its file is kept: the mount that holds it, else the container's own file system.
func (g *Program) key(name string) string {
	m := MountOf(g.Mounts, name)
	if m == nil {
		return g.Name + ":" + name
	}
	rest := strings.TrimPrefix(name, strings.TrimSuffix(path.Clean(m.Path), "/"))
	return m.Volume + ":" + path.Join("/", m.SubPath, rest)
}

// MountOf is the mount that holds a path in the container: of several the longest; nil where none does.
func MountOf(mounts []Mount, name string) *Mount {
	var best *Mount
	for i, m := range mounts {
		if within(name, m.Path) && (best == nil || len(path.Clean(m.Path)) > len(path.Clean(best.Path))) {
			best = &mounts[i]
		}
	}
	return best
}

func within(name, dir string) bool {
	dir = strings.TrimSuffix(path.Clean(dir), "/")
	return name == dir || strings.HasPrefix(name, dir+"/")
}

// Outcome is what is there once a program has come to the point at which it hands over
// to the server that it starts, or has ended.
type Outcome struct {
	pod      *Pod
	program  *Program
	vars     map[string]variable
	given    map[string]variable // what it started with
	served   map[string]variable // what the program that it starts was given
	open     string
	document keys.Text // what it was given as a whole configuration; absent where it was given none

	// Stopped says why the program ended before its end, with an error that the shell
	// does not go past; empty where it did not.
	Stopped   string
	StoppedAt Place
	Missing   string // the variable that it stopped for, where it is an unset one
}

// Setting is a variable as a setting of the server, such as a path, which messages may show; empty where there is none. What was decrypted is none:
// unknown says why it is not known.
func (o *Outcome) Setting(name string) (setting, unknown string) {
	x, ok := o.vars[name]
	if !ok || !x.exported {
		return "", ""
	}
	if o.pod.marks.holdsSecret(x.text) {
		return "", name + " was decrypted"
	}
	v, _ := o.pod.marks.resolve(x.text)
	return v.Text().Reveal(), v.Reason()
}

// Change is a variable that a program's server is given otherwise than the program was.
type Change struct {
	Name  string
	Value keys.Value // absent where it is given none
}

// Changes lists them, in order of name: what the program exports, sets before the command, takes away, or may have done
// so.
func (o *Outcome) Changes() []Change {
	names := map[string]bool{}
	for _, vars := range []map[string]variable{o.given, o.served} {
		for name := range vars {
			names[name] = true
		}
	}
	var out []Change
	for _, name := range slices.Sorted(maps.Keys(names)) {
		before, after := o.given[name], o.served[name]
		if before == after || !before.exported && !after.exported {
			continue
		}
		c := Change{Name: name}
		if after.exported {
			c.Value, _ = o.pod.marks.resolve(after.text)
		}
		out = append(out, c)
	}
	return out
}

// EnvText is a variable as a text to be parsed, for a server that takes its whole
// configuration from one. The source of its lines is the variable's name.
func (o *Outcome) EnvText(name string) *Rendered {
	x, ok := o.vars[name]
	if !ok || !x.exported {
		return nil
	}
	if x == o.given[name] && !o.document.IsAbsent() { // no program changed it
		return o.pod.rendered(&file{put: &original{o.document, name}})
	}
	unknown, _ := o.pod.marks.isUnknown(x.text)
	if !wholeMark.MatchString(x.text) {
		unknown = ""
	}
	r := o.pod.rendered(&file{text: x.text, unknown: unknown})
	for i := range r.From {
		if r.From[i] == (Place{}) {
			r.From[i] = Place{name, i + 1}
		}
	}
	return r
}

// File is what the server finds at a path; nil where there is nothing.
func (o *Outcome) File(name string) *Rendered {
	f := o.pod.files[o.program.key(path.Clean(name))]
	if f == nil {
		return nil
	}
	return o.pod.rendered(f)
}

// Failed says why programs failed after which the script went on: what they were to write
// is then empty.
func (o *Outcome) Failed() []string { return o.pod.failed }

// Unmodelled lists the programs that ran and are not modelled, of all containers so far.
func (o *Outcome) Unmodelled() []Step { return o.pod.unmodelled }

// Rendered is a text as its reader finds it.
type Rendered struct {
	Unknown string  // why the text is not known; empty where it is
	Steps   []Step  // the programs that it went through, first to last; none for a file as it was put
	From    []Place // for each line, where it came from
	pod     *Pod
	text    string
}

func (p *Pod) rendered(f *file) *Rendered {
	r := &Rendered{Unknown: f.unknown, Steps: f.steps, pod: p}
	if f.put != nil {
		r.Unknown, r.text = "", f.put.text.Reveal()
		for i := range strings.SplitAfter(r.text, "\n") {
			r.From = append(r.From, Place{f.put.source, i + 1})
		}
		return r
	}
	var b strings.Builder
	for _, line := range strings.SplitAfter(f.text, "\n") {
		mark, rest := splitMark(line)
		at := p.marks.place(mark)
		if mark == "" && len(r.From) > 0 {
			at = r.From[len(r.From)-1] // a line that a value brought
		}
		r.From = append(r.From, at)
		b.WriteString(rest)
	}
	r.text = b.String()
	return r
}

// Text is the text with marks in place of the values: safe to parse, and of no use to
// show. What no program touched has none.
func (r *Rendered) Text() []byte { return []byte(r.text) }

// Resolve turns a piece of Text into the value that it stands for, and tells which of
// the containers' variables are in it.
func (r *Rendered) Resolve(text string) (keys.Value, []Use) { return r.pod.marks.resolve(text) }

// Name is a piece of Text as what it is called by: with its values where everybody can read them, and else by the first one alone.
func (r *Rendered) Name(text string) string {
	marks := &r.pod.marks
	if v, _ := marks.resolve(text); v.IsKnown() && !marks.holdsSecret(text) {
		return v.Text().Reveal()
	}
	if at := valueMark.FindStringSubmatch(text); at != nil {
		return "[value " + at[1] + "]"
	}
	return "[value]"
}

// Sources are the names of the texts that the rendered one was made of, in order.
func (r *Rendered) Sources() []string {
	seen := map[string]bool{}
	var names []string
	for _, p := range r.From {
		if p.Source != "" && !seen[p.Source] {
			seen[p.Source] = true
			names = append(names, p.Source)
		}
	}
	sort.Strings(names)
	return names
}

// Seen is a file as a program's server may read it.
type Seen struct {
	Path     string // in the container
	Rendered *Rendered
}

// Files lists what lies where the server can see it, in order of path: what was put into
// its mounts and what programs wrote there or into its own file system.
func (o *Outcome) Files() []Seen {
	var out []Seen
	for _, key := range slices.Sorted(maps.Keys(o.pod.files)) {
		if name, ok := o.program.path(key); ok {
			out = append(out, Seen{name, o.pod.rendered(o.pod.files[key])})
		}
	}
	return out
}

// path leads from where a file is kept to a path under which the container sees it.
func (g *Program) path(key string) (string, bool) {
	if name, own := strings.CutPrefix(key, g.Name+":"); own {
		return name, true
	}
	volume, name, _ := strings.Cut(key, ":")
	for _, m := range g.Mounts {
		sub := path.Join("/", m.SubPath)
		if m.Volume == volume && within(name, sub) {
			return path.Join(m.Path, strings.TrimPrefix(name, strings.TrimSuffix(sub, "/"))), true
		}
	}
	return "", false
}
