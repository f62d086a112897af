package keys

import (
	"regexp"
	"slices"
	"strings"
)

// Services are told what of a token's role counts by settings that are no keys.

// ListsRole says whether a list of roles that is cut at its commas alone, as GoTrue does (kelseyhightower/envconfig), has the role. One without
// any text has all that GoTrue's default does.
func ListsRole(list Text, role string) bool {
	return strings.TrimSpace(list.Reveal()) == "" || slices.Contains(strings.Split(list.Reveal(), ","), role)
}

// claimPath matches the first claim on a path, and what follows it (PostgREST docs/references/auth.rst: jwt-role-extract).
var claimPath = regexp.MustCompile(`^\.(?:"([^"]+)"|([\w$@-]+))(.*)$`)

// RoleAt says whether PostgREST may find the token's role at a path, ".role" or ".app_metadata.role".
func (j JWT) RoleAt(path Text) bool {
	m := claimPath.FindStringSubmatch(strings.TrimSpace(path.Reveal()))
	if m == nil {
		return true // it is none, and PostgREST does not start
	}
	if claim := m[1] + m[2]; claim != "role" {
		return j.claims(claim)
	}
	return m[3] == ""
}
