package sources

import (
	"bytes"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/keys"
)

// Request is a command that asks something of Supabase with a key in its Authorization header, and no apikey, neither as a header nor in the URL; or
// with one that has the word Bearer before the key.
type Request struct {
	At      Position
	Program string // "curl"
	Path    string // "/rest/v1/profiles"
	Host    string // with its port; of digits where a variable has a part of it, and empty where one has the scheme as well
	Key     string // the variable that holds the key, or the slot of the one that stands there
	Scheme  bool   // it is sent as apikey, behind the word Bearer
}

var (
	// askedPath matches what of an address leads to what a gateway of Supabase's guards with a key.
	askedPath = regexp.MustCompile(`/(?:rest|graphql|auth)/v1(?:/[^?#]*)?(?:[?#]|$)`)
	// openPath matches what it lets everybody ask, which a mail or another site leads to (supabase/supabase docker/volumes/api/kong.yml).
	openPath = regexp.MustCompile(`^/auth/v1/(?:verify|callback|authorize|\.well-known|sso|oauth)\b`)
	// bearer matches the header that bears a token, or is meant to bear the key alone.
	bearer = regexp.MustCompile(`(?i)^(Authorization|apikey):\s*Bearer\s+(\S+)$`)
	// ownStack matches what a script starts the Supabase CLI's stack with, or asks it at: its gateway wants no key.
	ownStack = regexp.MustCompile(`\bsupabase\s+(?:start|status)\b|\b54321\b`)
	// secretOf matches what GitHub puts in the place of a variable or a secret.
	secretOf = regexp.MustCompile(`\$\{\{\s*(?:secrets|vars|env)\.(\w+)\s*\}\}`)
)

// mayRequest says whether something in a text that a shell runs may ask so: a cheap test.
func (f *File) mayRequest(b []byte) bool {
	return f.runsInShell() && (bytes.Contains(b, []byte("curl")) || bytes.Contains(b, []byte("wget"))) && bytes.Contains(b, []byte("/v1")) && !ownStack.Match(b)
}

// runsInShell says whether a shell runs the file, or texts in it.
func (f *File) runsInShell() bool {
	return isShell(f.Path) || isMakefile(f.Path) || strings.EqualFold(path.Base(f.Path), "justfile") || f.IsManifest() && mayCall(f.Path)
}

// requests are those of a file's texts.
func (f *File) requests(b []byte) []Request {
	if !f.mayRequest(b) || f.Place() != "" {
		return nil
	}
	var out []Request
	for _, p := range piecesOf(f, secretOf.ReplaceAll(b, []byte("$$$1")), "/v1") {
		for _, r := range RequestsIn(f.repo.names, p.text) {
			r.At = Position{File: f.Path, Line: r.At.Line + p.line}
			out = append(out, r)
		}
	}
	return out
}

// RequestsOf are those of a command, of whose words one may be a script. $(NAME) stands for a variable, as the kubelet has it.
func RequestsOf(names keys.Names, command []string) []Request {
	if len(command) > 0 && shells[path.Base(command[0])] {
		script := command[len(command)-1]
		if i := slices.IndexFunc(command, func(w string) bool { return strings.HasPrefix(w, "-") && strings.HasSuffix(w, "c") }); i > 0 && i+1 < len(command) {
			script = command[i+1]
		}
		return RequestsIn(names, makeVariable.ReplaceAllString(script, "$${$1}"))
	}
	var words []string
	for _, w := range command {
		words = append(words, makeVariable.ReplaceAllString(w, unknown("$1")))
	}
	if r, ok := requestOf(names, words); ok {
		r.At.Line = 1
		return []Request{r}
	}
	return nil
}

// RequestsIn are those of a script. Their places have the lines of the script alone.
func RequestsIn(names keys.Names, script string) []Request {
	file, err := parseBash("", []byte(script))
	if err != nil {
		return nil
	}
	lines := strings.Split(script, "\n")
	set := &onceAssigned{by: assignedOnce(file), left: maxPutInPlace}
	var out []Request
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 || len(out) == maxRequests {
			return true
		}
		var words []string
		for _, w := range call.Args {
			words = append(words, set.words(w, 0)...)
		}
		if r, ok := requestOf(names, words); ok && !expectsRefusal(lines, int(call.Pos().Line()), int(call.End().Line())) {
			r.At.Line = int(call.Pos().Line())
			out = append(out, r)
		}
		return true
	})
	return out
}

// maxRequests bounds those of one script.
const maxRequests = 50

// expectsRefusal says whether what stands around a command says that it is to be refused: a test of the gateway.
func expectsRefusal(lines []string, from, to int) bool {
	return slices.ContainsFunc(lines[max(0, from-4):min(len(lines), to+5)], func(line string) bool { return strings.Contains(line, "401") })
}

// requestOf is what a command of these words asks. ok is false where it may send the header apikey, in whatever way. What is not known in a word
// stands between unknownBegin and unknownEnd, with the name of the variable.
func requestOf(names keys.Names, words []string) (r Request, ok bool) {
	if len(words) == 0 {
		return r, false
	}
	r.Program = path.Base(words[0])
	if r.Program != "curl" && r.Program != "wget" {
		return r, false
	}
	for i := 1; i < len(words); i++ {
		word := words[i]
		flag, value, attached := strings.Cut(word, "=")
		switch {
		case curlOpenFlags[flag], wholeUnknown.MatchString(word), mentionsKey(strings.TrimPrefix(strings.TrimPrefix(word, "-H"), "--header=")):
			return r, false
		case strings.HasPrefix(word, "--") && !attached && i+1 < len(words) && curlFlags[flag], shortFlag.MatchString(word) && i+1 < len(words):
			i++
			value = words[i]
			if shortFlag.MatchString(word) {
				flag = word[len(word)-1:]
			}
			if mentionsKey(value) {
				return r, false
			}
		case strings.HasPrefix(word, "-H") && len(word) > 2:
			flag, value = "H", word[2:]
		case !strings.HasPrefix(word, "-"):
			flag, value = "--url", word
		}
		switch flag {
		case "H", "--header":
			if wholeUnknown.MatchString(value) || strings.HasPrefix(value, "@") {
				return r, false
			}
			m := bearer.FindStringSubmatch(value)
			if m == nil {
				break
			}
			if isKey := strings.EqualFold(m[1], "apikey"); isKey || !r.Scheme {
				r.Key, r.Scheme = heldKey(names, m[2]), isKey
			}
		case "--url":
			r.Path, r.Host = asksAt(value)
		}
	}
	return r, r.Path != "" && r.Key != ""
}

// mentionsKey says whether a word may send the header apikey, or the parameter of a URL, other than behind the word Bearer.
func mentionsKey(word string) bool {
	return strings.Contains(strings.ToLower(word), "apikey") && !bearer.MatchString(word)
}

var (
	// wholeUnknown matches a word of which nothing is known: any number of flags, or a header.
	wholeUnknown = regexp.MustCompile(`^(?:` + unknownBegin + `\w*` + unknownEnd + `)+$`)
	// shortFlag matches letters of which the last takes what stands behind (curl's and wget's; "-sSH").
	shortFlag = regexp.MustCompile(`^-[a-zA-Z#]*[HXdoweAbcuFmTreUYyCDEPQtzO]$`)
	// curlFlags are the long ones that do.
	curlFlags = setOf(`--header --request --data --data-raw --data-binary --data-urlencode --json --output --write-out --url --user --user-agent --referer --cookie
		--cookie-jar --form --max-time --connect-timeout --retry --retry-delay --retry-max-time --upload-file --cacert --cert --key --resolve --proxy
		--post-data --post-file --body-data --body-file --method --timeout --tries --output-document --range --limit-rate --dump-header`)
	// curlOpenFlags are those by which headers come from elsewhere, or another request follows.
	curlOpenFlags = setOf("-K --config --next -:")
)

// anything stands for a variable in a host: the reference of a hosted project, or a port.
const anything = "11111111111111111111"

// heldKey is how a token is called that is one of Supabase's keys; empty where it is none, or where that is not known.
func heldKey(names keys.Names, token string) string {
	if m := unknownText.FindStringSubmatch(token); m != nil && m[0] == token {
		if role := names.Of(m[1]).Slot.Role(); role == keys.Public || role == keys.Server {
			return m[1]
		}
		return ""
	}
	return string(keys.Recognize(keys.NewText(token)))
}

// asksAt is the path below Supabase's gateway that an address leads to, and the host; the path is empty where it leads to none that is guarded.
func asksAt(address string) (at, host string) {
	found := askedPath.FindStringIndex(address)
	if found == nil {
		return "", ""
	}
	at, _, _ = strings.Cut(address[found[0]:], "?")
	at = unknownText.ReplaceAllString(strings.TrimSuffix(at, "#"), "…")
	if openPath.MatchString(at) {
		return "", ""
	}
	if u, err := url.Parse(unknownText.ReplaceAllString(address[:found[0]], anything)); err == nil {
		host = u.Host
	}
	return at, host
}

// onceAssigned are the assignments of a script by name, with which its words are read.
type onceAssigned struct {
	by   map[string]*syntax.Assign // of what is assigned more than once there is nil
	left int                       // how many bytes may yet be put in the place of variables: A=$B$B doubles B
}

// maxPutInPlace bounds that for one script.
const maxPutInPlace = 1 << 20

func assignedOnce(file *syntax.File) map[string]*syntax.Assign {
	out := map[string]*syntax.Assign{}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Assign:
			if n.Name == nil {
				break
			}
			if _, again := out[n.Name.Value]; again || n.Append || n.Index != nil || n.Naked {
				out[n.Name.Value] = nil
			} else {
				out[n.Name.Value] = n
			}
		case *syntax.WordIter:
			if n.Name != nil {
				out[n.Name.Value] = nil
			}
		}
		return true
	})
	return out
}

// words are those that a shell makes of one.
func (o *onceAssigned) words(w *syntax.Word, depth int) []string {
	parts := w.Parts
	if len(parts) == 1 {
		if q, ok := parts[0].(*syntax.DblQuoted); ok {
			parts = q.Parts
		}
	}
	if len(parts) == 1 {
		p, _ := parts[0].(*syntax.ParamExp)
		if p == nil || p.Param == nil {
			p = &syntax.ParamExp{Param: &syntax.Lit{}}
		}
		if a := o.by[p.Param.Value]; a != nil && a.Array != nil && p.Index != nil && depth < maxShellDepth && o.left > 0 {
			var out []string
			o.left -= 1 + len(a.Array.Elems)
			for _, e := range a.Array.Elems {
				if e.Index != nil || e.Value == nil {
					return []string{notKnown}
				}
				out = append(out, o.words(e.Value, depth+1)...)
			}
			return out
		}
	}
	var b strings.Builder
	o.write(&b, w.Parts, depth)
	return []string{b.String()}
}

func (o *onceAssigned) write(b *strings.Builder, parts []syntax.WordPart, depth int) {
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(unescape(p.Value))
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			o.write(b, p.Parts, depth)
		case *syntax.ParamExp:
			o.variable(b, p, depth)
		default:
			b.WriteString(notKnown)
		}
	}
}

// variable writes the text of a variable that is assigned once, or its name. "${A%/}" and "${A:?}" are what A is, or nothing at all.
func (o *onceAssigned) variable(b *strings.Builder, p *syntax.ParamExp, depth int) {
	harmless := p.Exp == nil || p.Exp.Op == syntax.RemSmallSuffix && p.Exp.Word != nil && wordText(p.Exp.Word) == "/" || p.Exp.Op == syntax.ErrorUnset || p.Exp.Op == syntax.ErrorUnsetOrNull ||
		(p.Exp.Op == syntax.DefaultUnset || p.Exp.Op == syntax.DefaultUnsetOrNull) && p.Exp.Word == nil
	if p.Param == nil || p.Param.Value == "@" || p.Param.Value == "*" || p.Index != nil || p.Excl || p.Length || p.Slice != nil || p.Repl != nil || !harmless {
		b.WriteString(notKnown)
		return
	}
	a := o.by[p.Param.Value]
	if a != nil && a.Value != nil && a.Array == nil && depth < maxShellDepth && o.left > 0 {
		var of strings.Builder
		o.write(&of, a.Value.Parts, depth+1)
		if o.left -= 1 + of.Len(); of.String() != notKnown { // else its name says more
			b.WriteString(of.String())
			return
		}
	}
	b.WriteString(unknown(p.Param.Value))
}
