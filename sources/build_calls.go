package sources

import (
	"bytes"
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// BuildCall is a command of the repository that builds an app, or starts it, and what is given to it beside the app's own
// files of variables, before which that goes.
type BuildCall struct {
	At     Position
	Dir    string          // the app's
	Starts bool            // it starts the app, and builds nothing
	Shell  []ShellVariable // in order of name
	Open   string          // why it may have any variable; empty where all are known

	rank int // who gives the command: what nobody else in the repository calls goes before
}

// The ranks of those who give a command.
const (
	byApp       = iota // the app's own package.json
	byWorkspace        // that of a directory above it
	byOthers           // a script, a Dockerfile, a workflow
)

// loads matches what gives a command variables, or writes an app's files of them.
var loads = regexp.MustCompile(`\bdotenvx?\b|\benv-cmd\b|--env-file|\bdoppler\b|\binfisical\b|\bop run\b|\bvercel\b[^\n]*\bpull\b|\bset -\w*a|\ballexport\b|\bchamber exec\b|\bteller run\b|\bphase run\b|\bvals exec\b|\bexport\s+\w*(?:SUPABASE|ANON)\w*=`)

// LoadsVariables says whether a command may give the program that it starts variables from elsewhere.
func LoadsVariables(command string) bool { return loads.MatchString(command) }

var buildWord = regexp.MustCompile(`\b(?:build|start|export)\b`)

// BuildCalls finds the commands that build and start the apps of the repository. There are none where nothing gives any of
// them variables.
func (r *Repository) BuildCalls() []BuildCall {
	var callers []*File
	for _, f := range slices.Concat(r.scripts, r.Files()) {
		if !f.Example && (r.script(f.Path) != nil || f.IsManifest() && mayCall(f.Path) || f.IsDockerfile()) {
			callers = append(callers, f)
		}
	}
	slices.SortFunc(callers, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	texts := make([][]byte, len(callers))
	loaded := make([]bool, len(callers))
	onAllCores(len(callers), func(i int) {
		if b, err := callers[i].peek(); err == nil && buildWord.Match(b) {
			texts[i], loaded[i] = b, loads.Match(b)
		}
	})
	if !slices.Contains(loaded, true) {
		return nil
	}
	var out []BuildCall
	for i, f := range callers {
		if texts[i] == nil {
			continue
		}
		for _, p := range r.buildPieces(f, texts[i]) {
			for _, here := range follow(r, f, p, buildCall) {
				for _, call := range here.found {
					call.rank = byOthers
					if path.Base(f.Path) == "package.json" {
						call.rank = byWorkspace
						if call.Dir == f.Dir() {
							call.rank = byApp
						}
					}
					out = append(out, call)
				}
			}
		}
	}
	return out
}

// mayCall says whether a file in YAML or JSON is one whose texts a shell runs.
func mayCall(name string) bool {
	return path.Base(name) == "package.json" || strings.Contains("/"+name, "/.github/workflows/") || strings.HasPrefix(path.Base(name), ".gitlab-ci") ||
		isTaskfile(name)
}

// buildPieces are the texts of a file that a shell runs and by which an app may be built. Of the scripts of a package.json
// they are those by which others build and start it: whatever else is there is somebody's choice.
func (r *Repository) buildPieces(f *File, text []byte) []piece {
	switch {
	case f.IsDockerfile():
		return dockerfilePieces(text)
	case path.Base(f.Path) == "package.json":
		var out []piece
		for _, name := range []string{"build", "start"} {
			if script, ok := r.packageScript(f.Dir(), name); ok {
				out = append(out, script)
			}
		}
		return out
	}
	return r.pieces(f, text, "")
}

// dockerfilePieces are what RUN, CMD and ENTRYPOINT start. The build context has the directory of the Dockerfile.
func dockerfilePieces(text []byte) []piece {
	d, err := ParseDockerfile(text)
	if err != nil {
		return nil
	}
	var out []piece
	for _, s := range d.Stages {
		for _, r := range s.runs {
			out = append(out, piece{text: r.text, line: r.line - 1})
		}
	}
	if len(d.Command) > 0 {
		out = append(out, piece{text: strings.Join(d.Command, " "), line: len(bytes.Split(text, []byte("\n"))) - 1})
	}
	return out
}

// packageScript is a script of the package.json in a directory.
func (r *Repository) packageScript(dir, name string) (piece, bool) {
	text := r.packageAt(dir).Scripts[name]
	if text == "" {
		return piece{}, false
	}
	p := piece{text: text}
	if b, err := r.File(path.Join(dir, "package.json")).peek(); err == nil {
		docs, _ := nodes.Parse(b)
		for _, d := range docs {
			nodes.Pairs(nodes.Field(d.Root, "scripts"), func(key, value *yaml.Node) {
				if key.Value == name {
					p.line = value.Line - 1
				}
			})
		}
	}
	return p, true
}

var (
	// appTools are the programs that build an app, or serve it; taskTools build all of a workspace.
	appTools = map[string]bool{
		"next": true, "vite": true, "nuxt": true, "nuxi": true, "astro": true, "gatsby": true, "remix": true, "react-scripts": true, "vue-cli-service": true,
		"ng": true, "expo": true, "craco": true, "react-app-rewired": true, "vinxi": true, "react-router": true, "webpack": true, "rspack": true, "rsbuild": true, "nest": true,
	}
	taskTools = map[string]bool{"turbo": true, "nx": true, "lerna": true}
	runners   = map[string]bool{"npm": true, "pnpm": true, "yarn": true, "bun": true}
)

// buildCall reads a command, if it builds or starts an app. A script of a package.json is followed.
func buildCall(s *shell, st *shellState, words []shellWord) []BuildCall {
	base := path.Base(words[0].text)
	has := func(word string) bool {
		return slices.ContainsFunc(words[1:], func(w shellWord) bool { return w.text == word })
	}
	switch {
	case runners[base]:
		s.runScript(st, words)
	case taskTools[base] && has("build"):
		s.buildWorkspace(st, words)
	case base == "vercel" && has("pull"):
		s.unfollow(st, &unfollowed{At: words[0].at, Why: "vercel writes the app's files of variables"}, true)
	case base == "node" || base == "tsx":
		for i, w := range words[1:] {
			if !strings.HasPrefix(w.text, "-") {
				if tool := strings.TrimSuffix(path.Base(w.text), path.Ext(w.text)); appTools[tool] {
					return buildCall(s, st, append([]shellWord{{text: tool, at: w.at}}, words[i+2:]...))
				}
				break
			}
		}
		return []BuildCall{s.buildCall(st, words[0], true)}
	case appTools[base]:
		switch {
		case has("build") || has("export") || base == "webpack":
			return []BuildCall{s.buildCall(st, words[0], false)}
		case has("start") || has("preview"):
			return []BuildCall{s.buildCall(st, words[0], true)}
		}
	}
	return nil
}

func (s *shell) buildCall(st *shellState, w shellWord, starts bool) BuildCall {
	call := BuildCall{At: Position{File: cmp.Or(w.at.File, s.file), Line: w.at.Line}, Dir: st.dir, Starts: starts}
	for _, name := range slices.Sorted(maps.Keys(st.vars)) {
		v := st.vars[name]
		if !v.exported || !s.matters(name) {
			continue
		}
		set := ShellVariable{Name: name}
		if v.given != nil && !v.given.Odd {
			set.Text, set.Locked, set.At = v.given.Text, v.given.Locked, v.given.At
		}
		call.Shell = append(call.Shell, set)
	}
	switch {
	case st.open != nil:
		call.Open = cmp.Or(st.open.At.File, s.file) + " " + st.open.Why
	case st.lost:
		call.Open = "in which directory " + s.file + " builds cannot be told"
	}
	return call
}

// runScript follows the script of a package.json that a runner runs, or the program that it starts.
func (s *shell) runScript(st *shellState, words []shellWord) {
	inner := st.child()
	var rest []shellWord
	var workspaces []string
	all := false
	for i := 1; i < len(words); i++ {
		flag, value, has := strings.Cut(words[i].text, "=")
		takes := slices.Contains([]string{"-C", "--dir", "--prefix", "--cwd", "-w", "--workspace", "--filter", "-F"}, flag)
		if takes && !has && i+1 < len(words) {
			i++
			value = words[i].text
		}
		switch {
		case slices.Contains([]string{"-C", "--dir", "--prefix", "--cwd"}, flag):
			s.enter(inner, shellWord{text: value, at: words[i].at})
		case takes:
			workspaces = append(workspaces, value)
		case flag == "-r" || flag == "--recursive" || flag == "--workspaces" || flag == "-ws":
			all = true
		case flag == "workspace" && len(rest) == 0 && i+1 < len(words):
			i++
			workspaces = append(workspaces, words[i].text)
		case len(rest) == 0 && (strings.HasPrefix(flag, "-") || slices.Contains([]string{"run", "run-script", "exec", "x", "dlx"}, flag)):
		default:
			rest = append(rest, words[i])
		}
	}
	if len(rest) == 0 {
		return
	}
	if all || len(workspaces) > 0 {
		s.eachPackage(inner, workspaces, rest[0].text)
		return
	}
	if !s.packageScript(inner, rest[0].text, rest[1:]) && rest[0].text != words[0].text {
		s.invoke(inner, rest)
	}
}

// packageScript follows a script of the package.json where the state is, with what is put behind it ("pnpm with-env next build");
// false where there is none of that name.
func (s *shell) packageScript(st *shellState, name string, arguments []shellWord) bool {
	script, ok := s.repo.packageScript(st.dir, name)
	if !ok {
		return false
	}
	for _, w := range arguments {
		if w.text != "--" {
			script.text += " " + w.text
		}
	}
	inner := *s
	inner.file, inner.shift = path.Join(st.dir, "package.json"), 0
	inner.line(st, shellWord{text: script.text, at: Position{File: inner.file, Line: script.line + 1}})
	return true
}

// eachPackage follows the script of the packages below that have it and one of the names, or where there are none, of all.
func (s *shell) eachPackage(st *shellState, names []string, script string) {
	for _, f := range s.repo.Files() {
		if path.Base(f.Path) != "package.json" || f.Dir() == st.dir || !within(f.Path, st.dir) {
			continue
		}
		named := func(n string) bool {
			if strings.ContainsAny(n, "*[!") {
				return true
			}
			n = strings.Trim(n, ".^{}")
			name := s.repo.packageAt(f.Dir()).Name
			return n == name || n == name[strings.LastIndexByte(name, '/')+1:] || path.Base(n) == path.Base(f.Dir())
		}
		if len(names) == 0 || slices.ContainsFunc(names, named) {
			inner := st.child()
			inner.dir = f.Dir()
			s.packageScript(inner, script, nil)
		}
	}
}

// buildWorkspace follows the build scripts that a tool runs for a workspace. Turborepo hands on what its configuration names, and
// what a framework builds in (turborepo.com/docs: environment variables, strict mode).
func (s *shell) buildWorkspace(st *shellState, words []shellWord) {
	inner := st.child()
	if path.Base(words[0].text) == "turbo" {
		config := s.repo.File(path.Join(st.dir, "turbo.json"))
		for name, v := range inner.vars {
			if v.exported && s.repo.names.Of(name).PublicPrefix == "" && (config == nil || !config.Mentions(name)) {
				inner.forget(name, true)
			}
		}
	}
	var names []string
	for i, w := range words {
		flag, value, has := strings.Cut(w.text, "=")
		if slices.Contains([]string{"--filter", "-F", "--scope", "-p", "--projects"}, flag) {
			if !has && i+1 < len(words) {
				value = words[i+1].text
			}
			names = append(names, value)
		}
	}
	s.eachPackage(inner, names, "build")
}

// Directories are those of the apps that the calls build and start, in order.
func Directories(calls []BuildCall) []string {
	var out []string
	for _, c := range calls {
		out = append(out, c.Dir)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// BuildEnvironment is what the builds of an app, or its starts, are given: of each variable what all that count give it.
type BuildEnvironment struct {
	At    Position // one of the commands
	Open  string
	Given map[string]ShellVariable // with the zero Position of those of which the commands differ
}

// EnvironmentOf joins the calls for an app; nil where none of them is given anything.
func EnvironmentOf(calls []BuildCall, dir string, starts bool) *BuildEnvironment {
	rank := byApp
	for _, c := range calls {
		if c.Dir == dir && c.Starts == starts {
			rank = max(rank, c.rank)
		}
	}
	var out *BuildEnvironment
	gives := false
	for _, c := range calls {
		if c.Dir != dir || c.Starts != starts || c.rank != rank {
			continue
		}
		here := map[string]ShellVariable{}
		for _, v := range c.Shell {
			here[v.Name] = v
		}
		gives = gives || len(here) > 0 || c.Open != ""
		if out == nil {
			out = &BuildEnvironment{At: c.At, Open: c.Open, Given: here}
			continue
		}
		out.Open = cmp.Or(out.Open, c.Open)
		for _, v := range slices.Concat(slices.Collect(maps.Values(here)), slices.Collect(maps.Values(out.Given))) {
			if other, ok := out.Given[v.Name]; !ok || here[v.Name].At != other.At {
				out.Given[v.Name] = ShellVariable{Name: v.Name}
			}
		}
	}
	if !gives {
		return nil
	}
	return out
}
