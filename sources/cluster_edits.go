package sources

import (
	"bytes"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// ClusterEdit is a command that changes what is deployed, whatever the repository says of it: an object in the cluster, or a file of the repository
// before it is deployed.
type ClusterEdit struct {
	Verb      string   // "kubectl set env", for reports
	Kind      string   // as the command has it: "deploy", "secrets"; empty where it changes no one object
	Name      string   // empty of those of the kind that it selects
	Namespace string   // empty where the command does not say
	Variables []string // that it sets; none where it may set any
	Built     string   // of a pipe, the directory whose manifests it changes
	File      string   // that it writes, or whose manifests it changes
	Line      int      // of the file that the command stands in, from 1

	deploys  bool                                  // it changes nothing, and deploys
	writes   bool                                  // it writes File, which matters where something deploys it
	starts   string                                // it changes nothing, and starts another script of the repository
	deployer bool                                  // it changes what Argo CD or Flux deploys by the object
	gateway  bool                                  // it tells a gateway what to accept
	touches  func(r *Repository, text string) bool // nil where it may make anything of it
}

// Touches says whether it may change a key in a text, or what leads to one.
func (r *Repository) Touches(e ClusterEdit, text string) bool {
	return e.touches == nil || e.touches(r, text)
}

// Deployer says whether the object is one by which a controller deploys others, which are changed.
func (e ClusterEdit) Deployer() bool { return e.deployer }

// Gateway says whether a gateway is told what to accept, while it runs.
func (e ClusterEdit) Gateway() bool { return e.gateway }

// What stands in every text that deploys, and in every one that has such a command.
const deployPattern = `kubectl|\boc |\bhelm\b|compose|stack deploy|argocd|k8s-create-secret|kustomize|\bflux |\bdeck |:8001|:8444|admin_`

var (
	deployWords = regexp.MustCompile(`(?i)` + deployPattern)
	editWords   = regexp.MustCompile(`(?i)` + deployPattern + `|\bsed\b|\byq\b|>|\btee\b|\bcp\b|\bmv\b|\binstall\b|\bsops\b|\bscp\b|\brsync\b|\bcurl\b|\bperl\b`)
)

// ClusterEdits visits the commands that change what is deployed, of scripts, Makefiles, manifests and workflows, in order of place. What writes
// files counts where it deploys as well, or is started by what does.
func (r *Repository) ClusterEdits(visit func(f *File, e ClusterEdit)) {
	callers := r.callers()
	found, deploys := map[*File][]ClusterEdit{}, map[string]bool{}
	look := func(f *File) {
		if _, looked := found[f]; looked {
			return
		}
		found[f] = r.editsIn(f)
		deploys[f.Path] = slices.ContainsFunc(found[f], func(e ClusterEdit) bool { return e.deploys })
	}
	eachWith := func(words *regexp.Regexp) {
		for _, f := range callers {
			if b, err := f.peek(); err == nil && words.Match(b) {
				look(f)
			}
		}
	}
	eachWith(deployWords)
	for range maxShellDepth { // those that start what deploys, deploy
		var names []string
		for _, f := range r.scripts {
			if deploys[f.Path] {
				names = append(names, regexp.QuoteMeta(path.Base(f.Path)))
			}
		}
		before := len(names)
		switch {
		case before == 0:
		case before <= maxNamed:
			eachWith(regexp.MustCompile(strings.Join(names, "|")))
		default:
			eachWith(startWords)
		}
		for f, edits := range found {
			deploys[f.Path] = deploys[f.Path] || slices.ContainsFunc(edits, func(e ClusterEdit) bool { return deploys[e.starts] })
		}
		if after := len(slices.DeleteFunc(slices.Clone(r.scripts), func(f *File) bool { return !deploys[f.Path] })); after == before {
			break
		}
	}
	for range maxShellDepth { // and what those start is part of that
		more := false
		for _, f := range slices.SortedFunc(maps.Keys(found), byPath) {
			for _, e := range found[f] {
				if s := r.script(e.starts); s != nil && !s.Example && deploys[f.Path] && !deploys[e.starts] {
					look(s)
					deploys[e.starts], more = true, true
				}
			}
		}
		if !more {
			break
		}
	}
	for _, f := range slices.SortedFunc(maps.Keys(found), byPath) {
		for _, e := range found[f] {
			if !e.deploys && e.starts == "" && (deploys[f.Path] || !e.writes) {
				visit(f, e)
			}
		}
	}
}

// maxNamed is how many scripts are looked for by their names.
const maxNamed = 100

func byPath(a, b *File) int { return strings.Compare(a.Path, b.Path) }

// editsIn finds the commands of one file.
func (r *Repository) editsIn(f *File) []ClusterEdit {
	b, err := f.peek()
	if err != nil {
		return nil
	}
	var found []ClusterEdit
	for _, p := range r.pieces(f, b, "") {
		if editWords.MatchString(p.text) || startWords.MatchString(p.text) {
			found = append(found, r.editsOf(f, p)...)
		}
	}
	if bytes.Contains(b, []byte("flux resume")) { // what is stopped for a while
		found = slices.DeleteFunc(found, func(e ClusterEdit) bool { return strings.HasPrefix(e.Verb, "flux suspend") })
	}
	if f.IsManifest() && strings.Contains(string(b), secretAction) {
		found = append(found, secretActions(b)...)
	}
	return append(found, r.programWrites(f, b)...)
}

// startWords matches what a script is called by, or what starts one.
var startWords = regexp.MustCompile(`\.(?:sh|bash|py|rb|ps1)\b|\b(?:make|just)\b`)

// started is that a command starts a script of the repository, or a Makefile.
func (s *shell) started(st *shellState, words []shellWord) []ClusterEdit {
	var name string
	switch base := path.Base(words[0].text); {
	case base == "make" || base == "just":
		dir := st.dir
		for i, w := range words[1:] {
			if w.text == "-C" && i+2 < len(words) {
				dir, _ = st.path(words[i+2])
			}
		}
		name = path.Join(dir, map[string]string{"make": "Makefile", "just": "justfile"}[base])
	case shells[base] || interpreters.MatchString(base):
		for _, w := range words[1:] {
			if !strings.HasPrefix(w.text, "-") {
				name, _ = st.path(w)
				break
			}
		}
	default:
		name, _ = st.path(words[0])
	}
	if name == "" || name == s.file || s.repo.script(name) == nil {
		return nil
	}
	return []ClusterEdit{{starts: name}}
}

var (
	interpreters   = regexp.MustCompile(`^(?:python[\d.]*|ruby|pwsh|powershell)$`)
	programWriting = regexp.MustCompile(`\.write\(|write_text|\bdump(?:_all)?\(|File\.write|Set-Content|Out-File`)
)

// programWrites are the files with keys that a program which is no script of a shell writes: of those that it names any.
func (r *Repository) programWrites(f *File, b []byte) []ClusterEdit {
	if !isScript(f.Path) || isShell(f.Path) || isMakefile(f.Path) || !programWriting.Match(b) {
		return nil
	}
	if !r.Spend(len(b) / 100 * len(r.Files())) {
		r.Note(NoteBound, f.At(), "what the program writes is "+TooMuch)
		return nil
	}
	var out []ClusterEdit
	for _, w := range r.Files() {
		if (w.IsManifest() || w.IsDotenv()) && w.BearsKeys() && bytes.Contains(b, []byte(path.Base(w.Path))) {
			out = append(out, ClusterEdit{Verb: path.Base(f.Path), File: w.Path, Line: 1, writes: true})
		}
	}
	return out
}

// EditsOf finds the commands in what a container runs.
func (r *Repository) EditsOf(words []string) []ClusterEdit {
	var line []string
	for _, w := range words {
		quoted, err := syntax.Quote(w, syntax.LangBash)
		if err != nil {
			return nil
		}
		line = append(line, quoted)
	}
	var out []ClusterEdit
	for _, e := range r.editsOf(&File{repo: r}, piece{text: strings.Join(line, " ")}) {
		if !e.deploys && !e.writes && e.starts == "" {
			out = append(out, e)
		}
	}
	return out
}

// editsOf follows a piece; of what is no script, the lines with kubectl in them.
func (r *Repository) editsOf(f *File, p piece) []ClusterEdit {
	if _, err := parseBash(f.Path, []byte(p.text)); err != nil {
		var out []ClusterEdit
		for _, loose := range loosePieces(p.text, "kubectl") {
			loose.line += p.line
			if _, err := parseBash(f.Path, []byte(loose.text)); err == nil {
				out = append(out, r.editsOf(f, loose)...)
			}
		}
		return out
	}
	starts := followBy(r, f, p, func(s *shell, found func(...ClusterEdit)) {
		var redirs []*syntax.Redirect
		s.written = func(st *shellState, words []shellWord, of []*syntax.Redirect) {
			redirs = of
			found(s.redirected(st, words, of)...)
		}
		s.command = func(st *shellState, words []shellWord) { found(s.edits(st, words, redirs)...) }
	})
	var out []ClusterEdit
	for _, start := range starts { // where it finds most; of several directories the topmost
		if len(start.found) >= len(out) {
			out = start.found
		}
	}
	return out
}

// edits reads a command.
func (s *shell) edits(st *shellState, words []shellWord, redirs []*syntax.Redirect) []ClusterEdit {
	line := words[0].at.Line
	var out []ClusterEdit
	if rest, is := kubectlArguments(words); is {
		c := readKubectl(rest)
		if len(c.words) == 0 {
			return nil
		}
		line = c.words[0].at.Line // what it is called by may stand elsewhere
		out = c.edits(s, st)
		if (c.verb == "apply" || c.verb == "create" || c.verb == "replace") && len(c.words) == 1 && !c.dry {
			if out = append(out, ClusterEdit{deploys: true}); c.fromInput {
				out = append(out, s.appliedInput(st, redirs)...)
			}
		}
	} else if deploysWords(words) {
		return []ClusterEdit{{deploys: true}}
	} else if out = deployerEdits(words); out == nil {
		out = slices.Concat(s.started(st, words), adminEdits(s, st, words), s.rewrites(st, words))
	}
	for i := range out {
		out[i].Line = line
	}
	return out
}

// deploysWords says of a command without kubectl whether it deploys something.
func deploysWords(words []shellWord) bool {
	has := func(among ...string) bool {
		return slices.ContainsFunc(words[1:], func(w shellWord) bool { return slices.Contains(among, w.text) })
	}
	if rest, is := composeArguments(words); is {
		return len(rest) > 0 && slices.ContainsFunc(rest, func(w shellWord) bool {
			return slices.Contains([]string{"up", "restart", "start", "create", "run"}, w.text)
		})
	}
	switch path.Base(words[0].text) {
	case "helm":
		return has("upgrade", "install")
	case "helmfile":
		return has("apply", "sync")
	case "docker":
		return len(words) > 2 && words[1].text == "stack" && words[2].text == "deploy"
	}
	return false
}

// appliedInput is what a program made of manifests on the way to kubectl, which reads them from its input.
func (s *shell) appliedInput(st *shellState, redirs []*syntax.Redirect) []ClusterEdit {
	for _, r := range redirs {
		if r.Hdoc != nil {
			return objectsIn(s.heredoc(st, r).text)
		}
	}
	var stages []*syntax.Stmt
	for at := st.input; at != nil; {
		pipe, is := at.Cmd.(*syntax.BinaryCmd)
		if !is || pipe.Op != syntax.Pipe && pipe.Op != syntax.PipeAll {
			stages = append(stages, at)
			break
		}
		stages, at = append(stages, pipe.Y), pipe.X
	}
	slices.Reverse(stages)
	var out []ClusterEdit
	var programs []*editProgram
	for i, stage := range stages {
		call, is := stage.Cmd.(*syntax.CallExpr)
		if !is || len(call.Args) == 0 {
			return nil
		}
		var words []shellWord
		for _, a := range call.Args {
			words = append(words, s.words(st, a)...)
		}
		if len(words) == 0 {
			return nil
		}
		if p := editProgramOf(words); p != nil {
			programs = append(programs, p)
			if i > 0 {
				continue
			}
		}
		if i == 0 {
			out = s.pipeStart(st, words, stage.Redirs)
		}
	}
	if len(programs) == 0 {
		return slices.DeleteFunc(out, func(e ClusterEdit) bool { return e.Verb == "" })
	}
	for i := range out {
		if e := &out[i]; e.Verb == "" {
			e.Verb = programs[0].name
			e.touches = func(r *Repository, text string) bool {
				return slices.ContainsFunc(programs, func(p *editProgram) bool { return p.touches(r, text) })
			}
		}
	}
	return out
}

// pipeStart is what the first command of a pipe prints: manifests of the repository, an object of the cluster, or one that it makes.
func (s *shell) pipeStart(st *shellState, words []shellWord, redirs []*syntax.Redirect) []ClusterEdit {
	var out []ClusterEdit
	files := func(words []shellWord) {
		for _, w := range words {
			if name, ok := st.path(w); ok {
				if s.repo.File(name) != nil {
					out = append(out, ClusterEdit{File: name})
				} else {
					*s.missing++
				}
			}
		}
	}
	for _, r := range redirs {
		switch {
		case r.Hdoc != nil:
			return objectsIn(s.heredoc(st, r).text)
		case r.Op == syntax.RdrIn:
			files([]shellWord{s.word(st, r.Word)})
		}
	}
	program := path.Base(words[0].text)
	if rest, is := kubectlArguments(words); is {
		c := readKubectl(rest)
		switch c.verb {
		case "kustomize":
			program = "kustomize"
		case "get":
			if kind, names := c.resources(c.words[1:]); len(names) > 0 {
				return []ClusterEdit{{Kind: kind[0], Name: names[0], Namespace: c.namespace}}
			}
			return nil
		case "create":
			return c.created()
		}
	}
	switch p := editProgramOf(words); {
	case p != nil:
		files(p.files)
	case program == "kustomize", program == "helm" && len(words) > 1 && words[1].text == "template":
		for _, w := range words[2:] {
			if name, ok := st.path(w); ok && !strings.HasPrefix(w.text, "-") && s.repo.hasDir(name) {
				return []ClusterEdit{{Built: name}}
			}
		}
		*s.missing++
	case program == "cat":
		files(words[1:])
	case program == "echo" || program == "printf":
		if text, _, ok := s.says(st, words, redirs); ok {
			return objectsIn(text)
		}
	}
	return out
}

// objectsIn are the objects of a text that a script applies.
func objectsIn(text string) []ClusterEdit {
	var out []ClusterEdit
	docs, _ := nodes.Parse([]byte(unknownText.ReplaceAllString(text, unknownWord)))
	for _, d := range docs {
		kind, name := nodes.Text(nodes.Field(d.Root, "kind")), nodes.Text(nodes.Field(d.Root, "metadata", "name"))
		if kind == "" || name == "" || strings.Contains(kind+name, unknownWord) {
			continue
		}
		e := ClusterEdit{Verb: "kubectl apply, of what a script holds,", Kind: kind, Name: name, Namespace: nodes.Text(nodes.Field(d.Root, "metadata", "namespace"))}
		if strings.Contains(e.Namespace, unknownWord) {
			e.Namespace = ""
		}
		out = append(out, e)
	}
	return out
}

// secretAction makes a Secret in the cluster, in a step of a workflow.
const secretAction = "azure/k8s-create-secret@"

func secretActions(b []byte) []ClusterEdit {
	var out []ClusterEdit
	docs, _ := nodes.Parse(b)
	for _, d := range docs {
		nodes.EachMapping(d.Root, func(n *yaml.Node) {
			uses := nodes.Field(n, "uses")
			name := nodes.Text(nodes.Field(n, "with", "secret-name"))
			if strings.HasPrefix(nodes.Text(uses), secretAction) && name != "" && !strings.Contains(name, "$") {
				e := ClusterEdit{Verb: strings.TrimSuffix(secretAction, "@"), Kind: "secret", Name: name, Line: uses.Line + d.Shift}
				if in := nodes.Text(nodes.Field(n, "with", "namespace")); !strings.Contains(in, "$") {
					e.Namespace = in
				}
				out = append(out, e)
			}
		})
	}
	return out
}
