package rules

import (
	"regexp"

	"github.com/keylint/keylint/lint"
)

var swarmDefault = lint.Cause{Name: "swarm-default", Advice: "Read one variable here (${NAME}), and let what deploys the stack export it."}

// variableInDefault matches a default in which a variable stands.
var variableInDefault = regexp.MustCompile(`\$\{[A-Za-z_]\w*:?[-?][^}]*\$\{`)

// checkSwarmDefaults finds the values of a stack for Swarm whose default holds a variable.
func checkSwarmDefaults(p *lint.Pass) {
	for _, s := range p.Sites {
		if s.Unit == nil || s.Unit.Env == nil || !s.Unit.Env.Swarm || p.SetAside(s) {
			continue
		}
		f := p.Repo.File(s.At.File)
		if f == nil || s.At.Line == 0 {
			continue
		}
		written := f.Line(s.At.Line)
		if from, to := s.At.Column-1, s.At.EndColumn-1; 0 <= from && from < to && to <= len(written) {
			written = written[from:to] // another variable may stand on the line
		}
		if !variableInDefault.MatchString(written) {
			continue
		}
		p.Report(lint.Draft{
			Place: lint.AtName(s.At, s.Bearer()).As(s.Slot), Instance: p.NameIn(s.Unit, s.Namespace), Severity: lint.Error, Cause: swarmDefault,
			Message: s.Holder + ": docker stack deploy knows no variable within a default: it ends the default at the first \"}\" and leaves the other, so that the value is none that was meant",
		})
		p.Explain(s)
	}
}
