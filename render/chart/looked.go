package chart

import "reflect"

// values are the arguments of a call, one by one.
func values(args []reflect.Value, variadic bool) []reflect.Value {
	if variadic {
		last := args[len(args)-1]
		args = args[: len(args)-1 : len(args)-1]
		for i := range last.Len() {
			args = append(args, last.Index(i))
		}
	}
	out := make([]reflect.Value, len(args))
	for i, v := range args {
		out[i] = inner(v)
	}
	return out
}

// inner is what an interface or a pointer holds.
func inner(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v
}

// isTextual says whether a value is a text, or the bytes of one.
func isTextual(v reflect.Value) bool {
	v = inner(v)
	return v.Kind() == reflect.String || v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8
}

// textOf is the text that a value is; empty where it is none.
func textOf(v reflect.Value) string {
	switch v = inner(v); {
	case v.Kind() == reflect.String:
		return v.String()
	case isTextual(v):
		return string(v.Bytes())
	}
	return ""
}

// items are those of a list.
func items(list reflect.Value) []reflect.Value {
	list = inner(list)
	if list.Kind() != reflect.Slice && list.Kind() != reflect.Array {
		return nil
	}
	var out []reflect.Value
	for i := range list.Len() {
		out = append(out, inner(list.Index(i)))
	}
	return out
}

// The bounds on what is looked through for words. What is larger is taken to hold one.
const (
	maxLookedAt = 10_000
	maxLookedIn = 100 // how deep they stand in each other
)

// lookThrough visits the texts in a value, those of mappings and lists in it and the names in these too, as long as visit wants. It says
// whether all were visited.
func lookThrough(v reflect.Value, visit func(text string, isName bool) bool) bool {
	seen := 0
	var look func(v reflect.Value, depth int, isName bool) bool
	look = func(v reflect.Value, depth int, isName bool) bool {
		v = inner(v)
		if seen++; seen > maxLookedAt || depth > maxLookedIn {
			return false
		}
		switch {
		case isTextual(v):
			return visit(textOf(v), isName)
		case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
			for i := range v.Len() {
				if !look(v.Index(i), depth+1, isName) {
					return false
				}
			}
		case v.Kind() == reflect.Map:
			for _, k := range v.MapKeys() {
				if !look(k, depth+1, true) || !look(v.MapIndex(k), depth+1, isName) {
					return false
				}
			}
		}
		return true
	}
	return look(v, 0, false)
}
