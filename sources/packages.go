package sources

import (
	"encoding/json"
	"iter"
	"path"
	"slices"
)

// packageManifest is what a package.json says of an app.
type packageManifest struct {
	Name            string `json:"name"`
	Scripts         map[string]string
	Dependencies    map[string]any
	DevDependencies map[string]any
	Workspaces      any
}

// needs says whether a package is a dependency.
func (m packageManifest) needs(name string) bool {
	return m.Dependencies[name] != nil || m.DevDependencies[name] != nil
}

// dependencies are the names of what a package needs, each once.
func (m packageManifest) dependencies() iter.Seq[string] {
	return func(yield func(string) bool) {
		for name, version := range m.Dependencies {
			if version != nil && !yield(name) {
				return
			}
		}
		for name, version := range m.DevDependencies {
			if version != nil && m.Dependencies[name] == nil && !yield(name) {
				return
			}
		}
	}
}

// packageAt is the package.json of a directory; an empty one where there is none that can be read.
func (r *Repository) packageAt(dir string) packageManifest {
	if read, ok := r.packages.Load(dir); ok {
		return read.(packageManifest)
	}
	var manifest packageManifest
	if f := r.File(path.Join(dir, "package.json")); f != nil {
		if b, err := f.peek(); err != nil || json.Unmarshal(b, &manifest) != nil {
			manifest = packageManifest{}
		}
	}
	r.packages.Store(dir, manifest)
	return manifest
}

// packages are those of the repository, in order of the paths of their package.json. Monorepos have thousands, each of which is asked who needs it.
type packages struct {
	all     []packageDir
	called  map[string][]int // by name
	needing map[string][]int // by the name of what they need
}

type packageDir struct {
	dir     string
	example bool
}

// allPackages reads them once, and again where a further one was found.
func (r *Repository) allPackages() *packages {
	files := r.Files()
	r.mu.Lock()
	out := r.known
	r.mu.Unlock()
	if out != nil {
		return out
	}
	out = &packages{called: map[string][]int{}, needing: map[string][]int{}}
	for _, f := range files {
		if path.Base(f.Path) != "package.json" {
			continue
		}
		n, manifest := len(out.all), r.packageAt(f.Dir())
		out.all = append(out.all, packageDir{f.Dir(), f.Example})
		out.called[manifest.Name] = append(out.called[manifest.Name], n)
		for name := range manifest.dependencies() {
			out.needing[name] = append(out.needing[name], n)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known = out
	return out
}

// Dependents are the directories of the packages of the repository that depend on the one in a directory, by its name: what is written there is
// built into them. They are in order of path; none where it has no name, or nothing depends on it.
func (r *Repository) Dependents(dir string) []string {
	own := r.packageAt(dir)
	if own.Name == "" {
		return nil
	}
	var out []string
	known := r.allPackages()
	for _, n := range known.needing[own.Name] {
		if by := known.all[n]; !by.example && by.dir != dir {
			out = append(out, by.dir)
		}
	}
	return out
}

// partsOf are the directory of an app, and those of the packages of the repository that it needs, or that one of them does.
func (r *Repository) partsOf(app string) []string {
	known := r.allPackages()
	out, seen := []string{app}, map[string]bool{app: true}
	for i := 0; i < len(out); i++ {
		var needed []int
		for name := range r.packageAt(out[i]).dependencies() {
			if name != "" {
				needed = append(needed, known.called[name]...)
			}
		}
		slices.Sort(needed)
		for _, n := range needed {
			if dir := known.all[n].dir; !seen[dir] {
				seen[dir] = true
				out = append(out, dir)
			}
		}
	}
	return out
}

// isOwnPackage says whether the package lies in the repository.
func (r *Repository) isOwnPackage(name string) bool { return len(r.allPackages().called[name]) > 0 }
