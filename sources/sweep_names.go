package sources

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
)

// What a text is assigned to, or handed over as, can be told without a parser for each language: names stand in front of their
// values in all of them.
//
//	const anonKey: string = 'eyJ…'          .header("apikey", "eyJ…")       <string name="supabase_key">eyJ…
//	process.env.ANON_KEY || "eyJ…"          curl -H "apikey: eyJ…"          - name: ANON_KEY
//	String.fromEnvironment('KEY', defaultValue: 'eyJ…')                       value: eyJ…

// assignments reads such names in a text.
type assignments struct {
	names  keys.Names
	text   []byte
	starts []int // of its lines
	past   int   // what stands before that belongs to another value
}

const (
	maxBefore = 300     // bytes in front of a value in which its name is looked for
	maxLine   = 4 << 10 // and in which a comment may begin
	maxName   = 64
)

// line is what stands in front of an offset on its line, values that stand there as well.
func (a *assignments) line(offset int) string {
	line, _ := place(a.starts, offset)
	return string(a.text[max(a.starts[line-1], offset-maxLine):offset])
}

// cut is a piece of the text, without what belongs to another value or is too far away.
func (a *assignments) cut(from, to int) string {
	return string(a.text[min(max(from, a.past, to-maxBefore), to):to])
}

// name is the name of the value that begins at an offset; empty where nothing tells it. The address beside a key is not its name:
// createClient(supabaseUrl, "eyJ…").
func (a *assignments) name(offset int, isKey bool) string {
	line, _ := place(a.starts, offset)
	own := statement(a.cut(a.starts[line-1], offset))
	name, spare := nearestName(a.names, own, isKey)
	if name != "" || line == 1 {
		return shownName(cmp.Or(name, spare))
	}
	above := statement(strings.TrimRight(a.cut(a.starts[line-2], a.starts[line-1]), " \t\r\n"))
	if !namesNext.MatchString(above) && (spare != "" || !continues.MatchString(above)) {
		return shownName(spare)
	}
	if name, _ = nearestName(a.names, above+"\n", isKey); name == "" && spare == "" && namesNext.MatchString(above) {
		name = lastWord(above)
	}
	if name == "" {
		name = spare
	}
	return shownName(name)
}

var (
	// continues matches a line whose value stands on the next one.
	continues = regexp.MustCompile("[=:(,|>+\\\\?\\[]\\s*[\"'`]?-?$|</key>$")
	// namesNext matches a line that is the name of what the next line is the value of.
	namesNext = regexp.MustCompile(`^\s*(?:-\s+)?["']?(?:name|key|variable)["']?\s*[:=]|</key>$|^\s*variable\s+"`)
	// isAddressName matches the name of an address.
	isAddressName = regexp.MustCompile(`(?i)(?:ur[il]|host|endpoint)$`)
	// nameWord matches what may be a name.
	nameWord = regexp.MustCompile(`[A-Za-z_$][\w$-]*(?:\.[A-Za-z_$][\w$-]*)*`)
)

// nameOfKey is the name of a key. What counts where a variable for a server's key is not set may be the public one, with which a program does
// what it can: that is no server key, but is called what the expression is assigned to.
func (a *assignments) nameOfKey(k keys.Found) string {
	name := a.name(k.Start, true)
	if a.names.Of(name).Slot.Role() != keys.Server || keys.Recognize(k.Key).Role() != keys.Public {
		return name
	}
	line, _ := place(a.starts, k.Start)
	own := statement(a.cut(a.starts[line-1], k.Start))
	to, alternatives, ok := strings.Cut(own, "=")
	if !ok {
		to, alternatives, ok = strings.Cut(own, ":")
	}
	if !ok || !alternative.MatchString(alternatives) {
		return name
	}
	name, _ = nearestName(a.names, to, true)
	return shownName(name)
}

// alternative matches what stands in front of a value that counts where those before it are not set.
var alternative = regexp.MustCompile("(?:\\|\\||\\?\\?|\\bor)\\s*[\"'`]$")

// statement is the end of a line that belongs to the value behind it.
func statement(line string) string {
	line = webAddress.ReplaceAllString(line, "")
	for i := len(line) - 1; i >= 0; i-- {
		switch c := line[i]; {
		case c == ';', c == '}', c == '{' && (i == 0 || line[i-1] != '$'):
			return line[i+1:]
		case c == '&' && i > 0 && line[i-1] != '&' && i+1 < len(line) && line[i+1] != '&' && line[i+1] != ' ':
			return line[i+1:] // ?a=b&apikey=
		}
	}
	return line
}

// passedOver are words that stand between a name and its value, or say what kind of name or value it is.
var passedOver = map[string]bool{
	"string": true, "str": true, "text": true, "varchar": true, "value": true, "default": true, "defaultvalue": true, "default_value": true, "name": true, "key": true,
	"bearer": true, "basic": true, "const": true, "let": true, "var": true, "val": true, "final": true, "static": true, "public": true, "private": true, "export": true,
	"return": true, "set": true, "get": true, "env": true, "getenv": true, "h": true, "header": true, "headers": true, "echo": true, "as": true, "or": true, "and": true,
	"new": true, "await": true, "u0022": true, "n": true, "secret": true, "token": true, "type": true, "nonnull": true, "r": true, "f": true, "b": true,
	"e": true, "x": true, "else": true, "if": true, "then": true, "print": true, "printf": true, "d": true, "content": true, "android": true, "encrypted": true, "create_secret": true, "update_secret": true, "vault": true, "select": true, "perform": true,
}

// nearestName is the name nearest to the end of a line. spare is one that says less: key, value.
func nearestName(known keys.Names, line string, isKey bool) (name, spare string) {
	next := len(line) // where the word behind begins
	for _, at := range slices.Backward(nameWord.FindAllStringIndex(line, -1)) {
		word := line[at[0]:at[1]]
		w := word[strings.LastIndexByte(word, '.')+1:]
		for _, spelt := range []string{word, strings.TrimPrefix(w, "D")} { // app.settings.jwt_secret, javac -DSUPABASE_KEY=…
			if known.Of(spelt).Slot != "" {
				w = spelt
			}
		}
		gap := line[at[1]:next]
		next = at[0]
		if isKey && strings.HasPrefix(gap, "(") && known.Of(w).Slot == "" {
			continue // the function that takes it
		}
		switch {
		case passedOver[strings.ToLower(w)]:
			if spare == "" && (strings.EqualFold(w, "key") || strings.EqualFold(w, "token") || strings.EqualFold(w, "secret")) {
				spare = w
			}
		case len(w) > 1 && !(isKey && isAddressName.MatchString(w)) && (tellsKey(known, w) || assigned(line[:at[0]], gap)):
			return w, spare
		}
	}
	return "", spare
}

// lastWord is the last that a line of which the next is the value has for a name: "- name: PROD".
func lastWord(line string) string {
	for _, word := range slices.Backward(nameWord.FindAllString(line, -1)) {
		if !passedOver[strings.ToLower(word)] {
			return word
		}
	}
	return ""
}

// assigns matches what stands between a name and its value, or its type: anonKey: "…", KEY=…, 'key' => '…', <key>…, name="key">….
var assigns = regexp.MustCompile(`=|>|:[\s"'` + "`" + `\\]`)

// assigned says whether what stands behind a word makes it the name of something. Any other may be a value itself, as the password is in
// login("…", "eyJ…") and in known ? "…" : "eyJ…", or a condition, as known is.
func assigned(before, behind string) bool {
	behind = strings.TrimLeft(behind, " \t")
	condition := strings.HasPrefix(behind, "?") && !strings.HasPrefix(behind, "?:") // anonKey?: string
	return assigns.MatchString(behind) && !condition && !strings.HasSuffix(strings.TrimRight(before, "\"'` \t"), "?")
}

// keyWords are of names that are nothing else, wherever they stand: .header("apikey", "eyJ…"), --api-key eyJ….
var keyWords = map[string]bool{
	"key": true, "keys": true, "apikey": true, "token": true, "jwt": true, "anon": true, "service": true, "supabase": true, "authorization": true, "auth": true,
	"api": true, "publishable": true, "role": true, "bearer": true, "url": true, "uri": true, "endpoint": true,
}

// tellsKey says whether a word is the name of a key, or of an address, by itself.
func tellsKey(known keys.Names, word string) bool {
	if n := known.Of(word); n.Slot != "" || n.URL {
		return true
	}
	return slices.ContainsFunc(keys.Words(word), func(w string) bool { return keyWords[w] })
}

// shownName is a name as it may be shown: what is too long for one, or may be a secret, is none.
func shownName(name string) string {
	if len(name) > maxName || keys.ShownName(name) != name || keys.LooksRandom(name) && len(name) > 12 {
		return ""
	}
	return name
}
