package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
)

// matrix is an instance as a table: a row for each bearer of keys, a column for each slot, in
// each cell the outcome's sign and the fingerprint, so that the odd one out is seen at a
// glance. Bearers that agree in everything are one row.
func (m *markdown) matrix(in *lint.JudgedInstance) string {
	slots := slotsOf(in.Sites)
	if len(slots) == 0 {
		return ""
	}
	agreeing, odd := matrixRows(in)
	var b strings.Builder
	fmt.Fprintf(&b, "\n### Instance %s\n\n| who holds a key |", code(in.Name))
	for _, s := range slots {
		b.WriteString(" " + prose(slotName(s)) + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(slots)) + "\n")
	row := func(name string, sites []lint.Judged) {
		b.WriteString("| " + name + " |")
		for _, slot := range slots {
			b.WriteString(" " + cell(sites, slot) + " |")
		}
		b.WriteByte('\n')
	}
	for i, r := range odd {
		if i == maxRows {
			fmt.Fprintf(&b, "| … and %d more, which do not all agree |%s\n", len(odd)-i, strings.Repeat(" |", len(slots)))
			break
		}
		row(code(r.bearer), r.sites)
	}
	switch len(agreeing) {
	case 0:
	case 1:
		row(code(agreeing[0].bearer), agreeing[0].sites)
	default:
		var all []lint.Judged
		for _, r := range agreeing {
			all = append(all, r.sites...)
		}
		row(fmt.Sprintf("%d that agree in everything", len(agreeing)), all)
	}
	return b.String()
}

// maxRows bounds a matrix: more of them nobody reads.
const maxRows = 200

// matrixRow is one bearer with what it holds.
type matrixRow struct {
	bearer string
	sites  []lint.Judged
}

// matrixRows sorts the bearers of an instance, in the order of their first site, into those
// of which everything agrees and the others, those with a disagreement first.
func matrixRows(in *lint.JudgedInstance) (agreeing, odd []matrixRow) {
	index := map[string]int{}
	var rows []matrixRow
	for _, j := range in.Sites {
		bearer := j.Site.CarrierName()
		i, ok := index[bearer]
		if !ok {
			i = len(rows)
			index[bearer] = i
			rows = append(rows, matrixRow{bearer: bearer})
		}
		rows[i].sites = append(rows[i].sites, j)
	}
	var unsure []matrixRow
	for _, r := range rows {
		switch worst := worstOutcome(r.sites); worst {
		case lint.Agree, lint.ByConstruction:
			agreeing = append(agreeing, r)
		case lint.Disagree:
			odd = append(odd, r)
		default:
			unsure = append(unsure, r)
		}
	}
	return agreeing, append(odd, unsure...)
}

func worstOutcome(sites []lint.Judged) lint.Outcome {
	worst := lint.Agree
	for _, j := range sites {
		switch j.Outcome {
		case lint.Disagree:
			return lint.Disagree
		case lint.CannotTell:
			worst = lint.CannotTell
		}
	}
	return worst
}

// cell tells the values of one slot, each once, with its sign.
func cell(sites []lint.Judged, slot keys.Slot) string {
	var parts []string
	for _, j := range sites {
		if j.Site.Slot != slot {
			continue
		}
		sign, _ := outcomeSign(j)
		part := sign
		if j.Fingerprint != "" {
			part += " " + code(strings.TrimPrefix(j.Fingerprint, "sha256:"))
		}
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	if len(parts) > maxValues {
		parts = append(parts[:maxValues], "…")
	}
	return strings.Join(parts, "<br>")
}

// maxValues bounds the values in one cell.
const maxValues = 6
