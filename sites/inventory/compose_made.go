package inventory

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// made is what a file of variables will hold that is not in the repository, because a task of Ansible's makes it on
// the host. open says why it may hold more than that; ok is false where no task does.
func (p *composeProject) made(name string, parse func([]byte) []sources.Variable) (out []*Binding, open string, ok bool) {
	var project []string
	for _, f := range p.unit.Compose.Files {
		project = append(project, f.Path)
	}
	tasks := sources.AnsibleWrites(p.inv.ansible(), name, project)
	if len(tasks) == 0 {
		return nil, "", false
	}
	task := tasks[0]
	at := fmt.Sprintf("%s:%d", task.At.File, task.At.Line)
	makes := at + " makes " + name
	if task.Source != "" {
		makes += " of " + sources.Shown(task.Source)
	}
	text, inside, here := task.Text()
	switch {
	case slices.ContainsFunc(tasks, func(t sources.AnsibleFile) bool { return t.At != task.At || t.Source != task.Source }):
		return nil, "which of several tasks makes " + name + " is not known, that of " + at + " among them", true
	case task.File != nil && task.File.Locked() != nil:
		return nil, makes + ", which is encrypted", true
	case !here:
		return nil, makes + ", which is not in the repository", true
	}
	if task.File != nil {
		p.use(task.File.Path)
		p.inv.composeRead[task.File.Path] = true
	}
	variables, whole := sources.ParseJinjaEnv(text, parse)
	if !task.Filled {
		variables, whole = nil, true
		for _, v := range parse(text) {
			variables = append(variables, sources.JinjaVariable{Variable: v})
		}
	}
	if !whole {
		open = makes + ", in which not all names stand"
	}
	for _, v := range variables {
		where := inside(v.Line, v.Column, v.EndColumn)
		holder := where.File + " " + v.Name
		b := &Binding{Name: v.Name, Holder: holder, Value: keys.Known(v.Value)}
		b.Where = Stands(where, sources.Step{At: where, Text: holder}, sources.Step{At: task.At, Text: "Ansible makes " + name + " of it"})
		switch filled, _ := keys.Templated(v.Filled); {
		case v.Chosen:
			b.Value = keys.Unknown(makes + ", in which a condition decides what it is")
		case !v.Filled.IsAbsent():
			why := makes + ", and Ansible fills it in"
			if variable, ok := strings.CutPrefix(filled.Source(), "the template's variable {{"); ok {
				why += " from its " + variable
			}
			b.Value = keys.Unknown(why).From(filled.Source())
		}
		out = append(out, b)
	}
	return out, open, true
}
