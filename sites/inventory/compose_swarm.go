package inventory

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// noteRefusal tells of the files of a stack that "docker stack deploy" refuses where compose does not: what a service depends on is
// a list there, without conditions (docker/cli cli/compose/schema/data: config_schema_v3.13.json).
func (p *composeProject) noteRefusal() {
	if !p.isSwarm() {
		return
	}
	for _, f := range p.unit.Compose.Files {
		for _, d := range f.Documents() {
			nodes.Pairs(nodes.Field(d.Root, "services"), func(name, service *yaml.Node) {
				if n := nodes.Follow(nodes.Field(service, "depends_on")); n != nil && n.Kind == yaml.MappingNode {
					p.inv.Repo.NoteOf("compose service "+keys.ShownName(name.Value), sources.NoteUnreadable, d.Position(n),
						"docker stack deploy refuses the file: depends_on of "+keys.ShownName(name.Value)+" must be a list there")
				}
			})
		}
	}
}
