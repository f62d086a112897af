package lint

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/sources"
)

// ignoreComment matches the comment; the rules are optional here, so that their absence can
// be told.
var ignoreComment = regexp.MustCompile(`#\s*keylint:\s*ignore\b(?:\[([^\]]*)\])?`)

// blockScalar matches the end of a line of YAML behind which the value begins on the next.
var blockScalar = regexp.MustCompile(`[|>][-+0-9]*\s+#`)

// Ignore is one comment.
type Ignore struct {
	At    sources.Position
	Rules []ignoredRule
	next  bool // it counts for the line below as well
}

// ignoredRule is one of the names in its brackets.
type ignoredRule struct {
	Name string
	At   sources.Position
	Used bool
}

// readIgnores finds the comments in every file that findings can lie in.
func (p *Pass) readIgnores() map[string][]*Ignore {
	byFile := map[string][]*Ignore{}
	for _, f := range p.Repo.Files() {
		if (f.BearsKeys() || f.IsKustomization()) && !f.Example && f.Mentions("keylint:") {
			if b, err := f.Disk(); err == nil {
				byFile[f.Path] = parseIgnores(f.Path, string(b))
			}
		}
	}
	return byFile
}

// isIgnored says whether a comment ignores what the rule finds at a place.
func (p *Pass) isIgnored(rule string, at sources.Position) bool {
	ignored := false
	for _, g := range p.comments[at.File] {
		if g.At.Line != at.Line && (!g.next || g.At.Line+1 != at.Line) {
			continue
		}
		for i := range g.Rules {
			if g.Rules[i].Name == rule {
				g.Rules[i].Used, ignored = true, true
			}
		}
	}
	return ignored
}

// Ignores are the comments of all files, in order of place.
func (p *Pass) Ignores() []*Ignore {
	var all []*Ignore
	for _, file := range slices.Sorted(maps.Keys(p.comments)) {
		all = append(all, p.comments[file]...)
	}
	return all
}

// parseIgnores finds the comments in the text of a file.
func parseIgnores(file, text string) []*Ignore {
	var out []*Ignore
	for n, line := range strings.Split(text, "\n") {
		m := ignoreComment.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		at := func(from, to int) sources.Position {
			return sources.Position{File: file, Line: n + 1, Column: from + 1, EndColumn: to + 1}
		}
		g := &Ignore{
			At:   at(m[0], m[1]),
			next: strings.TrimSpace(line[:m[0]]) == "" || blockScalar.MatchString(line[:m[0]+1]),
		}
		for from := m[2]; from >= 0 && from <= m[3]; {
			word, _, _ := strings.Cut(line[from:m[3]], ",")
			if name := strings.TrimSpace(word); name != "" {
				start := from + strings.Index(word, name)
				g.Rules = append(g.Rules, ignoredRule{Name: name, At: at(start, start+len(name))})
			}
			from += len(word) + 1
		}
		out = append(out, g)
	}
	return out
}
