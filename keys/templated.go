package keys

import "regexp"

var (
	// templated matches what a template engine fills in: Jinja and Go ("{{ key }}", "{% if key %}"), ERB and
	// EJS ("<%= key %>"), confd and Nomad with other delimiters ("[[ key ]]").
	templated = regexp.MustCompile(`\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|\[\[-?\s*[A-Za-z_.$].*?\]\]`)

	// templateVariable matches a text that is one of its variables and nothing else.
	templateVariable = regexp.MustCompile(`^(?:\{\{|<%=|\[\[)-?\s*([A-Za-z_][\w.]*)\s*-?(?:\}\}|%>|\]\])$`)
)

// Templated is the value of a text that an engine which keylint does not run fills in before anything
// reads it, as a whole or in part; false where it is none. Two that are one variable are the same.
func Templated(t Text) (Value, bool) {
	if !templated.MatchString(t.Reveal()) {
		return Value{}, false
	}
	v := Unknown("a template fills it in")
	if m := templateVariable.FindStringSubmatch(Trim(t).Reveal()); m != nil {
		v = v.From("the template's variable " + m[1])
	}
	return v, true
}
