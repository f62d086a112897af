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
	found := append(findPlain(b), findEncoded(b)...)
	slices.SortFunc(found, func(a, b Found) int { return a.Start - b.Start })
	return found
}

// Bears says whether a key stands in a text, in one of the forms that Find knows.
func Bears(t, key Text) bool {
	return slices.ContainsFunc(Find([]byte(t.Reveal())), func(f Found) bool { return f.Key.Equal(key) })
}

// findPlain are those that stand there as they are.
func findPlain(b []byte) []Found { return append(findJWTs(b), findOpaque(b)...) }

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
		if !begins(b, i) || !startsWith(b[i:], tokenStarts) {
			i++
			continue
		}
		text, end := pieces(b, i)
		if j, ok := ParseJWT(NewText(text)); ok && j.OfSupabase() || !ok && isDamaged(text) {
			out = append(out, Found{i, end, NewText(text)})
		}
		i = max(end, i+1)
	}
	return out
}

// isDamaged says whether a text was one of Supabase's tokens before it was damaged in its header or its claims: it has three parts and a
// signature that lacks a few characters at most, and what can be read of its claims is what those of its keys say. One that is cut is not told from the many that are abridged on purpose.
func isDamaged(text string) bool {
	parts := strings.Split(text, ".")
	const lost = 3
	if len(parts) != 3 || len(parts[2]) < shortestSignature-lost {
		return false
	}
	claims, _ := base64.RawURLEncoding.DecodeString(parts[1]) // as far as it goes
	return slices.ContainsFunc(claimsOfKeys, func(c []byte) bool { return bytes.Contains(claims, c) })
}

var claimsOfKeys = [][]byte{[]byte(`"iss":"supabase`), []byte(`"role":"anon"`), []byte(`"role":"service_role"`)}

// pieces is the token that begins at i, and where it ends. What stands between two pieces of it is left out: quotes, the
// signs that put texts together, a fold.
func pieces(b []byte, i int) (text string, end int) {
	var out []byte
	dots := 0      // a third one ends a sentence, or begins the end of a file's name
	signature := 0 // where the last part begins
	for i < len(b) && len(out) < maxJWT {
		start := i
		for ; i < len(b) && (isTokenByte(b[i]) || b[i] == '.' && dots < 2); i++ {
			if b[i] == '.' {
				dots++
				signature = len(out) + i + 1 - start
			}
		}
		out = append(out, b[start:i]...)
		end = i
		next := joint(b, i)
		// With a signature as long as the shortest one is, that of HS256, it goes on nowhere.
		if whole := dots == 2 && len(out)-signature >= shortestSignature; whole || next == i || next == len(b) || !isTokenByte(b[next]) && b[next] != '.' {
			break
		}
		i = next
	}
	return string(out), end
}

// shortestSignature is the length of HS256's, in base64.
const shortestSignature = 43

// joint is where what puts two pieces of a text together ends, if it begins at i: "…" + "…", '…' . '…', a backslash at the end of a line,
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
		case '.', '&', '|': // of PHP and Lua, of Visual Basic, of SQL
			if quotes != 1 {
				return i
			}
		default:
			if quotes == 2 && lines <= 2 || quotes == 0 && lines == 1 {
				return n
			}
			return i
		}
	}
	return i
}

func startsWith(b []byte, starts [][]byte) bool {
	return slices.ContainsFunc(starts, func(s []byte) bool { return bytes.HasPrefix(b, s) })
}

// begins says whether a word may begin at i. It may behind a dash, as in ${KEY:-eyJ…}, and behind what stands for a sign: Bearer%20eyJ…, \neyJ….
func begins(b []byte, i int) bool {
	return i == 0 || !isTokenByte(b[i-1]) || b[i-1] == '-' ||
		i >= 3 && b[i-3] == '%' && isHex(b[i-2]) && isHex(b[i-1]) ||
		i >= 2 && b[i-2] == '\\' && (b[i-1] == 'n' || b[i-1] == 't' || b[i-1] == 'r')
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

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
		if t := NewText(string(b[i:end])); begins(b, i) && startsWith(b[i:], opaqueStarts) && Recognize(t) != "" && LooksRandom(t.Reveal()) {
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
				text := []byte(Trim(NewText(string(plain))).Reveal())
				if k := findPlain(text); len(k) == 1 && k[0].Start == 0 && k[0].End == len(text) {
					out = append(out, Found{i, end, k[0].Key})
				}
			}
			i = end
		}
	}
	return out
}
