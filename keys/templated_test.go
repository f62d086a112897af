package keys

import "testing"

// TestTemplated tells what a template engine fills in, and which variable it takes.
func TestTemplated(t *testing.T) {
	for _, c := range []struct {
		text, source string
		ok           bool
	}{
		{"{{ anon_key }}", "the template's variable {{anon_key", true},
		{"[[ .anon ]]", "", true},
		{"<%= anon_key %>", "the template's variable <%=anon_key", true},
		{"{{ item.anon }}", "", true},
		{"{{ anon_key | default('') }}", "", true},
		{"prefix-{{ jwt_secret }}", "", true},
		{"{% if prod %}a{% endif %}", "", true},
		{`{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`, "", false},
		{"a[[1]]", "", false},
		{"${ANON_KEY}", "", false},
		{"", "", false},
	} {
		v, ok := Templated(NewText(c.text))
		if ok != c.ok || v.Source() != c.source {
			t.Errorf("%s: %v from %q", c.text, ok, v.Source())
		}
	}
}
