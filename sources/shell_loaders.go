package sources

import (
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// loader is a program that gives the command behind it the variables of files.
type loader struct {
	program  []string // its name, and the word behind it where there is one
	flags    []string // by which files are named
	others   []string // further flags that have a value
	standard string   // the file without any of these; empty where it reads none then
	override bool     // what the file says goes before what the environment has
	lastWins bool     // of several files
	goesOn   bool     // it is itself the program that gets them
}

// loaders are read in their sources: dotenv-cli 11.0.0 (cli.js), env-cmd 11.0.0 (dist/env-cmd.js, get-env-vars.js), Node
// (nodejs.org/api/cli.html: --env-file) and Bun (bun.sh/docs/runtime/env), dotenvx (dotenvx.com/docs: run -f), 1Password
// (developer.1password.com/docs/cli/reference/commands/run). What the environment has already stays but with env-cmd; of several files the first
// that has a variable wins, but with Node and 1Password. Neither Next.js nor Vite replaces what it finds in the environment
// (@next/env: processEnv; vite packages/vite/src/node/env.ts: loadEnv), so that these files go before an app's own.
var loaders = []loader{
	{program: []string{"dotenv"}, flags: []string{"-e"}, others: []string{"-v", "-p"}, standard: ".env"},
	{program: []string{"env-cmd"}, flags: []string{"-f", "--file"}, others: []string{"-e", "--environments", "-r", "--rc-file"}, standard: ".env", override: true},
	{program: []string{"dotenvx", "run"}, flags: []string{"-f", "--env-file"}, others: []string{"-e", "--env", "-fk", "--env-keys-file"}, standard: ".env"},
	{program: []string{"op", "run"}, flags: []string{"--env-file"}, others: []string{"--account"}, lastWins: true},
	{program: []string{"node"}, flags: nodeFlags, lastWins: true, goesOn: true},
	{program: []string{"tsx"}, flags: nodeFlags, lastWins: true, goesOn: true},
	{program: []string{"bun"}, flags: []string{"--env-file"}, lastWins: true, goesOn: true},
}

var nodeFlags = []string{"--env-file", "--env-file-if-exists"}

// load follows a loader, and returns the command that it starts with what that has; false where the words are none.
func (s *shell) load(st *shellState, words []shellWord) (*shellState, []shellWord, bool) {
	i := slices.IndexFunc(loaders, func(l loader) bool {
		return path.Base(words[0].text) == l.program[0] && (len(l.program) == 1 || len(words) > 1 && words[1].text == l.program[1])
	})
	if i < 0 || writesFile(path.Base(words[0].text), words[1:]) { // python-dotenv's "dotenv set"
		return st, nil, false
	}
	l := loaders[i]
	files, others, rest := l.arguments(words[len(l.program):])
	st = st.clone()
	switch {
	case others["-c"] != nil:
		files = cascade(files, *others["-c"])
	case others["-o"] != nil || others["--override"] != nil:
		l.override = true
	case others["--no-override"] != nil:
		l.override = false
	}
	if environments := either(others["-e"], others["--environments"]); l.program[0] == "env-cmd" && environments != nil {
		s.loadRC(st, files, others["-r"], *environments)
		return st, rest, true
	}
	if len(files) == 0 && l.standard != "" {
		files = []shellWord{{text: l.standard, at: words[0].at}}
	}
	if l.program[0] == "op" { // it fetches what is referred to in the environment, too
		s.unfollow(st, &unfollowed{At: words[0].at, Why: "op run gives it variables"}, len(files) == 0)
	}
	if l.lastWins {
		slices.Reverse(files)
	}
	before := map[string]bool{}
	for name, v := range st.vars {
		before[name] = v.exported && !l.override
	}
	sure := true
	for _, f := range files {
		sure = s.loadFile(st, f, before, sure) && sure
	}
	if l.goesOn {
		if len(files) == 0 {
			return st, nil, false
		}
		rest = append([]shellWord{words[0]}, rest...)
	}
	return st, rest, true
}

// arguments are the files that a loader is told to read, its other flags, and the command behind them.
func (l loader) arguments(words []shellWord) (files []shellWord, others map[string]*shellWord, rest []shellWord) {
	others = map[string]*shellWord{}
	for len(words) > 0 && strings.HasPrefix(words[0].text, "-") {
		flag, text, has := strings.Cut(words[0].text, "=")
		value := shellWord{text: text, at: words[0].at}
		words = words[1:]
		if flag == "--" {
			return files, others, words
		}
		named := slices.Contains(l.flags, flag)
		mayHave := flag == "-c" && len(words) > 1 && !strings.HasPrefix(words[0].text, "-") && words[1].text == "--"
		if !has && len(words) > 0 && (named || slices.Contains(l.others, flag) || mayHave) {
			value, words = words[0], words[1:]
		}
		if named {
			files = append(files, value)
		} else {
			others[flag] = &value
		}
	}
	return files, others, words
}

func either(a, b *shellWord) *shellWord {
	if a != nil {
		return a
	}
	return b
}

// inCascade marks a file that is read where it is there.
const inCascade = ".local"

// cascade are the files that dotenv-cli reads for each with -c, the strongest first.
func cascade(files []shellWord, environment shellWord) []shellWord {
	if len(files) == 0 {
		files = []shellWord{{text: ".env", at: environment.at}}
	}
	var out []shellWord
	for _, f := range files {
		ends := []string{inCascade, ""}
		if environment.text != "" {
			ends = []string{"." + environment.text + inCascade, inCascade, "." + environment.text, ""}
		}
		for _, end := range ends {
			out = append(out, shellWord{text: f.text + end, at: f.at})
		}
	}
	return out
}

// loadFile takes up the variables of a file, but those that are there already. Each of them is there from then on: unknown,
// unless it is sure that nothing else has it. It returns whether the file is known.
func (s *shell) loadFile(st *shellState, w shellWord, before map[string]bool, sure bool) bool {
	name, ok := st.path(w)
	f := (*File)(nil)
	if ok {
		f = s.repo.File(name)
	}
	switch {
	case f == nil && strings.HasSuffix(w.text, inCascade):
		return true
	case !ok:
		s.unfollow(st, &unfollowed{At: w.at, Why: "reads a file that keylint cannot follow"}, true)
		return false
	case f == nil:
		*s.missing++
		s.unfollow(st, &unfollowed{At: w.at, Why: "reads " + name + ", which is not in the repository", From: name}, true)
		return false
	}
	variables := f.Dotenv()
	if b, err := f.Plain(); err == nil && !f.IsDotenv() && IsSettingsName(name) {
		variables = ParseSettings(name, b)
	}
	last := map[string]Variable{}
	for _, v := range variables {
		last[v.Name] = v
	}
	for name, v := range last {
		if before[name] {
			continue
		}
		if before[name] = true; sure {
			s.takeUp(st, v, f)
		} else {
			st.forget(name, true)
		}
	}
	return true
}

// takeUp makes a variable of the environment of one of a file. What the loaders do not read alike is not known.
func (s *shell) takeUp(st *shellState, v Variable, f *File) {
	given := &givenValue{Text: v.Value, At: v.In(f.Path)}
	switch {
	case f.Locked() != nil:
		given = &givenValue{Locked: f.Locked(), At: v.In(f.Path)}
	case !plainValue.MatchString(v.Value.Reveal()) || strings.HasPrefix(v.Value.Reveal(), "op://"):
		given = nil
	}
	st.vars[v.Name] = &shellVariable{given: given, exported: true}
}

// loadRC takes up what env-cmd finds under the names of environments in its own file, which is JSON.
func (s *shell) loadRC(st *shellState, files []shellWord, rc *shellWord, environments shellWord) {
	w := shellWord{text: ".env-cmdrc", at: environments.at}
	if rc != nil {
		w = *rc
	} else if len(files) > 0 {
		w = files[0]
	}
	name, ok := st.path(w)
	if f := s.repo.File(name); ok && f != nil {
		b, err := f.Plain()
		docs, problems := nodes.Parse(b)
		if err == nil && len(docs) == 1 && len(problems) == 0 {
			for of := range strings.SplitSeq(environments.text, ",") {
				nodes.Pairs(nodes.Field(docs[0].Root, of), func(key, value *yaml.Node) {
					s.takeUp(st, Variable{Name: key.Value, Value: keys.NewText(value.Value), Line: value.Line, Column: value.Column + 1, EndColumn: value.Column + 1 + len(value.Value)}, f)
				})
			}
			return
		}
	}
	s.unfollow(st, &unfollowed{At: w.at, Why: "reads a file that keylint cannot follow"}, true)
}
