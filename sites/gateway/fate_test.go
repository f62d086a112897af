package gateway

import (
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// TestFate says what becomes of each text that may stand in a key's place.
func TestFate(t *testing.T) {
	key := testkeys.All()["{{anon}}"]
	const unknown = "\x00"
	for _, test := range []struct {
		name     string
		before   string // in the template
		after    string // as Kong reads it; unknown for what is not known
		kind     string // of YAML; empty for a string
		filledIn bool
		added    bool // the consumer is the user's own
		why      string

		fate     Fate
		what     string // kind and template
		template string
		isKey    bool // its value is the key
	}{
		{name: "a key", before: key, after: key, isKey: true},
		{name: "a placeholder that is filled in", before: "$ANON_KEY", after: key, filledIn: true, template: "$ANON_KEY", isKey: true},
		{name: "with quotes that the template needs", before: `"${ANON_KEY}"`, after: key, filledIn: true, template: "${ANON_KEY}", isKey: true},
		{name: "filled in with what is not known", before: "$ANON_KEY", after: unknown, filledIn: true, template: "$ANON_KEY"},
		{name: "a placeholder that stays", before: "$ANON_KEY", after: "$ANON_KEY", fate: Literal, template: "$ANON_KEY"},
		{name: "a word that nobody replaced", before: "your-anon-key", after: "your-anon-key", fate: Literal, template: "your-anon-key"},
		{name: "such a word of a consumer that the user added", before: "changeme", after: "changeme", added: true},
		{name: "nothing", before: "$ANON_KEY", after: "", fate: Empty, template: "$ANON_KEY"},
		{name: "null", before: "$ANON_KEY", after: "", kind: "null", fate: Empty, template: "$ANON_KEY"},
		{name: "a number", before: "12345", after: "12345", kind: "a number", fate: NotAString, what: "a number"},
		{name: "a vault's reference", before: "{vault://env/anon-key}", after: "{vault://env/anon-key}", fate: NotForKong, what: "a vault reference"},
		{name: "decK's reference", before: `${{ env "DECK_ANON" }}`, after: `${{ env "DECK_ANON" }}`, fate: NotForKong, what: "a decK reference"},
		{name: "a template that is not followed", before: "$ANON_KEY", after: unknown, why: "a test", fate: NotRendered, template: "$ANON_KEY"},
		{name: "a key in one", before: key, after: unknown, why: "a test", fate: NotRendered},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := reading{
				before: keys.NewText(test.before), role: keys.Public, filledIn: test.filledIn, why: test.why,
				read:  sources.KongCredential{Key: keys.NewText(test.after), IsString: test.kind == "", Kind: test.kind},
				value: keys.Known(keys.NewText(test.after)),
			}
			if test.after == unknown {
				r.value = keys.Unknown("a test")
			}
			if test.added {
				r.role = ""
			}
			got := fateOf(r)
			if got.fate != test.fate || got.kind != test.what || got.template != test.template {
				t.Errorf("got fate %d, kind %q, template %q", got.fate, got.kind, got.template)
			}
			if is := got.value.IsKnown() && got.value.Text().Equal(keys.NewText(key)); is != test.isKey {
				t.Errorf("that its value is the key is %v", is)
			}
		})
	}
}
