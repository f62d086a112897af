package sources

import (
	"regexp"

	"github.com/keylint/keylint/keys"
)

// SweptSecret is a text that is assigned to the name of a JWT secret. It has no form that would tell what it is, and other products have JWT
// secrets, too.
type SweptSecret struct {
	Name string
	Text keys.Text
	At   Position
}

// secretQuoted and secretBare match a JWT secret and its name: JWT_SECRET = "…", jwtSecret: '…', getenv("JWT_SECRET", "…"),
// process.env.JWT_SECRET || "…", const JWT_SECRET: string = "…"; and, of a script, export JWT_SECRET=….
var (
	secretQuoted = regexp.MustCompile(`(?i)\b([\w-]*jwt[_-]?secret)\b["']?\s*[\])]?\s*(?::\s*\w+\s*)?(?:=>|:=|\|\||\?\?|[=:,])\s*` +
		`(?:"([^"\\\n$]{8,512})"|'([^'\\\n$]{8,512})'|` + "`([^`\\\\\n$]{8,512})`)")
	secretBare = regexp.MustCompile(`(?m)^[ \t]*(?:export[ \t]+)?(\w*JWT_SECRET)=([^\s"'$;&|<>(){}\[\],\\` + "`" + `]{16,512})$`)
)

// maxSecrets bounds how many are looked at in one text.
const maxSecrets = 16

// secretsIn finds what a text assigns to the names of JWT secrets, comments and other names apart.
func (f *File) secretsIn(b []byte, at func(start, end int) Position) (out []SweptSecret) {
	names := f.repo.names
	for _, m := range append(secretQuoted.FindAllSubmatchIndex(b, maxSecrets), secretBare.FindAllSubmatchIndex(b, maxSecrets)...) {
		name := string(b[m[2]:m[3]])
		for i := 4; i < len(m); i += 2 {
			if m[i] < 0 || names.Of(name).Slot != keys.JWTSecret || names.Of(string(b[m[i]:m[i+1]])).Slot != "" || f.commentedOut(b, m[2]) {
				continue
			}
			out = append(out, SweptSecret{name, keys.NewText(string(b[m[i]:m[i+1]])), at(m[i], m[i+1])})
		}
	}
	return out
}
