package inventory

import (
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

// dataStores are images of Docker's library that keep data, and take no key of Supabase's whatever their file of variables holds.
var dataStores = regexp.MustCompile(`^(?:docker\.io/)?(?:library/)?(?:postgres|redis|valkey|memcached|mysql|mariadb|mongo|rabbitmq|influxdb|elasticsearch)(?:[:@].*)?$`)

// isGivenKeys says whether the service's own list of variables, which goes before its files, has a key.
func (inv *Inventory) isGivenKeys(c *Container, s sources.ComposeService) bool {
	return slices.ContainsFunc(s.Environment, func(v sources.ComposeVariable) bool {
		return inv.Names.Of(v.Name).Slot != "" && c.Env[v.Name].IsSet()
	})
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
	var gone, unclear []string
	for _, file := range p.lackingFiles() {
		if strings.Contains(file, "$") {
			unclear = append(unclear, p.lackedBy(file))
		} else {
			gone = append(gone, p.lackedBy(file))
		}
	}
	var says []string
	if len(gone) > 0 {
		says = append(says, strings.Join(gone, ", ")+isOrAre(gone)+" not in the repository")
	}
	if len(unclear) > 0 {
		says = append(says, "the variables in "+strings.Join(unclear, ", ")+" are not known")
	}
	p.inv.Repo.Note(sources.NoteNotFetched, p.lacking[0].at, strings.Join(says, ", and ")+": what stands there is not known")
}

func isOrAre(things []string) string {
	if len(things) > 1 {
		return " are"
	}
	return " is"
}

// lackingFiles are the files, each once.
func (p *composeProject) lackingFiles() []string {
	var out []string
	for _, l := range p.lacking {
		if !slices.Contains(out, l.file) {
			out = append(out, l.file)
		}
	}
	return out
}

// lackedBy names a file with the services that are given it.
func (p *composeProject) lackedBy(file string) string {
	var services []string
	for _, l := range p.lacking {
		if l.file == file && !slices.Contains(services, l.service) {
			services = append(services, l.service)
		}
	}
	of := " (compose service "
	if len(services) > 1 {
		of = " (compose services "
	}
	return sources.Shown(file) + of + strings.Join(services, ", ") + ")"
}
