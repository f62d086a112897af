package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

// ComposeCall is a command of the repository that starts a compose project, and the files that it
// takes compose's variables from.
type ComposeCall struct {
	At    Position
	Files []string // the compose files that "-f" names; those that compose finds in Dir where there is none
	Dir   string
	Env   ComposeEnv
}

// ComposeEnv are the files from which compose takes the variables of a project. They take the
// place of the .env beside it; of several the later wins. Their paths are relative to where the
// command is given, not to the project (docs.docker.com/compose/how-tos/environment-variables/
// variable-interpolation: "--env-file").
type ComposeEnv struct {
	Files []string
	Open  string // why one of them cannot be told; empty where all are known
	Given bool   // the user of this run gave them
	At    Position
}

// Key tells several of one project apart; that of nil, compose's own default, is empty.
func (e *ComposeEnv) Key() string {
	if e == nil {
		return ""
	}
	if e.Open != "" {
		return e.Open
	}
	return strings.Join(e.Files, ", ")
}

var (
	composeCommand = regexp.MustCompile(`(?:\b(?:docker|podman)["',\s]+compose|\b(?:docker|podman)-compose)["']?(?:[\s,]([^;&|\n]*)|$)`)
	envFilesSet    = regexp.MustCompile(`\bCOMPOSE_ENV_FILES["']?\s*[:=][ \t]*("[^"\n]*"|'[^'\n]*'|[^\s"';&|#}]+)`)
	callDir        = regexp.MustCompile(`(?:\bcd[ \t]+|\bworking-directory:[ \t]*)("[^"\n]*"|'[^'\n]*'|[^\s;&|]+)`)
	justVariable   = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)
	assigned       = regexp.MustCompile(`(?m)^[ \t]*(?:export[ \t]+|readonly[ \t]+|local[ \t]+)?([A-Za-z_]\w*)[ \t]*[:?]?=[ \t]*(.*)$`)
	scriptDir      = regexp.MustCompile(`\bdirname[^)]*\)["']?((?:/[\w.-]+)*)`)
	variableWord   = regexp.MustCompile(`\$\{?([A-Za-z_]\w*|[0-9])(?::?[-=]([^}]*))?\}?`)
	said           = regexp.MustCompile(`^\W*(?:#|//|(?:echo|printf)\b)`)
)

// valueFlags are compose's own flags that take a value (docker/compose cmd/compose: RootCommand).
var valueFlags = map[string]bool{
	"-f": true, "--file": true, "-p": true, "--project-name": true, "--project-directory": true, "--env-file": true,
	"--profile": true, "--ansi": true, "--progress": true, "--parallel": true,
}

// startsProject are the commands that make containers or images of the variables. Where none stands
// behind the flags, a variable or an alias holds the beginning of the command.
var startsProject = map[string]bool{"": true, "up": true, "run": true, "create": true, "build": true, "watch": true}

// ComposeCalls finds the commands in scripts, Makefiles, workflows and the scripts of a
// package.json, in order of place; none where no command names a file of variables.
func (r *Repository) ComposeCalls() []ComposeCall {
	callers := slices.Clone(r.scripts)
	for _, f := range r.Files() {
		if f.IsManifest() && !f.IsCompose() {
			callers = append(callers, f)
		}
	}
	callers = slices.DeleteFunc(callers, func(f *File) bool { return f.Example })
	slices.SortFunc(callers, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	texts := make([][]byte, len(callers))
	onAllCores(len(callers), func(i int) {
		if b, err := callers[i].peek(); err == nil && bytes.Contains(b, []byte("compose")) {
			texts[i] = b
		}
	})
	var out []ComposeCall
	named := false
	for i, f := range callers {
		for _, call := range r.composeCalls(f, string(texts[i])) {
			named = named || call.Env.Key() != ""
			out = append(out, call)
		}
	}
	if !named {
		return nil
	}
	return out
}

// caller is a text that calls compose, as far as it was read.
type caller struct {
	repo     *Repository
	file     *File
	vars     map[string]string // what it assigns to just one value
	dirs     []string          // where it may stand
	envFiles string            // what COMPOSE_ENV_FILES is set to
}

// inScriptDir begins a path that is relative to the script's own directory.
const inScriptDir = "\x00"

func (r *Repository) composeCalls(f *File, text string) []ComposeCall {
	if text == "" {
		return nil
	}
	text = makeVariable.ReplaceAllString(text, "$${$1}")
	text = justVariable.ReplaceAllString(text, "$${$1}")
	c := &caller{repo: r, file: f, vars: assignments(text), dirs: []string{f.Dir()}}
	if root := r.rootOf(f.Path); root != f.Dir() {
		c.dirs = append(c.dirs, root)
	}
	var out []ComposeCall
	lines := strings.Split(text, "\n")
	start := c.dirs
	for i := 0; i < len(lines); i++ {
		at := Position{File: f.Path, Line: i + 1}
		line := strings.TrimSuffix(lines[i], "\r")
		if beginsShell(f.Path, line) {
			c.dirs = start
		}
		for strings.HasSuffix(line, `\`) && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(line, `\`) + " " + strings.TrimSuffix(lines[i], "\r")
		}
		if said.MatchString(line) {
			continue
		}
		if m := callDir.FindStringSubmatch(line); m != nil {
			c.enter(strings.Trim(m[1], `"'`))
		}
		if m := envFilesSet.FindStringSubmatch(line); m != nil {
			c.envFiles = strings.Trim(m[1], `"'`)
		}
		for _, m := range composeCommand.FindAllStringSubmatch(line, -1) {
			out = append(out, c.call(at, m[1])...)
		}
	}
	return out
}

// beginsShell says whether a line is run by a shell of its own: each of a Makefile and of a
// package.json, and each step of a workflow.
func beginsShell(name, line string) bool {
	switch path.Ext(name) {
	case ".yml", ".yaml":
		return strings.HasPrefix(strings.TrimSpace(line), "- ")
	case ".sh", ".bash", ".py", ".ps1", ".rb":
		return false
	}
	return true
}

// rootOf is the root of the file's work tree.
func (r *Repository) rootOf(name string) string {
	t, _ := r.treeOf(name)
	if t == nil {
		return "."
	}
	return path.Clean(t.mount)
}

// assignments are the variables that a text sets to one value only.
func assignments(text string) map[string]string {
	vars := map[string]string{}
	several := map[string]bool{}
	for _, m := range assigned.FindAllStringSubmatch(text, -1) {
		value := strings.Trim(strings.TrimSpace(m[2]), `"'`)
		if dir := scriptDir.FindStringSubmatch(m[2]); dir != nil {
			value = inScriptDir + dir[1]
		}
		if known, ok := vars[m[1]]; ok && known != value {
			several[m[1]] = true
		}
		vars[m[1]] = value
	}
	for name := range several {
		delete(vars, name)
	}
	return vars
}

// enter follows a "cd". One whose directory cannot be told leaves it open.
func (c *caller) enter(dir string) {
	if m := scriptDir.FindStringSubmatch(dir + `")`); m != nil || strings.Contains(dir, "dirname") {
		c.dirs = []string{c.file.Dir()}
		return
	}
	dir, ok := c.settle(dir)
	if !ok || path.IsAbs(dir) || strings.HasPrefix(dir, "~") {
		return
	}
	if own, ok := strings.CutPrefix(dir, inScriptDir); ok {
		c.dirs = []string{path.Join(c.file.Dir(), own)}
		return
	}
	var inside []string
	for _, d := range c.dirs {
		if to := path.Join(d, dir); c.repo.hasDir(to) {
			inside = append(inside, to)
		}
	}
	if len(inside) > 0 {
		c.dirs = inside
	}
}

// hasDir says whether the repository has the directory.
func (r *Repository) hasDir(name string) bool {
	_, err := r.FileSystem().ReadDir(name)
	return err == nil
}

// maxSettled bounds how often a variable stands for another.
const maxSettled = 5

// settle puts what the text says of its variables in their place; ok is false where it does not.
func (c *caller) settle(word string) (string, bool) {
	for range maxSettled {
		if !strings.ContainsRune(word, '$') {
			return word, !strings.ContainsAny(word, "{}<>`*")
		}
		word = variableWord.ReplaceAllStringFunc(word, func(ref string) string {
			m := variableWord.FindStringSubmatch(ref)
			value, known := c.vars[m[1]]
			switch {
			case known:
				return value
			case strings.EqualFold(m[1], "pwd") || m[1] == "CURDIR":
				return "."
			case m[2] != "":
				return m[2]
			}
			return "$"
		})
		if strings.Contains(word, "$") && !variableWord.MatchString(word) {
			break
		}
	}
	return word, false
}

// call reads one command, in each directory in which it finds a project.
func (c *caller) call(at Position, rest string) []ComposeCall {
	words := strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" \t\"'`,[]()", r) })
	var files, envs []string
	dir := ""
	command := ""
	for i := 0; i < len(words); i++ {
		flag, value, has := strings.Cut(words[i], "=")
		if !strings.HasPrefix(flag, "-") {
			command = words[i]
			break
		}
		if valueFlags[flag] && !has && i+1 < len(words) {
			i++
			value = words[i]
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
	if len(envs) == 0 && c.envFiles != "" {
		envs = strings.Split(c.envFiles, ",")
	}
	if !startsProject[command] || command == "" && len(envs) == 0 {
		return nil
	}
	var out []ComposeCall
	for _, cwd := range c.dirs {
		if call, ok := c.in(cwd, files, dir, envs); ok {
			call.At, call.Env.At = at, at
			out = append(out, call)
		}
	}
	return c.likely(out)
}

// in is the command as it is given in a directory; ok is false where it finds no project there.
func (c *caller) in(cwd string, files []string, dir string, envs []string) (call ComposeCall, ok bool) {
	for _, name := range files {
		file, known := c.path(cwd, name)
		if !known || c.repo.File(file) == nil {
			return call, false
		}
		call.Files = append(call.Files, file)
	}
	call.Dir = cwd
	if dir != "" {
		to, known := c.path(cwd, dir)
		if !known {
			return call, false
		}
		call.Dir = to
	}
	for _, name := range envs {
		file, known := c.path(cwd, name)
		if !known {
			call.Env.Open = c.file.Path + " names the file of variables in a way that keylint cannot follow"
			continue
		}
		call.Env.Files = append(call.Env.Files, file)
	}
	return call, len(files) > 0 || c.repo.findProject(&call.Dir)
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

// path is the repository's name of a path in a command.
func (c *caller) path(cwd, word string) (string, bool) {
	word, ok := c.settle(word)
	switch own, inScript := strings.CutPrefix(word, inScriptDir); {
	case !ok || path.IsAbs(word) || strings.HasPrefix(word, "~"):
		return word, false
	case inScript:
		return path.Join(c.file.Dir(), own), true
	}
	return path.Join(cwd, word), true
}

// likely leaves, of the directories in which a command may be given, the one in which its files of
// variables are, else the repository's root. Where they are in several the files are open.
func (c *caller) likely(calls []ComposeCall) []ComposeCall {
	if len(calls) < 2 {
		return calls
	}
	found := slices.DeleteFunc(slices.Clone(calls), func(call ComposeCall) bool {
		return slices.ContainsFunc(call.Env.Files, func(name string) bool { return c.repo.File(name) == nil })
	})
	if len(found) == 0 {
		return calls[len(calls)-1:]
	}
	if len(found) > 1 && found[0].Env.Key() != found[1].Env.Key() {
		for i := range found {
			found[i].Env.Open = "in which directory " + c.file.Path + " starts compose cannot be told"
		}
	}
	return found
}
