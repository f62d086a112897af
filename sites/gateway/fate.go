package gateway

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// reading is one credential of Kong's configuration, before and after its template was
// rendered.
type reading struct {
	before   keys.Text              // what stands in the template
	read     sources.KongCredential // what Kong finds there, as YAML has it
	value    keys.Value             // what that is, known or not
	filledIn bool                   // a program put something in the place of a part of it
	role     keys.Role              // of its consumer; empty for one that the user added
	why      string                 // why what is made of the template is not known; else empty
}

// outcome is what becomes of it.
type outcome struct {
	fate     Fate
	kind     string // see Credential.Kind
	template string // what stands there before substitution, where that is no key; else empty
	value    keys.Value
}

// fateOf says what becomes of a credential: of the texts that may stand in a key's place, only
// a key lets anybody pass.
func fateOf(r reading) outcome {
	name, before, text := keys.ReferenceName(r.before.Reveal()), bare(r.before), r.read.Key.Reveal()
	o := outcome{value: r.value.Trimmed()}
	templated, isTemplated := keys.Templated(r.read.Key)
	if name != "" || r.filledIn && keys.Recognize(r.before) == "" {
		o.template = keys.ShownName(before)
	}
	switch {
	case r.why != "":
		o.fate, o.value = NotRendered, keys.Unknown(r.why)
	case !r.value.IsKnown():
	case decK.MatchString(text):
		o.fate, o.kind = NotForKong, "a decK reference"
	case vault.MatchString(text):
		o.fate, o.kind = NotForKong, "a vault reference"
	case !r.filledIn && isTemplated:
		o.value = templated
	case r.read.Kind == "null" || r.read.IsString && strings.TrimSpace(text) == "":
		o.fate, o.value = Empty, keys.Unknown("nothing is put in its place")
	case !r.read.IsString:
		o.fate, o.kind, o.value = NotAString, r.read.Kind, keys.Unknown("Kong refuses what it comes to")
	case !r.filledIn && (keys.ReferenceName(text) != "" || r.role != "" && keys.IsPlaceholder(r.read.Key)):
		o.fate = Literal
		if name != "" && strings.TrimSpace(text) != before {
			o.kind = keys.ShownName(text)
		}
		if o.template == "" {
			o.template = keys.ShownName(text)
		}
	}
	if o.fate == Literal || o.fate == NotForKong {
		o.value = keys.Unknown("Kong takes a placeholder for the key itself")
	}
	return o
}

// bare is a text without the white space and the quotes round it.
func bare(t keys.Text) string { return strings.Trim(strings.TrimSpace(t.Reveal()), `"'`) }

// decK matches a reference that decK fills in when it syncs, and Kong never
// (developer.konghq.com/deck/reference/env-variables).
var decK = regexp.MustCompile(`^\$\{\{\s*env\s+"?'?DECK_\w+"?'?\s*\}\}$`)

// vault matches a reference to a vault, which Kong follows in fields that are
// "referenceable": a key-auth key is none, and the text itself becomes the key
// (kong/plugins/key-auth/daos.lua).
var vault = regexp.MustCompile(`^\{vault://[^}]*\}$`)
