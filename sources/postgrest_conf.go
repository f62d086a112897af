package sources

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

var (
	// postgrestLine matches `jwt-secret = "…"`, and a value without quotes.
	postgrestLine = regexp.MustCompile(`^\s*([A-Za-z][\w.-]*)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s"#]+))\s*(?:#.*)?$`)

	postgrestOptions = map[string]string{
		"jwt-secret": "PGRST_JWT_SECRET", "jwt-secret-is-base64": "PGRST_JWT_SECRET_IS_BASE64", "app.settings.jwt_secret": "PGRST_APP_SETTINGS_JWT_SECRET",
		"secret-is-base64":   "PGRST_JWT_SECRET_IS_BASE64",                                             // as it was called before PostgREST 7
		"jwt-role-claim-key": "PGRST_JWT_ROLE_CLAIM_KEY", "role-claim-key": "PGRST_JWT_ROLE_CLAIM_KEY", // likewise
	}
)

// ParsePostgREST reads the settings of PostgREST's configuration file that bear on its JWT secret or on a key's role, under the names of the environment variables that
// override them (docs.postgrest.org: configuration). An option that stands twice counts as it stands last.
func ParsePostgREST(b []byte) []Variable {
	var out []Variable
	for i, line := range splitLines(b) {
		m := postgrestLine.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		name, from, till := postgrestOptions[strings.ToLower(line[m[2]:m[3]])], m[4], m[5]
		if from < 0 {
			from, till = m[6], m[7]
		}
		if name != "" {
			out = append(out, Variable{Name: name, Value: keys.NewText(unescaped(line[from:till])), Line: i + 1, Column: from + 1, EndColumn: till + 1})
		}
	}
	return out
}
