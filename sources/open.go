package sources

import (
	"bytes"
	"strings"
	"sync"

	"github.com/keylint/keylint/keys"
)

// maxOpenText bounds the text in which it is looked up what stands in the open, and maxOpenAsked how much is looked up: what lies beyond counts as a
// secret.
const (
	maxOpenText  = 16 << 20
	maxOpenFile  = 1 << 20
	maxOpenAsked = 2_000
)

// openText is all that whoever reads the repository can read in it, in small letters.
type openText struct {
	once  sync.Once
	mu    sync.Mutex
	text  string
	known map[string]bool
}

// InTheOpen says whether a text stands in the repository for whoever reads it: in a file that is neither ignored nor too large, or in the name of
// one. Small letters and large ones are alike. It stands there as it is, and not as a piece of longer words.
func (r *Repository) InTheOpen(text string) bool {
	r.open.once.Do(r.readOpen)
	r.open.mu.Lock()
	defer r.open.mu.Unlock()
	text = strings.ToLower(text)
	found, asked := r.open.known[text]
	if !asked && len(r.open.known) < maxOpenAsked {
		found = keys.StandsIn(r.open.text, text)
		r.open.known[text] = found
	}
	return found
}

func (r *Repository) readOpen() {
	r.open.known = map[string]bool{}
	var all bytes.Buffer
	for _, f := range r.Files() {
		if f.Private() || f.size > maxOpenFile || all.Len() > maxOpenText {
			continue
		}
		var b []byte
		if f.tree != nil || f.disk != nil {
			b, _ = f.Disk()
		}
		all.WriteString(strings.ToLower(f.Path) + "\n")
		all.Write(bytes.ToLower(b))
		all.WriteByte(0)
	}
	r.open.text = all.String()
}
