package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	eastasian "golang.org/x/text/width"
)

// count is "1 site", "2 sites".
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// clean makes text from a repository safe to print: whatever a terminal would obey
// instead of showing (escape sequences, line breaks, bidirectional overrides) becomes
// U+FFFD, rune for rune, so that columns stay where they are. Tabs are kept.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029') {
			return utf8.RuneError
		}
		return r
	}, s)
}

func oneLine(s string) string { return OneLine(s) }

// OneLine is clean for text that should stand on one line: its line breaks become spaces.
func OneLine(s string) string {
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

// uncommanding keeps a line from being one that a CI runner obeys: GitHub's takes
// "::stop-commands::" at the beginning of a line, behind blanks too, and its older form
// "##[add-path]" anywhere in it, as Azure's takes "##vso[task.setvariable]" and TeamCity's
// "##teamcity[…]"; and a file may be called so.
func uncommanding(s string) string {
	s = anywhere.ReplaceAllStringFunc(s, func(m string) string { return "#" + string(utf8.RuneError) + m[2:] })
	if rest := strings.TrimLeftFunc(s, unicode.IsSpace); strings.HasPrefix(rest, "::") {
		return s[:len(s)-len(rest)] + string(utf8.RuneError) + rest[1:]
	}
	return s
}

var anywhere = regexp.MustCompile(`##[A-Za-z]*\[`)

// width counts the columns that s takes.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += columns(r)
	}
	return n
}

// columns is how many columns a terminal gives to a character: two to those that are as wide as Chinese,
// none to those that are put over the one before (Unicode UAX #11).
func columns(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r):
		return 0
	case eastasian.LookupRune(r).Kind() == eastasian.EastAsianWide, eastasian.LookupRune(r).Kind() == eastasian.EastAsianFullwidth:
		return 2
	}
	return 1
}

// pad fills s with spaces up to n columns.
func pad(s string, n int) string {
	if missing := n - width(s); missing > 0 {
		return s + strings.Repeat(" ", missing)
	}
	return s
}
