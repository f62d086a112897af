package inventory

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// ProxyConfig is a file of a proxy's configuration, with what it includes of the files that the proxy is shown.
type ProxyConfig struct {
	PodFile
	Text     []byte
	Includes sources.Includes
	files    *proxyFiles
}

// At is how the place is called, and where it is, at which something was found: in an included file, or in this one.
func (k *ProxyConfig) At(file string, line int) (label string, at sources.Position) {
	f := k.PodFile
	if file != "" {
		f = k.files.byName[file]
	}
	return f.Source, f.Inside(line, 1, 0)
}

// isIncluded says whether another file that was read includes this one: it is read there.
func (k *ProxyConfig) isIncluded() bool { return k.files.included[k.Source] }

// included are the files that were included by this one or another of the container's.
func (k *ProxyConfig) included() []FileID {
	var out []FileID
	for name := range k.files.included {
		out = append(out, k.files.byName[name].ID())
	}
	return out
}

// proxyFiles are those that a container is shown.
type proxyFiles struct {
	inv      *Inventory
	pod      *Pod
	of       *Container
	paths    map[string]PodFile // by where they lie in the container
	byName   map[string]PodFile
	included map[string]bool
}

// nginxMain includes what nginx' image does where it is shown no nginx.conf (github.com/nginx/docker-nginx: mainline/debian/Dockerfile).
const nginxMain = "http { include /etc/nginx/conf.d/*.conf; }"

// ProxyConfigs are the files that a container is shown, as configurations.
func (inv *Inventory) ProxyConfigs(p *Pod, c *Container) []*ProxyConfig {
	files := &proxyFiles{inv: inv, pod: p, of: c, paths: map[string]PodFile{}, byName: map[string]PodFile{}, included: map[string]bool{}}
	shown := inv.ShownTo(p, c)
	for _, f := range shown {
		files.byName[f.Source] = f
		for _, m := range c.Mounts {
			if m.Volume == f.Volume && (m.SubPath == "" || m.SubPath == f.Path) {
				at := path.Join(m.Path, f.Path)
				if m.SubPath != "" {
					at = m.Path
				}
				files.paths[madeOf(at)] = f
			}
		}
	}
	var out []*ProxyConfig
	add := func(f PodFile, at string, text []byte) {
		k := &ProxyConfig{PodFile: f, Text: text, files: files}
		if isProxyImage(c.Image) {
			k.Includes = func(pattern string) []sources.Included { return files.find(f.Source, path.Dir(at), pattern) }
		}
		out = append(out, k)
	}
	if IsNginx(c.Image) && files.paths["/etc/nginx/nginx.conf"].Source == "" {
		add(PodFile{Inside: func(int, int, int) sources.Position { return sources.Position{File: c.Carrier.File} }}, "/etc/nginx/nginx.conf", []byte(nginxMain))
	}
	for _, f := range shown {
		at := "/etc/nginx/nginx.conf" // nginx takes every name from there
		if !IsNginx(c.Image) {
			at = files.pathOf(f)
		}
		add(f, at, inv.Readable(f.Value))
	}
	return out
}

// madeOf is where nginx' image writes what it makes of a template (github.com/nginx/docker-nginx: entrypoint/20-envsubst-on-templates.sh).
func madeOf(at string) string {
	if rest, ok := strings.CutPrefix(at, "/etc/nginx/templates/"); ok && strings.HasSuffix(rest, ".template") {
		return "/etc/nginx/conf.d/" + strings.TrimSuffix(rest, ".template")
	}
	return at
}

// pathOf is where a file lies in the container: the first of those places, where it is mounted at several.
func (files *proxyFiles) pathOf(f PodFile) string {
	for _, at := range slices.Sorted(maps.Keys(files.paths)) {
		if files.paths[at].Source == f.Source {
			return at
		}
	}
	return ""
}

// find are the files that a name or a pattern is that of, as a file in the directory has it.
func (files *proxyFiles) find(by, dir, pattern string) []sources.Included {
	if !path.IsAbs(pattern) {
		pattern = path.Join(dir, pattern)
	}
	found := map[string]PodFile{}
	for at, f := range files.paths {
		if ok, err := path.Match(pattern, at); ok && err == nil {
			found[at] = f
		}
	}
	if len(found) == 0 {
		found = files.below(path.Clean(pattern))
	}
	var out []sources.Included
	for _, at := range slices.Sorted(maps.Keys(found)) {
		f := found[at]
		if text := files.inv.Readable(f.Value); f.Source != by && f.Value.IsKnown() && files.inv.Repo.Spend(proxyCost*len(text)) {
			files.byName[f.Source], files.included[f.Source] = f, true
			out = append(out, sources.Included{Name: f.Source, Text: text})
		}
	}
	return out
}

// below looks in the directories of a mounted directory, of which only its own files are listed.
func (files *proxyFiles) below(pattern string) map[string]PodFile {
	found := map[string]PodFile{}
	for _, m := range files.of.Mounts {
		rest, under := strings.CutPrefix(path.Dir(pattern), m.Path+"/")
		for _, v := range files.pod.volumes {
			for _, part := range v.parts {
				if !under || v.name != m.Volume || part.kind != "path" || part.replaced {
					continue
				}
				for _, f := range files.inv.Repo.Dir(path.Join(part.name, rest)) {
					at := path.Join(m.Path, rest, path.Base(f.Path))
					if ok, err := path.Match(pattern, at); !ok || err != nil || part.leftOut != nil && part.leftOut(f.Path) {
						continue
					}
					if b, err := f.Plain(); err == nil {
						found[at] = PodFile{Volume: v.name, Path: path.Join(rest, path.Base(f.Path)), Source: f.Path, Value: keys.Known(keys.NewText(string(b))), Inside: f.Inside}
					}
				}
			}
		}
	}
	return found
}
