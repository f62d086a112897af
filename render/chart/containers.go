package chart

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"text/template"

	"github.com/BurntSushi/toml"
	goyaml "sigs.k8s.io/yaml/goyaml.v3"

	"sigs.k8s.io/yaml"
)

// The bounds on mappings and lists that templates make.
const (
	maxContained  = 500 // how deep they stand in each other, where a text is made of them
	containerCost = 20  // calls that making one counts as
)

// walk counts what a text would be made of: all that stands in mappings and lists, each as often as
// it stands there, since a list of twice the same list doubles on every level.
func walk(v reflect.Value, depth int, count func(int)) {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Map:
		for _, key := range v.MapKeys() {
			walk(v.MapIndex(key), depth+1, count)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			walk(v.Index(i), depth+1, count)
		}
	default:
		return
	}
	if count(1); depth > maxContained {
		panic(ErrTooMuch)
	}
}

// holds says whether the mapping stands somewhere in a value.
func holds(v reflect.Value, mapping reflect.Value, count func(int)) bool {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Map:
		count(1)
		if v.Pointer() == mapping.Pointer() {
			return true
		}
		for _, key := range v.MapKeys() {
			if holds(v.MapIndex(key), mapping, count) {
				return true
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if holds(v.Index(i), mapping, count) {
				return true
			}
		}
	}
	return false
}

// changers are the functions that change a mapping, their first argument. One that holds itself is refused: whatever
// makes a text of it, or looks for its end, never comes back.
var changers = []string{"set", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite"}

// unlooped is such a function, which is not called where the mapping would hold itself.
func unlooped(f any, count func(int)) any {
	v := reflect.ValueOf(f)
	return reflect.MakeFunc(v.Type(), func(args []reflect.Value) []reflect.Value {
		for _, arg := range args[1:] {
			if holds(arg, args[0], count) {
				panic(ErrTooMuch)
			}
		}
		if v.Type().IsVariadic() {
			return v.CallSlice(args)
		}
		return v.Call(args)
	}).Interface()
}

// encoders are Helm's functions that make a text of a value, and a value of a text, which it keeps to itself (engine/funcs.go).
var encoders = template.FuncMap{
	"toYaml":     func(v any) string { return encoded(yaml.Marshal(v)) },
	"mustToYaml": func(v any) (string, error) { b, err := yaml.Marshal(v); return encoded(b, nil), err },
	"toYamlPretty": func(v any) string {
		var b bytes.Buffer
		e := goyaml.NewEncoder(&b)
		e.SetIndent(2)
		err := e.Encode(v)
		return encoded(b.Bytes(), err)
	},
	"toToml": func(v any) string {
		var b strings.Builder
		if err := toml.NewEncoder(&b).Encode(v); err != nil {
			return err.Error()
		}
		return b.String()
	},
	"mustToToml": func(v any) (string, error) {
		var b strings.Builder
		err := toml.NewEncoder(&b).Encode(v)
		return b.String(), err
	},
	"fromYaml": func(text string) map[string]any {
		return mapping(text, func(b []byte, v any) error { return yaml.Unmarshal(b, v) })
	},
	"fromYamlArray": func(text string) []any {
		return list(text, func(b []byte, v any) error { return yaml.Unmarshal(b, v) })
	},
	"fromJson":      func(text string) map[string]any { return mapping(text, json.Unmarshal) },
	"fromJsonArray": func(text string) []any { return list(text, json.Unmarshal) },
}

// mapping is what a text says, or what is wrong with it, as Helm tells templates.
func mapping(text string, parse func([]byte, any) error) map[string]any {
	m := map[string]any{}
	if err := parse([]byte(text), &m); err != nil {
		if m == nil {
			m = map[string]any{}
		}
		m["Error"] = err.Error()
	}
	return m
}

// list is the same of a text that is one.
func list(text string, parse func([]byte, any) error) []any {
	l := []any{}
	if err := parse([]byte(text), &l); err != nil {
		return []any{err.Error()}
	}
	return l
}

// encoded is the text without its last line end, or nothing where there is none.
func encoded(b []byte, err error) string {
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(b), "\n")
}
