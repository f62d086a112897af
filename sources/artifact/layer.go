package artifact

import (
	"hash/fnv"
	"path"
	"strings"
)

// layer is what an archive says of paths, by their hashes: enough to know what lies in an image in the end, however many files it
// has. Of two files whose hashes are the same one would hide the other, which nobody meets by chance.
type layer struct{ says map[uint64]said }

// said is what is said of one path: the order of the last entry for it, and flags.
type said uint32

const (
	present said = 1 << iota // something lies there
	noDir                    // and that is no directory
	removed                  // what the layers below have there, and below it, is gone
	emptied                  // what they have below it is
	flags   = iota
)

// The names by which a layer removes what lies below it (OCI image-spec, layer.md: Whiteouts).
const (
	whiteoutPrefix = ".wh."
	opaqueMark     = ".wh..wh..opq"
	ownOfWhiteouts = ".wh..wh." // of aufs: no file
)

// layerAt is what remembers the archive at a place: the outermost one, or what lies in it, which may be a layer; nil for any other.
func (l *looking) layerAt(at spot) *layer {
	if at.layer != "" || len(l.layers) > maxLayers {
		return nil
	}
	if l.layers[at.path] == nil {
		l.layers[at.path] = &layer{says: map[uint64]said{}}
	}
	return l.layers[at.path]
}

// has remembers an entry.
func (y *layer) has(name string, dir bool, order int) {
	if y == nil {
		return
	}
	switch base := path.Base(name); {
	case base == opaqueMark:
		y.add(path.Dir(name), emptied)
	case strings.HasPrefix(base, ownOfWhiteouts):
	case strings.HasPrefix(base, whiteoutPrefix):
		y.add(path.Join(path.Dir(name), strings.TrimPrefix(base, whiteoutPrefix)), removed)
	default:
		h := hash(name)
		before := y.says[h] & (removed | emptied)
		y.says[h] = said(order)<<flags | before | present
		if !dir {
			y.says[h] |= noDir
		}
	}
}

func (y *layer) add(name string, flag said) {
	h := hash(name)
	y.says[h] |= flag
}

func hash(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // which has no error
	return h.Sum64()
}

// replaced says whether a later entry of the same archive has taken the place of a file.
func (y *layer) replaced(f spot) bool {
	return y != nil && uint32(y.says[hash(f.base)]>>flags) > f.order
}

// hides says whether a file of a layer below is gone: another stands there, or was removed, or a directory that it lies in.
func (y *layer) hides(name string) bool {
	if y.says[hash(name)]&(present|removed) != 0 {
		return true
	}
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if y.says[hash(dir)]&(noDir|removed|emptied) != 0 {
			return true
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}
