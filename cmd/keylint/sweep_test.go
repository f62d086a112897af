package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// jwtText and opaqueText match keys by a pattern of the test's own, which knows nothing of how keylint looks for them.
var (
	jwtText    = regexp.MustCompile(`eyJ[\w-]{10,}\.(eyJ[\w-]{10,})\.[\w-]{40,}`)
	opaqueText = regexp.MustCompile(`sb_(?:publishable|secret)_[\w-]{22}_[\w-]{8}\b`)
	ofSupabase = regexp.MustCompile(`"(?:role":\s*"(?:anon|service_role)|iss":\s*"supabase)"`)
)

// TestNoKeyIsPassedOver looks for keys in every file of every fixture, and wants each to be a site, on the way to one, or counted.
func TestNoKeyIsPassedOver(t *testing.T) {
	hits := 0
	for _, name := range fixtureNames(t) {
		t.Run(name, func(t *testing.T) {
			told := toldPlaces(t, lintedFixture(t, name).unlocked.reports["json"])
			dir := copyFixture(t, name)
			for _, file := range filesBelow(t, dir, func(string) bool { return true }) {
				b, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				rel, _ := filepath.Rel(dir, file)
				for i, line := range strings.Split(string(b), "\n") {
					found := opaqueText.FindAllString(line, -1)
					for _, m := range jwtText.FindAllStringSubmatch(line, -1) {
						if claims, err := base64.RawURLEncoding.DecodeString(m[1]); err == nil && ofSupabase.Match(claims) {
							found = append(found, m[0])
						}
					}
					hits += len(found)
					if place := fmt.Sprintf("%s:%d", filepath.ToSlash(rel), i+1); len(found) > 0 && !told[place] && !told[filepath.ToSlash(rel)] {
						t.Errorf("the report says nothing of the key at %s", place)
					}
				}
			}
		})
	}
	if hits < 400 {
		t.Errorf("only %d keys were found in the fixtures", hits)
	}
}

// toldPlaces are the lines of a report's sites and of the ways to them, and the files whose keys it counts.
func toldPlaces(t *testing.T, report string) map[string]bool {
	t.Helper()
	told := map[string]bool{}
	var doc map[string]any
	if err := json.Unmarshal([]byte(report), &doc); err != nil {
		t.Fatal(err)
	}
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if file, ok := v["file"].(string); ok {
				if line, ok := v["line"].(float64); ok {
					told[fmt.Sprintf("%s:%d", file, int(line))] = true
				} else {
					told[file] = true
				}
			}
			for _, below := range v {
				visit(below)
			}
		case []any:
			for _, below := range v {
				visit(below)
			}
		}
	}
	for _, part := range []string{"instances", "unplaced", "elsewhere", "findings", "notes"} {
		visit(doc[part])
	}
	return told
}
