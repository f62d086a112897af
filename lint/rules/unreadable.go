package rules

import (
	"cmp"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

var unreadable = &lint.Rule{
	Name:     "unreadable",
	Summary:  "a file that can bear keys could not be read",
	Severity: lint.Warning,
	Doc: `The file mentions Supabase or holds something that looks like a key, and it could not be read: it is not YAML, its
bytes are not text, or it cannot be opened. What it holds is not compared with anything.

Mend the file at the line that is named, or leave it out of the repository.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata:
  name: supabase-keys
stringData:
  ANON_KEY: "{{anon}} # HERE
`,
	Good: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata:
  name: supabase-keys
stringData:
  ANON_KEY: "{{anon}}"
`,
	Check: func(p *lint.Pass) {
		reportNotes(p, sources.NoteUnreadable, func(string) lint.Cause { return FileUnreadable })
	},
}

// FileUnreadable is the cause for which a run could not do its job.
var FileUnreadable = lint.Cause{Name: "file-unreadable", Advice: "Mend what is named, or take the file out of the repository: what stands there is not compared."}

// reportNotes turns what went wrong while reading or rendering into findings. That a root does not
// build because of a file that cannot be read follows from that.
func reportNotes(p *lint.Pass, kind sources.NoteKind, cause func(message string) lint.Cause) {
	unread := map[sources.Position]bool{}
	for _, n := range p.Repo.Notes() {
		if n.Kind == sources.NoteUnreadable {
			unread[lineOf(n.At)] = true
		}
	}
	for _, n := range p.Repo.Notes() {
		if n.Kind == kind && (kind == sources.NoteUnreadable || !unread[lineOf(n.At)]) {
			why := cause(n.Message)
			if p.Repo.IsBuilt(n.At.File) {
				why.Advice = "Write it anew, and look into that: what could not be read is not compared."
			}
			bearer := cmp.Or(n.Of, n.At.File) + " " + why.Name
			place := lint.AtValue(n.At, bearer)
			if kind == sources.NoteRenderFailed {
				place = lint.AtName(n.At, bearer)
			}
			p.Report(lint.Draft{Place: place, Message: n.Message, Cause: why})
		}
	}
}

// lineOf is a position's line as a whole.
func lineOf(at sources.Position) sources.Position {
	return sources.Position{File: at.File, Line: at.Line}
}
