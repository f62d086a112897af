package keys

import (
	"encoding/base64"
	"testing"
)

// TestConcealed: of what was decrypted nothing is shown, were it a short password where a name stands, but for what stands in the open and what
// Supabase calls its own.
func TestConcealed(t *testing.T) {
	var s Standins
	var l Ledger
	for _, text := range []string{"Hunter22", "p@ss.word77", "correct horse battery", "service_role", "db.example.internal", "1234567890", "line one\nkey: x7Kd9Qw2\nthe last of three", "x7Kd9           Qw2", aToken,
		"7Gq.h2L.x9K.p0Z", "able acid atom bark cave dusk", "a b c d", "eyJzecretpart.zz", "line=one\npassword=zaffreqheliograph\n",
		"{\"private\": \"horsebatterygo\",\n \"x\":\"purplemonkeydish\"}", "river orbit stone", "7391826", "postgres-7Gq"} {
		l.Conceal(NewText(text), s.Secret(NewText(text)))
	}
	l.Know(func(text string) bool {
		return StandsIn("the battery of db.example.internal # river\n# orbit\n# stone\n573918264 7391826 xpurplemonkeydishx", text)
	})
	tests := []struct{ text, want string }{
		{"Kong consumer Hunter22", "Kong consumer [decrypted]"},
		{"Kong consumer uHUNTER22-x, of hunter22", "Kong consumer u[decrypted]-x, of [decrypted]"},
		{"hidden: " + base64.RawURLEncoding.EncodeToString([]byte("Hunter22")), "hidden: [decrypted]"},
		{"a part, unter2, of it", "a part, [decrypted], of it"},
		{"p@ss.word77 is not a name", "[decrypted] is not a name"},
		{"http://p@ss.word77/", "http://[decrypted]/"},
		{"correct", "[decrypted]"},
		{"the battery of db.example.internal", "the battery of db.example.internal"},
		{"it has no data key service_role", "it has no data key service_role"},
		{"finding 1234567890", "finding [decrypted]"},
		{"Secret x/" + s.Word(Unknown("it is locked")), "Secret x/[unknown]"},
		{"a table        of  ^^^^^^^^", "a table        of  ^^^^^^^^"},
		{"line one, and x7Kd9Qw2 of three", "line one, and [decrypted] of three"},
		{aToken[50:60], "[decrypted]"},
		{aToken[:36], aToken[:36]},
		{"Secret x" + s.Secret(NewText("Hunter22")) + "/y", "Secret x[decrypted]/y"},
		{"rev-" + reversed(s.Secret(NewText("Hunter22"))), "rev-[decrypted]"},
		{"nothing of it", "nothing of it"},
		{"data key 7Gq.h2L.x9K.p0Z", "data key [decrypted]"},
		{"data key able acid atom bark cave dusk", "data key [decrypted]"},
		{"Secret web/a b c d is missing", "Secret web/[decrypted] is missing"},
		{"cave     dusk", "[decrypted]"},
		{"consumer eyJzecretpart.zz", "consumer [decrypted]"},
		{"consumer zaffreqheliograph", "consumer [decrypted]"},
		{"consumer horsebatterygo", "consumer [decrypted]"},
		{"consumer purplemonkeydish", "consumer [decrypted]"},
		{"consumer river orbit stone", "consumer [decrypted]"},
		{"key 7391826", "key [decrypted]"},
		{"consumer postgres-7Gq", "consumer [decrypted]"},
	}
	for _, test := range tests {
		if got := l.Concealed(test.text); got != test.want {
			t.Errorf("%q becomes %q, not %q", test.text, got, test.want)
		}
	}
	if got, want := l.ConcealedReport(`{"size": 1234567890, "name": "Hunter22"}`), `{"size": 1234567890, "name": "[decrypted]"}`; got != want {
		t.Errorf("a report becomes %q", got)
	}
	if got, want := l.ConcealedReport(`{"text": "# one\ndb.example.internal"}`), `{"text": "# one\ndb.example.internal"}`; got != want {
		t.Errorf("what stands in the open behind a line's end becomes %q", got)
	}
	if got := l.Scrub("no data key Hunter22"); got != "no data key [decrypted]" {
		t.Errorf("scrubbed: %q", got)
	}
}
