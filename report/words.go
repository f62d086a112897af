package report

import (
	"fmt"
	"strings"
	"unicode"

	eastasian "golang.org/x/text/width"
)

// count is "1 site", "2 sites".
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

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
