package sources

import (
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// hereDocuments are the files whose text stands in a COPY or ADD, by how they are written there ("<<EOF"). One in
// which a variable of the build is filled in has no text that is known.
func hereDocuments(n *parser.Node) map[string]ImageFile {
	out := map[string]ImageFile{}
	line := n.EndLine
	for _, h := range n.Heredocs { // they end the instruction, each with the line of its name
		line -= strings.Count(h.Content, "\n") + 1
	}
	for _, h := range n.Heredocs {
		f := ImageFile{Text: h.Content, TextLine: line + 1, line: n.StartLine}
		line += strings.Count(h.Content, "\n") + 1
		if h.Chomp {
			f.Text = parser.ChompHeredocContent(h.Content)
		}
		if h.Expand && strings.Contains(f.Text, "$") {
			f.Text, f.Unknown = "", "its Dockerfile fills in variables of the build"
		}
		for _, form := range []string{"<<", "<<-"} {
			for _, quote := range []string{"", `"`, "'"} {
				out[form+quote+h.Name+quote] = f
			}
		}
	}
	return out
}

// isFetched says whether an ADD takes what is not in the build context as it stands: an address, or an archive, which
// it unpacks (docs.docker.com/reference/dockerfile: ADD).
func isFetched(n *parser.Node, source string) bool {
	if !strings.EqualFold(n.Value, "ADD") {
		return false
	}
	archive := strings.Contains(path.Base(source), ".tar") || strings.HasSuffix(source, ".tgz")
	return archive || strings.Contains(source, "://") || strings.HasPrefix(source, "git@")
}

// copiedFrom is the stage or image that a COPY takes from; empty where that is the build context.
func copiedFrom(n *parser.Node) string {
	for _, flag := range n.Flags {
		if from, ok := strings.CutPrefix(flag, "--from="); ok {
			return from
		}
	}
	return ""
}
