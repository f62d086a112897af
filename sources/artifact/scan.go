package artifact

import (
	"bytes"
	"io"
	"regexp"
	"slices"

	"github.com/keylint/keylint/keys"
)

const (
	// span is how far from its beginning a key is read: as long as a token may be, with what joins its pieces.
	span = 20 << 10
	// around is how far from a key a URL belongs to it.
	around = 64 << 10
	// bufferSize is how much of a file is held at a time.
	bufferSize = 1 << 20
	// beginning is how many bytes tell whether a file is text, in which no zero stands: as many as git looks at.
	beginning = 8000
)

// scan is a file while it is looked through: a window of its bytes that moves on.
type scan struct {
	l      *looking
	at     spot
	buffer []byte
	from   int64 // of the buffer's first byte, in the file
	text   bool

	line      int   // of the buffer's first byte, from 1
	lineStart int64 // where that line begins
}

// scan looks through a file. It returns how it ended, where that was not at its end.
func (l *looking) scan(at spot, r io.Reader) error {
	s := &scan{l: l, at: at, line: 1}
	held := 0
	todo := 0 // where in the buffer to go on
	for {
		n, err := fill(r, l.buffer[held:])
		held += n
		s.buffer = l.buffer[:held]
		if s.from == 0 && todo == 0 {
			s.text = bytes.IndexByte(s.buffer[:min(held, beginning)], 0) < 0
		}
		if err != nil { // what stands before the end of a cut file counts
			s.look(todo, held)
			if err == io.EOF {
				return nil
			}
			return err
		}
		end := held - span - around
		s.look(todo, end)
		drop := end - around
		s.pass(drop)
		held = copy(l.buffer, l.buffer[drop:held])
		todo = around
	}
}

// fill reads until the buffer is full, or as far as that goes. Unlike io.ReadFull it leaves the error as it is, by which a file that
// ends is told from one that is cut.
func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var more int
		more, err = r.Read(b[n:])
		n += more
	}
	return n, err
}

// pass moves the beginning of the buffer on.
func (s *scan) pass(n int) {
	if s.text {
		s.line += bytes.Count(s.buffer[:n], newline)
		if last := bytes.LastIndexByte(s.buffer[:n], '\n'); last >= 0 {
			s.lineStart = s.from + int64(last) + 1
		}
	}
	s.from += int64(n)
}

var newline = []byte("\n")

// look finds the keys that begin in a part of the buffer. Marks that stand near each other are looked at together, so that it takes
// time in proportion to the part, however many there are.
func (s *scan) look(from, to int) {
	for mark := nextMark(s.buffer, from); mark >= 0 && mark < to; {
		start, end := mark, mark+span
		var cuts []int
		next := mark
		for ; next >= 0 && next < min(to, end); next = nextMark(s.buffer, next+1) {
			if end = next + span; s.mustBegin(next) {
				cuts = append(cuts, next)
			}
		}
		end = min(end, len(s.buffer))
		if start > 0 && !slices.Contains(cuts, start) {
			start-- // what stands before it says whether it is a part of another word
		}
		for _, cut := range append(cuts, end) {
			s.find(start, cut, to)
			start = cut
		}
		mark = next
	}
}

// escape matches what, at the end of a text, is one character in a string of a program or in a URL.
var escape = regexp.MustCompile(`(?:%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[nrt])$`)

// mustBegin says of a mark that a word begins with it though a letter stands before it: the end of an escape, or in what is no text,
// where one string follows the other without a sign between (Hermes' bytecode), anything.
func (s *scan) mustBegin(mark int) bool {
	if mark == 0 || !isTokenByte(s.buffer[mark-1]) {
		return false
	}
	return !s.text || escape.Match(s.buffer[max(0, mark-6):mark])
}

func isTokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// find takes up the keys that begin between start and to.
func (s *scan) find(start, end, to int) {
	for _, f := range keys.Find(s.buffer[start:end]) {
		f.Start, f.End = f.Start+start, f.End+start
		if f.Start >= to {
			return
		}
		if !s.l.mayKeep() {
			return
		}
		k := Key{Text: f.Key, URLs: s.near(f.Start, f.End)}
		if s.text {
			k.Line, k.Column, k.EndColumn = s.place(f.Start, f.End)
			k.Name = assignedTo(s.buffer[max(0, f.Start-maxName):f.Start])
		} else {
			k.Text = s.cut(f)
		}
		s.l.found = append(s.l.found, found{key: k, at: s.at})
		s.l.bearing[s.at.file()] = true
	}
}

// signatures are the lengths of signatures in base64url.
var signatures = map[string]int{"HS256": 43, "ES256": 86, "RS256": 342}

// opaque are the lengths of opaque keys.
var opaque = map[keys.Slot]int{keys.Publishable: 46, keys.Secret: 41}

// cut takes from a key in what is no text the string that follows it.
func (s *scan) cut(f keys.Found) keys.Text {
	whole := s.buffer[f.Start:f.End]
	long := opaque[keys.Recognize(f.Key)]
	if token, ok := keys.ParseJWT(f.Key); ok {
		long = bytes.LastIndexByte(whole, '.') + 1 + signatures[token.Alg]
		if signatures[token.Alg] == 0 {
			return f.Key
		}
	}
	if long == 0 || long >= len(whole) || f.Key.Len() != len(whole) {
		return f.Key
	}
	return keys.NewText(string(whole[:long]))
}

// place is a part of the buffer as a line and columns of the file.
func (s *scan) place(start, end int) (line, column, endColumn int) {
	before := s.buffer[:start]
	line, begins := s.line+bytes.Count(before, newline), s.lineStart
	if last := bytes.LastIndexByte(before, '\n'); last >= 0 {
		begins = s.from + int64(last) + 1
	}
	column = int(s.from+int64(start)-begins) + 1
	if bytes.IndexByte(s.buffer[start:end], '\n') < 0 {
		endColumn = column + end - start
	}
	return line, column, endColumn
}

// assigned matches a name and what assigns to it, at the end of a text: in a program, in JSON, in a file of variables.
var assigned = regexp.MustCompile("([A-Za-z_$][A-Za-z0-9_.$-]{1,60})\\\\?[\"'`]?[ \t]{0,4}(?:[:=]|\\|\\||\\?\\?)[ \t]{0,4}(?:Bearer )?\\\\?[\"'`]?$")

func assignedTo(before []byte) string {
	if m := assigned.FindSubmatch(before); m != nil {
		return string(m[1])
	}
	return ""
}
