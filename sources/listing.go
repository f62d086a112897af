package sources

import "path"

// filesCalled are the files in a directory that are called one of these names, with one of these extensions. Each app is asked for dozens, of which it
// has one or two: the directory is listed once.
func (r *Repository) filesCalled(dir string, names []string, exts ...string) []*File {
	there := r.listing(dir)
	var out []*File
	for _, name := range names {
		for _, ext := range exts {
			if there != nil && !there[name+ext] {
				continue
			}
			if f := r.File(path.Join(dir, name+ext)); f != nil {
				out = append(out, f)
			}
		}
	}
	return out
}

// listing are the names in a directory; nil of one that cannot be listed, or holds too many to be kept.
func (r *Repository) listing(dir string) map[string]bool {
	if known, ok := r.listings.Load(dir); ok {
		return known.(map[string]bool)
	}
	var out map[string]bool
	if names, err := r.FileSystem().ReadDir(dir); err == nil && len(names) <= maxListed {
		out = make(map[string]bool, len(names))
		for _, name := range names {
			out[name] = true
		}
	}
	r.listings.Store(dir, out)
	return out
}
