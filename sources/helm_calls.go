package sources

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/keys"
)

// HelmCall is a command of a script, a Makefile or a workflow that installs a chart.
type HelmCall struct {
	Release   string
	Namespace string // empty where the command does not say
	Chart     string // as it is named
	Dir       string // the directory of the repository that it names; empty where it is none
	At        Position
	Values    []HelmValues // those that are set come last, as for Helm
	Unseen    string       // why not all of the values can be seen; empty where they can
	Changes   string       // by what else the release comes to be another than these make it; empty where there is nothing
}

// HelmValues is one source of values of such a command.
type HelmValues struct {
	File   *File
	Opened bool       // sops or helm-secrets decrypts it on the way
	Path   string     // of one that is set, where
	Set    keys.Value // and to what
	At     Position
}

var installs = []byte("helm")

// HelmCalls finds them, in order of place. One command that is given alike in several places is one.
func (r *Repository) HelmCalls() []HelmCall {
	callers := slices.Clone(r.scripts)
	for _, f := range r.Files() {
		if f.IsManifest() && !f.HoldsObjects() {
			callers = append(callers, f)
		}
	}
	slices.SortFunc(callers, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	var out []HelmCall
	for _, f := range callers {
		if b, err := f.peek(); err == nil && !f.Example && bytes.Contains(b, installs) {
			for _, p := range r.pieces(f, b, string(installs)) {
				if starts := follow(r, f, p, helmCall); len(starts) > 0 { // of several directories the topmost
					out = append(out, starts[len(starts)-1].found...)
				}
			}
		}
	}
	return out
}

// helmFlags are those that take a value in a word of their own, of which the rest of the command is told apart.
var helmFlags = map[string]bool{
	"-f": true, "--values": true, "--set": true, "--set-string": true, "--set-file": true, "--set-json": true, "--set-literal": true,
	"-n": true, "--namespace": true, "--version": true, "--timeout": true, "--repo": true, "--kube-context": true, "--kubeconfig": true,
	"--description": true, "--post-renderer": true, "--history-max": true, "--username": true, "--password": true, "-o": true, "--output": true,
}

// helmCall reads a command, if it installs a chart: helm install, helm upgrade, and both by helm-secrets.
func helmCall(s *shell, st *shellState, words []shellWord) []HelmCall {
	if path.Base(words[0].text) != "helm" {
		return nil
	}
	c := HelmCall{At: words[0].at}
	var named []shellWord
	var set []HelmValues
	plugin := false
	for i := 1; i < len(words); i++ {
		flag, text, has := strings.Cut(words[i].text, "=")
		if !strings.HasPrefix(flag, "-") {
			named = append(named, words[i])
			continue
		}
		value := words[i]
		value.text = text
		if !has && helmFlags[flag] && i+1 < len(words) {
			i++
			value = words[i]
		}
		switch flag {
		case "--reuse-values", "--reset-then-reuse-values":
			c.Changes = flag + " keeps the values of the release before, whatever stands here"
		case "--post-renderer":
			c.Changes = "what its post-renderer makes of it is not known"
		case "-f", "--values":
			c.addValues(s, st, value)
		case "--set", "--set-string", "--set-literal":
			set = append(set, c.settings(s, value)...)
		case "--set-file", "--set-json":
			if name, _, ok := strings.Cut(value.text, "="); ok {
				set = append(set, HelmValues{Path: name, Set: keys.Unknown("it is set by " + flag + ", which is not followed"), At: value.at})
			}
		case "-n", "--namespace":
			if value.known() {
				c.Namespace = value.text
			}
		}
	}
	if len(named) > 0 && named[0].text == "secrets" {
		plugin, named = true, named[1:]
	}
	if len(named) != 3 || named[0].text != "install" && named[0].text != "upgrade" || !named[2].known() {
		return nil
	}
	for i := range c.Values {
		c.Values[i].Opened = c.Values[i].Opened || plugin
	}
	c.Release, c.Chart = "supabase", strings.TrimPrefix(named[2].text, inRepository)
	if named[1].known() {
		c.Release = named[1].text
	}
	if dir, ok := st.path(named[2]); ok {
		if s.repo.File(path.Join(dir, "Chart.yaml")) != nil {
			c.Dir = dir
		} else {
			*s.missing++
		}
	}
	c.Values = append(c.Values, set...)
	return []HelmCall{c}
}

// addValues adds the file that -f names: as it is, by a URL of helm-secrets, or as what a command prints of it.
func (c *HelmCall) addValues(s *shell, st *shellState, word shellWord) {
	v := HelmValues{At: word.at}
	if word.text == "-" {
		word.by = st.input
	}
	switch {
	case word.by != nil:
		v.File, v.Opened = s.decrypted(st, word.by)
	case word.known():
		name, opened := SecretsFile(word.text)
		if opened {
			word.text, v.Opened = name, true
		}
		if at, ok := st.path(word); ok {
			if v.File = s.repo.File(at); v.File == nil {
				*s.missing++
			}
		}
	}
	if v.File == nil || v.File.Example {
		c.Unseen = "which values " + s.file + " gives it is not known"
		return
	}
	c.Values = append(c.Values, v)
}

// decrypted is the file that a command prints, decrypted where it says so; nil where it prints anything else.
func (s *shell) decrypted(st *shellState, stmt *syntax.Stmt) (f *File, opened bool) {
	call, ok := stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 {
		return nil, false
	}
	name, args := wordText(call.Args[0]), []shellWord{}
	for _, a := range call.Args[1:] {
		args = append(args, s.word(st, a))
	}
	files, ok := printedFiles(name, args, &reading{})
	if !ok || len(files) != 1 || name != "sops" && name != "cat" || st.functions[name] != nil {
		return nil, false
	}
	at, ok := st.path(files[0])
	if !ok {
		return nil, false
	}
	return s.repo.File(at), name == "sops"
}

// settings are the values of a --set: a=b,c=d.
func (c *HelmCall) settings(s *shell, word shellWord) []HelmValues {
	var out []HelmValues
	text := strings.ReplaceAll(word.text, `\,`, "\x00")
	for one := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.ReplaceAll(one, "\x00", ","), "=")
		if !ok || strings.ContainsAny(name, unknownBegin) {
			c.Unseen = "which values " + s.file + " gives it is not known"
			continue
		}
		v := HelmValues{Path: name, Set: keys.Known(keys.NewText(value)), At: word.at}
		switch variable, is := (shellWord{text: value}).isUnknown(); {
		case is && variable != "":
			v.Set = keys.UnknownFrom(s.file+"#"+variable, "helm is given it in "+word.at.String()+" from the variable "+variable)
		case strings.ContainsAny(value, unknownBegin+inRepository):
			v.Set = keys.Unknown("helm is given it in " + word.at.String() + ", by what is not followed")
		}
		out = append(out, v)
	}
	return out
}
