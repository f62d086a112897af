package keys

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// lifetime is how long upstream's keys are good for (supabase/supabase docker/utils/generate-keys.sh: 5 * 3600 * 24 * 365).
const lifetime = 5 * 365 * 24 * time.Hour

// Issue makes the legacy key of a role anew under a JWT secret, as upstream's generator does (docker/utils/generate-keys.sh: HS256, and the claims
// role, iss, iat and exp in this order). What else the old key claims is kept. It is false of a slot that has no such key.
func Issue(slot Slot, secret, old Text, at time.Time) (Text, bool) {
	role := map[Slot]string{Anon: "anon", ServiceRole: "service_role"}[slot]
	if role == "" || secret.Len() == 0 {
		return Text{}, false
	}
	issuer := "supabase"
	var further []string
	if token, ok := ParseJWT(old); ok {
		if token.Issuer != "" && token.Issuer != "supabase-demo" {
			issuer = token.Issuer
		}
		further = furtherClaims(token)
	}
	quoted, err := json.Marshal(issuer)
	if err != nil {
		return Text{}, false
	}
	claims := append([]string{fmt.Sprintf(`"role":%q,"iss":%s,"iat":%d,"exp":%d`, role, quoted, at.Unix(), at.Add(lifetime).Unix())}, further...)
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		base64.RawURLEncoding.EncodeToString([]byte("{"+strings.Join(claims, ",")+"}"))
	signature, err := jwt.SigningMethodHS256.Sign(signed, []byte(secret.Reveal()))
	if err != nil {
		return Text{}, false
	}
	return NewText(signed + "." + base64.RawURLEncoding.EncodeToString(signature)), true
}

// furtherClaims are those that are the site's own, in order of name. Dates are made anew.
func furtherClaims(token JWT) (out []string) {
	var claims map[string]json.RawMessage
	if !decodePart(token.payload, &claims) {
		return nil
	}
	for name, value := range claims {
		if slices.Contains([]string{"role", "iss", "iat", "exp", "nbf", "jti"}, name) {
			continue
		}
		quoted, err := json.Marshal(name)
		compact, also := json.Marshal(value)
		if err == nil && also == nil {
			out = append(out, string(quoted)+":"+string(compact))
		}
	}
	slices.Sort(out)
	return out
}
