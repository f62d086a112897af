package sources

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// NoteRemoteModules tells of the modules of Terraform that are not in the repository and that are given what may be keys.
func (r *Repository) NoteRemoteModules() {
	for _, f := range r.Files() {
		if !f.IsTerraform() || f.Example || !f.IsMarked() {
			continue
		}
		b, err := f.Disk()
		if err != nil || len(b) > maxTerraformSize || nestsTooFar(b) {
			continue
		}
		parsed, broken := hclsyntax.ParseConfig(b, f.Path, hcl.InitialPos)
		if broken.HasErrors() {
			continue
		}
		for _, block := range parsed.Body.(*hclsyntax.Body).Blocks {
			source := block.Body.Attributes["source"]
			if block.Type != "module" || source == nil || !r.Marked(block.Range().SliceBytes(b)) {
				continue
			}
			if text := literal(source.Expr); !strings.HasPrefix(text, ".") {
				at := source.Expr.Range()
				r.Note(NoteNotFetched, Position{File: f.Path, Line: at.Start.Line, Column: at.Start.Column}, "the module "+Shown(strings.Join(block.Labels, "."))+" is not in the repository, and what it makes of its arguments is not known")
			}
		}
	}
}
