package sources

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// For package lint, until it calls package nodes itself.

// Field is nodes.Field.
func Field(n *yaml.Node, key ...string) *yaml.Node { return nodes.Field(n, key...) }

// Follow is nodes.Follow.
func Follow(n *yaml.Node) *yaml.Node { return nodes.Follow(n) }

// Text is nodes.Text.
func Text(n *yaml.Node) string { return nodes.Text(n) }

// Given is nodes.Given.
func Given(n *yaml.Node) *yaml.Node { return nodes.Given(n) }

// Items are nodes.Items.
func Items(n *yaml.Node) []*yaml.Node { return nodes.Items(n) }
