package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/fixtures"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

// shownElsewhere are the properties of the JSON report that no fixture can show.
var shownElsewhere = map[string]string{
	"summary.baseline":            "a fixture has no baseline: cmd/keylint's script baseline.txtar",
	"sandbox.in_force":            "fixtures are linted in the test's own process, which nothing confines: cmd/keylint's script sandbox.txtar shows it",
	"sandbox.missing":             "the same",
	"sandbox=null":                "it is left out then",
	"instances.sites.joined=null": "a site of an instance was joined to it",
}

// TestGoldenJSONShowsAll: between them the fixtures with a want.json show each property of the
// JSON report with a value that says something, null where it may be null, each word that there
// is for a slot, a standing, an outcome and a severity, and each kind of note that a fixture has.
func TestGoldenJSONShowsAll(t *testing.T) {
	dir, err := fixtures.Dir("")
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[string]bool{}
	for _, property := range propertiesOf(reflect.TypeFor[jsonReport](), "") {
		wanted[property] = shownElsewhere[property] == "" && !strings.HasPrefix(property, "unplaced.sites.") // as in instances
	}
	for _, slot := range slotOrder {
		wanted["instances.sites.slot="+string(slot)] = true
	}
	for _, standing := range []sites.Standing{sites.Stored, sites.Accepted, sites.Presented, sites.Verifying} {
		wanted["instances.sites.standing="+string(standing)] = true
	}
	for _, outcome := range []lint.Outcome{lint.Agree, lint.Disagree, lint.CannotTell} {
		wanted["instances.sites.outcome="+string(outcome)] = true
	}
	for _, severity := range []lint.Severity{lint.Error, lint.Warning, lint.Info} {
		wanted["findings.severity="+string(severity)] = true
	}
	note := regexp.MustCompile(`(?m)note: .* \[([a-z-]+)\]$`)
	for _, text := range readAll(t, filepath.Join(dir, "*", "want.txt")) {
		for _, m := range note.FindAllStringSubmatch(text, -1) {
			wanted["notes.kind="+m[1]] = true
		}
	}

	shown := map[string]bool{}
	for _, text := range readAll(t, filepath.Join(dir, "*", "want.json")) {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		show(value, "", shown)
	}
	for what, is := range wanted {
		if is && !shown[what] {
			t.Errorf("no want.json shows %s", what)
		}
	}
}

// propertiesOf lists the properties of a report by their path, and one that may be null a
// second time as PATH=null.
func propertiesOf(of reflect.Type, path string) []string {
	switch of.Kind() {
	case reflect.Slice:
		return propertiesOf(of.Elem(), path)
	case reflect.Pointer:
		return append(propertiesOf(of.Elem(), path), path+"=null")
	case reflect.Struct:
		var all []string
		for field := range of.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			all = append(all, propertiesOf(field.Type, strings.TrimPrefix(path+"."+name, "."))...)
		}
		return all
	}
	return []string{path}
}

// show notes which properties have a value that is not what they have without one, and the
// values that are words.
func show(value any, path string, shown map[string]bool) {
	switch v := value.(type) {
	case nil:
		shown[path+"=null"] = true
	case []any:
		for _, e := range v {
			show(e, path, shown)
		}
	case map[string]any:
		for name, e := range v {
			show(e, strings.TrimPrefix(path+"."+name, "."), shown)
		}
	case string:
		shown[path] = shown[path] || v != ""
		shown[path+"="+v] = true
	case float64:
		shown[path] = shown[path] || v != 0
	case bool:
		shown[path] = shown[path] || v
	}
}

func readAll(t *testing.T, pattern string) (texts []string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing is called %s: %v", pattern, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(b))
	}
	return texts
}
