package sources

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
)

// TestRequestsIn: a request is told of where its key stands in Authorization alone, and all that the command may send is known.
func TestRequestsIn(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{`curl -H "Authorization: Bearer $SUPABASE_SERVICE_ROLE_KEY" "$SUPABASE_URL/rest/v1/profiles?select=*"`, "1 /rest/v1/profiles SUPABASE_SERVICE_ROLE_KEY"},
		{"out=$(curl -sS -X POST \\\n  \"$SUPABASE_URL/rest/v1/rpc/tidy\" \\\n  -H 'Content-Type: application/json' \\\n  -H \"Authorization: Bearer ${SUPABASE_SERVICE_ROLE_KEY}\" -d '{}')", "1 /rest/v1/rpc/tidy SUPABASE_SERVICE_ROLE_KEY"},
		{"KEY=\"$SUPABASE_ANON_KEY\"\nAPI=\"${SUPABASE_URL%/}/rest/v1\"\ncurl --header \"authorization: bearer $KEY\" $API/todos", "3 /rest/v1/todos SUPABASE_ANON_KEY"},
		{"H=(-s -H \"Authorization: Bearer $SUPABASE_ANON_KEY\")\ncurl \"${H[@]}\" https://abcdefghijklmnopqrst.supabase.co/graphql/v1", "2 abcdefghijklmnopqrst.supabase.co/graphql/v1 SUPABASE_ANON_KEY"},
		{`wget -qO- --header="Authorization: Bearer $SUPABASE_ANON_KEY" http://kong:8000/auth/v1/settings`, "1 kong:8000/auth/v1/settings SUPABASE_ANON_KEY"},
		{`curl -H "Authorization: Bearer sb_secret_AAAAAAAAAAAAAAAAAAAAAA_BBBBBBBB" $URL/rest/v1/`, "1 /rest/v1/ secret"},
		{`curl -H "Authorization: Bearer $SERVICE_KEY" https://$REF.supabase.co/rest/v1/todos`, "1 11111111111111111111.supabase.co/rest/v1/todos SERVICE_KEY"},
		{`curl -H "Authorization: Bearer $ANON_KEY" http://127.0.0.1:$PORT/rest/v1/`, "1 127.0.0.1:11111111111111111111/rest/v1/ ANON_KEY"},
		{`if ! curl -sfH "Authorization: Bearer $SUPABASE_KEY" $URL/rest/v1/; then exit 1; fi`, "1 /rest/v1/ SUPABASE_KEY"},

		{`curl -H "apikey: Bearer $SUPABASE_ANON_KEY" -H "Authorization: Bearer $TOKEN" $URL/rest/v1/todos`, "1 /rest/v1/todos SUPABASE_ANON_KEY behind Bearer"},
		{`curl --header="apikey: Bearer $SUPABASE_ANON_KEY" $URL/rest/v1/todos`, "1 /rest/v1/todos SUPABASE_ANON_KEY behind Bearer"},
		{`curl -H"apikey: Bearer $SUPABASE_ANON_KEY" $URL/rest/v1/todos`, "1 /rest/v1/todos SUPABASE_ANON_KEY behind Bearer"},
		{`curl -H "apikey: $SUPABASE_ANON_KEY" -H "Authorization: Bearer $SUPABASE_ANON_KEY" $URL/rest/v1/todos`, ""},
		{`curl -H "Authorization: Bearer $SUPABASE_ANON_KEY" "$URL/rest/v1/todos?apikey=$SUPABASE_ANON_KEY"`, ""},
		{`curl -H "Authorization: Bearer $SUPABASE_ANON_KEY" "$@" $URL/rest/v1/todos`, ""},
		{`curl $OPTIONS -H "Authorization: Bearer $SUPABASE_ANON_KEY" $URL/rest/v1/todos`, ""},
		{`curl -H "$KEY_HEADER" -H "Authorization: Bearer $SUPABASE_ANON_KEY" $URL/rest/v1/todos`, ""},
		{`curl -H @headers -H "Authorization: Bearer $SUPABASE_ANON_KEY" $URL/rest/v1/todos`, ""},
		{`curl -K curlrc -H "Authorization: Bearer $SUPABASE_ANON_KEY" $URL/rest/v1/todos`, ""},
		{"H=(-s)\nH+=(-H \"apikey: $K\")\ncurl \"${H[@]}\" -H \"Authorization: Bearer $SUPABASE_ANON_KEY\" $URL/rest/v1/todos", ""},
		{`curl -H "Authorization: Bearer $SUPABASE_ANON_KEY" $URL/functions/v1/hello`, ""},
		{`curl -H "Authorization: Bearer $SUPABASE_ANON_KEY" $URL/storage/v1/bucket`, ""},
		{`curl -H "Authorization: Bearer $SUPABASE_ANON_KEY" "$URL/auth/v1/verify?token=x"`, ""},
		{`curl -H "Authorization: Bearer $SUPABASE_ANON_KEY" $URL/auth/v1/.well-known/jwks.json`, ""},
		{`curl -H "Authorization: Bearer $SUPABASE_ANON_KEY" $URL/todos`, ""},
		{`curl -H "Authorization: Bearer $USER_TOKEN" $URL/rest/v1/todos`, ""},
		{`curl -H "Authorization: Bearer $JWT_SECRET" $URL/rest/v1/todos`, ""},
		{`curl $URL/rest/v1/todos`, ""},
		{`curl -H "Authorization: Bearer $SUPABASE_ANON_KEY" ${URL%}/rest/v1/todos`, "1 /rest/v1/todos SUPABASE_ANON_KEY"},
		{"API=$URL/rest/v1\ncurl -H \"Authorization: Bearer $SUPABASE_ANON_KEY\" \"${API%/rest/v1}/functions/v1/hello\"", ""},
		{"code=$(curl -s -o /dev/null -w '%{http_code}' -H \"Authorization: Bearer $SUPABASE_ANON_KEY\" $URL/rest/v1/)\n[ \"$code\" = 401 ]", ""},
		{"cat <<EOF\ncurl -H \"Authorization: Bearer $SUPABASE_ANON_KEY\" $URL/rest/v1/todos\nEOF", ""},
		{`echo 'curl -H "Authorization: Bearer $SUPABASE_ANON_KEY" $URL/rest/v1/todos'`, ""},
		{`# curl -H "Authorization: Bearer $SUPABASE_ANON_KEY" $URL/rest/v1/todos`, ""},
		{`curl -d '{"a": "$URL/rest/v1/"}' -H "Authorization: Bearer $SUPABASE_ANON_KEY" https://hooks.example.com/`, ""},
	} {
		got := ""
		for _, r := range RequestsIn(keys.Names{}, c.script) {
			got += fmt.Sprintf("%d %s%s %s", r.At.Line, r.Host, r.Path, r.Key)
			if r.Scheme {
				got += " behind Bearer"
			}
		}
		if got != c.want {
			t.Errorf("%q, want %q of\n%s", got, c.want, c.script)
		}
	}
}

// TestRequestsAreBounded: variables that stand for many others are not put in place without end.
func TestRequestsAreBounded(t *testing.T) {
	var script strings.Builder
	for i := range maxShellDepth {
		fmt.Fprintf(&script, "A%d=%s\n", i, strings.Repeat(fmt.Sprintf("$A%d", i+1), 200))
	}
	script.WriteString(`curl -H "Authorization: Bearer $SUPABASE_ANON_KEY" $A0/rest/v1/todos`)
	if got := len(RequestsIn(keys.Names{}, script.String())); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

// FuzzRequestsIn: whatever a script holds, a request stands in it.
func FuzzRequestsIn(f *testing.F) {
	f.Add(`curl -H "Authorization: Bearer $SUPABASE_SERVICE_ROLE_KEY" "$SUPABASE_URL/rest/v1/profiles"`)
	f.Add("H=(-s -H \"Authorization: Bearer $K\")\nK=$SUPABASE_ANON_KEY\ncurl \"${H[@]}\" $URL/auth/v1/user")
	f.Add("A=$B\nB=$A\ncurl -sH \"$A\" $B/rest/v1")
	f.Fuzz(func(t *testing.T, script string) {
		for _, r := range append(RequestsIn(keys.Names{}, script), RequestsOf(keys.Names{}, []string{"sh", "-c", script})...) {
			if r.At.Line < 1 || r.At.Line > 1+strings.Count(script, "\n") || r.Key == "" || r.Path == "" {
				t.Errorf("%+v", r)
			}
		}
	})
}
