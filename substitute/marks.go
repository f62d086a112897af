package substitute

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
)

// The runes that delimit a mark. They are of Unicode's private use area; a text that
// holds them of its own is refused.
const (
	valueOpen, valueClose = '\uE000', '\uE001'
	lineOpen, lineClose   = '\uE002', '\uE003'
)

const markRunes = string(valueOpen) + string(valueClose) + string(lineOpen) + string(lineClose)

var (
	valueMark = regexp.MustCompile("\uE000([0-9]+)\uE001")
	wholeMark = regexp.MustCompile("^\uE000([0-9]+)\uE001$")
	lineMark  = regexp.MustCompile("\uE002([0-9]+):([0-9]+)\uE003")
)

// Use names where a value in a text came from: a variable of a program's environment, or
// where Program is empty a file that was put with PutValue, by its source.
type Use struct {
	Program string
	Name    string
}

// piece is what a value's mark stands for.
type piece struct {
	use     Use        // the zero Use where it is of no variable
	text    keys.Text  // absent where the value is not known
	unknown keys.Value // the value then
	secret  bool       // it was decrypted
	within  *string    // the secret with its marks and signs, of which it is a run; nil where it is all of one
	alone   bool       // it is worth nothing beside anything else
}

// Place is a line of a text that was put into the pod.
type Place struct {
	Source string // the name it was put under
	Line   int    // from 1; 0 where it is not known
}

// marks keeps what the marks of a pod stand for.
type marks struct {
	standins *keys.Standins // of what was decrypted, and of what is not known; nil where nothing is
	pieces   []piece
	sources  []string
	parsed   map[*regexp.Regexp]*syntax.Regexp // the expressions that were looked for in lines with marks
}

// plainRun matches what no program changes: none of the tools here treats one of these
// characters in a special way, wherever the run stands, but behind a backslash or where it
// makes a reference (the first group).
var plainRun = regexp.MustCompile("([\\\\$`]|[$][{(])?[A-Za-z0-9][A-Za-z0-9_.-]*")

// longestReference is the length of the longest run behind a "$" that goes as it is: longer ones are secrets rather than names.
const longestReference = 12

// value marks a variable's value.
func (m *marks) value(from Use, v keys.Value) string {
	if !v.IsKnown() {
		return m.add(piece{use: from, unknown: v})
	}
	text := v.Text().Reveal()
	if strings.ContainsAny(text, markRunes) {
		return m.unknown(from, "its value holds characters of Unicode's private use area")
	}
	var b strings.Builder
	for _, s := range m.standins.Stretches(text) {
		switch {
		case !s.Secret:
			b.WriteString(m.open(from, s.Text))
		case strings.ContainsAny(last(b.String()), "\\$`"):
			return m.unknown(from, "what a sign makes of the decrypted part of its value is not followed")
		default:
			b.WriteString(m.secret(from, s.Text))
		}
	}
	return b.String()
}

// last is the last byte of a text.
func last(text string) string { return text[max(len(text)-1, 0):] }

// open marks what everybody can read.
func (m *marks) open(from Use, text string) string {
	if notAString(text) {
		return text
	}
	return plainRun.ReplaceAllStringFunc(text, func(run string) string {
		if strings.ContainsAny(run, "\\$`") {
			if len(run) > longestReference { // it would stand there in the open, for programs to cut
				return m.unknown(from, "what stands behind a \"$\" or a \"\\\" in its value is not followed")
			}
			return run
		}
		return m.add(piece{use: from, text: keys.NewText(run)})
	})
}

func (m *marks) unknown(from Use, reason string) string {
	return m.add(piece{use: from, unknown: keys.Unknown(reason)})
}

func (m *marks) add(p piece) string {
	m.pieces = append(m.pieces, p)
	return fmt.Sprintf("%c%d%c", valueOpen, len(m.pieces)-1, valueClose)
}

// notAString says whether YAML takes the text for a number, a boolean, null or a date:
// it then has to stand as it is.
func notAString(text string) bool {
	var n yaml.Node
	if len(text) > 64 || yaml.Unmarshal([]byte(text), &n) != nil || len(n.Content) != 1 {
		return false
	}
	return n.Content[0].Kind == yaml.ScalarNode && n.Content[0].Style == 0 && n.Content[0].Tag != "!!str"
}

// resolve turns a text with marks back into a value, and tells whose values are in it.
func (m *marks) resolve(text string) (keys.Value, []Use) {
	var uses []Use
	seen := map[Use]bool{}
	reason := ""
	var b strings.Builder
	last, end := 0, 0 // end is where a secret ends that stands there whole
	text = lineMark.ReplaceAllLiteralString(text, "")
	for _, at := range valueMark.FindAllStringSubmatchIndex(text, -1) {
		p, ok := m.piece(text[at[2]:at[3]])
		if !ok {
			continue
		}
		if p.use != (Use{}) && !seen[p.use] {
			seen[p.use] = true
			uses = append(uses, p.use)
		}
		if p.alone && !wholeMark.MatchString(strings.TrimSpace(text)) {
			reason = cmpOr(reason, "a script puts together a part of what was decrypted and other text")
		}
		if p.within != nil && at[0] >= end {
			begin := at[0] - strings.Index(*p.within, text[at[0]:at[1]])
			if begin < end || !strings.HasPrefix(text[begin:], *p.within) {
				reason = cmpOr(reason, "a program takes a part of a value")
			} else {
				end = begin + len(*p.within)
			}
		}
		if p.text.IsAbsent() && reason == "" {
			reason = p.unknown.Reason()
			if wholeMark.MatchString(text) {
				return p.unknown, uses
			}
		}
		b.WriteString(text[last:at[0]])
		b.WriteString(p.text.Reveal())
		last = at[1]
	}
	b.WriteString(text[last:])
	if reason == "" && strings.ContainsAny(valueMark.ReplaceAllLiteralString(text, ""), markRunes) {
		reason = "a program takes a part of a value"
	}
	if reason != "" {
		return keys.Unknown(reason), uses
	}
	return keys.Known(keys.NewText(b.String())), uses
}

func (m *marks) piece(number string) (piece, bool) {
	i, err := strconv.Atoi(number)
	if err != nil || i >= len(m.pieces) {
		return piece{}, false
	}
	return m.pieces[i], true
}

// isUnknown says whether an unknown value is in the text, and why it is unknown.
func (m *marks) isUnknown(text string) (string, bool) {
	for _, at := range valueMark.FindAllStringSubmatch(text, -1) {
		if p, ok := m.piece(at[1]); ok && p.text.IsAbsent() {
			return p.unknown.Reason(), true
		}
	}
	return "", false
}

// lines puts a mark before every line of a text that stands in source from line first.
func (m *marks) lines(source, text string, first int) string {
	id := -1
	for i, s := range m.sources {
		if s == source {
			id = i
		}
	}
	if id < 0 {
		id = len(m.sources)
		m.sources = append(m.sources, source)
	}
	var b strings.Builder
	for i, line := range strings.SplitAfter(text, "\n") {
		if line != "" {
			fmt.Fprintf(&b, "%c%d:%d%c%s", lineOpen, id, first+i, lineClose, line)
		}
	}
	return b.String()
}

// splitMark takes the line marks off a line: the first of them, as text, and the rest.
func splitMark(line string) (mark, rest string) {
	return lineMark.FindString(line), lineMark.ReplaceAllLiteralString(line, "")
}

func (m *marks) place(mark string) Place {
	at := lineMark.FindStringSubmatch(mark)
	if at == nil {
		return Place{}
	}
	id, _ := strconv.Atoi(at[1])
	line, _ := strconv.Atoi(at[2])
	if id >= len(m.sources) {
		return Place{}
	}
	return Place{m.sources[id], line}
}

// withoutLineMarks is a text as a program's argument or a variable's value.
func withoutLineMarks(s string) string { return lineMark.ReplaceAllLiteralString(s, "") }
