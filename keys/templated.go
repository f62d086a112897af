package keys

import "regexp"

var (
	// templated matches what a template engine fills in: Jinja and Go ("{{ key }}", "{% if key %}"), ERB and
	// EJS ("<%= key %>"), confd and Nomad with other delimiters ("[[ key ]]").
	templated = regexp.MustCompile(`\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|\[\[-?\s*[A-Za-z_.$].*?\]\]`)

	// templateVariable matches a text that is one of its variables and nothing else.
	templateVariable = regexp.MustCompile(`^(\{\{|<%=|\[\[)-?\s*([A-Za-z_][\w.]*)\s*-?(?:\}\}|%>|\]\])$`)
)

// eachOf matches what a loop calls the one of many that it is at (Ansible's loop, with_items and with_dict).
var eachOf = regexp.MustCompile(`^item(?:\.|$)`)

// Templated is the value of a text that an engine which keylint does not run fills in before anything
// reads it, as a whole or in part; false where it is none. Two that are one variable of one engine are the same.
func Templated(t Text) (Value, bool) {
	if !templated.MatchString(t.Reveal()) {
		return Value{}, false
	}
	v := Unknown("a template fills it in")
	if m := templateVariable.FindStringSubmatch(Trim(t).Reveal()); m != nil && !eachOf.MatchString(m[2]) {
		v = v.From("the template's variable " + m[1] + m[2])
	}
	return v, true
}
