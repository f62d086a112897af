package lint

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// renderer is the container that turns a template of a Kong configuration into what
// Kong reads.
type renderer struct {
	container *container
	tool      string            // "sed", "awk", "envsubst", "eval"; empty for none
	mapping   map[string]string // what a sed expression looks for → the variable that it puts there
}

// tools are what people substitute with, in the order in which they are looked for:
// upstream's awk script mentions sed as well, and every script may hold an eval.
var tools = []string{"awk", "envsubst", "sed", "eval"}

// toolIn finds the substituter in a script.
func toolIn(script string) string {
	for _, t := range tools {
		if regexp.MustCompile(`(^|[^\w-])` + t + `(\s|$)`).MatchString(script) {
			return t
		}
	}
	return ""
}

// rendererOf finds, among the containers that see the template, the one that renders
// it: an initContainer before a main one. Without a substituter it is the container
// that mounts it, and tool is empty.
func rendererOf(containers []*container) *renderer {
	var bare *renderer
	for _, init := range []bool{true, false} {
		for _, c := range containers {
			if c.init != init {
				continue
			}
			if tool := toolIn(c.script); tool != "" {
				r := &renderer{container: c, tool: tool}
				if tool == "sed" {
					r.mapping = sedMapping(c.script)
				}
				return r
			}
			if bare == nil || !c.init {
				bare = &renderer{container: c}
			}
		}
	}
	return bare
}

// sedVariable is the variable in the replacement of a sed expression.
var sedVariable = regexp.MustCompile(`^["']*\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?["']*$`)

// sedMapping reads the s commands of a script: pattern (without its escapes) to the
// name of the variable in the replacement. Any delimiter may be used.
func sedMapping(script string) map[string]string {
	mapping := map[string]string{}
	for i := 0; i+1 < len(script); i++ {
		if script[i] != 's' || i > 0 && !strings.ContainsRune(" '\"\n;\t", rune(script[i-1])) {
			continue
		}
		delimiter := script[i+1]
		if !strings.ContainsRune("|/#@,%:!~", rune(delimiter)) {
			continue
		}
		pattern, rest, ok := cutUnescaped(script[i+2:], delimiter)
		if !ok {
			continue
		}
		replacement, _, ok := cutUnescaped(rest, delimiter)
		if !ok {
			continue
		}
		if m := sedVariable.FindStringSubmatch(replacement); m != nil {
			mapping[strings.ReplaceAll(pattern, `\`, "")] = m[1]
		}
	}
	return mapping
}

// cutUnescaped cuts at the first delimiter without a backslash before it.
func cutUnescaped(s string, delimiter byte) (before, after string, ok bool) {
	for i := 0; i < len(s) && s[i] != '\n'; i++ {
		switch s[i] {
		case '\\':
			i++
		case delimiter:
			return s[:i], s[i+1:], true
		}
	}
	return "", "", false
}

// placeholder matches a credential that is nothing but a reference.
var placeholder = regexp.MustCompile(`^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::?-[^}]*)?\}|([A-Za-z_][A-Za-z0-9_]*))$`)

// placeholderName is the name in "$NAME" or "${NAME}"; empty for anything else.
func placeholderName(s string) string {
	m := placeholder.FindStringSubmatch(strings.Trim(strings.TrimSpace(s), `"'`))
	if m == nil || m[2] != "" && !isVariableName(m[2]) {
		return ""
	}
	return m[1] + m[2]
}

// isVariableName tells the name of a variable from a secret that begins with "$": it is
// in capitals or in small letters throughout, or a name that means something here.
func isVariableName(s string) bool {
	return len(s) <= 64 && (strings.ToUpper(s) == s || strings.ToLower(s) == s) || keys.Classify(s).Slot != ""
}

// variableFor is the variable that the renderer puts in a placeholder's place; empty
// where its script substitutes others only.
func (r *renderer) variableFor(text, name string) string {
	if r.tool != "sed" || len(r.mapping) == 0 {
		return name
	}
	return r.mapping[text]
}
