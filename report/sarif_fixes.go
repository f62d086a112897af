package report

import (
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// sarifFixes are the fixes that a viewer can make by itself: those that change how a key is written, as far as no key has to be written for that. What
// puts a key somewhere keylint fix writes alone: its text stands in no report.
func sarifFixes(r *lint.Result, fixes []lint.Fix) (out []sarifFix) {
	for _, f := range fixes {
		if f.Kind != lint.SafeFix {
			continue
		}
		var changes []sarifChange
		for _, e := range f.Edits {
			replacements := replacementsOf(r, e)
			if len(replacements) == 0 {
				changes = nil
				break
			}
			changes = append(changes, sarifChange{Artifact: sarifArtifact{URI: relativeURI(e.At.File), URIBaseID: srcRoot}, Replacements: replacements})
		}
		if len(changes) > 0 {
			out = append(out, sarifFix{Description: sarifText{Text: sarifEscape(sentence(oneLine(f.Says)))}, Changes: changes})
		}
	}
	return out
}

func replacementsOf(r *lint.Result, e lint.Edit) (out []sarifReplacement) {
	region := func(at sources.Position) sarifRegion {
		at = r.UTF16(at)
		return sarifRegion{StartLine: at.Line, StartColumn: at.Column, EndColumn: at.EndColumn}
	}
	if e.Open != nil {
		return []sarifReplacement{{Deleted: region(e.At), Inserted: &sarifText{Text: e.Open.To}}}
	}
	for _, at := range e.Deleted() {
		out = append(out, sarifReplacement{Deleted: region(at)})
	}
	return out
}
