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
	left := maxIgnored
	take := func(where string, lines []gitignore.Pattern) {
		lines = lines[:min(left, len(lines))]
		left -= len(lines)
		for _, line := range lines {
			if line == nil {
				continue
			}
			switch line.Match(parts, false) {
			case gitignore.Exclude:
				by = where
			case gitignore.Include:
				by = ""
			}
		}
	}
	for i := range parts {
		if ignore := p.repo.File(path.Join(mount, path.Join(parts[:i]...), ignoreFile)); ignore != nil {
			take(ignore.Path, p.ignores(ignore, parts[:i]))
		}
	}
	take("spec.ignore", ignoreLines(own, nil))
	return by
}

// ignores are the lines of a .sourceignore, which all files below it are held against.
func (p *planner) ignores(f *sources.File, domain []string) []gitignore.Pattern {
	lines, known := p.ignored[f]
	if !known {
		if b, err := f.Disk(); err == nil {
			lines = ignoreLines(string(b), domain)
		}
		p.ignored[f] = lines
	}
	return lines
}

// ignoreLines are the patterns of a text, by line; nil where one has none.
func ignoreLines(text string, domain []string) []gitignore.Pattern {
	var out []gitignore.Pattern
	for line := range strings.Lines(text) {
		if len(out) == maxIgnored {
			break
		}
		var pattern gitignore.Pattern
		if line = strings.TrimRight(line, "\r\n"); !strings.HasPrefix(line, "#") && strings.TrimSpace(line) != "" {
			pattern = gitignore.ParsePattern(line, domain)
		}
		out = append(out, pattern)
	}
	return out
}
