package render

import (
	"path"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// ignoreFile is what a GitRepository leaves out of what it gives to Flux' controllers, as .gitignore has it
// (fluxcd.io/flux/components/source/gitrepositories: Excluding files).
const ignoreFile = ".sourceignore"

// maxIgnored bounds the patterns that a file is held against.
const maxIgnored = 1_000

// tellIgnored tells of a file that a unit of Flux was made of, that may bear a key, and that its GitRepository leaves out.
func (p *planner) tellIgnored(o order, u *Unit, source *yaml.Node) {
	ref, _ := fluxSource(o.object)
	own := nodes.Text(nodes.Field(source, "ignore"))
	for _, name := range u.Inputs {
		f := p.repo.File(name)
		if f == nil || name == o.object.File || !p.fileMatters(f) {
			continue
		}
		if by := p.leavesOut(f, own); by != "" {
			p.cannotTell(o, sources.NoteNotFetched, nodes.Field(ref, "name"), "its GitRepository leaves out "+sources.Shown(name)+" ("+by+"), which stands under its path: what it deploys cannot be told")
			return
		}
	}
}

// leavesOut is where it says that a source leaves out a file: in a .sourceignore, or in the GitRepository; empty where it does not.
func (p *planner) leavesOut(f *sources.File, own string) (by string) {
	_, rel, ok := p.repo.InTree(f.Path)
	if !ok {
		return ""
	}
	mount := strings.TrimSuffix(strings.TrimSuffix(f.Path, rel), "/")
	parts := strings.Split(rel, "/")
	count := 0
	take := func(where, text string, domain []string) {
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, "\r\n")
			if count++; count > maxIgnored || strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
				continue
			}
			switch gitignore.ParsePattern(line, domain).Match(parts, false) {
			case gitignore.Exclude:
				by = where
			case gitignore.Include:
				by = ""
			}
		}
	}
	for i := range parts {
		name := path.Join(mount, path.Join(parts[:i]...), ignoreFile)
		if ignore := p.repo.File(name); ignore != nil {
			if b, err := ignore.Disk(); err == nil {
				take(name, string(b), parts[:i])
			}
		}
	}
	take("spec.ignore", own, nil)
	return by
}
