package sources

import (
	"testing"

	"github.com/keylint/keylint/keys"
)

// TestNames: what a value is assigned to, or handed over as, is its name. What stands beside it may be a password, and is none.
func TestNames(t *testing.T) {
	for _, test := range []struct{ before, want string }{
		{`const anonKey: string = "`, "anonKey"},
		{`.header("apikey", "`, "apikey"},
		{`    prod: '`, "prod"},
		{`'prod' => '`, "prod"},
		{`<string name="web">`, "web"},
		{`./run --api-key `, "api-key"},
		{"PROD_WEB =\n  '", "PROD_WEB"},
		{"- name: PROD_WEB\n  value: ", "PROD_WEB"},
		{`const client = createClient("https://x.example.com", "`, "client"},
		{`login("hunter2x", "`, ""},
		{`token = login("hunter2x", "`, "token"},
		{`login("hunter2x", key="`, "key"},
		{`./login --password hunter2x `, ""},
		{`hunter2x:`, ""},
		{`curl -u admin:hunter2x https://x.example.com `, ""},
		{`https://x.example.com,hunter2x,`, ""},
		{`pass = known ? "hunter2x" : "`, "pass"},
		{`pass = known ? "" : "`, "pass"},
		{`web?: string = "`, "web"},
		{"login(\n  'hunter2x',\n  '", ""},
		{"api:\n  key: hunter2x\n  token: ", "token"},
		{"psql postgres://a:hunter2x@db.example.com/x ", ""},
	} {
		a := assignments{names: keys.Names{}, text: []byte(test.before), starts: lineStarts(test.before)}
		if got := a.name(len(test.before), true); got != test.want {
			t.Errorf("%s: %q, want %q", test.before, got, test.want)
		}
	}
}
