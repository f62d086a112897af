package keys

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
)

// Found is a text within another one that has the form of a Supabase key.
type Found struct {
	Start, End int // bytes
	Key        Text
}

// Find lists the texts in b that have the form of a Supabase key, in order: JWTs of Supabase's (see OfSupabase) and opaque keys,
// as they are, in base64, and in pieces that a program or a fold of YAML puts together. It takes time in proportion to b, however
// long its lines are.
func Find(b []byte) []Found {
	found := append(findJWTs(b), findOpaque(b)...)
	found = append(found, findEncoded(b)...)
	slices.SortFunc(found, func(a, b Found) int { return a.Start - b.Start })
	return found
}

// OfSupabase says whether a token names one of Supabase's roles, its issuer or a project.
func (j JWT) OfSupabase() bool {
	switch j.Role {
	case "anon", "service_role", "authenticated", "supabase_admin":
		return true
	}
	return strings.Contains(j.Issuer, "supabase") || j.Ref != ""
}

// tokenStarts are the beginnings of a JWT's header, which is a JSON object: {" as it is, and with white space behind the brace.
var tokenStarts = [][]byte{[]byte("eyJ"), []byte("eyA"), []byte("ewo"), []byte("ew0")}

// findJWTs looks for where a header begins. Most that begins so is none, which its next bytes tell.
func findJWTs(b []byte) []Found {
	var out []Found
	for i := 0; i < len(b); {
		next := bytes.IndexByte(b[i:], 'e')
		if next < 0 {
			break
		}
		i += next
		if !begins(b, i) || !slices.ContainsFunc(tokenStarts, func(s []byte) bool { return bytes.HasPrefix(b[i:], s) }) {
			i++
			continue
		}
		text, end := pieces(b, i)
		if j, ok := ParseJWT(NewText(text)); ok && j.OfSupabase() {
			out = append(out, Found{i, end, NewText(text)})
		}
		i = max(end, i+1)
	}
	return out
}

// pieces is the token that begins at i, and where it ends. What stands between two pieces of it is left out: quotes, the
// signs that put texts together, a fold.
func pieces(b []byte, i int) (text string, end int) {
	var out []byte
	dots := 0 // a third one ends a sentence, or begins the end of a file's name
	for i < len(b) && len(out) < maxJWT {
		start := i
		for ; i < len(b) && (isTokenByte(b[i]) || b[i] == '.' && dots < 2); i++ {
			if b[i] == '.' {
				dots++
			}
		}
		out = append(out, b[start:i]...)
		end = i
		next := joint(b, i)
		if isWhole(out) || next == i || next == len(b) || !isTokenByte(b[next]) && b[next] != '.' {
			break
		}
		i = next
	}
	return string(out), end
}

// isWhole says whether a token has a signature as long as the shortest one is, that of HS256: it goes on nowhere.
func isWhole(token []byte) bool {
	const shortest = 43
	parts := bytes.Split(token, []byte("."))
	return len(parts) == 3 && len(parts[2]) >= shortest
}

// joint is where what puts two pieces of a text together ends, if it begins at i: "…" + "…", a backslash at the end of a line,
// or a fold. It is i where none does.
func joint(b []byte, i int) int {
	const longest = 200 // an indentation may be long
	quotes, lines := 0, 0
	for n := i; n < len(b) && n < i+longest; n++ {
		switch b[n] {
		case '"', '\'', '`':
			quotes++
		case '\n':
			lines++
		case ' ', '\t', '\r', '+', '\\', '(', ')':
		default:
			if quotes == 2 && lines <= 2 || quotes == 0 && lines == 1 {
				return n
			}
			return i
		}
	}
	return i
}

// begins says whether a word may begin at i. It may behind a dash, as in ${KEY:-eyJ…}.
func begins(b []byte, i int) bool { return i == 0 || !isTokenByte(b[i-1]) || b[i-1] == '-' }

func isTokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// opaqueStarts are those of opaque keys.
var opaqueStarts = [][]byte{[]byte("sb_publishable_"), []byte("sb_secret_")}

func findOpaque(b []byte) []Found {
	var out []Found
	for i := 0; i < len(b); {
		next := bytes.Index(b[i:], []byte("sb_"))
		if next < 0 {
			break
		}
		i += next
		end := i
		for end < len(b) && isTokenByte(b[end]) {
			end++
		}
		if t := NewText(string(b[i:end])); begins(b, i) && slices.ContainsFunc(opaqueStarts, func(s []byte) bool { return bytes.HasPrefix(b[i:], s) }) && Recognize(t) != "" && LooksRandom(t.Reveal()) {
			out = append(out, Found{i, end, t})
		}
		i = end
	}
	return out
}

// encodedStarts are those of JWTs and opaque keys in base64.
var encodedStarts = [][]byte{[]byte("ZXlK"), []byte("ZXlB"), []byte("c2Jf")}

// findEncoded looks for values that are in base64 as a whole.
func findEncoded(b []byte) []Found {
	var out []Found
	for _, start := range encodedStarts {
		for i := 0; i < len(b); {
			next := bytes.Index(b[i:], start)
			if next < 0 {
				break
			}
			i += next
			end := i
			for end < len(b) && (isTokenByte(b[end]) || b[end] == '+' || b[end] == '/') {
				end++
			}
			if plain, err := base64.RawStdEncoding.DecodeString(string(b[i:end])); err == nil && begins(b, i) {
				t := Trim(NewText(string(plain)))
				if j, ok := ParseJWT(t); ok && j.OfSupabase() || !ok && Recognize(t) != "" {
					out = append(out, Found{i, end, t})
				}
			}
			i = end
		}
	}
	return out
}
