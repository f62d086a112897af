package lint

import (
	"fmt"
	"slices"

	"github.com/keylint/keylint/sources"
)

// Why says why a run in which nothing is wrong proves nothing, or not all: the first reason of
// those that there are, empty where all was proven. It is the one definition: --strict fails by
// it, and every report counts what it counts.
func (c Coverage) Why() string {
	switch {
	case c.Rendered < c.Roots:
		return fmt.Sprintf("%d of %d kustomization roots did not build", c.Roots-c.Rendered, c.Roots)
	case c.Failed > 0:
		return "a chart of whose values not all can be seen did not render"
	case c.Unread == 1:
		return "something of what is deployed was not read, rendered or fetched"
	case c.Unread > 1:
		return fmt.Sprintf("%d things of what is deployed were not read, rendered or fetched", c.Unread)
	case c.Agree+c.Disagree+c.Unknown == 0:
		return "nothing was found to compare"
	case c.Unknown == 1:
		return "1 site cannot be told"
	case c.Unknown > 1:
		return fmt.Sprintf("%d sites cannot be told", c.Unknown)
	}
	return ""
}

// unreadKinds are the notes of what may be deployed and was not seen. What was left out on
// purpose is none of it, nor a locked value: that is a site, which is counted by itself.
var unreadKinds = []sources.NoteKind{
	sources.NoteBound, sources.NoteUnreadable, sources.NoteRenderFailed, sources.NoteRefused, sources.NoteNotFetched,
}

// countUnread counts the notes of what was not seen, but for those of which somebody said that
// the finding is to be ignored.
func (r *Result) countUnread() {
	ignored := map[sources.Position]bool{}
	for _, s := range r.Suppressed {
		ignored[s.At] = ignored[s.At] || s.By != ByBaseline
	}
	for _, n := range r.Notes {
		if slices.Contains(unreadKinds, n.Kind) && !ignored[n.At] {
			r.Coverage.Unread++
		}
	}
}
