package chart

import (
	"reflect"
	"slices"
	"strings"
	"text/template"
	"unicode"

	"github.com/keylint/keylint/keys"
)

// A chart gets words in the place of what was decrypted. Functions that only move a text leave them whole; of what any other makes of one, nothing
// is known. What a template decides by the text of a secret is decided by that of a word, which has to be told.

// compared is what one rendering compared a secret with, as far as the word does not say for certain how that ends.
type compared struct {
	words *keys.Standins
	by    string // the function
}

// aware is the function with a look at the words that go in and at what comes out.
func (c *compared) aware(name string, f any) any {
	v := reflect.ValueOf(f)
	return reflect.MakeFunc(v.Type(), func(args []reflect.Value) []reflect.Value {
		call := v.Call
		if v.Type().IsVariadic() {
			call = v.CallSlice
		}
		results := call(args)
		if !c.words.Hide() {
			return results
		}
		given := c.given(args, v.Type().IsVariadic())
		switch kind := results[0].Kind(); {
		case moves[name] || kind == reflect.Interface && results[0].IsNil():
		case decides[name]:
			if c.holds(given) {
				c.decided(name, given)
			}
		case !c.isWhole(results[0]) && c.areWhole(given), !selects[name] && c.holds(given) && (alters[name] || edits[name] && c.namesCharacters(given) || !c.keeps(results[0])):
			results[0] = c.unknown(results[0])
		}
		return results
	}).Interface()
}

// given are the texts that a function gets as they are: not those in the trees and lists that it only goes through.
func (c *compared) given(args []reflect.Value, variadic bool) (texts []string) {
	if variadic {
		last := args[len(args)-1]
		args = args[: len(args)-1 : len(args)-1]
		for i := range last.Len() {
			args = append(args, last.Index(i))
		}
	}
	for _, v := range args {
		for v.Kind() == reflect.Interface && !v.IsNil() {
			v = v.Elem()
		}
		if v.Kind() == reflect.String {
			texts = append(texts, v.String())
		}
	}
	return texts
}

// moves are the functions that write a text in another way, which whoever reads it undoes.
var moves = set("quote", "squote", "toYaml", "toYamlPretty", "mustToYaml", "toToml", "indent", "nindent", "toJson", "toRawJson", "toPrettyJson", "mustToJson", "mustToRawJson", "mustToPrettyJson")

// selects are the functions that give one of their arguments, or of what is in these, as it is, or say nothing of a text.
var selects = set("default", "coalesce", "ternary", "get", "dig", "pluck", "pick", "omit", "keys", "values", "first", "last", "rest", "initial", "without", "uniq", "compact", "concat",
	"append", "prepend", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite", "deepCopy", "mustDeepCopy", "set", "unset", "hasKey", "kindOf", "typeOf", "kindIs", "typeIs", "typeIsLike", "empty", "all", "any",
	"dict", "list", "tuple", "chunk")

// alters are the functions of which the word of a secret may come out whole where the secret would not.
var alters = set("lower", "upper", "title", "untitle", "swapcase", "snakecase", "kebabcase", "camelcase", "initials", "nospace", "trunc", "substr", "abbrev", "abbrevboth", "wrap", "wrapWith",
	"regexFind", "mustRegexFind", "regexFindAll", "mustRegexFindAll", "b32dec", "plural")

// edits are the functions that change a text where it has certain characters. The word of a secret has the same only of those that are special.
var edits = set("replace", "trimSuffix", "trimPrefix", "trimAll", "regexReplaceAll", "mustRegexReplaceAll", "regexReplaceAllLiteral", "mustRegexReplaceAllLiteral",
	"split", "splitn", "splitList", "regexSplit", "mustRegexSplit")

func set(names ...string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

// namesCharacters says whether one of the texts that are no words holds a character that secrets are made of.
func (c *compared) namesCharacters(texts []string) bool {
	return slices.ContainsFunc(texts, func(text string) bool {
		any, _ := c.words.Holds(text)
		return !any && strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_.-", r) })
	})
}

// decides are the functions that say something of a text, and give none.
var decides = set("eq", "ne", "lt", "le", "gt", "ge", "contains", "hasPrefix", "hasSuffix", "regexMatch", "mustRegexMatch", "has", "mustHas", "atoi", "int", "int64", "float64", "toDecimal", "semverCompare")

// decided remembers a comparison whose end is not certain. A secret differs from every text that is shorter than any, or as long as the word is not.
func (c *compared) decided(name string, texts []string) {
	for _, text := range texts {
		if any, _ := c.words.Holds(text); any {
			continue
		}
		same := name == "eq" || name == "ne" || name == "has" || name == "mustHas"
		if !same || len(text) >= keys.MinHidden && c.mayHaveLength(texts, len(text)) {
			c.by = name
			return
		}
	}
}

// shortWord is the length up to which a word may be longer than what it stands for.
const shortWord = 32

func (c *compared) mayHaveLength(words []string, n int) bool {
	return slices.ContainsFunc(words, func(word string) bool {
		any, _ := c.words.Holds(word)
		return any && (len(word) == n || len(word) <= shortWord)
	})
}

// holds says whether a word stands in one of the texts.
func (c *compared) holds(texts []string) bool {
	return slices.ContainsFunc(texts, func(text string) bool {
		any, _ := c.words.Holds(text)
		return any
	})
}

// isWhole says whether all words in a result are.
func (c *compared) isWhole(result reflect.Value) bool {
	return !slices.ContainsFunc(textsOf(result), func(text string) bool {
		any, whole := c.words.Holds(text)
		return any && !whole
	})
}

func (c *compared) areWhole(texts []string) bool {
	return !slices.ContainsFunc(texts, func(text string) bool { return !c.isWhole(reflect.ValueOf(text)) })
}

// keeps says of the result of a function that got a word whether one is in it, or no text at all.
func (c *compared) keeps(result reflect.Value) bool {
	texts := textsOf(result)
	return len(texts) == 0 || c.holds(texts)
}

// unknown puts a word for what is not known in the place of every text.
func (c *compared) unknown(v reflect.Value) reflect.Value {
	word := func() reflect.Value {
		return reflect.ValueOf(c.words.Word(keys.Unknown("a template makes it of what was decrypted, and that is not followed")))
	}
	switch v.Kind() {
	case reflect.String:
		return word().Convert(v.Type())
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type()).Elem()
		out.Set(c.unknown(v.Elem()))
		return out
	case reflect.Slice:
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			if v.Type().Elem().Kind() == reflect.Uint8 {
				continue // bytes: none of them is left
			}
			out.Index(i).Set(c.unknown(v.Index(i)))
		}
		return out
	case reflect.Map:
		out := reflect.MakeMap(v.Type())
		for _, k := range v.MapKeys() {
			out.SetMapIndex(k, c.unknown(v.MapIndex(k)))
		}
		return out
	}
	return v
}

// maxTexts bounds how many texts of a call are looked at: those of a whole tree of values go through a function as they are.
const maxTexts = 1000

// textsOf are the texts in a value, within lists and mappings too.
func textsOf(value reflect.Value) (out []string) {
	var visit func(v reflect.Value, depth int)
	visit = func(v reflect.Value, depth int) {
		if depth > 8 || len(out) >= maxTexts {
			return
		}
		switch v.Kind() {
		case reflect.String:
			out = append(out, v.String())
		case reflect.Interface, reflect.Pointer:
			if !v.IsNil() {
				visit(v.Elem(), depth+1)
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				visit(v.Index(i), depth+1)
			}
		case reflect.Map:
			for _, k := range v.MapKeys() {
				visit(v.MapIndex(k), depth+1)
			}
		}
	}
	visit(value, 0)
	return out
}

// comparisons are text/template's own functions that compare. They are not exported: a template that consists of the call gives the answer.
func comparisons(count func(int)) template.FuncMap {
	out := template.FuncMap{}
	for _, name := range []string{"eq", "ne", "lt", "le", "gt", "ge"} {
		t := template.Must(template.New(name).Parse("{{" + name + " .A .B}}"))
		one := func(a, b any) (bool, error) {
			var said strings.Builder
			err := t.Execute(&said, map[string]any{"A": a, "B": b})
			return said.String() == "true", err
		}
		out[name] = func(a any, rest ...any) (is bool, err error) {
			count(1)
			for _, b := range rest {
				if is, err = one(a, b); is || err != nil || name != "eq" {
					break
				}
			}
			return is, err
		}
	}
	return out
}
