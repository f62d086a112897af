package sources

import (
	"bytes"
	"errors"
	"maps"
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
	"github.com/keylint/keylint/substitute"
)

// piece is a text that one shell runs: a script, a recipe's line in a Makefile, a step of a
// workflow, a script of a package.json.
type piece struct {
	text   string
	line   int // how many lines stand before it
	before []setting
	of     string // what it is of its file: "target image", "script docker:build"; empty for all of it
}

// setting is what holds before a piece begins.
type setting func(*shell, *shellState)

// followed is what was found in a piece when it is started in one directory.
type followed[T any] struct {
	dir     string
	found   []T
	missing int // how many of the named files and directories are not there
}

// follow follows a piece from each directory in which it may be started, and returns what command
// finds in those in which the fewest of the named files are missing.
func follow[T any](r *Repository, f *File, p piece, command func(*shell, *shellState, []shellWord) []T) []followed[T] {
	return followBy(r, f, p, func(s *shell, found func(...T)) {
		s.command = func(st *shellState, words []shellWord) { found(command(s, st, words)...) }
	})
}

// followBy does so with a shell that tells found by itself.
func followBy[T any](r *Repository, f *File, p piece, listen func(s *shell, found func(...T))) []followed[T] {
	file, err := parseBash(f.Path, []byte(p.text))
	if err != nil {
		return nil
	}
	var best []followed[T]
	for _, dir := range r.startedIn(f) {
		steps := 0
		here := followed[T]{dir: dir}
		s := &shell{repo: r, file: f.Path, shift: p.line, steps: &steps, missing: &here.missing}
		listen(s, func(found ...T) { here.found = append(here.found, found...) })
		st := newShellState(dir)
		for _, before := range p.before {
			before(s, st)
		}
		s.script(st, file)
		if len(best) > 0 && here.missing < best[0].missing {
			best = nil
		}
		if len(best) == 0 || here.missing == best[0].missing {
			best = append(best, here)
		}
	}
	return best
}

// givenTo are the variables that another script, or a Makefile, starts the script with, by sops exec-env.
func (r *Repository) givenTo(script string) map[string]*shellVariable {
	r.execEnvOnce.Do(func() {
		r.execEnv = map[string]map[string]*shellVariable{}
		for _, f := range r.scripts {
			b, err := f.Disk()
			if err != nil || !bytes.Contains(b, []byte("exec-env")) {
				continue
			}
			for _, p := range piecesOf(f, b, "exec-env") {
				follow(r, f, p, func(s *shell, st *shellState, words []shellWord) []struct{} {
					for _, w := range words {
						if name, ok := st.path(w); ok && name != f.Path && r.script(name) != nil {
							r.execEnv[name] = st.vars
						}
					}
					return nil
				})
			}
		}
	})
	return r.execEnv[script]
}

// startedIn are the directories in which people start what the file holds. A script may be started
// in any above it.
func (r *Repository) startedIn(f *File) []string {
	root := r.rootOf(f.Path)
	switch {
	case strings.HasPrefix(f.Path, path.Join(root, ".github")+"/"), path.Base(f.Path) == ".gitlab-ci.yml":
		return []string{root}
	case !isShell(f.Path):
		return []string{f.Dir()}
	}
	var out []string
	for dir := f.Dir(); ; dir = path.Dir(dir) {
		out = append(out, dir)
		if dir == root || dir == "." || dir == "/" || len(out) >= maxShellDepth {
			return out
		}
	}
}

func isShell(name string) bool {
	ext := path.Ext(name)
	return ext == ".sh" || ext == ".bash"
}

// rootOf is the root of the file's work tree.
func (r *Repository) rootOf(name string) string {
	t, _ := r.treeOf(name)
	if t == nil {
		return "."
	}
	return path.Clean(t.mount)
}

// hasDir says whether the repository has the directory.
func (r *Repository) hasDir(name string) bool {
	_, err := r.FileSystem().ReadDir(name)
	return err == nil
}

// script is the script of that name.
func (r *Repository) script(name string) *File {
	r.scriptsOnce.Do(func() {
		r.scriptOf = map[string]*File{}
		for _, f := range r.scripts {
			r.scriptOf[f.Path] = f
		}
	})
	return r.scriptOf[name]
}

// pieces are the texts of a file that a shell runs and that hold the word, with the variables that it
// is started with.
func (r *Repository) pieces(f *File, b []byte, word string) []piece {
	out := piecesOf(f, b, word)
	if given := r.givenTo(f.Path); given != nil {
		for i := range out {
			out[i].before = append(out[i].before, func(_ *shell, st *shellState) { maps.Copy(st.vars, given) })
		}
	}
	return out
}

func piecesOf(f *File, b []byte, word string) []piece {
	text := string(b)
	switch {
	case f.IsManifest():
		return manifestPieces(f.Path, b, word)
	case isMakefile(f.Path), strings.EqualFold(path.Base(f.Path), "justfile"):
		return recipePieces(text, word, isMakefile(f.Path))
	}
	text = expression.ReplaceAllString(text, "$$"+unknownName)
	switch _, err := parseBash(f.Path, []byte(text)); {
	case err == nil:
		return []piece{{text: text}}
	case errors.Is(err, substitute.ErrTooDeep):
		f.repo.Note(NoteBound, f.At(), err.Error())
		return nil
	}
	out := loosePieces(text, word)
	if at := setsEnvironment.FindStringIndex(text); at != nil { // what is no shell is not followed
		line := strings.Count(text[:at[0]], "\n") + 1
		for i := range out {
			out[i].before = append(out[i].before, func(s *shell, st *shellState) {
				s.unfollow(st, &unfollowed{At: Position{File: s.file, Line: line}, Why: "sets variables in a language that keylint does not follow"}, true)
			})
		}
	}
	return out
}

// setsEnvironment matches what other languages give a program variables with.
var setsEnvironment = regexp.MustCompile(`environ\b|putenv|setenv|process\.env|\benv\s*=|\benv:|\$env:|ENV\[|dotenv|\bset -\w*x|\bexport\b|SetEnvironmentVariable`)

// expression matches what CI puts in place before the shell sees the text.
var expression = regexp.MustCompile(`\$\{\{[^{}]*\}\}`)

// manifestPieces are the texts in YAML and JSON that a shell runs, with the environment and the
// working directory that they are given there (GitHub's env and working-directory, which hold for
// what lies below them). The items of a list of texts are one shell's.
func manifestPieces(name string, b []byte, word string) []piece {
	docs, _ := nodes.Parse(b)
	var out []piece
	before := stepsBefore(name, string(b))
	for _, d := range docs {
		w := &manifestWalk{shift: d.Shift, word: word}
		if isTaskfile(name) {
			w.task = newTaskfile(d.Root)
		}
		w.visit(d.Root, before, 0)
		out = append(out, w.out...)
	}
	return out
}

var (
	stepUses   = regexp.MustCompile(`^[\s-]*uses:\s*['"]?[^\s@]*(?:vault|secret|dotenv|env-|-env|doppler|infisical|1password)`)
	stepWrites = regexp.MustCompile(`(?:echo|printf)\s+["']?([A-Za-z_]\w*)=`)
)

// stepsBefore tells what the steps of a workflow may leave to later ones: what they write to GITHUB_ENV, and what an
// action that fetches variables exports.
func stepsBefore(name, text string) []setting {
	var out []setting
	for i, line := range strings.Split(text, "\n") {
		why, variable := "", ""
		switch {
		case strings.Contains(line, "GITHUB_ENV"):
			why = "writes variables to GITHUB_ENV"
			if m := stepWrites.FindStringSubmatch(line); m != nil {
				variable = m[1]
			}
		case stepUses.MatchString(line):
			why = "fetches variables with an action"
		default:
			continue
		}
		at := Position{File: name, Line: i + 1}
		out = append(out, func(s *shell, st *shellState) {
			switch {
			case variable == "":
				s.unfollow(st, &unfollowed{At: at, Why: why}, true)
			case s.matters(variable):
				st.forget(variable, true)
			}
		})
	}
	return out
}

type manifestWalk struct {
	shift int
	word  string
	of    string // what is looked at of the file
	task  *taskfile
	out   []piece
}

const maxManifestDepth = 40

func (w *manifestWalk) visit(n *yaml.Node, before []setting, depth int) {
	if n == nil || depth > maxManifestDepth {
		return
	}
	switch n.Kind {
	case yaml.DocumentNode:
		for _, c := range n.Content {
			w.visit(c, before, depth+1)
		}
	case yaml.ScalarNode:
		w.add(n, []*yaml.Node{n}, before)
	case yaml.SequenceNode:
		var texts []*yaml.Node
		for _, c := range n.Content {
			if c.Kind == yaml.ScalarNode {
				texts = append(texts, c)
			} else {
				w.visit(c, before, depth+1)
			}
		}
		if len(texts) > 0 {
			w.add(n, texts, before)
		}
	case yaml.MappingNode:
		before = before[:len(before):len(before)]
		for _, field := range []string{"env", "variables", "environment"} { // GitHub's, GitLab's, CircleCI's
			if env := nodes.Field(n, field); env != nil && env.Kind == yaml.MappingNode {
				before = append(before, w.environment(env))
			}
		}
		for _, file := range nodes.Items(nodes.Field(n, "dotenv")) { // Task's
			before = append(before, func(s *shell, st *shellState) {
				if f, ok := s.dotenv(st, shellWord{text: nodes.Text(file)}); ok {
					s.take(st, f, Position{File: s.file, Line: file.Line + w.shift}, reading{words: true, comments: true}, true)
				} else {
					s.unfollow(st, &unfollowed{Why: "reads a file that keylint cannot follow"}, true)
				}
			})
		}
		for _, at := range [][]string{{"before_script"}, {"default", "before_script"}} { // GitLab's, of one shell with the script
			if list := nodes.Field(n, at...); list != nil {
				before = append(before, w.first(list))
			}
		}
		for _, at := range [][]string{{"working-directory"}, {"defaults", "run", "working-directory"}} {
			if dir := nodes.Text(nodes.Field(n, at...)); dir != "" {
				before = append(before, func(s *shell, st *shellState) {
					s.enter(st, shellWord{text: expression.ReplaceAllString(dir, notKnown)})
				})
			}
		}
		if w.task != nil {
			before = append(before, w.task.settings(n, w.shift)...)
		}
		nodes.Pairs(n, func(key, value *yaml.Node) {
			switch k := nodes.Text(key); {
			case k == "vars" && w.task != nil:
			case k == "env", k == "variables", k == "environment", k == "description", k == "name":
			case depth == 0 && (k == "scripts" || k == "tasks") && value.Kind == yaml.MappingNode: // of a package.json, of a Taskfile
				nodes.Pairs(value, func(name, value *yaml.Node) {
					w.of = strings.TrimSuffix(k, "s") + " " + Shown(nodes.Text(name))
					w.visit(value, before, depth+1)
				})
				w.of = ""
			case k == "cmds" && value.Kind == yaml.SequenceNode: // Task's, each of a shell of its own
				for _, c := range value.Content {
					w.visit(c, before, depth+1)
				}
			default:
				w.visit(value, before, depth+1)
			}
		})
	}
}

// first follows the lines that a shell runs before others.
func (w *manifestWalk) first(list *yaml.Node) setting {
	var lines []string
	for _, t := range append(nodes.Items(list), list) {
		if t.Kind == yaml.ScalarNode {
			lines = append(lines, expression.ReplaceAllString(t.Value, "$$"+unknownName))
		}
	}
	return func(s *shell, st *shellState) {
		quiet := *s
		quiet.command = func(*shellState, []shellWord) {}
		quiet.line(st, shellWord{text: strings.Join(lines, "\n"), at: Position{File: s.file, Line: list.Line + w.shift}})
	}
}

// environment sets the variables of an "env".
func (w *manifestWalk) environment(env *yaml.Node) setting {
	return func(s *shell, st *shellState) {
		nodes.Pairs(env, func(key, value *yaml.Node) {
			name := nodes.Text(key)
			v := &shellVariable{exported: true}
			if text := nodes.Text(value); value.Kind == yaml.ScalarNode && !strings.Contains(text, "$") && !strings.Contains(text, "{{") {
				v = s.literal(name, shellWord{text: text, at: Position{File: s.file, Line: value.Line + w.shift, Column: value.Column}}, true)
			}
			st.vars[name] = v
		})
	}
}

func (w *manifestWalk) add(at *yaml.Node, texts []*yaml.Node, before []setting) {
	var lines []string
	for _, t := range texts {
		if line := t.Value; w.task != nil {
			text, names := taskText(line)
			lines, before = append(lines, text), append(before[:len(before):len(before)], ofShell(names))
		} else {
			lines = append(lines, expression.ReplaceAllString(line, "$$"+unknownName))
		}
	}
	text := strings.Join(lines, "\n")
	if !strings.Contains(text, w.word) {
		return
	}
	line := at.Line - 1 + w.shift
	if at.Kind == yaml.ScalarNode && (at.Style == yaml.LiteralStyle || at.Style == yaml.FoldedStyle) {
		line++
	}
	w.out = append(w.out, piece{text, line, before, w.of})
}

var (
	listMarks  = strings.NewReplacer(`"`, " ", "'", " ", "`", " ", ",", " ", "[", " ", "]", " ", "(", " ", ")", " ")
	inText     = regexp.MustCompile(`\{[^{}]*\}`) // what Python and Ruby put in place
	looseStart = regexp.MustCompile(`\b(?:docker|podman|docker-compose|podman-compose|kubectl|sops)\b`)
)

// loosePieces are the lines with the word of a file that is no shell: Python, Ruby, PowerShell. The
// words of a command stand there in a list, or in one string.
func loosePieces(text, word string) []piece {
	var out []piece
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		line = listMarks.Replace(inText.ReplaceAllString(line, "$$"+unknownName))
		if at := looseStart.FindStringIndex(line); at != nil && strings.Contains(line, word) {
			command := line[at[0]:]
			if _, err := parseBash("", []byte(command)); err != nil { // a part of something larger
				command, _, _ = strings.Cut(command, ";")
			}
			out = append(out, piece{text: command, line: i})
		}
	}
	return out
}
