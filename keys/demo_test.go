package keys

import "testing"

func TestPublished(t *testing.T) {
	const (
		dockerAnon = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyAgCiAgICAicm9sZSI6ICJhbm9uIiwKICAgICJpc3MiOiAic3VwYWJhc2UtZGVtbyIsCiAgICAiaWF0IjogMTY0MTc2OTIwMCwKICAgICJleHAiOiAxNzk5NTM1NjAwCn0.dc_X5iR_VP_qT0zsiyj_I_OZ2T9FtRU2BBNWN8Bu4GE"
		docker     = "Supabase's docker setup and Helm chart"
	)
	tests := []struct{ name, text, want string }{
		{"the docker secret", "your-super-secret-jwt-token-with-at-least-32-characters-long", docker},
		{"with a line end", "your-super-secret-jwt-token-with-at-least-32-characters-long\n", docker},
		{"the docker anon key", dockerAnon, docker},
		{"the same with another signature", dockerAnon[:len(dockerAnon)-4] + "AAAA", ""},
		{"the secret of the CLI", "super-secret-jwt-token-with-at-least-32-characters-long", "the Supabase CLI"},
		{"a secret of one's own", "a-secret-of-my-own-with-at-least-32-characters-long", ""},
		{"nothing", "", ""},
	}
	for _, test := range tests {
		if got := Published(NewText(test.text)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	if got := Published(Text{}); got != "" {
		t.Errorf("an absent text: %q", got)
	}
}
