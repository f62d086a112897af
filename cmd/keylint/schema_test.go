package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// schemaFile is what editors read: its address stands in docs/configuration.md.
const schemaFile = "../../docs/keylint.schema.json"

// TestConfigSchema holds the published JSON Schema to the fields that keylint reads;
// "go generate ./..." rewrites it.
func TestConfigSchema(t *testing.T) {
	compareGolden(t, schemaFile, string(configSchema()))
}

// configSchema is the JSON Schema of a configuration, published as docs/keylint.schema.json.
func configSchema() []byte {
	properties := map[string]any{}
	for _, f := range configFields() {
		f.schema["description"] = f.about
		properties[f.name] = f.schema
	}
	b, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "keylint's configuration, .keylint.yaml",
		"type":    "object", "additionalProperties": false, "properties": properties,
	}, "", "  ")
	if err != nil {
		panic(err)
	}
	return append(b, '\n')
}

// TestSchemaAgrees lets a validator judge what keylint judges: what an editor underlines
// is what keylint refuses.
func TestSchemaAgrees(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(configSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("keylint.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("keylint.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"fail-on: warning", "fail-on: off", "fail-on: {}", "failon: error",
		"strict: true", "strict: maybe", "strict: [true]",
		"rules: {demo-key: 'off', key-expired: warning}", "rules: {demokey: 'off'}", "rules: {demo-key: never}", "rules: [demo-key]",
		"ignore: [legacy]", "ignore: legacy", "ignore: [{}]", "ignore: ['']",
		"expiry-window: 30", "expiry-window: 30d", "expiry-window: 0",
		"names: {anon: [PUBLIC_KEY]}", "names: {annon: [PUBLIC_KEY]}",
		"instances: [{name: live, paths: [live], hosts: [api.example.org]}]", "instances: [{name: live}]", "instances: [{name: live, paths: [live], hosts: ['https://api.example.org']}]", "instances: [{name: live, paths: []}]",
		"instances: [{name: '', paths: [live]}]", "instances: [{name: live, path: [live]}]", "instances: {name: live}",
		"keys: {age: [age.txt]}", "keys: {gpg: [x]}", "- strict",
	} {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		_, _, parsed := parseConfig([]byte(text))
		if validated := schema.Validate(value); (parsed == nil) != (validated == nil) {
			t.Errorf("%s: keylint says %v, the schema %v", text, parsed, validated)
		}
	}
}

// TestDocumentedConfig reads the example in docs/configuration.md, which shows every field.
func TestDocumentedConfig(t *testing.T) {
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n# yaml-language-server")
	example, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("the page has no example of a configuration")
	}
	if _, line, err := parseConfig([]byte("#" + example)); err != nil {
		t.Errorf("line %d: %v", line, err)
	}
	for _, f := range configFields() {
		if !strings.Contains(example, "\n"+f.name+":") {
			t.Errorf("the example does not show %s", f.name)
		}
	}
}
