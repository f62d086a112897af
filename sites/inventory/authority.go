package inventory

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
)

// Authority is an address of Supabase Auth by which its bearer verifies tokens: that of the key set which is served there,
// or the issuer that a token has to name.
type Authority struct {
	*Binding
	Host   string // as in a URL
	Of     string // what tells its variable from others of the kind
	Serves bool   // the key set
	By     *Carrier
}

// Authorities are those that the carrier bears.
func (c *Carrier) Authorities(names keys.Names) []*Authority {
	var out []*Authority
	for _, b := range c.Bindings {
		u := address(b.Value)
		if u == nil {
			continue
		}
		name := names.Of(b.Name)
		if serves := servesKeys(u); serves || name.Issuer && isAuth(u) {
			out = append(out, &Authority{b, HostOfURL(u), name.Of, serves, c})
		}
	}
	return out
}

// isAuth says whether an address is that of Supabase Auth behind its gateway, which is what it calls itself in its tokens,
// too (supabase/supabase docker/docker-compose.yml: GOTRUE_JWT_ISSUER).
func isAuth(u *url.URL) bool {
	return u.Path == authPath || strings.HasPrefix(u.Path, authPath+"/")
}

const authPath = "/auth/v1"

// servesKeys says whether Supabase Auth serves its key set at the address, today or formerly
// (supabase.com/docs: guides/auth/jwts).
func servesKeys(u *url.URL) bool {
	return isAuth(u) && slices.Contains([]string{"jwks.json", "jwks", "keys"}, path.Base(u.Path))
}
