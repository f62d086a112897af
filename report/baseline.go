package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
)

// Baseline lists findings that are known, so that a run reports only what is new. It holds
// no value: an entry is a finding's id and severity, and beside them what a person needs to
// see which one it is.
type Baseline struct {
	Entries []BaselineEntry
	// Unknown counts the sites that could not be told when it was written. A run that can tell
	// less, such as that of a fork's pull request, where no private key is at hand, does not see
	// everything, and cannot say that a finding is gone.
	Unknown int
}

// BaselineEntry is one known finding.
type BaselineEntry struct {
	ID       string        `json:"id"`
	Severity lint.Severity `json:"severity"`
	File     string        `json:"file"`
	Line     int           `json:"line"`
	Message  string        `json:"message"`
	// Places names all places at which the same is wrong, without their lines.
	Places []string `json:"places"`
}

// rule is the one that the entry's finding broke.
func (e BaselineEntry) rule() string {
	rule, _, _ := strings.Cut(e.ID, ":")
	return rule
}

// take takes the places of a finding out of those that the entry names, if the finding is no
// more than the entry: of the same rule, as severe at most, and in no place that the entry does
// not name. One place more makes it new: an outage that spreads is not the one that was known.
// One that is mended does not, though the finding may have been called by it. What is taken is
// taken: places that are called alike are counted.
func (e *BaselineEntry) take(f lint.Finding) bool {
	if e.rule() != f.Rule || !e.Severity.AtLeast(f.Severity) {
		return false
	}
	left := slices.Clone(e.Places)
	for _, p := range places(f) {
		i := slices.Index(left, p)
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	e.Places = left
	return true
}

// places are those of a finding, as an entry names them.
func places(f lint.Finding) []string {
	out := f.Places()
	for i := range out {
		out[i] = oneLine(out[i])
	}
	slices.Sort(out)
	return out
}

const baselineVersion = 1

// NewBaseline lists all findings of a result that no comment and no configuration takes out.
func NewBaseline(r *lint.Result) Baseline {
	b := Baseline{Unknown: r.Coverage.Unknown}
	add := func(f lint.Finding) {
		b.Entries = append(b.Entries, BaselineEntry{ID: f.ID, Severity: f.Severity, File: oneLine(f.At.File), Line: f.At.Line, Message: oneLine(f.Message), Places: places(f)})
	}
	for _, f := range r.Findings {
		add(f)
	}
	for _, s := range r.Suppressed {
		if s.By == lint.ByBaseline {
			add(s.Finding)
		}
	}
	b.sort()
	return b
}

func (b *Baseline) sort() {
	slices.SortFunc(b.Entries, func(x, y BaselineEntry) int {
		return strings.Compare(x.ID, y.ID)
	})
}

// Apply moves the findings of a result that the baseline knows to the suppressed ones. A
// finding that has become more than it was is new (see take). It returns the entries that match
// nothing any more; selected says of a file whether the run would have reported it.
func (b Baseline) Apply(r *lint.Result, selected func(file string) bool) (gone []BaselineEntry) {
	entries, byID := slices.Clone(b.Entries), map[string]int{}
	byRule := map[string][]int{}
	for i, e := range entries {
		byID[e.ID] = i
		byRule[e.rule()] = append(byRule[e.rule()], i)
	}
	left := map[int]bool{} // the entries of which something is left
	same := func(f lint.Finding) bool {
		i, ok := byID[f.ID]
		if ok {
			left[i] = true
		}
		return ok && entries[i].take(f)
	}
	another := func(f lint.Finding) bool {
		for _, i := range byRule[f.Rule] {
			if entries[i].take(f) {
				left[i] = true
				return true
			}
		}
		return false
	}
	for _, s := range r.Suppressed {
		same(s.Finding)
	}
	covered := make([]bool, len(r.Findings))
	for _, cover := range []func(lint.Finding) bool{same, another} {
		for i, f := range r.Findings {
			covered[i] = covered[i] || cover(f)
		}
	}
	kept := r.Findings[:0:0]
	for i, f := range r.Findings {
		if covered[i] {
			r.Suppressed = append(r.Suppressed, lint.Suppressed{Finding: f, By: lint.ByBaseline})
			continue
		}
		kept = append(kept, f)
		for _, n := range byRule[f.Rule] { // what has grown is not gone, by whichever place it is called now
			left[n] = left[n] || slices.ContainsFunc(places(f), func(p string) bool { return slices.Contains(b.Entries[n].Places, p) })
		}
	}
	r.Findings = kept
	if r.Coverage.Unknown > b.Unknown {
		return nil
	}
	for i, e := range b.Entries {
		if !left[i] && selected(e.File) {
			gone = append(gone, e)
		}
	}
	return gone
}

// Without is the baseline without some of its entries.
func (b Baseline) Without(gone []BaselineEntry) Baseline {
	out := Baseline{Unknown: b.Unknown}
	for _, e := range b.Entries {
		if !slices.ContainsFunc(gone, func(g BaselineEntry) bool { return g.ID == e.ID }) {
			out.Entries = append(out.Entries, e)
		}
	}
	return out
}

// With is the baseline with the entries of another that its run could not see: those whose
// files were not selected, and, where it could tell less than the other's, all.
func (b Baseline) With(other Baseline, selected func(file string) bool) Baseline {
	less := b.Unknown > other.Unknown
	out := Baseline{Entries: slices.Clone(b.Entries), Unknown: b.Unknown}
	if less && len(other.Entries) > 0 {
		out.Unknown = other.Unknown // a later run with the keys may then say what is gone
	}
	for _, e := range other.Entries {
		if !b.has(e) && (less || !selected(e.File)) {
			out.Entries = append(out.Entries, e)
		}
	}
	out.sort()
	return out
}

func (b Baseline) has(e BaselineEntry) bool {
	return slices.ContainsFunc(b.Entries, func(own BaselineEntry) bool { return own.ID == e.ID })
}

// Lacking counts the entries that another baseline has and this one has not.
func (b Baseline) Lacking(other Baseline) int {
	n := 0
	for _, e := range other.Entries {
		if !b.has(e) {
			n++
		}
	}
	return n
}

// Bytes is the baseline as it is written: JSON, an entry a line, so that a change of one is a
// change of one line.
func (b Baseline) Bytes() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n  \"version\": %d,\n  \"unknown\": %d,\n  \"findings\": [", baselineVersion, b.Unknown)
	for i, e := range b.Entries {
		var line bytes.Buffer
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(e) // of strings and a number: it cannot fail
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n    " + strings.TrimSpace(line.String()))
	}
	if len(b.Entries) > 0 {
		out.WriteString("\n  ")
	}
	out.WriteString("]\n}\n")
	return out.Bytes()
}

// findingIDForm is what an id looks like; see lint.
var findingIDForm = regexp.MustCompile(`^[a-z0-9-]+:[0-9a-f]{16}(-[0-9]+)?$`)

// ParseBaseline reads what Bytes writes. Errors name the line where one is known, and quote
// nothing.
func ParseBaseline(text []byte) (Baseline, error) {
	var form struct {
		Version  *int            `json:"version"`
		Unknown  int             `json:"unknown"`
		Findings []BaselineEntry `json:"findings"`
	}
	if line := conflict(text); line > 0 {
		return Baseline{}, fmt.Errorf("line %d: a merge left both sides: keep the entries of both, each on its line, with a comma between any two", line)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&form); err != nil {
		return Baseline{}, fmt.Errorf("line %d: it is damaged: no JSON, or not that of a baseline. Mend it, or take it away and let keylint baseline write what is found today", 1+bytes.Count(text[:offset(err, decoder, text)], []byte("\n")))
	}
	switch {
	case form.Version == nil:
		return Baseline{}, errors.New("it has no version, and so is no baseline of keylint's; keylint baseline writes one")
	case *form.Version != baselineVersion:
		return Baseline{}, fmt.Errorf("it is of version %d, and this keylint reads version %d; take the keylint that wrote it, or let keylint baseline write it anew", *form.Version, baselineVersion)
	}
	if decoder.More() {
		return Baseline{}, errors.New("it is damaged: something stands behind its end; keylint baseline writes it anew")
	}
	for i, e := range form.Findings {
		if !findingIDForm.MatchString(e.ID) || !slices.Contains(severities, e.Severity) {
			return Baseline{}, fmt.Errorf("it is damaged: entry %d has no id and severity of a finding; keylint baseline writes it anew", i+1)
		}
	}
	return Baseline{Entries: form.Findings, Unknown: form.Unknown}, nil
}

// conflict is the line of the first marker that a merge leaves; 0 where there is none.
func conflict(text []byte) int {
	for n, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "<<<<<<< ") || strings.HasPrefix(line, ">>>>>>> ") {
			return n + 1
		}
	}
	return 0
}

// offset is the byte at which reading failed.
func offset(err error, d *json.Decoder, text []byte) int {
	at := d.InputOffset()
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	}
	return min(int(at), len(text))
}
