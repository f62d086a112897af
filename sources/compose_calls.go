package sources

import (
	"bytes"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/decrypt"
)

// ComposeCall is a command of the repository that starts a compose project, and what it takes
// compose's variables from.
type ComposeCall struct {
	At    Position
	Files []string // the compose files that "-f" names; those that compose finds in Dir where there is none
	Dir   string
	Env   ComposeEnv
}

// ComposeEnv is what compose takes the variables of a project from. Files take the place of the
// .env beside it, and of several the later wins; their paths are relative to where the command is
// given, not to the project. What the shell has exported goes before all of them
// (docs.docker.com/compose/how-tos/environment-variables: variable-interpolation, envvars-precedence).
type ComposeEnv struct {
	Files []string
	Open  string // why one of them cannot be told; empty where all are known
	Given bool   // the user of this run gave them
	Swarm bool   // "docker stack deploy" reads none of them: it takes what the shell has exported
	At    Position

	Shell     []ShellVariable // in order of name
	ShellOpen string          // why the shell may have any variable, as "reads prod.env, …"; empty where it is known
	ShellFrom string          // the file that it has them from, where that is known
	ShellAt   Position        // the command that may have set them
}

// ShellVariable is one that a shell has exported when it starts compose.
type ShellVariable struct {
	Name   string
	Text   keys.Text       // absent where it is not known
	Locked *decrypt.Locked // why not, where its file is encrypted
	At     Position        // the zero Position where it is not known
}

// Key tells several of one project apart; that of nil, compose's own default, is empty.
func (e *ComposeEnv) Key() string {
	if e == nil {
		return ""
	}
	key := e.Open
	if key == "" {
		key = strings.Join(e.Files, ", ")
	}
	if e.Swarm {
		key = "docker stack deploy"
	}
	if shell := e.shellFiles(); shell != "" {
		key = strings.TrimPrefix(key+" and "+shell, " and ")
	}
	return key
}

// shellFiles names what gives the shell its variables.
func (e *ComposeEnv) shellFiles() string {
	var names []string
	for _, v := range e.Shell {
		name := v.At.File
		if name == "" || name == e.At.File {
			name = "what " + e.At.File + " sets"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch {
	case e.ShellOpen != "" && e.ShellFrom != "":
		names = append(names, e.ShellFrom)
	case e.ShellOpen != "":
		names = append(names, "what the shell has from "+e.ShellAt.String()+" on")
	}
	return strings.Join(names, " and ")
}

// ComposeCalls finds the commands in scripts, Makefiles, workflows and the scripts of a
// package.json, in order of place.
func (r *Repository) ComposeCalls() []ComposeCall {
	callers := r.callers()
	texts := make([][]byte, len(callers))
	onAllCores(len(callers), func(i int) {
		if b, err := callers[i].peek(); err == nil && (bytes.Contains(b, []byte("compose")) || bytes.Contains(b, []byte(stackDeploy))) {
			texts[i] = b
		}
	})
	startedBy := r.startedBy(callers, texts)
	var out []ComposeCall
	for i, f := range callers {
		if texts[i] == nil {
			continue
		}
		for _, by := range starters {
			for _, p := range r.pieces(f, texts[i], by.word) {
				p.before = append(p.before, startedBy[f.Path]...)
				for _, call := range likely(f, follow(r, f, p, by.command)) {
					if !r.showsOnly(call.Env) {
						out = append(out, call)
					}
				}
			}
		}
	}
	return out
}

// callers are the files that may hold commands which deploy something, in order of path.
func (r *Repository) callers() []*File {
	callers := slices.Clone(r.scripts)
	for _, f := range r.Files() {
		if f.IsManifest() && !f.IsCompose() {
			callers = append(callers, f)
		}
	}
	callers = slices.DeleteFunc(callers, func(f *File) bool { return f.Example })
	slices.SortFunc(callers, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	return callers
}

// starters read the commands that start a project, by a word that stands in each.
var starters = []struct {
	word    string
	command func(*shell, *shellState, []shellWord) []ComposeCall
}{{"compose", composeCall}, {stackDeploy, stackCall}}

// startedBy tells what the scripts that start compose may have from those that start them. They may be started by hand, too,
// so that of a variable which another exports nothing is known.
func (r *Repository) startedBy(callers []*File, texts [][]byte) map[string][]setting {
	var started []string
	for i, f := range callers {
		if texts[i] != nil && r.script(f.Path) != nil && isShell(f.Path) {
			started = append(started, f.Path)
		}
	}
	out := map[string][]setting{}
	if len(started) == 0 {
		return out
	}
	starting := make([][]byte, len(callers))
	onAllCores(len(callers), func(i int) {
		if b, err := callers[i].peek(); err == nil && slices.ContainsFunc(started, func(name string) bool {
			return name != callers[i].Path && bytes.Contains(b, []byte(path.Base(name)))
		}) {
			starting[i] = b
		}
	})
	for i, f := range callers {
		if starting[i] == nil {
			continue
		}
		for _, p := range r.pieces(f, starting[i], "") {
			follow(r, f, p, func(s *shell, st *shellState, words []shellWord) []struct{} {
				for _, w := range words {
					if name, ok := st.path(w); ok && name != f.Path && slices.Contains(started, name) {
						out[name] = append(out[name], s.leaves(st)...)
					}
				}
				return nil
			})
		}
	}
	return out
}

// leaves is what a program that is started has, as far as it matters: keys that no .env of compose gives.
func (s *shell) leaves(st *shellState) []setting {
	var out []setting
	for _, name := range slices.Sorted(maps.Keys(st.vars)) {
		v := st.vars[name]
		if v.exported && s.matters(name) && (v.given == nil || v.given.Odd || path.Base(v.given.At.File) != ".env") {
			out = append(out, func(_ *shell, st *shellState) { st.forget(name, true) })
		}
	}
	if u := st.open; u != nil && path.Base(u.From) != ".env" {
		out = append(out, func(s *shell, st *shellState) { s.unfollow(st, u, true) })
	}
	return out
}

// showsOnly says whether a project is started with a file that shows what to write (.env.example), as a
// test of the project does. What such a file says is never truth.
func (r *Repository) showsOnly(env ComposeEnv) bool {
	return slices.ContainsFunc(env.Files, func(name string) bool {
		t, _ := r.treeOf(name)
		if t == nil || r.File(name) == nil {
			return false
		}
		example, _ := (&walker{repo: r, tree: t, own: map[string]bool{}}).placeOf(name, false)
		return example != ""
	})
}

// likely joins what a piece does in each of the directories in which it may be started. Where the
// variables come from elsewhere in each they are open.
func likely(f *File, starts []followed[ComposeCall]) []ComposeCall {
	if len(starts) == 0 {
		return nil
	}
	out := slices.Clone(starts[len(starts)-1].found) // in the highest directory
	for _, other := range starts[:len(starts)-1] {
		for _, call := range other.found {
			i := slices.IndexFunc(out, func(c ComposeCall) bool { return c.At == call.At })
			switch {
			case i < 0:
				out = append(out, call)
			case !slices.ContainsFunc(out, func(c ComposeCall) bool { return c.At == call.At && c.Env.Key() == call.Env.Key() }):
				open := "in which directory " + f.Path + " starts compose cannot be told"
				out[i].Env = ComposeEnv{Open: open, At: call.At}
			}
		}
	}
	return out
}

// valueFlags are compose's own flags that take a value (docker/compose cmd/compose: RootCommand).
var valueFlags = map[string]bool{
	"-f": true, "--file": true, "-p": true, "--project-name": true, "--project-directory": true, "--env-file": true,
	"--profile": true, "--ansi": true, "--progress": true, "--parallel": true,
}

// startsProject are the commands that make containers or images of the variables.
var startsProject = map[string]bool{"up": true, "run": true, "create": true, "build": true, "watch": true}

// maxStarts bounds how many starts are made of one command whose words may be several.
const maxStarts = 64

// composeCall reads a command, if it starts a project.
func composeCall(s *shell, st *shellState, words []shellWord) []ComposeCall {
	rest, ok := composeArguments(words)
	if !ok {
		return nil
	}
	for i, w := range words {
		variable, unknown := w.isUnknown()
		if v := st.vars[variable]; unknown && v != nil && len(v.either) > 0 {
			var out []ComposeCall
			for _, one := range v.either {
				if len(out) > maxStarts {
					break
				}
				words = slices.Clone(words)
				words[i] = one
				out = append(out, composeCall(s, st, words)...)
			}
			return out
		}
	}
	var files, envs []shellWord
	var dir shellWord
	command := ""
	for i := 0; i < len(rest) && command == ""; i++ {
		flag, text, has := strings.Cut(rest[i].text, "=")
		if _, unknown := rest[i].isUnknown(); unknown && slices.ContainsFunc(rest[i:], func(w shellWord) bool { return startsProject[w.text] }) {
			continue // flags
		}
		if !strings.HasPrefix(flag, "-") {
			command = rest[i].text
			break
		}
		value := shellWord{text: text, at: rest[i].at}
		if valueFlags[flag] && !has && i+1 < len(rest) {
			i++
			value = rest[i]
		}
		switch flag {
		case "-f", "--file":
			files = append(files, value)
		case "--project-directory":
			dir = value
		case "--env-file":
			envs = append(envs, value)
		}
	}
	if !startsProject[command] && !strings.HasPrefix(command, unknownBegin) {
		return nil
	}
	if set := st.vars["COMPOSE_ENV_FILES"]; len(envs) == 0 && set != nil && set.exported {
		for _, w := range set.words {
			for name := range strings.SplitSeq(w.text, ",") {
				envs = append(envs, shellWord{text: name, at: w.at})
			}
		}
	}
	if len(files) == 0 && dir.text == "" {
		files = s.composeFiles(st, envs)
	}
	call := ComposeCall{At: Position{File: s.file, Line: words[0].at.Line}, Dir: st.dir}
	call.Env.At = call.At
	if st.lost && len(files) == 0 {
		call.Env.Open = "in which directory " + s.file + " starts compose cannot be told"
	}
	for _, w := range files {
		name, known := st.path(w)
		if !known || s.repo.File(name) == nil {
			*s.missing++
			return nil
		}
		call.Files = append(call.Files, name)
	}
	if dir.text != "" {
		if call.Dir, ok = st.path(dir); !ok {
			return nil
		}
	}
	if len(files) == 0 && !s.repo.findProject(&call.Dir) {
		*s.missing++
		return nil
	}
	for _, w := range envs {
		name, known := st.path(w)
		if !known {
			call.Env.Open = s.file + " names the file of variables in a way that keylint cannot follow"
			continue
		}
		if s.repo.File(name) == nil {
			*s.missing++
		}
		call.Env.Files = append(call.Env.Files, name)
	}
	call.exported(s, st)
	return []ComposeCall{call}
}

// composeFiles are those that COMPOSE_FILE lists, in the shell or in the files of variables that a
// command names.
func (s *shell) composeFiles(st *shellState, envs []shellWord) []shellWord {
	var list shellWord
	if v := st.vars["COMPOSE_FILE"]; v != nil && v.exported && len(v.words) == 1 {
		list = v.words[0]
	} else {
		for _, w := range envs {
			name, known := st.path(w)
			if f := s.repo.File(name); known && f != nil {
				if b, err := f.Plain(); err == nil {
					if m := composeFileSet.FindSubmatch(b); m != nil {
						list = shellWord{text: string(m[1]), at: w.at}
					}
				}
			}
		}
	}
	var files []shellWord
	for _, name := range strings.FieldsFunc(list.text, func(r rune) bool { return r == ':' || r == ';' }) {
		files = append(files, shellWord{text: name, at: list.at})
	}
	return files
}

var composeFileSet = regexp.MustCompile(`(?m)^(?:export )?COMPOSE_FILE=["']?([^"'\r\n#]+?)["']?\s*$`)

// composeArguments are what stands behind "docker compose" and its older name. Where a script works out
// which of the two there is, a variable holds it, and what stands behind tells that it is compose.
func composeArguments(words []shellWord) ([]shellWord, bool) {
	if variable, unknown := words[0].isUnknown(); unknown {
		return words[1:], strings.Contains(strings.ToLower(variable), "compose") ||
			slices.ContainsFunc(words, func(w shellWord) bool { return strings.HasPrefix(w.text, "--env-file") }) &&
				slices.ContainsFunc(words, func(w shellWord) bool { return startsProject[w.text] })
	}
	switch path.Base(words[0].text) {
	case "docker-compose", "podman-compose":
		return words[1:], true
	case "docker", "podman":
		if len(words) > 1 && words[1].text == "compose" {
			return words[2:], true
		}
	}
	return nil, false
}

// exported adds what the shell has exported and compose does not read itself.
func (c *ComposeCall) exported(s *shell, st *shellState) {
	own := c.Env.Files
	if len(own) == 0 && c.Env.Open == "" && !c.Env.Swarm {
		dir := c.Dir
		if len(c.Files) > 0 {
			dir = path.Dir(c.Files[0])
		}
		own = []string{path.Join(dir, ".env")}
	}
	reads := func(name string) bool { return len(own) == 1 && own[0] == name }
	for _, name := range slices.Sorted(maps.Keys(st.vars)) {
		v := st.vars[name]
		if !v.exported || !s.matters(name) {
			continue
		}
		set := ShellVariable{Name: name}
		if v.given != nil {
			set.Text, set.Locked, set.At = v.given.Text, v.given.Locked, v.given.At
		}
		if v.given == nil || v.given.Odd || !reads(set.At.File) {
			c.Env.Shell = append(c.Env.Shell, set)
		}
	}
	if st.open != nil && !reads(st.open.From) {
		c.Env.ShellOpen, c.Env.ShellFrom, c.Env.ShellAt = st.open.Why, st.open.From, Position{File: st.open.At.File, Line: st.open.At.Line}
	}
}

// ComposeFileNames are the files that compose takes up by itself, in the order in which it looks
// for them (compose-go cli: DefaultFileNames).
var ComposeFileNames = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}

// findProject looks for a compose file in the directory, and then in those above it, as compose
// does; false where there is none.
func (r *Repository) findProject(dir *string) bool {
	for root := r.rootOf(*dir); ; *dir = path.Dir(*dir) {
		for _, name := range ComposeFileNames {
			if r.File(path.Join(*dir, name)) != nil {
				return true
			}
		}
		if *dir == root || *dir == "." || *dir == "/" {
			return false
		}
	}
}
