package chart

import (
	"cmp"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/keylint/keylint/keys"
)

// A chart gets words in the place of what was decrypted, and of what is not known. A function is trusted with one that is listed here, for what it
// does to a text; what any other makes of a word is not known, and where it makes no text of it, the template decides by the text of a secret:
// nothing that it renders is known then, nor what it might have rendered.

// decisions are those of one rendering that a word does not settle for certain.
type decisions struct {
	words *keys.Standins
	by    string          // the function that made the first one
	made  map[string]bool // the words for what templates made, which may be no text at all
	kept  map[string]bool // texts with words that a function left as they are, as it does where certain signs are not in them
	given bool            // words for what is not known are among the values because nobody sees these, which is told apart
	halt  bool            // the rendering ends at the first one, to say where that is
	quiet bool            // what is rendered is not deployed

	untested bool // a schema refuses a word

	cluster cluster // what the templates are told of it
}

// ErrDecided ends a rendering at the place where it decides by what it may not see.
var ErrDecided = errors.New("a template decides by the text of a secret")

// decided remembers that a function decides by values.
func (d *decisions) decided(by string, values ...reflect.Value) {
	if d.quiet || d.given && !slices.ContainsFunc(values, d.isOwn) {
		return
	}
	d.by = cmp.Or(d.by, by)
	if d.halt {
		panic(ErrDecided)
	}
}

// aware is the function with a look at the words that go in and at what comes out.
func (d *decisions) aware(name string, f any) any {
	v := reflect.ValueOf(f)
	return reflect.MakeFunc(v.Type(), func(args []reflect.Value) []reflect.Value {
		call := v.Call
		if v.Type().IsVariadic() {
			call = v.CallSlice
		}
		if !d.words.Stand() {
			return call(args)
		}
		given := values(args, v.Type().IsVariadic())
		name := plainName(name)
		judge := judges[name]
		if judge == nil {
			if !d.within(given) {
				return call(args)
			}
			judge = byText
		}
		defer func() {
			if p := recover(); p != nil {
				if p != any(ErrTooMuch) && p != any(ErrDecided) && !carries[name] && d.within(given) {
					d.decided(name, given...)
				}
				panic(p)
			}
		}()
		results := call(args)
		if len(results) > 1 && !results[1].IsNil() {
			if !carries[name] && d.within(given) {
				d.decided(name, given...)
			}
			return results
		}
		switch judge(d, name, given, results[0]) {
		case unknown:
			results[0] = d.unknown(results[0], given)
		case decides:
			d.decided(name, given...)
		}
		return results
	}).Interface()
}

// plainName is that of the function which another one calls and fails where that fails: mustHas is has.
func plainName(name string) string {
	rest, must := strings.CutPrefix(name, "must")
	if !must || rest == "" || !unicode.IsUpper(rune(rest[0])) {
		return name
	}
	return strings.ToLower(rest[:1]) + rest[1:]
}

// verdict is what one call does to words.
type verdict int

const (
	exact   verdict = iota // with the secrets in their place the same would come of it
	unknown                // a text comes of it, and another one of the secrets
	decides                // what is no text comes of it, and perhaps something else of the secrets
)

type judge func(d *decisions, name string, given []reflect.Value, result reflect.Value) verdict

// judges are those of the functions that are known. Of all others byText is the judge.
var judges = map[string]judge{}

func init() {
	for name := range carries {
		judges[name] = func(*decisions, string, []reflect.Value, reflect.Value) verdict { return exact }
	}
	for name := range keyed {
		judges[name] = byName
	}
	for _, name := range []string{"trim", "b64enc", "b64dec", "html", "js", "urlquery", "replace", "trimSuffix", "trimPrefix", "trimAll", "printf"} {
		judges[name] = ifWhole
	}
	for _, name := range []string{"fromYaml", "fromYamlArray", "fromJson", "fromJsonArray"} {
		judges[name] = ifParsed
	}
	for _, name := range []string{"eq", "ne", "has", "without", "uniq", "deepEqual"} {
		judges[name] = byEquality
	}
	for _, name := range []string{"default", "coalesce", "empty", "all", "any", "compact"} {
		judges[name] = byEmptiness
	}
}

// carries are the functions that write a text in another way, which whoever reads it undoes, that give their arguments, or what is in these, as
// they are, or say nothing of a text.
var carries = set("quote", "squote", "toYaml", "toYamlPretty", "toToml", "indent", "nindent", "toJson", "toRawJson", "toPrettyJson",
	"print", "println", "cat", "join", "repeat", "toString", "toStrings",
	"ternary", "list", "tuple", "append", "prepend", "push", "concat", "chunk", "first", "last", "rest", "initial", "reverse", "slice", "keys", "values",
	"merge", "mergeOverwrite", "deepCopy", "lookup", "kindOf", "typeOf", "kindIs", "typeIs", "typeIsLike", "fail",
	"randAlphaNum", "randAlpha", "randAscii", "randNumeric", "randBytes", "uuidv4", "genPrivateKey", "derivePassword", "bcrypt", "htpasswd", "encryptAES",
	"genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey")

func set(names ...string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

// keyed says which arguments of a function, of so many, are names of what is in a mapping.
var keyed = map[string]func(at, of int) bool{
	"get": second, "set": second, "unset": second, "hasKey": second,
	"pick": behindFirst, "omit": behindFirst,
	"pluck": func(at, _ int) bool { return at == 0 },
	"dict":  func(at, _ int) bool { return at%2 == 0 },
	"dig":   func(at, of int) bool { return at < of-2 },
}

func second(at, _ int) bool      { return at == 1 }
func behindFirst(at, _ int) bool { return at > 0 }

func byName(d *decisions, name string, given []reflect.Value, _ reflect.Value) verdict {
	for at, v := range given {
		if keyed[name](at, len(given)) && d.within([]reflect.Value{v}) {
			return decides
		}
	}
	return exact
}

// byText is the judge of what makes anything of a text.
func byText(_ *decisions, _ string, _ []reflect.Value, result reflect.Value) verdict {
	if isTextual(result) {
		return unknown
	}
	return decides
}

// ifWhole is the judge of what changes a text only where certain characters stand in it, which those words have that stand for such a text.
func ifWhole(d *decisions, name string, given []reflect.Value, result reflect.Value) verdict {
	if !d.within(given) {
		return exact
	}
	first := textOf(given[0])
	held := d.in(result)
	switch plain := !d.words.In(first).Any(); {
	case !held.Any() || !held.Whole,
		name == "replace" && !(plain && first != "" && !d.in(given[1]).Any() && !strings.ContainsFunc(first, isOrdinary)),
		strings.HasPrefix(name, "trim") && name != "trim" && !(plain && strings.TrimSpace(first) == ""),
		name == "printf" && !(plain && plainFormat.MatchString(first)),
		bySigns[name] && !d.in(given[len(given)-1]).Shaped:
		return unknown
	}
	if bySigns[name] {
		if d.kept == nil {
			d.kept = map[string]bool{}
		}
		d.kept[textOf(result)] = true
	}
	return exact
}

// bySigns are those of these functions that leave a text as it is where certain signs are not in it: whether they did must not be asked.
var bySigns = set("html", "js", "urlquery", "replace")

// isOrdinary says whether a character is one of those that a word does not have from the secret.
func isOrdinary(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_.-", r)
}

// plainFormat matches a format that cuts no text and fills none up.
var plainFormat = regexp.MustCompile(`^(?:[^%]|%[svqdt%])*$`)

// ifParsed is the judge of what reads values out of a text: where all words come out whole, as values, so would the secrets.
func ifParsed(d *decisions, _ string, given []reflect.Value, result reflect.Value) verdict {
	if !d.within(given) {
		return exact
	}
	text := textOf(given[0])
	var out []string
	whole := lookThrough(result, func(text string, isName bool) bool {
		held := d.words.In(text)
		out = append(out, text)
		return held.Whole && !(isName && held.Any())
	})
	if !whole || d.isMade(text) || !d.words.Shared(text, out) {
		return decides
	}
	return exact
}

// byEquality is the judge of what compares texts for being the same.
func byEquality(d *decisions, name string, given []reflect.Value, _ reflect.Value) verdict {
	var pairs [][2]reflect.Value
	switch name {
	case "has", "without":
		list, wanted := given[0], given[1:]
		if name == "has" {
			list, wanted = given[1], given[:1]
		}
		for _, item := range items(list) {
			for _, w := range wanted {
				pairs = append(pairs, [2]reflect.Value{item, w})
			}
		}
	case "uniq":
		all := items(given[0])
		for i := range all {
			for _, other := range all[:i] {
				pairs = append(pairs, [2]reflect.Value{all[i], other})
			}
		}
	default:
		for _, other := range given[1:] {
			pairs = append(pairs, [2]reflect.Value{given[0], other})
		}
	}
	for _, pair := range pairs {
		if !d.areTold(pair[0], pair[1]) {
			return decides
		}
	}
	return exact
}

// areTold says whether it is certain that two values are the same, or that they are not.
func (d *decisions) areTold(a, b reflect.Value) bool {
	if isTextual(a) && isTextual(b) {
		return textOf(a) == textOf(b) && !d.kept[textOf(a)] || d.words.Differ(textOf(a), textOf(b))
	}
	return isTextual(a) || isTextual(b) || !d.within([]reflect.Value{a, b}) || a.IsValid() && b.IsValid() && reflect.DeepEqual(a.Interface(), b.Interface())
}

// byEmptiness is the judge of what asks whether a text is empty. A word never is, and what it stands for neither, but for what templates made.
func byEmptiness(d *decisions, name string, given []reflect.Value, _ reflect.Value) verdict {
	asked, texts := given, true
	switch name {
	case "compact":
		asked = items(given[0])
	case "default":
		asked = given[1:]
	}
	if !slices.ContainsFunc(asked, d.maybeEmpty) {
		return exact
	}
	for _, v := range given {
		texts = texts && isTextual(v)
	}
	if texts && (name == "default" || name == "coalesce") {
		return unknown
	}
	return decides
}

// maybeEmpty says whether a value is a word for a text of which it is not known whether there is any.
func (d *decisions) maybeEmpty(v reflect.Value) bool {
	return isTextual(v) && d.isMade(textOf(v)) && d.in(v).Empty
}

// isMade says whether a word stands in a text for what a template made.
func (d *decisions) isMade(text string) bool {
	return len(d.made) > 0 && slices.ContainsFunc(d.words.Unknowns(text), func(word string) bool { return d.made[word] })
}

// isOwn says whether a word stands in a value that was not there for what nobody sees.
func (d *decisions) isOwn(v reflect.Value) bool {
	return !lookThrough(v, func(text string, _ bool) bool { return !d.words.In(text).Secret && !d.isMade(text) })
}

// in are the words in a value that is a text.
func (d *decisions) in(v reflect.Value) keys.Held { return d.words.In(textOf(v)) }

// within says whether a word stands in values, or in what is in them.
func (d *decisions) within(given []reflect.Value) bool {
	return slices.ContainsFunc(given, func(v reflect.Value) bool {
		return !lookThrough(v, func(text string, _ bool) bool { return !d.words.In(text).Any() })
	})
}

// unknown is a word for a text that is not known.
func (d *decisions) unknown(result reflect.Value, given []reflect.Value) reflect.Value {
	why := "a template makes it of what was decrypted, and that is not followed"
	for _, v := range given {
		if reason := d.words.Reason(textOf(v)); reason != "" && !d.in(v).Secret {
			why = reason
			break
		}
	}
	word := d.words.Word(keys.Unknown(why))
	if d.made == nil {
		d.made = map[string]bool{}
	}
	d.made[word] = !d.given || slices.ContainsFunc(given, d.isOwn)
	out := reflect.New(result.Type()).Elem()
	if v := reflect.ValueOf(word); result.Kind() == reflect.Interface {
		out.Set(v)
	} else {
		out.Set(v.Convert(result.Type()))
	}
	return out
}

// namesHold says whether a name among values is a word.
func (d *decisions) namesHold(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for name, below := range v {
			if d.words.In(name).Any() || d.namesHold(below) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, d.namesHold)
	}
	return false
}
