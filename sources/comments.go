package sources

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// otherMarks are those of any other file: "#" may begin what is none (#define).
var otherMarks = []string{"# ", "//", "/*"}

// commentMarks begin a comment, by the end of the file's name. They are made at the first use.
var commentMarks = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{"": {"#"}} // Dockerfile, Makefile
	for marks, extensions := range map[string]string{
		"#":            ".yaml .yml .sh .bash .zsh .py .rb .toml .env .tf .ps1 .r .pl .ex .exs .properties .service .conf .nix .mk .http .dockerfile",
		"// * /*":      ".js .jsx .ts .tsx .mjs .cjs .mts .cts .go .rs .dart .swift .kt .kts .java .scala .cs .c .h .cc .cpp .hpp .m .php .gradle .jsonc .json5 .css .scss",
		"-- /* *":      ".sql",
		"--":           ".lua .hs .elm",
		"<!--":         ".html .htm .xml .plist",
		"<!-- // * /*": ".vue .svelte .astro",
		"; #":          ".ini .cfg",
		"REM rem ::":   ".bat .cmd",
		"":             ".json .map .csv",
	} {
		for _, ext := range strings.Fields(extensions) {
			out[ext] = strings.Fields(marks)
		}
	}
	return out
})

// longLine is the length from which nobody wrote a line, and what looks like a comment behind something is none.
const longLine = 1 << 10

// inComment says whether what stands before a value on its line begins a comment.
func (f *File) inComment(before string) bool {
	marks, known := commentMarks()[strings.ToLower(path.Ext(f.Path))]
	switch {
	case f.IsDotenv():
		marks = commentMarks()[".env"]
	case !known:
		marks = otherMarks
	}
	text := strings.TrimLeft(before, " \t")
	for _, mark := range marks {
		if unicode.IsLetter(rune(mark[0])) { // REM, and not REMOTE_KEY
			mark += " "
		}
		if strings.HasPrefix(text, mark) {
			return true
		}
		for _, edge := range []string{" " + mark + " ", "\t" + mark + " "} { // behind something, and outside of quotes
			if i := strings.Index(before, edge); i >= 0 && len(before) < longLine && mark != "*" && strings.Count(before[:i], `"`)%2 == 0 && strings.Count(before[:i], `'`)%2 == 0 {
				return true
			}
		}
	}
	return false
}

// blockMarks begin and end comments of several lines.
var blockMarks = map[string]string{"/*": "*/", "<!--": "-->"}

// maxComment bounds how far above a value the comment may begin that it stands in.
const maxComment = 16 << 10

// inBlockComment says whether a comment that begins at the beginning of a line goes on to the end of a text: in a line, what looks so
// may be a pattern ("src/**/*.ts").
func (f *File) inBlockComment(before []byte) bool {
	marks := commentMarks()[strings.ToLower(path.Ext(f.Path))]
	before = before[max(0, len(before)-maxComment):]
	for begin, end := range blockMarks {
		at := bytes.LastIndex(before, []byte(begin))
		if at < 0 || !slices.Contains(marks, begin) || bytes.Contains(before[at:], []byte(end)) {
			continue
		}
		if line := before[bytes.LastIndexByte(before[:at], '\n')+1 : at]; len(bytes.TrimSpace(line)) == 0 {
			return true
		}
	}
	return false
}
