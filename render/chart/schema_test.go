package chart

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/chart/loader/archive"

	"github.com/keylint/keylint/keys"
)

// TestSchemaOfSecrets: what a schema asks of the text of a secret is neither fulfilled nor refused; what it asks of anything else counts.
func TestSchemaOfSecrets(t *testing.T) {
	const fits, untested, refused = "fits", "untested", "refused"
	for schema, want := range map[string]string{
		`{"properties": {"a": {"type": "string", "minLength": 1}}}`:                                                   fits,
		`{"properties": {"a": {"pattern": "^sk-"}}}`:                                                                  untested,
		`{"properties": {"a": {"enum": ["one", "another"]}}}`:                                                         untested,
		`{"properties": {"a": {"maxLength": 12}}}`:                                                                    untested,
		`{"properties": {"a": {"not": {"type": "string"}}}}`:                                                          untested,
		`{"properties": {"a": {"anyOf": [{"type": "null"}, {"const": "it"}]}}}`:                                       untested,
		`{"properties": {"list": {"uniqueItems": true, "contains": {"const": "it"}}}}`:                                untested,
		`{"properties": {"a": {"type": "number"}}}`:                                                                   refused,
		`{"properties": {"a": {"anyOf": [{"type": "null"}, {"type": "number"}]}}}`:                                    refused,
		`{"properties": {"a": {"pattern": "^sk-"}, "open": {"pattern": "^sk-"}}}`:                                     refused,
		`{"required": ["b"], "properties": {"a": {"enum": ["one", "another"]}}}`:                                      refused,
		`{"additionalProperties": false, "properties": {"a": {"pattern": "^sk-"}, "open": true}, "minProperties": 1}`: refused,
	} {
		files := []*archive.BufferedFile{
			{Name: "Chart.yaml", Data: []byte("{apiVersion: v2, name: demo, version: 1.0.0}")},
			{Name: schemaName, Data: []byte(schema)},
			{Name: "templates/out.yaml", Data: []byte("a: {{ .Values.a }}")},
		}
		words := &keys.Standins{}
		secret := words.Secret(keys.NewText("a-secret-of-which-no-schema-knows"))
		_, decided, err := renderTemplates(files, map[string]any{"a": secret, "open": "x", "list": []any{secret}}, "rel", "ns", &decisions{words: words}, func(int) bool { return true })
		is := fits
		if err != nil {
			is = refused
		} else if decided.untested {
			is = untested
		}
		if is != want {
			t.Errorf("%s: %s, want %s (%v)", schema, is, want, err)
		}
	}
}

// TestSchemaOpensNothing: what a values.schema.json refers to is neither fetched nor read, and asks nothing of the values;
// what it says itself, and by references within, counts as for Helm.
func TestSchemaOpensNothing(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was fetched", r.URL)
		_, _ = w.Write([]byte("false"))
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "other.json")
	if err := os.WriteFile(file, []byte("false"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		schema          string
		elsewhere, fits bool
	}{
		{`{"properties": {"a": {"$ref": "` + server.URL + `/x.json"}}}`, true, true},
		{`{"properties": {"a": {"$ref": "file://` + filepath.ToSlash(file) + `"}}}`, true, true},
		{`{"$id": "` + server.URL + `/x.json", "properties": {"a": {"$ref": "y.json#/a"}}}`, true, true},
		{`{"properties": {"a": {"$ref": "other.json"}}}`, true, true},
		{`{"properties": {"a": {"$ref": "urn:x:y"}}}`, true, true},
		{`{"$schema": "` + server.URL + `/draft", "type": "object"}`, false, false},
		{`{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"$ref": "#/definitions/a"}}, "definitions": {"a": {"type": "string"}}}`, false, true},
		{`{"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "number"}}}`, false, false},
	} {
		files := []*archive.BufferedFile{
			{Name: "Chart.yaml", Data: []byte("{apiVersion: v2, name: demo, version: 1.0.0}")},
			{Name: schemaName, Data: []byte(c.schema)},
			{Name: "templates/out.yaml", Data: []byte("a: {{ .Values.a }}")},
		}
		if got := leadsElsewhere(files) != ""; got != c.elsewhere {
			t.Errorf("%s: leads elsewhere: %v", c.schema, got)
		}
		_, _, err := renderTemplates(files, map[string]any{"a": "x"}, "rel", "ns", &decisions{words: &keys.Standins{}}, func(int) bool { return true })
		if (err == nil) != c.fits {
			t.Errorf("%s: %v", c.schema, err)
		}
		if err == nil {
			continue
		}
		if _, _, why := explainChart(err); !strings.Contains(why, "values.schema.json") {
			t.Errorf("%s: it is said to fail because %s", c.schema, why)
		}
	}
}
