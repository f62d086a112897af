package sources

import (
	"math"
	"regexp"
	"slices"
	"strings"
)

// interpolationCost is what the library's interpolation of a byte costs: a regular expression goes over it.
const interpolationCost = 10

// Interpolate is compose's interpolation of a text, or that of a stack for Swarm, within the
// budget. The library reads the rest of a line anew behind each ${…}, so that a long line costs
// its square; what is put in is counted before it is.
func (r *Repository) Interpolate(at Position, swarm bool, raw string, lookup func(string) (string, bool)) (text string, names []string, ok bool) {
	by := Interpolate
	if swarm {
		by = SwarmInterpolate
	}
	times, cost := 1, 0
	for line := range strings.SplitSeq(raw, "\n") {
		n := 1 + strings.Count(line, "${")
		times, cost = max(times, n), cost+interpolationCost*len(line)*n
	}
	over := !r.Spend(cost)
	if !over {
		text, names, ok = by(raw, func(name string) (string, bool) {
			value, set := lookup(name)
			if over = over || !r.Spend(times*len(value)); over {
				return "", set
			}
			return value, set
		})
	}
	if over {
		r.Note(NoteBound, at, "compose's variables are not filled in everywhere: that is "+TooMuch)
		return "", nil, false
	}
	return text, names, ok
}

// ComposeEnv reads a file of variables as compose does, within the budget: thirty lines that each
// use the one before twice are longer than any memory.
func (r *Repository) ComposeEnv(at Position, b []byte, lookup func(string) (string, bool)) []Variable {
	length := func(name string) int {
		value, _ := lookup(name)
		return len(value)
	}
	if !r.Spend(composeEnvCost(string(b), length)) {
		r.Note(NoteBound, at, "variables of a file that it is started with refer to each other, and come to "+TooMuch+"; the file is not read")
		return nil
	}
	return ParseComposeEnv(b, lookup)
}

// envWord matches what may define a variable or refer to one.
var envWord = regexp.MustCompile(`(\$\{?)?([A-Za-z_][A-Za-z0-9_]*)([A-Za-z0-9_.-]*\s*[=:])?`)

// composeEnvCost is at least as much as all values of the file come to. Where a value ends is not
// told exactly: what a line refers to counts for all that the line may define, and for what
// begins with a quote above it and does not end on its own line.
func composeEnvCost(text string, length func(name string) int) int {
	const most = math.MaxInt >> 2
	sizes, cost := map[string]int{}, len(text)
	var open []string
	for line := range strings.SplitSeq(text, "\n") {
		if len(open) > maxOpen {
			return most
		}
		if len(open) == 0 && strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		defined := slices.Clone(open)
		grow := func(by int) {
			for _, name := range defined {
				sizes[name] = min(sizes[name]+by, most)
			}
			cost = min(cost+by, most)
		}
		grow(len(line))
		for _, m := range envWord.FindAllStringSubmatch(line, -1) {
			if m[1] != "" {
				grow(max(length(m[2]), sizes[m[2]]))
			}
			if m[3] != "" {
				name := strings.TrimRight(m[2]+m[3], "=: \t")
				defined = append(defined, name)
				sizes[name] = max(sizes[name], len(line))
			}
		}
		for _, quote := range []string{`"`, "'"} {
			if strings.Count(line, quote)%2 == 1 {
				open = append(open, defined[len(open):]...)
			}
		}
	}
	return cost
}

// maxOpen bounds how many values are taken to go on below their line. Beyond that the file is not read.
const maxOpen = 100
