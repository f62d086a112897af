package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/report"
)

// shownParts are the parts of a report that docs/output-formats.md shows.
var shownParts = map[string][][2]string{
	"text":     {{"apps/web/.env.production:3:31: error", "1 unit"}},
	"json":     {{"{", `  "instances": [`}, {"    {", "        },"}, {`  "findings": [`, "}"}},
	"github":   {{"::error", "1 unit"}},
	"markdown": {{"## keylint", "> "}},
	"sarif":    {{"{", `        "driver": {`}, {`      "results": [`, "          ],"}, {`          "partialFingerprints"`, "}"}},
	"junit":    {{"<?xml", "    </testcase>"}, {"    <testcase", "    <testcase"}, {"    <system-out>", "</testsuites>"}},
	"gitlab":   {{"[", "]"}},
}

// TestFormatsDoc holds the samples in docs/output-formats.md to what keylint says of
// testdata/fixtures/seed-drifted; "go generate ./..." rewrites them. Each format
// has a section of its own.
func TestFormatsDoc(t *testing.T) {
	const name = "docs/output-formats.md"
	seen := holdSamples(t, name, func(format string) string {
		return excerpt(t, lintedFixture(t, "seed-drifted").colored.reports[format], shownParts[format])
	})
	for _, f := range report.Formats() {
		if !slices.Contains(seen, f.Name) || !strings.Contains(page(t, name), "\n## "+f.Name+"\n") {
			t.Errorf("%s has no section with a sample of %s", name, f.Name)
		}
	}
}
