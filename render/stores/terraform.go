package stores

import (
	"fmt"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
)

// Terraform are the Secrets and ConfigMaps that a module of Terraform or OpenTofu makes. A variable of it is the same
// value wherever the module uses it.
func Terraform(repo *sources.Repository, m sources.TerraformModule) []*manifest.Object {
	var out []*manifest.Object
	for _, t := range m.Made {
		where := fmt.Sprintf("%s:%d", t.At.File, t.At.Line)
		e := &external{}
		for _, entry := range t.Entries {
			e.listed = append(e.listed, manifest.Entry{Key: entry.Key, Value: entry.Value, At: entry.At, Via: []string{"Terraform in " + where}})
		}
		if t.Open != "" {
			e.rest = &external{why: "is made by Terraform in " + where + ", which " + t.Open}
		}
		out = append(out, made(repo, t.Kind, t.Namespace, t.Name, t.At, e))
	}
	return out
}
