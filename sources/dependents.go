package sources

import (
	"path"
	"slices"
)

// Dependents are the directories of the packages of the repository that depend on the one in a directory, by its name: what is written there is
// built into them. They are in order of path; none where it has no name, or nothing depends on it.
func (r *Repository) Dependents(dir string) []string {
	own := r.packageAt(dir)
	if own.Name == "" {
		return nil
	}
	var out []string
	for _, f := range r.Files() {
		if path.Base(f.Path) == "package.json" && !f.Example && f.Dir() != dir && r.packageAt(f.Dir()).needs(own.Name) && !slices.Contains(out, f.Dir()) {
			out = append(out, f.Dir())
		}
	}
	return out
}
