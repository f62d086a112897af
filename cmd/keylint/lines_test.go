package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// maxFindingLines is how many lines a finding takes at the most, medianLines how many half of them do
// not exceed: a report is read in ten seconds.
const (
	maxFindingLines = 15
	medianLines     = 10
)

var (
	ansi    = regexp.MustCompile("\x1b\\[[0-9;]*m")
	heading = regexp.MustCompile(`^\S.*(?:error|warning|info): .* \[[a-z0-9-]+\]$`)
)

// plainReport is what keylint says of a fixture, without --verbose.
func plainReport(t *testing.T, fixture string) string {
	t.Helper()
	return ansi.ReplaceAllString(lintedFixture(t, fixture).colored.stdout, "")
}

// TestFindingLines holds the findings of all fixtures to the length that people read.
func TestFindingLines(t *testing.T) {
	var lengths []int
	for _, name := range fixtureNames(t) {
		for _, part := range strings.Split(plainReport(t, name), "\n\n") {
			lines := strings.Split(strings.TrimSuffix(part, "\n"), "\n")
			if !heading.MatchString(lines[0]) {
				continue
			}
			lengths = append(lengths, len(lines))
			if len(lines) > maxFindingLines {
				t.Errorf("%s: %d lines:\n%s", name, len(lines), part)
			}
		}
	}
	slices.Sort(lengths)
	if len(lengths) == 0 || lengths[len(lengths)/2] > medianLines {
		t.Errorf("the median of %d findings is %d lines", len(lengths), lengths[len(lengths)/2])
	}
}
