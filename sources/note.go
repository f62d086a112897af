package sources

import (
	"errors"
	"io/fs"
	"sort"
)

// NoteKind says what a note is about.
type NoteKind string

// The kinds of notes.
const (
	NoteSkipped      NoteKind = "skipped"       // left out on purpose, with the reason
	NoteUnreadable   NoteKind = "unreadable"    // should have been read and could not be
	NoteBound        NoteKind = "bound"         // a limit was reached
	NoteLocked       NoteKind = "locked"        // could not be decrypted
	NoteRenderFailed NoteKind = "render-failed" // a root that does not build
	NoteRefused      NoteKind = "refused"       // lies outside the repository, and was not read
	NoteNotFetched   NoteKind = "not-fetched"   // a remote part that was left out
	NoteBaseline     NoteKind = "baseline"      // lists a finding that is no more
	NoteEmpty        NoteKind = "empty"         // holds nothing that was looked for
	NoteModelled     NoteKind = "modelled"      // a chart that is not at hand, read through what keylint knows of it
)

// Note is something that the user should know of the run itself: what was left out,
// and why. It is not a finding.
type Note struct {
	Kind    NoteKind
	At      Position
	Of      string // what it is about, by a name that stays whatever is said of it; empty for the file
	Message string
}

// Note records a note once. The message must not quote the file's content.
func (r *Repository) Note(kind NoteKind, at Position, message string) {
	r.NoteOf("", kind, at, message)
}

// NoteOf records a note about something in a file that has a name.
func (r *Repository) NoteOf(of string, kind NoteKind, at Position, message string) {
	n := Note{kind, at, r.ledger.Scrub(of), r.ledger.Scrub(message)} // which may ask what stands in the open
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes[n] = true
}

// Notes lists all notes, in order of place.
func (r *Repository) Notes() []Note {
	r.mu.Lock()
	defer r.mu.Unlock()
	notes := make([]Note, 0, len(r.notes))
	for n := range r.notes {
		notes = append(notes, n)
	}
	sort.Slice(notes, func(i, j int) bool {
		a, b := notes[i], notes[j]
		if a.At != b.At {
			return a.At.Before(b.At)
		}
		if a.Kind != b.Kind {
			return a.Kind < b.Kind
		}
		return a.Message < b.Message
	})
	return notes
}

// reason strips the path from an error of the file system, which names it already.
func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
