package sources

import (
	"fmt"
	"strings"
	"testing"
)

// TestParseSQL reads the spellings in which a database is given keys.
func TestParseSQL(t *testing.T) {
	const token = "eyJh.eyJi.c"
	for _, test := range []struct{ text, want string }{
		{`select vault.create_secret('k', 'name');`, "vault secret name: name=k 1:29"},
		{`select vault.create_secret('it''s', 'name')`, "vault secret name: name=it's 1:29"},
		{"select vault.create_secret(\n  new_name := 'name',\n  new_secret := $q$k$q$::text)", "vault secret name: name=k 3:20"},
		{`-- select vault.create_secret('k', 'name');`, ""},
		{`/* select vault.create_secret('k', 'name'); */ select 1`, ""},
		{`select vault.create_secret('k')`, "Of nothing: =k 1:29"},
		{`select vault.update_secret((select id from vault.secrets where name = 'a'), 'k', 'b')`, "vault secret b: b=k 1:78"},
		{"do $$ begin select id into i from vault.secrets where name = 'a'; perform vault.update_secret(i, 'k'); end $$", "vault secret a: a=k 1:99"},
		{`select vault.create_secret(f('k'), 'name')`, "vault secret name: name unknown"},
		{`create function f(k text) language sql as $$ select vault.create_secret(k, 'name') $$`, "function f:"},
		{`INSERT INTO vault.secrets ("secret", name) VALUES ('k', 'a'), ('l', 'b') ON CONFLICT DO NOTHING`, "vault secret a: a=k 1:53; vault secret b: b=l 1:65"},
		{`update vault.secrets set secret = 'k', updated_at = now() where name = 'a'`, "vault secret a: a=k 1:36"},
		{`delete from vault.secrets where name in ('a', 'b')`, "vault secret a:; vault secret b:"},
		{`ALTER DATABASE postgres SET "app.settings.jwt_secret" TO 's'; alter database postgres reset app.x`, "setting app.settings.jwt_secret: app.settings.jwt_secret=s 1:59; setting app.x:"},
		{`ALTER DATABASE postgres SET "app.settings.jwt_secret" TO :'jwt_secret'`, ""},
		{`alter role a in database b set pgrst.jwt_secret = 's'`, "setting pgrst.jwt_secret: pgrst.jwt_secret=s 1:52"},
		{`do $$ begin execute format('alter role a set pgrst.jwt_secret = %L', s); end $$`, "setting pgrst.jwt_secret: pgrst.jwt_secret unknown"},
		{`create function f() returns void as $$ select set_config('pgrst.jwt_secret', 's', true) $$`, "setting pgrst.jwt_secret: pgrst.jwt_secret=s 1:79; function f:"},
		{`create or replace function "public"."f"() returns void as $$ -- Bearer ` + token + "\n select 'Bearer " + token + `' $$`, "function public.f: Authorization=" + token + " 2:17"},
		{`select cron.schedule('a', '* * * * *', 'select f(''{"apikey": "` + token + `"}'')'), cron.unschedule('b')`, "cron job a: apikey=" + token + " 1:64; cron job b:"},
		{`drop trigger if exists t on x`, "trigger t:"},
		{`select net.http_get('https://a.example.org/rest/v1/x', headers := '{"apikey":"` + token + `"}')`, "Of nothing: apikey=" + token + " 1:79 to https://a.example.org/rest/v1/x"},
	} {
		var got []string
		for _, set := range ParseSQL([]byte(test.text)) {
			line := set.Of + ":"
			if set.Of == "" {
				line = "Of nothing:"
			}
			for _, k := range set.Keys {
				if set.From != "" {
					line += " " + k.Name + " unknown"
					continue
				}
				line += fmt.Sprintf(" %s=%s %d:%d", k.Name, k.Value.Reveal(), k.Line, k.Column)
			}
			for _, u := range set.URLs {
				line += " to " + u.Value.Reveal()
			}
			got = append(got, line)
		}
		if strings.Join(got, "; ") != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.text, strings.Join(got, "; "), test.want)
		}
	}
}

func FuzzParseSQL(f *testing.F) {
	f.Add([]byte(`select vault.update_secret((select id from vault.secrets where name = 'a'), E'k');`))
	f.Add([]byte("insert into vault.secrets (name, secret) values ('a', $q$k$q$), ('b', 'c'); /* x"))
	f.Add([]byte("do $$ begin perform cron.schedule('a', '* * * * *', 'select ''Bearer eyJh.eyJi.c'''); end $$; -- x"))
	f.Add([]byte(`ALTER DATABASE postgres SET "app.settings.jwt_secret" TO 's'`))
	f.Fuzz(func(t *testing.T, b []byte) {
		ParseSQL(b)
	})
}
