package inventory

import "testing"

// TestFromShell tells a variable that only the shell knows from one that has a default.
func TestFromShell(t *testing.T) {
	p := &composeProject{env: map[string]*Binding{"SET": {}}}
	for _, c := range []struct {
		raw   string
		names []string
		want  string
	}{
		{"${ANON_KEY}", []string{"ANON_KEY"}, "ANON_KEY"},
		{"$ANON_KEY", []string{"ANON_KEY"}, "ANON_KEY"},
		{"Bearer ${ANON_KEY}", []string{"ANON_KEY"}, "ANON_KEY"},
		{"${ANON_KEY}-x", []string{"ANON_KEY"}, "ANON_KEY"},
		{"${JWT_JWKS:-${JWT_SECRET}}", []string{"JWT_JWKS", "JWT_SECRET"}, "JWT_SECRET"},
		{"${JWT_JWKS:-${SET}}", []string{"JWT_JWKS", "SET"}, ""},
		{"${ANON_KEY:-}", []string{"ANON_KEY"}, ""},
		{"${SET}", []string{"SET"}, ""},
		{"plain", nil, ""},
	} {
		if got := p.fromShell(c.raw, c.names); got != c.want {
			t.Errorf("%s: %q, want %q", c.raw, got, c.want)
		}
	}
}
