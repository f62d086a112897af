// Command mint makes the asymmetric half of a set of test keys, as upstream's
// add-new-auth-keys.sh does: an EC key pair, the JWKS that belongs to it, and a JWT for
// each role. It reads the set's JWT secret from its argument and prints lines for a .env
// file.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: mint JWT-SECRET")
		os.Exit(2)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	private, err := key.Bytes()
	check(err)
	public, err := key.PublicKey.Bytes()
	check(err)
	encode := base64.RawURLEncoding.EncodeToString
	const kid = "6b65796c-696e-4774-8573-74206b657921"
	ec := map[string]any{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": encode(public[1:33]), "y": encode(public[33:])}
	oct := map[string]any{"kty": "oct", "k": encode([]byte(os.Args[1])), "alg": "HS256"}
	jwks, err := json.Marshal(map[string]any{"keys": []any{ec, oct}})
	check(err)
	withPrivate := map[string]any{"d": encode(private)}
	for k, v := range ec {
		withPrivate[k] = v
	}
	list, err := json.Marshal([]any{withPrivate, oct})
	check(err)
	fmt.Printf("ANON_KEY_ASYMMETRIC=%s\nSERVICE_ROLE_KEY_ASYMMETRIC=%s\n", token(key, kid, "anon"), token(key, kid, "service_role"))
	fmt.Printf("JWT_KEYS=%s\nJWT_JWKS=%s\n", list, jwks)
}

func token(key *ecdsa.PrivateKey, kid, role string) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"ES256","typ":"JWT","kid":"`+kid+`"}`)) + "." +
		encode([]byte(fmt.Sprintf(`{"role":%q,"iss":"supabase","iat":1770768000,"exp":1928448000}`, role)))
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	check(err)
	return text + "." + encode(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
