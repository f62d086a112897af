package sources

import (
	"bytes"
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
)

// builders matches the programs that build images.
var builders = regexp.MustCompile(`\b(?:docker|podman|nerdctl|buildah|depot|executor|kaniko)\b`)

// ImageBuilds are the arguments that commands give to the builds of images which stand in scripts, Makefiles, justfiles, Taskfiles and
// the scripts of a package.json. Those of workflows and pipelines are told with what else these hand on.
func (r *Repository) ImageBuilds() []CIVariables {
	var out []CIVariables
	for _, f := range r.callers() {
		if !r.mayBuildImages(f) {
			continue
		}
		b, err := f.peek()
		if err != nil || !builders.Match(b) {
			continue
		}
		for _, p := range r.pieces(f, b, "") {
			out = append(out, agreed(f, follow(r, f, p, func(s *shell, st *shellState, words []shellWord) []CIVariables {
				if b := s.imageBuild(st, words); b != nil {
					return []CIVariables{s.handedTo(b, st, f, p.of)}
				}
				return nil
			}))...)
		}
	}
	return out
}

// mayBuildImages says whether what the file has in it are commands of a shell that people, or their tools, run. Of other languages only
// words of a command can be seen, and not all of them.
func (r *Repository) mayBuildImages(f *File) bool {
	base := strings.ToLower(path.Base(f.Path))
	switch {
	case f.IsManifest():
		return base == "package.json" || isTaskfile(base)
	case r.script(f.Path) == nil:
		return false
	}
	return !slices.Contains([]string{".py", ".rb", ".ps1"}, path.Ext(base))
}

// handedTo is what a command gives the build of an image.
func (s *shell) handedTo(b *imageBuild, st *shellState, f *File, part string) CIVariables {
	v := CIVariables{Kind: CIBuildArgs, File: f.Path, By: strings.TrimSpace(f.Path + " " + part), ByHand: f.IsRunByHand()}
	return s.handed(b, st, v, func(name string) ciText {
		if st.vars[name] == nil && !st.vague && st.open == nil && name != unknownName && name != "" {
			return givenBy("the environment of whoever runs it gives it", "as", v.By, name)
		}
		if st.open != nil {
			return ciUnknown("the commands decide what it is: " + cmp.Or(st.open.At.File, s.file) + " " + st.open.Why)
		}
		return ciUnknown("the commands decide what it is")
	})
}

// handed completes what is said of a command, given what a variable is that has no value which is known.
func (s *shell) handed(b *imageBuild, st *shellState, v CIVariables, unset func(name string) ciText) CIVariables {
	v.Part, v.Image, v.Tags, v.Open = b.part, b.image, b.tags, b.open
	if v.Image != nil {
		v.App = v.Image.Context
	}
	var from []string // by what variables the values are called that are known
	one := func(name string) ciText {
		t, ok := s.variableOf(st, name)
		if !ok {
			return unset(name)
		}
		if from = append(from, name); strings.ContainsAny(t.text, " \t\r\n*?[") { // which a shell does not leave as it is without quotes
			return ciUnknown("what the shell makes of its white space, or of a pattern in it, cannot be told")
		}
		return t
	}
	for _, arg := range b.args {
		at := func(text string) Position { return s.repo.placeOf(arg.value.at, text) }
		switch set := st.vars[arg.name]; {
		case arg.given:
			t, where := comesTo(st.freshText(arg.value), one, at)
			if t.known && t.text == "" { // "${ANON_KEY:-}"
				t = ciUnknown("it is nothing, unless the environment gives it")
			}
			v.Variables = append(v.Variables, t.variable(arg.name, where))
		case set != nil && (!set.exported || set.perhaps):
			v.Variables = append(v.Variables, ciUnknown("it is what the environment has, and whether that is what is set here cannot be told").variable(arg.name, at(arg.name)))
		default:
			v.Variables = append(v.Variables, one(arg.name).variable(arg.name, at(arg.name)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(st.vars)) {
		if t, ok := s.variableOf(st, name); ok && t.known && s.matters(name) {
			v.Around = append(v.Around, t.variable(name, t.at))
		}
	}
	v.Environment = cmp.Or(v.Environment, keys.OnlyEnvironment(strings.Join(from, " ")), keys.OnlyEnvironment(strings.Join(st.under, " ")))
	return v
}

// variableOf is what a variable has that the commands set, or a file that they read; false where none is known to.
func (s *shell) variableOf(st *shellState, name string) (ciText, bool) {
	v := st.vars[name]
	switch {
	case v == nil || v.given == nil || v.given.Odd:
	case v.given.Locked != nil:
		return ciUnknown(v.given.Locked.Reason), true
	case !v.given.Text.IsAbsent():
		return v.given.literal(func(text string) Position { return s.repo.placeOf(v.given.At, text) }), true
	}
	return ciText{}, false
}

// placeOf is where a text of a command stands that begins on a line of a file; that line where it does not stand there as it is.
func (r *Repository) placeOf(at Position, text string) Position {
	line := Position{File: at.File, Line: at.Line}
	f := r.File(at.File)
	if f == nil {
		f = r.script(at.File)
	}
	if f == nil || text == "" || f.Locked() != nil {
		return line
	}
	b, err := f.Disk()
	if err != nil {
		return line
	}
	lines := bytes.Split(b, []byte("\n"))
	for i := max(at.Line, 1) - 1; i < len(lines); i++ {
		if column := bytes.Index(lines[i], []byte(text)); column >= 0 {
			return Position{File: at.File, Line: i + 1, Column: column + 1, EndColumn: column + 1 + len(text)}
		}
		if !goesOnBelow(f, lines[i:]) {
			break
		}
	}
	return line
}

// goesOnBelow says whether a command goes on on the next line: behind a backslash, or in a text of YAML that is folded.
func goesOnBelow(f *File, lines [][]byte) bool {
	if bytes.HasSuffix(bytes.TrimRight(lines[0], "\r"), []byte(`\`)) {
		return true
	}
	blank := func(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " ")) }
	return f.IsManifest() && len(lines) > 1 && blank(lines[1]) >= blank(lines[0]) && !bytes.HasPrefix(bytes.TrimLeft(lines[1], " "), []byte("- "))
}

// agreed is what a piece gives to builds wherever it is started. What comes to something else in another directory is not known.
func agreed(f *File, starts []followed[CIVariables]) []CIVariables {
	if len(starts) == 0 {
		return nil
	}
	out := starts[len(starts)-1].found // in the highest directory
	for _, other := range starts[:len(starts)-1] {
		for i := range out {
			if i >= len(other.found) || !out[i].alike(other.found[i], func(string) bool { return true }) {
				out[i].disagree(f)
			}
		}
	}
	return out
}

// disagree leaves nothing known but the names of the variables.
func (v *CIVariables) disagree(f *File) {
	v.Image, v.App, v.Around = nil, "", nil
	for i := range v.Variables {
		v.Variables[i].Value, v.Variables[i].Trace = keys.Unknown("in which directory "+f.Path+" is started cannot be told, and with it what it is"), nil
	}
}
