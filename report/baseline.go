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
	// Locked counts the values that a private key which was not given would have opened when it
	// was written. A run that can open less, such as that of a fork's pull request, does not see
	// everything, and cannot say that a finding is gone.
	Locked int
}

// BaselineEntry is one known finding.
type BaselineEntry struct {
	ID       string        `json:"id"`
	Severity lint.Severity `json:"severity"`
	File     string        `json:"file"`
	Line     int           `json:"line"`
	Message  string        `json:"message"`
	Of       string        `json:"of,omitempty"` // the instance, as lint.Finding has it
	// Places names all places at which the same is wrong, without their lines.
	Places []string `json:"places"`
}

// rule is the one that the entry's finding broke.
func (e BaselineEntry) rule() string {
	rule, _, _ := strings.Cut(e.ID, ":")
	return rule
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
	b := Baseline{Locked: r.Coverage.Locked}
	add := func(f lint.Finding) {
		b.Entries = append(b.Entries, BaselineEntry{ID: f.ID, Severity: f.Severity, File: oneLine(f.At.File), Line: f.At.Line, Message: oneLine(f.Message), Of: oneLine(f.Of), Places: places(f)})
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

// Apply moves the findings of a result that the baseline knows to the suppressed ones. A finding
// is known if each of its places is one that the baseline names for this rule and instance, with
// a severity as bad: one place more makes it new, for an outage that spreads is not the one that
// was known; one that is mended does not, though the finding may have been called by it. A place
// that is taken is taken, since several may be called alike.
//
// It returns the entries of which nothing is left, and the baseline without them and without the
// places of others that are mended; none is gone where the run could open less. selected says
// of a file whether the run would have reported it.
func (b Baseline) Apply(r *lint.Result, selected func(file string) bool) (gone []BaselineEntry, rest Baseline) {
	p := newPool(b)
	for _, s := range r.Suppressed {
		p.take(s.Finding)
	}
	kept := r.Findings[:0:0]
	for _, f := range r.Findings {
		if p.take(f) {
			r.Suppressed = append(r.Suppressed, lint.Suppressed{Finding: f, By: lint.ByBaseline})
			continue
		}
		p.touch(f) // what has grown is not gone
		kept = append(kept, f)
	}
	r.Findings = kept
	if r.Coverage.Locked > b.Locked {
		return nil, b
	}
	rest = Baseline{Locked: r.Coverage.Locked}
	for i, e := range b.Entries {
		left := p.left(i)
		switch {
		case !selected(e.File):
			rest.Entries = append(rest.Entries, e)
		case len(left) == 0:
			gone = append(gone, e)
		default:
			e.Places = left
			rest.Entries = append(rest.Entries, e)
		}
	}
	return gone, rest
}

// pool holds the places that a baseline knows.
type pool struct {
	entries []BaselineEntry
	at      map[poolKey][]*known
}

type (
	poolKey struct{ rule, of, place string }
	known   struct {
		entry       int
		severity    lint.Severity
		taken, seen bool
	}
)

func newPool(b Baseline) *pool {
	p := &pool{entries: b.Entries, at: map[poolKey][]*known{}}
	for i, e := range b.Entries {
		for _, place := range e.Places {
			k := poolKey{e.rule(), e.Of, place}
			p.at[k] = append(p.at[k], &known{entry: i, severity: e.Severity})
		}
	}
	return p
}

// take takes all places of a finding out of the pool, or none.
func (p *pool) take(f lint.Finding) bool {
	var taken []*known
	for _, place := range places(f) {
		found := false
		for _, k := range p.at[poolKey{f.Rule, oneLine(f.Of), place}] {
			if !k.taken && k.severity.AtLeast(f.Severity) {
				k.taken, found = true, true
				taken = append(taken, k)
				break
			}
		}
		if !found {
			for _, k := range taken {
				k.taken = false
			}
			return false
		}
	}
	return true
}

// touch marks the places of a finding as still wrong.
func (p *pool) touch(f lint.Finding) {
	for _, place := range places(f) {
		for _, k := range p.at[poolKey{f.Rule, oneLine(f.Of), place}] {
			k.seen = true
		}
	}
}

// left are the places of an entry that are still wrong.
func (p *pool) left(entry int) []string {
	var out []string
	e := p.entries[entry]
	for _, place := range slices.Compact(slices.Clone(e.Places)) {
		for _, k := range p.at[poolKey{e.rule(), e.Of, place}] {
			if k.entry == entry && (k.taken || k.seen) {
				out = append(out, place)
			}
		}
	}
	return out
}

// With is the baseline with the entries of another that its run could not see: those whose
// files were not selected, and, where it could open less than the other's, all.
func (b Baseline) With(other Baseline, selected func(file string) bool) Baseline {
	less := b.Locked > other.Locked
	out := Baseline{Entries: slices.Clone(b.Entries), Locked: b.Locked}
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
	fmt.Fprintf(&out, "{\n  \"version\": %d,\n  \"locked\": %d,\n  \"findings\": [", baselineVersion, b.Locked)
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
		Locked   int             `json:"locked"`
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
	return Baseline{Entries: merged(form.Findings), Locked: form.Locked}, nil
}

// merged is the entries with one for each id: a merge may leave both sides'.
func merged(entries []BaselineEntry) []BaselineEntry {
	index := map[string]int{}
	var out []BaselineEntry
	for _, e := range entries {
		slices.Sort(e.Places)
		i, twice := index[e.ID]
		if !twice {
			index[e.ID] = len(out)
			out = append(out, e)
			continue
		}
		for _, p := range e.Places {
			if !slices.Contains(out[i].Places, p) {
				out[i].Places = append(out[i].Places, p)
			}
		}
		slices.Sort(out[i].Places)
		if e.Severity.AtLeast(out[i].Severity) {
			out[i].Severity = e.Severity
		}
	}
	return out
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
