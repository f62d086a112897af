package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/keylint/keylint/keys"
)

// Fallback is an expression of names of which the first that is set counts: process.env.A || process.env.B.
type Fallback struct {
	File  *File
	Names []FallbackName // in the order in which they are asked; not all are of one role
}

// FallbackName is one of them.
type FallbackName struct {
	Text string
	Name keys.Name
	At   Position
}

// Program code has many ways to fall back from one variable to another. What stands between their two names tells them, whatever the language:
//
//	process.env.A || process.env.B       os.getenv("A") or os.getenv("B")       getenv('A') ?: getenv('B')
//	Deno.env.get("A") ?? fixed.B         os.environ.get("A", os.getenv("B"))    ENV.fetch("A") { ENV["B"] }
//	cmp.Or(os.Getenv("A"), os.Getenv("B"))       ${A:-${B}}       ${{ secrets.A || secrets.B }}
//
// An expression that is a condition hands nothing on. It is taken for a value where something takes it: it is assigned, returned, a property, an
// argument behind another one.
const (
	// fallbackGap may stand between two signs: blanks, and a comment behind the line.
	fallbackGap = `(?:\s|\\\n|//[^\n]*\n|# [^\n]*\n)*`
	// fallbackHead stands before a name: what has it, and how it is asked for it.
	fallbackHead = `(?:[\w$@]+(?:\?\.|\.|->|::))*(?:(?i:get|getenv|get_env|getenvironmentvariable|env|fetch|config|var|requireenv|readenv)(?:<[\w\s|]*>)?\(\s*["'` + "`" + `]|[\w$]*\[\s*["'` + "`" + `])?`
	// fallbackTail stands behind it, with what is made of nothing.
	fallbackTail = "[\"'`]?" + `(?:\s*(?:,|\)?\s*(?:\|\||\?\?|\bor\b))\s*(?:default\s*=\s*)?(?:""|''|None|null|undefined))?\s*[)\]]?(?:!|\s+as\s+string|\??\.(?:trim|strip|toString)\(\)|\))*`
	fallbackOr   = fallbackGap + `(?:\|\||\?\?|\?:|\bor\b)` + fallbackGap + `\(*`
	// fallbackOther is a name of something else between two that matter.
	fallbackOther = `(?:` + fallbackHead + `[\w$]+` + fallbackTail + fallbackOr + `){0,2}`
)

var (
	betweenAlternatives = regexp.MustCompile(`^` + fallbackTail + fallbackOr + fallbackOther + fallbackHead + `$`)
	betweenDefault      = regexp.MustCompile("^[\"'`]" + `\s*(?:,\s*(?:default\s*=\s*|defaultValue:\s*)?|\)\s*\{\s*|\)\s*\.or_else\(\|\w*\|\s*)` + fallbackHead + `$`)
	betweenCmpOr        = regexp.MustCompile(`^"\),\s*os\.Getenv\("$`)
	betweenShell        = regexp.MustCompile(`^(?::?-"?\$\{?|\s*\|\|\s*(?:secrets|vars|env)\.)$`)

	beforeAny     = regexp.MustCompile(`(?:(?:^|[^=!<>])=>?|[:,?]|\breturn|[=$]\{)` + fallbackGap + `(?:await\s+)?(?:cmp\.Or\(\s*)?(?:\(\s*)*(?:[\w$][\w$.?\[\]"'()]*` + fallbackOr + `)*` + fallbackHead + `$`)
	beforeDefault = regexp.MustCompile(`(?i)(?:\bgetenv|\benviron\.get|\benv\.fetch|\benv\.get|\benv|\bconfig|\benv::var|\bfromEnvironment)\(\s*["'` + "`" + `]$`)
	beforeCmpOr   = regexp.MustCompile(`\bcmp\.Or\(\s*os\.Getenv\("$`)
	beforeShell   = regexp.MustCompile(`\$\{$|\$\{\{[^{}]*\b(?:secrets|vars|env)\.$`)

	// asked matches a quote that begins a name which something is asked for.
	asked = regexp.MustCompile("[(\\[]\\s*[\"'`]$")
	// afterCondition matches what stands behind an expression that is a condition, or a part of one.
	afterCondition = regexp.MustCompile(`^` + fallbackTail + `\s*(?:&&|\band\b|\?[^?.:;,)]|[=!]==?|\bis\b|\bin\b)`)
	// shellCondition matches what stands before one in a line of a shell, before what is only said, and before the header that lets any key pass.
	shellCondition = regexp.MustCompile(`\[\s|\btest\s|^[\s-]*if:|\s-[zn]\s|^\s*(?:echo|printf)\s|(?i:apikey["']?[:=]\s*["']?)\$\{$`)
	// takesFallback matches the name of what an expression is assigned to.
	takesFallback = regexp.MustCompile(`([\w$]+)["']?\??\s*(?::[^=\n{},:]*)?[:=]` + fallbackGap + `\(*[^=:]*$`)
)

// predicates are words of what an expression is assigned to that only says whether there is a key.
var predicates = []string{"has", "is", "have", "can", "configured", "enabled", "available", "ready", "valid", "missing", "present", "exists"}

// fallbackCode are the extensions of the languages that have such expressions, fallbackShell those of what a shell or compose reads.
var (
	fallbackCode  = setOf(".js .jsx .ts .tsx .mjs .cjs .mts .cts .vue .svelte .astro .py .rb .php .go .rs .kt .kts .java .cs .swift .dart .groovy")
	fallbackShell = setOf(".sh .bash .zsh .yaml .yml .env .mk")
)

func setOf(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// serverMarks are of the names of server keys, without which no expression has one. They are made at the first use.
var serverMarks = sync.OnceValue(func() *finder {
	var marks []mark
	for _, name := range []string{"SERVICE_ROLE", "SERVICE_KEY", "SECRET_KEY", "ADMIN_KEY", "SUPABASESERVICE_KEY"} {
		for _, m := range spellings(name) {
			marks = append(marks, mark{text: m.text})
		}
	}
	return newFinder(marks)
})

const (
	maxFallbacks   = 50  // of one file
	maxBetween     = 240 // bytes between two names of an expression
	maxBeforeFirst = 200 // and before the first, in which the value's taker is looked for
)

// mayFallBack says whether something in a text may be a fallback from one key to another: a cheap test.
func (f *File) mayFallBack(b []byte) bool {
	ext := strings.ToLower(path.Ext(f.Path))
	code, shell := fallbackCode[ext], fallbackShell[ext] || f.IsDotenv() || f.IsDockerfile()
	if !code && !shell || len(f.repo.names.Own()) == 0 && !(namesSupabase(b) && serverMarks().in(b)) {
		return false
	}
	return code || bytes.Contains(b, []byte("-$")) || bytes.Contains(b, []byte(`-"$`)) || bytes.Contains(b, []byte("||"))
}

// namesSupabase says whether a text has the word that all names have which are a key's without a doubt. It looks at no byte by itself, as the
// finder does.
func namesSupabase(b []byte) bool {
	return bytes.Contains(b, []byte("UPABASE")) || bytes.Contains(b, []byte("upabase"))
}

// fallbacks are the expressions of a text by which one key goes before another; none in what is no code of the repository's own.
func (f *File) fallbacks(b []byte) []Fallback {
	if !f.mayFallBack(b) || f.Place() != "" || f.IsBuildOutput() {
		return nil
	}
	shell := !fallbackCode[strings.ToLower(path.Ext(f.Path))]
	starts := lineStarts(string(b))
	var out []Fallback
	var last [2]int // where the last name stands that was read
	chain := Fallback{File: f}
	begin := 0
	end := func() {
		other := func(n FallbackName) bool { return n.Name.Slot.Role() != chain.Names[0].Name.Slot.Role() }
		if slices.ContainsFunc(chain.Names, other) && f.handsOn(b, begin, last[1], shell) {
			out = append(out, chain)
		}
		chain.Names = nil
	}
	for _, at := range keyWordsIn(b) {
		text := string(b[at[0]:at[1]])
		name := f.repo.names.Of(text)
		if role := name.Slot.Role(); role != keys.Public && role != keys.Server {
			continue
		}
		if len(chain.Names) > 0 && !joined(b, last, at[0], shell) {
			end()
		}
		if len(chain.Names) == 0 {
			begin = at[0]
		}
		line, column := place(starts, at[0])
		chain.Names = append(chain.Names, FallbackName{text, name, Position{File: f.Path, Line: line, Column: column, EndColumn: column + len(text)}})
		if last = at; len(out) == maxFallbacks {
			return out
		}
	}
	end()
	return out
}

// keyWordsIn are the words of a text that may be names of keys.
func keyWordsIn(b []byte) [][2]int {
	var out [][2]int
	start := -1
	for i := 0; i <= len(b); i++ {
		if i < len(b) && (isLetter(b[i]) || b[i] == '_' || b[i] >= '0' && b[i] <= '9') {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 && i-start >= len("anon_key") && i-start <= maxName && slices.ContainsFunc(keyParts, func(p []byte) bool { return bytes.Contains(b[start:i], p) }) {
			out = append(out, [2]int{start, i})
		}
		start = -1
	}
	return out
}

// keyParts are of whatever name a key may have, the user's own as well: one says that it is a key.
var keyParts = [][]byte{[]byte("KEY"), []byte("Key"), []byte("key"), []byte("SUPABASE"), []byte("upabase"), []byte("SERVICE"), []byte("ervice"), []byte("SECRET"), []byte("ecret"), []byte("TOKEN"), []byte("oken")}

// joined says whether what stands between two names makes the one count where the other is not set.
func joined(b []byte, first [2]int, second int, shell bool) bool {
	if second-first[1] > maxBetween {
		return false
	}
	between, before := b[first[1]:second], b[max(0, first[0]-maxBeforeFirst):first[0]]
	if shell {
		return betweenShell.Match(between) && beforeShell.Match(before)
	}
	return betweenAlternatives.Match(between) || betweenDefault.Match(between) && beforeDefault.Match(before) || betweenCmpOr.Match(between) && beforeCmpOr.Match(before)
}

// handsOn says whether something takes the value of an expression, whose first and last names stand there, and whether it is code at all. The
// header apikey takes any key: the role is that of the Authorization beside it.
func (f *File) handsOn(b []byte, first, last int, shell bool) bool {
	from := bytes.LastIndexByte(b[:first], '\n') + 1
	line := string(b[max(from, first-maxLine):first])
	if f.inComment(line) || f.inBlockComment(b[:first]) || first-from > longLine {
		return false
	}
	before, behind := b[max(0, first-maxBeforeFirst):first], b[last:min(len(b), last+maxBetween)]
	if shell {
		return !shellCondition.MatchString(line)
	}
	if !beforeAny.Match(before) || afterCondition.Match(behind) || inQuotes(asked.ReplaceAllString(line, "")) {
		return false
	}
	to := takesFallback.FindSubmatch(before)
	return to == nil || !strings.EqualFold(string(to[1]), "apikey") && !slices.ContainsFunc(keys.Words(string(to[1])), func(w string) bool { return slices.Contains(predicates, w) })
}

// inQuotes says whether a text begins on a line that does not end there: a name in it is only spoken of. What stands in "${}" of one is code.
func inQuotes(line string) bool {
	if i := strings.LastIndex(line, "${"); i >= 0 {
		line = line[i:]
	}
	return slices.ContainsFunc([]string{`"`, "'", "`"}, func(q string) bool { return strings.Count(line, q)%2 == 1 })
}

// Hands says whether anything of the repository but code, documentation and examples has the name of a variable: it may set that, or hand it on.
func (r *Repository) Hands(name string) bool {
	return slices.ContainsFunc(slices.Concat(r.scripts, r.Files()), func(f *File) bool {
		if fallbackCode[path.Ext(f.Path)] || f.Example || !f.IsMarked() && f.tested || f.Place() != "" {
			return false
		}
		b, err := f.peek()
		return err != nil || wordIn(b, name) >= 0
	})
}

// MayLoadVariables says whether what runs the code of a file may give it more variables than its container has: the program loads a file, or gets
// them from a store as it starts.
func (r *Repository) MayLoadVariables(of *File) bool {
	dir := r.packageOf(of.Dir())
	return slices.ContainsFunc(slices.Concat(r.scripts, r.Files(), r.others), func(f *File) bool {
		if !within(f.Path, dir) || f.Example || !fallbackCode[path.Ext(f.Path)] && !f.IsDockerfile() && !isScript(f.Path) && path.Base(f.Path) != "package.json" {
			return false
		}
		b, err := f.peek()
		return err != nil || loads.Match(b)
	})
}
