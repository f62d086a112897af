package main

import (
	"fmt"
	"strings"
)

// didYouMean is " (did you mean X?)" where a candidate is near to what was written,
// and empty otherwise.
func didYouMean(written string, candidates ...string) string {
	if c := nearest(written, candidates...); c != "" {
		return fmt.Sprintf(" (did you mean %s?)", c)
	}
	return ""
}

// nearest is the candidate that a person who wrote this most likely meant: one that
// begins with it, or the one with the fewest typing errors, at most one in three
// letters. It is empty where none is near.
func nearest(written string, candidates ...string) string {
	w := plainWord(written)
	if w == "" {
		return ""
	}
	best, bestDistance := "", max(1, len(w)/3)+1
	for _, c := range candidates {
		p := plainWord(c)
		d := distance(w, p)
		if len(w) >= 2 && strings.HasPrefix(p, w) {
			d = min(d, 1)
		}
		if d < bestDistance && d < len(p) {
			best, bestDistance = c, d
		}
	}
	return best
}

// plainWord ignores case, dashes and underscores.
func plainWord(s string) string {
	return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(s))
}

// distance counts the insertions, deletions, replacements and swaps of neighbours by
// which b becomes a.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var before, above []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
