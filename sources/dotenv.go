package sources

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// Variable is one definition in a file of variables. Line and columns are those of the
// value's text on disk, without its quotes; EndColumn is 0 where the value spans lines.
type Variable struct {
	Name      string
	Value     keys.Text
	Line      int
	Column    int
	EndColumn int
}

// In is the place of the value in the file that defines it.
func (v Variable) In(file string) Position {
	return Position{File: file, Line: v.Line, Column: v.Column, EndColumn: v.EndColumn}
}

// jsSpace is \s as JavaScript has it.
const jsSpace = `[\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]`

// dotenvLine is the grammar of Node's dotenv 16.3.1, the version that @next/env bundles.
// A value ends at a "#", also without a space before it.
var dotenvLine = regexp.MustCompile(strings.NewReplacer("~", jsSpace).Replace(
	`(?m)^~*(?:export~+)?([\w.-]+)(?:~*?=~*?|:~+?)` +
		`(~*'(?:\\'|[^'])*'|~*"(?:\\"|[^"])*"|~*` + "`(?:\\\\`|[^`])*`" + `|[^#\r\n]+)?~*(?:#.*)?$`))

// ParseDotenv reads a .env file as Node's dotenv does: all definitions in order, of
// which the last of a name wins. What it does not understand it skips, as dotenv does.
func ParseDotenv(b []byte) []Variable {
	if len(b) > MaxFileSize || bytes.IndexByte(b, 0) >= 0 {
		return nil
	}
	text := strings.ReplaceAll(string(b), "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	starts := lineStarts(text)
	var variables []Variable
	for _, m := range dotenvLine.FindAllStringSubmatchIndex(text, -1) {
		v := Variable{Name: text[m[2]:m[3]]}
		raw, at := "", m[3] // of nothing, the sign that assigns it
		if m[4] >= 0 {
			raw, at = text[m[4]:m[5]], m[4]
		}
		trimmed := strings.TrimFunc(raw, isJSSpace)
		at += strings.Index(raw, trimmed)
		value := unquoteDotenv(trimmed)
		if strings.HasPrefix(trimmed, `"`) {
			value = strings.NewReplacer(`\n`, "\n", `\r`, "\r").Replace(value)
		}
		v.Value = keys.NewText(value)
		end := at + len(trimmed)
		if len(trimmed) >= 2 && strings.ContainsRune("'\"`", rune(trimmed[0])) && trimmed[len(trimmed)-1] == trimmed[0] {
			at, end = at+1, end-1
		}
		v.Line, v.Column = place(starts, at)
		if line, column := place(starts, end); line == v.Line {
			v.EndColumn = column
		}
		variables = append(variables, v)
	}
	return variables
}

func isJSSpace(r rune) bool { return jsSpaceRune.MatchString(string(r)) }

var jsSpaceRune = regexp.MustCompile(jsSpace)

// unquoteDotenv is dotenv's replace(/^(['"`])([\s\S]*)\1$/gm, "$2"): every stretch from
// a quote at the start of a line to the last such quote at the end of one.
func unquoteDotenv(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); {
		if (i == 0 || s[i-1] == '\n') && strings.IndexByte("'\"`", s[i]) >= 0 {
			if end := lastQuoteAtLineEnd(s, i); end > i {
				out.WriteString(s[i+1 : end])
				i = end + 1
				continue
			}
		}
		out.WriteByte(s[i])
		i++
	}
	return out.String()
}

func lastQuoteAtLineEnd(s string, start int) int {
	for j := len(s) - 1; j > start; j-- {
		if s[j] == s[start] && (j == len(s)-1 || s[j+1] == '\n') {
			return j
		}
	}
	return -1
}

// lineStarts lists the offset at which each line begins.
func lineStarts(s string) []int {
	starts := []int{0}
	for i := range len(s) {
		if s[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// place turns an offset into line and column, both from 1.
func place(starts []int, offset int) (line, column int) {
	low, high := 0, len(starts)
	for low+1 < high {
		if mid := (low + high) / 2; starts[mid] <= offset {
			low = mid
		} else {
			high = mid
		}
	}
	return low + 1, offset - starts[low] + 1
}

// Dotenv are the definitions of a dotenv file, decrypted where that can be done. Those of a file that
// is locked have their places, and no text that counts.
func (f *File) Dotenv() []Variable { return f.dotenvBy(ParseDotenv) }

func (f *File) dotenvBy(parse func([]byte) []Variable) []Variable {
	plain, err := f.Plain()
	if err != nil {
		return nil
	}
	variables := parse(plain)
	if !f.Encrypted() || f.Locked() != nil {
		return variables
	}
	disk, _ := f.Disk() // the places are those of the encrypted file
	at := map[string]Variable{}
	for _, v := range parse(disk) {
		at[v.Name] = v
	}
	for i, v := range variables {
		on := at[v.Name]
		variables[i].Line, variables[i].Column, variables[i].EndColumn = on.Line, on.Column, on.EndColumn
	}
	return variables
}
