package sources

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// names says whether a text stands in the app's code, or in its configuration.
func (a *App) names(text string) bool {
	return a.code(func(b []byte) bool { return bytes.Contains(b, []byte(text)) })
}

// code says whether one of the files of the app's code, or of a package of the repository that it needs, is such.
func (a *App) code(such func([]byte) bool) bool {
	return a.codeFile(func(_ *File, b []byte) bool { return such(b) })
}

// codeFile is code for what has to know which file it is.
func (a *App) codeFile(such func(*File, []byte) bool) bool {
	return slices.ContainsFunc(a.parts(), func(dir string) bool { return a.repo.codeFile(dir, such) }) ||
		slices.ContainsFunc(a.repo.buildConfigs(a.Dir), func(f *File) bool {
			b, err := f.peek()
			return err != nil || such(f, b)
		})
}

// The bounds on what is read of an app's code.
const (
	maxCodeFiles = 2_000
	maxCodeDepth = 8
)

// codeExts are the extensions of the files that hold an app's code.
var codeExts = []string{".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".vue", ".svelte", ".astro"}

// codeNames says whether a text stands in the app's code, but for its nuxt.config, which is read
// when the app is built. It may, where there is more of that than is read.
func (r *Repository) codeNames(dir, text string) bool {
	return r.codeFile(dir, func(_ *File, b []byte) bool { return bytes.Contains(b, []byte(text)) })
}

// codeFile says of an app's code, within the same bounds, whether one of its files is such.
func (r *Repository) codeFile(dir string, such func(*File, []byte) bool) bool {
	count := 0
	var visit func(dir string, depth int) bool
	visit = func(dir string, depth int) bool {
		fsys := r.FileSystem()
		names, err := fsys.ReadDir(dir)
		if err != nil || depth > maxCodeDepth {
			return err == nil
		}
		return slices.ContainsFunc(names, func(n string) bool {
			name := path.Join(dir, n)
			switch {
			case strings.HasPrefix(n, ".") || n == "node_modules" || n == "dist" || strings.HasPrefix(n, "nuxt.config."):
				return false
			case fsys.IsDir(name):
				return visit(name, depth+1)
			case !slices.Contains(codeExts, path.Ext(n)):
				return false
			}
			count++
			if f := r.File(name); f != nil {
				b, err := f.peek()
				return count > maxCodeFiles || err == nil && such(f, b)
			}
			return count > maxCodeFiles
		})
	}
	return visit(dir, 0)
}
