package kustomize

import (
	"bytes"
	"strings"
	"unicode"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// generator is one entry of a configMapGenerator or secretGenerator, a generator plugin,
// or a secretFrom of ksops.
type generator struct {
	kind, name string
	label      string // "secretGenerator keys in k8s/kustomization.yaml"
	sheet      manifest.Sheet
	root       *yaml.Node
	dirs       []string // that its paths may start from
}

// generators lists the root's generators, outer kustomizations first: what they merge
// into a generated object wins.
func (r *Root) generators() []generator {
	if r.gens != nil {
		return r.gens
	}
	r.gens = []generator{}
	for _, k := range r.closure {
		r.gens = append(r.gens, k.generators()...)
	}
	return r.gens
}

func (k *kustomization) generators() []generator {
	var out []generator
	add := func(kind, field, name string, s manifest.Sheet, root *yaml.Node, dirs ...string) {
		label := field + " " + name + " in " + k.file.Path
		if s.Doc != nil {
			label = field + " " + name + " in " + s.Doc.File.Path
		}
		out = append(out, generator{kind, name, label, s, root, dirs})
	}
	if d := k.document(); d != nil {
		for _, kind := range []string{"ConfigMap", "Secret"} {
			field := strings.ToLower(kind[:1]) + kind[1:] + "Generator"
			for _, item := range nodes.Items(nodes.Field(d.Root, field)) {
				add(kind, field, nodes.Text(nodes.Field(item, "name")), manifest.Sheet{Doc: d}, item, k.dir)
			}
		}
	}
	for _, p := range k.plugins {
		dir := k.dir
		if p.sheet.Doc != nil {
			dir = p.sheet.Doc.File.Dir()
		}
		name := nodes.Text(nodes.Field(p.root, "metadata", "name"))
		switch kind := nodes.Text(nodes.Field(p.root, "kind")); {
		case kind == "ConfigMapGenerator", kind == "SecretGenerator":
			add(strings.TrimSuffix(kind, "Generator"), kind, name, p.sheet, p.root, k.dir)
		case strings.EqualFold(kind, "ksops"):
			for _, from := range nodes.Items(nodes.Field(p.root, "secretFrom")) {
				add("Secret", "ksops", nodes.Text(nodes.Field(from, "metadata", "name")), p.sheet, from, dir, k.dir)
			}
		}
	}
	return out
}

// find looks for the source of one data key. The text must be what the source holds;
// the last source counts, as for kustomize.
func (g generator) find(repo *sources.Repository, key, text string) (manifest.Place, bool) {
	var found manifest.Place
	ok := false
	try := func(p manifest.Place, fits bool) {
		if fits {
			p.Via = []string{g.label}
			found, ok = p, true
		}
	}
	envs := nodes.Items(nodes.Field(g.root, "envs"))
	if env := nodes.Field(g.root, "env"); env != nil {
		envs = append(envs[:len(envs):len(envs)], env)
	}
	for _, item := range envs {
		if f := g.file(repo, nodes.Text(item)); f != nil {
			try(envPlace(f, key, text))
		}
	}
	for _, item := range nodes.Items(nodes.Field(g.root, "literals")) {
		try(literalPlace(g.sheet, nodes.Follow(item), key, text))
	}
	files := nodes.Items(nodes.Field(g.root, "files"))
	for _, item := range append(files[:len(files):len(files)], nodes.Items(nodes.Field(g.root, "binaryFiles"))...) {
		if k, name := splitFileSource(nodes.Text(item)); k == key {
			if f := g.file(repo, name); f != nil {
				try(filePlace(f, text))
			}
		}
	}
	return found, ok
}

func (g generator) file(repo *sources.Repository, text string) *sources.File {
	for _, dir := range g.dirs {
		if r := judge(repo, dir, "files", text); r.verdict == isFile {
			return repo.File(r.name)
		}
	}
	return nil
}

// literalPlace is the value in a literal "KEY=value".
func literalPlace(s manifest.Sheet, n *yaml.Node, key, text string) (manifest.Place, bool) {
	k, value, ok := strings.Cut(nodes.Text(n), "=")
	skip := len(k) + 1
	if len(value) >= 2 && value[0] == value[len(value)-1] && (value[0] == '"' || value[0] == '\'') {
		value = value[1 : len(value)-1]
		skip++
	}
	if !ok || k != key || value != text {
		return manifest.Place{}, false
	}
	p := s.Place(n)
	p.Inside = nil
	if p.At.Column > 0 && p.At.EndColumn-p.At.Column == len(n.Value) {
		p.At.Column += skip
		p.At.EndColumn = p.At.Column + len(text)
	}
	return p, true
}

// envPlace is the value on the line of an env file, by kustomize's rules (api/kv): it
// keeps quotes and trailing blanks. The line of an encrypted file is found by its key
// alone.
func envPlace(f *sources.File, key, text string) (manifest.Place, bool) {
	plain, err := f.Handed()
	if err != nil {
		return manifest.Place{}, false
	}
	if _, value, ok := envLine(plain, key); !ok || value != text {
		return manifest.Place{}, false
	}
	disk, err := f.Disk()
	if err != nil {
		return manifest.Place{}, false
	}
	at, value, ok := envLine(disk, key)
	if !ok {
		return manifest.Place{At: f.At(), File: f}, true
	}
	at.File, at.EndColumn = f.Path, at.Column+len(value)
	return manifest.Place{At: at, File: f}, true
}

// envLine finds the last line that sets the key.
func envLine(b []byte, key string) (at sources.Position, value string, ok bool) {
	for i, line := range bytes.Split(b, []byte("\n")) {
		line = bytes.TrimSuffix(line, []byte("\r"))
		start := 0
		if i == 0 {
			start = len(line) - len(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")))
		}
		trimmed := bytes.TrimLeftFunc(line[start:], unicode.IsSpace)
		k, v, found := strings.Cut(string(trimmed), "=")
		if !found || k != key {
			continue
		}
		at = sources.Position{Line: i + 1, Column: len(line) - len(v) + 1}
		value, ok = v, true
	}
	return at, value, ok
}

// filePlace is a whole file. Places in its text are places in the file, unless it is
// encrypted: then its lines are not those of the text.
func filePlace(f *sources.File, text string) (manifest.Place, bool) {
	plain, err := f.Handed()
	if err != nil || string(plain) != text {
		return manifest.Place{}, false
	}
	p := manifest.Place{At: sources.Position{File: f.Path, Line: 1}, File: f, Whole: true}
	if f.Decrypted() {
		p.At.Line = 0
		return p, true
	}
	p.Inside = func(line, column, endColumn int) sources.Position {
		return sources.Position{File: f.Path, Line: line, Column: column, EndColumn: endColumn}
	}
	return p, true
}
