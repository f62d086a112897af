package inventory

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/sources"
)

// lacking is a file that a service is given and that is not in the repository.
type lacking struct {
	service, file string
	at            sources.Position
}

// configuration matches the names of files from which a gateway may take what it accepts, or how it is made.
var configuration = regexp.MustCompile(`\.(?:ya?ml|json|sh|tpl|tmpl|template)$`)

func (p *composeProject) lack(s sources.ComposeService, file string, at sources.Position) {
	p.lacking = append(p.lacking, lacking{s.Name, file, at})
}

// lackFile takes up the file of a mount, a config or a secret, if it is not there.
func (p *composeProject) lackFile(s sources.ComposeService, file string) {
	if p.inv.Repo.File(file) == nil && len(p.inv.Repo.Dir(file)) == 0 {
		p.lack(s, file, sources.Position{File: p.unit.Path})
	}
}

// tellLacking tells of all of them at once: what stands in them nobody has read.
func (p *composeProject) tellLacking() {
	if len(p.lacking) == 0 {
		return
	}
	var files []string
	for _, l := range p.lacking {
		if text := fmt.Sprintf("%s (compose service %s)", sources.Shown(l.file), l.service); !slices.Contains(files, text) {
			files = append(files, text)
		}
	}
	verb := " is"
	if len(files) > 1 {
		verb = " are"
	}
	p.inv.Repo.Note(sources.NoteNotFetched, p.lacking[0].at, strings.Join(files, ", ")+verb+" not in the repository: what stands there is not known")
}
