package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// What comes from a repository (names, paths, what a message quotes, frames) reaches a terminal, a CI runner that obeys commands in
// what it logs, and programs that show it again. None of it may become anything there: what would be obeyed instead of shown is shown
// as an escape, and a command is broken, in whatever way each format has of writing a sign differently.

// isHidden says of a sign that it is obeyed and not shown, or takes no room: controls, escape sequences with them, the order of
// writing (bidirectional), joiners and other fillers.
func isHidden(r rune) bool {
	return r != '\t' && r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point))
}

// clean shows hidden signs, and line breaks, as escapes. Tabs are kept.
func clean(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == '\n' || r == utf8.RuneError || isHidden(r) }) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case isHidden(r) && r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case isHidden(r):
			fmt.Fprintf(&b, `\u{%04x}`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// oneLine is clean for text that should stand on one line: its line breaks become spaces.
func oneLine(s string) string {
	return clean(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " "))
}

// cleanLines are the lines of a text that has several, each clean, without empty ones.
func cleanLines(s string) []string {
	var lines []string
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimSpace(clean(l)); l != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

// Plain is a text of several lines, such as an error, in which nothing is obeyed.
func Plain(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = uncommanding(clean(lines[i]))
	}
	return strings.Join(lines, "\n")
}

// commands matches the beginning of what a CI runner obeys in a log: GitHub's "::stop-commands::", which some runners take in the
// middle of a line as well, its older "##[add-path]", Azure's "##vso[task.setvariable]", TeamCity's "##teamcity[…]", and GitLab's
// "section_start:1:name".
var commands = regexp.MustCompile(`##[A-Za-z.-]*\[|::[A-Za-z][\w-]*(?:[ \t][^\r\n]*?)?::|section_(?:start|end):[0-9]+:`)

// breaking writes one sign of each command in another way.
func breaking(s string, spell func(sign byte) string) string {
	return commands.ReplaceAllStringFunc(s, func(m string) string {
		at := strings.IndexAny(m, "#:_")
		return m[:at] + spell(m[at]) + m[at+1:]
	})
}

// uncommanding keeps a line of text from being a command.
func uncommanding(s string) string {
	s = breaking(s, func(byte) string { return string(utf8.RuneError) })
	if rest := strings.TrimLeftFunc(s, unicode.IsSpace); strings.HasPrefix(rest, "::") {
		return s[:len(s)-len(rest)] + string(utf8.RuneError) + rest[1:]
	}
	return s
}

// safeJSON writes what is hidden in a JSON document, and its commands, as escapes, which read the same.
func safeJSON(b []byte) []byte {
	s := breaking(string(b), func(sign byte) string { return fmt.Sprintf(`\u%04x`, sign) })
	if !strings.ContainsFunc(s, isHidden) {
		return []byte(s)
	}
	var out strings.Builder
	for _, r := range s {
		if !isHidden(r) {
			out.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&out, `\u%04x`, unit)
		}
	}
	return []byte(out.String())
}

// safeXML writes the commands in a document, whose text is clean, as references.
func safeXML(b []byte) []byte {
	return []byte(breaking(string(b), func(sign byte) string { return fmt.Sprintf("&#%d;", sign) }))
}
