package render

import (
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestSetByK3s has what of spec.set reaches helm as a text, and what does not.
func TestSetByK3s(t *testing.T) {
	for text, want := range map[string]string{
		`"False"`: "!!bool", `true`: "!!bool", `"null"`: "!!null", `12`: "!!int", `"12"`: "!!str", `key`: "!!str",
	} {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(text), &n); err != nil {
			t.Fatal(err)
		}
		if got := setByK3s(n.Content[0]).Tag; got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}
