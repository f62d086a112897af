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
