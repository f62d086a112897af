package substitute

import (
	"strings"
)

// SedChanges are the lines of a text that a program of sed's changes, as they were and as they become; ok is false where that is not known.
// open is what stands in the program in place of what is not known: a pattern with that may match anything.
func SedChanges(program string, extended bool, open, text string) (changed []string, ok bool) {
	m := &marks{}
	p := &sedParser{text: program, extended: extended, marks: m}
	commands, err := p.program(false)
	if err != nil || looksFor(commands, open) {
		return nil, false
	}
	out, unknown := m.sed(commands, false, text)
	if unknown != "" {
		return nil, false
	}
	before, after := lineSet(text), lineSet(out)
	for _, pair := range [][2]map[string]bool{{before, after}, {after, before}} {
		for line := range pair[0] {
			if !pair[1][line] {
				changed = append(changed, line)
			}
		}
	}
	return changed, true
}

// looksFor says whether a pattern or an address of a program has the text in it.
func looksFor(commands []sedCommand, text string) bool {
	for _, c := range commands {
		for _, a := range []*sedAddress{c.from, c.to} {
			if a != nil && a.pattern != nil && strings.Contains(a.pattern.String(), text) {
				return true
			}
		}
		if c.pattern != nil && strings.Contains(c.pattern.String(), text) || looksFor(c.block, text) {
			return true
		}
	}
	return false
}

func lineSet(text string) map[string]bool {
	out := map[string]bool{}
	for line := range strings.SplitSeq(text, "\n") {
		out[line] = true
	}
	return out
}
