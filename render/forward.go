package render

import (
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
)

// For package lint, until it names these rooms itself.

// Object is manifest.Object.
type Object = manifest.Object

// Entry is manifest.Entry.
type Entry = manifest.Entry

// ScriptSecrets are stores.ScriptSecrets.
func ScriptSecrets(repo *sources.Repository) []*Object { return stores.ScriptSecrets(repo) }
