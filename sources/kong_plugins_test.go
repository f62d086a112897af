package sources_test

import (
	"testing"

	"github.com/keylint/keylint/sources"
)

// TestTranslates says of which plugins another token may come than the client's.
func TestTranslates(t *testing.T) {
	for _, c := range []struct {
		plugin string
		want   bool
	}{
		{`{name: cors}`, false},
		{`{name: pre-function}`, true},
		{`{name: pre-function, enabled: false}`, false},
		{`{name: request-transformer, config: {add: {headers: ["Content-Profile: graphql_public"]}}}`, false},
		{`{name: request-transformer, config: {replace: {headers: ["Authorization: $(headers.authorization or headers.apikey)"]}}}`, false},
		{`{name: request-transformer, config: {replace: {headers: ["Authorization: $((headers.apikey == 'a' and 'Bearer b') or headers.authorization)"]}}}`, true},
	} {
		for _, config := range []string{
			"plugins: [" + c.plugin + "]",
			"services: [{name: rest, plugins: [" + c.plugin + "]}]",
			"services: [{name: rest, routes: [{name: rest, plugins: [" + c.plugin + "]}]}]",
		} {
			got, problem := sources.ParseKong([]byte("_format_version: '2.1'\n" + config + "\n"))
			if problem != nil || got.Translates != c.want {
				t.Errorf("%s: %v", config, problem)
			}
		}
	}
}
