package sources

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/sources/nodes"
)

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
