package sources

import (
	"bytes"
	"path"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// LeftOut says whether a .dockerignore keeps a file from a build, and the line that does.
// BuildKit takes the one that is called like the Dockerfile before that of the context's
// root (docs.docker.com/build/concepts/context).
func (r *Repository) LeftOut(context, dockerfile, file string) (Position, bool) {
	rel, ok := strings.CutPrefix(file, context+"/")
	if context == "." {
		rel, ok = file, true
	}
	if !ok {
		return Position{}, false
	}
	f := r.File(dockerfile + ".dockerignore")
	if f == nil {
		f = r.File(path.Join(context, ".dockerignore"))
	}
	if f == nil {
		return Position{}, false
	}
	b, err := f.Disk()
	if err != nil {
		return Position{}, false
	}
	if !ignores(b, rel) {
		return Position{}, false
	}
	return f.lineLeavingOut(b, rel), true
}

// ignores says whether the text of a .dockerignore leaves a file of the context out.
func ignores(text []byte, rel string) bool {
	patterns, err := ignorefile.ReadAll(bytes.NewReader(text))
	if err != nil {
		return false
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return false
	}
	out, err := matcher.MatchesOrParentMatches(rel)
	return err == nil && out
}

// lineLeavingOut is the last line whose pattern alone leaves the file out.
func (f *File) lineLeavingOut(b []byte, rel string) Position {
	at := f.At()
	for i, line := range splitLines(b) {
		if ignores([]byte(line), rel) {
			at.Line, at.Column, at.EndColumn = i+1, 1, len(line)+1
		}
	}
	return at
}
