package manifest

import (
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// TestHand copies a tree with an alias and a node that contains itself.
func TestHand(t *testing.T) {
	docs := nodes.Decode([]byte("a: &a {key: text}\nb: *a\nc: 12\nd: &d [*d]\n"))
	before := docs[0].Root
	after := hand(before, &sources.Repository{}, map[*yaml.Node]*yaml.Node{})
	for _, field := range []string{"a", "b"} {
		was, is := nodes.Field(before, field, "key"), nodes.Field(after, field, "key")
		if is == was || is.Value != was.Value || is.Line != was.Line || is.Column != was.Column {
			t.Errorf("%s becomes %+v, and was %+v", field, is, was)
		}
	}
	if nodes.Text(nodes.Field(after, "c")) != "12" {
		t.Error("a number is lost")
	}
}
