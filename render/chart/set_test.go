package chart

import (
	"testing"

	"helm.sh/helm/v4/pkg/strvals"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestTyped compares with Helm's own parser of --set.
func TestTyped(t *testing.T) {
	for _, text := range []string{"true", "False", "null", "NULL", "0", "1", "-7", "+7", "007", "1.5", "1e3", "0x1f", "yes", "2026-11-29", "eyJhbGciOi", "12345678901234567890123", "12_3", ""} {
		want := map[string]any{"x": "the chart's"}
		if err := strvals.ParseInto("x="+text, want); err != nil {
			t.Fatal(err)
		}
		var got any
		if err := Typed(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: text}).Decode(&got); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if n, ok := got.(int); ok {
			got = int64(n)
		}
		if got != want["x"] {
			t.Errorf("%q is %#v, and Helm makes %#v of it", text, got, want["x"])
		}
	}
}
