package artifact

import (
	"cmp"
	"fmt"
	"os"
	"slices"

	"github.com/keylint/keylint/keys"
)

// Built is something that was built, and what was found in it.
type Built struct {
	Name    string // as reports call it
	Keys    []Key  // in order of place
	Images  []Image
	Notes   []Note
	Read    int64 // bytes that were looked through
	Install bool  // people get it as a whole: an app for a phone

	pages, packages map[string]bool // the directories in which an index.html lies, and a package.json
}

// Key is a text with the form of a Supabase key.
type Key struct {
	File                    string // as reports call it: "web.tar/layer-3/app/dist/index.js"
	Path                    string // of the file within what was built: "app/dist/index.js"
	Line, Column, EndColumn int    // zero in what is no text
	Text                    keys.Text
	Name                    string // what it is assigned to, as far as that can be read
	URLs                    []Near // the nearest first
	Hidden                  string // the layer that hides the file, which is then in no container: "layer-5"; empty where none does
	Loose                   bool   // it lies in a layer of an image of which nothing says how its layers lie on each other
	InLayer                 bool   // the file is one of an image's
	Attested                bool   // it stands in the image's history, or in what is attested of its build

	served bool // people get the file as it is
}

// Near is the beginning of a URL in the same file as a key.
type Near struct {
	URL      string // scheme, host and port
	Distance int    // in bytes, less than zero before the key
}

// Image is what an image's configuration says.
type Image struct {
	File    string    // of the configuration, as reports call it
	Env     []Setting // what a container has in its environment
	History string    // of the history, as reports call it, where a line is a step
	Given   []Setting // what the steps that made it were given: build arguments, and what ENV set
}

// Setting is a variable with its value.
type Setting struct {
	Line  int // from 1, of the history
	Name  string
	Value keys.Text
}

// Note is something that could not be read, or was left out.
type Note struct {
	Kind    Kind
	File    string
	Message string
}

// Kind is what a note is about, in the words of the report.
type Kind string

// The kinds.
const (
	Skipped    Kind = "skipped"
	Unreadable Kind = "unreadable"
	Bound      Kind = "bound"
)

// Look looks into the file or directory at a path of the machine, which reports call by name.
func Look(disk, name string) (*Built, error) {
	info, err := os.Stat(disk)
	if err != nil {
		return nil, err
	}
	l := newLooking(name)
	if info.IsDir() {
		if err := l.directory(disk); err != nil {
			return nil, err
		}
	} else if err := l.whole(disk, info); err != nil {
		return nil, err
	}
	l.finish()
	return l.built, nil
}

// finish puts what was found in order, and says where nothing was.
func (l *looking) finish() {
	l.settle()
	for reason, of := range l.unopened {
		l.note(Skipped, of.first, fmt.Sprintf("%s%s", reason, andMore(of.count)))
	}
	slices.SortFunc(l.built.Notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Message, b.Message))
	})
	slices.SortStableFunc(l.built.Keys, func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

func andMore(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(", nor %d more", n-1)
}
