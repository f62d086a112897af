package keys

import "strings"

// maxEdits is how many make a slip, maxSlip bounds in bytes what is compared letter by letter.
const (
	maxEdits = 2
	maxSlip  = 253 // of a name in Kubernetes
)

// Slip says whether two names differ by a slip of the pen: one or two edits, capitals, or what
// stands between words.
func Slip(a, b string) bool {
	if screaming(a) == screaming(b) || strings.EqualFold(bare(a), bare(b)) {
		return a != b
	}
	return a != b && len(a) > 5 && len(b) > 5 && max(len(a)-len(b), len(b)-len(a)) <= maxEdits && len(a) <= maxSlip && edits(a, b) <= maxEdits
}

// bare is a name without what stands between its words.
func bare(name string) string { return between.Replace(name) }

var between = strings.NewReplacer("_", "", "-", "", ".", "")

// edits counts the insertions, deletions and replacements that make one text of another.
func edits(a, b string) int {
	previous := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current := make([]int, len(b)+1)
		current[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
		}
		previous = current
	}
	return previous[len(b)]
}
