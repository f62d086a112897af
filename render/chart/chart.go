package chart

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/ignore"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// Chart is the files of one Helm chart: a directory of the repository, or the model of a
// chart that is not there.
type Chart struct {
	Dir   string // in the repository; empty for the model
	Name  string
	Bears bool // some file of it bears keys

	files   []*archive.BufferedFile
	faults  []string // why it cannot be loaded
	missing []string // dependencies that are not there
	models  []string // dependencies that the model stands in for, by alias or name
	layers  []Layer  // defaults, those of subcharts under their names

	umbrella bool // it depends on others, to which its own values.yaml gives values
}

// The bounds on a chart.
const (
	maxChartFiles = 5_000
	maxChartSize  = 64 << 20
	maxChartDepth = 20
)

// Charts are the charts of a repository, as far as they were asked for.
type Charts struct {
	repo  *sources.Repository
	byDir map[string]*Chart // nil where there is none
}

// NewCharts are the charts of the repository. None is read before it is asked for.
func NewCharts(repo *sources.Repository) *Charts { return &Charts{repo, map[string]*Chart{}} }

// Has says whether a chart lies in the directory, without reading it.
func (all *Charts) Has(dir string) bool { return all.repo.File(path.Join(dir, "Chart.yaml")) != nil }

// At reads the chart in a directory, nil where there is none. It is read once.
func (all *Charts) At(dir string) *Chart {
	dir = path.Clean(dir)
	if c, known := all.byDir[dir]; known {
		return c
	}
	var c *Chart
	if all.repo.File(path.Join(dir, "Chart.yaml")) != nil {
		c = &Chart{Dir: dir}
		c.read(all.repo)
		c.resolve(all, 0)
	}
	all.byDir[dir] = c
	return c
}

// read lists the chart's files as Helm does, .helmignore obeyed.
func (c *Chart) read(repo *sources.Repository) {
	fsys := repo.FileSystem()
	rules := ignore.Empty()
	if f := repo.File(path.Join(c.Dir, ".helmignore")); f != nil {
		if b, err := f.Disk(); err == nil {
			if parsed, err := ignore.Parse(strings.NewReader(string(b))); err == nil {
				rules = parsed
			}
		}
	}
	rules.AddDefaults()
	total, refused, withheld := 0, 0, map[string][]string{} // by the reason
	var visit func(rel string, depth int)
	visit = func(rel string, depth int) {
		if depth > maxChartDepth || len(c.files)+refused > maxChartFiles || total > maxChartSize {
			return
		}
		names, err := fsys.ReadDir("/" + path.Join(c.Dir, rel))
		if err != nil {
			return
		}
		for _, n := range slices.Sorted(slices.Values(names)) {
			name := path.Join(rel, n)
			isDir := fsys.IsDir("/" + path.Join(c.Dir, name))
			if rules.Ignore(name, fileInfo{n, isDir}) {
				continue
			}
			if isDir {
				visit(name, depth+1)
				continue
			}
			f := repo.File(path.Join(c.Dir, name))
			why := repo.Withheld(path.Join(c.Dir, name))
			if f != nil && f.Private() {
				why = "git ignores it"
			}
			if why != "" {
				withheld[why] = append(withheld[why], name)
				refused++
				continue
			}
			if f == nil {
				continue
			}
			b, err := f.Disk()
			if err != nil {
				continue
			}
			total += len(b)
			c.Bears = c.Bears || f.BearsKeys()
			c.files = append(c.files, &archive.BufferedFile{Name: name, Data: b})
		}
	}
	visit("", 0)
	for why, names := range withheld {
		what := sources.Shown(names[0])
		if more := len(names) - 1; more > 0 {
			what += fmt.Sprintf(" and %d more", more)
		}
		repo.Note(sources.NoteRefused, sources.Position{File: path.Join(c.Dir, "Chart.yaml")}, "the chart does not get "+what+": "+why)
	}
	total += c.unpack(repo)
	for _, f := range c.files {
		if strings.Contains(f.Name, "templates/") && actionsTooDeep(string(f.Data)) {
			c.faults = append(c.faults, fmt.Sprintf("the actions of its %s stand more than %d deep in each other", f.Name, maxActions))
		}
	}
	if len(c.files)+refused > maxChartFiles || total > maxChartSize {
		c.faults = append(c.faults, fmt.Sprintf("it has more than %d files or %d MiB", maxChartFiles, maxChartSize>>20))
	}
}

// fileInfo is what .helmignore's patterns ask of a file.
type fileInfo struct {
	name string
	dir  bool
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return 0 }
func (i fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) Sys() any           { return nil }
func (i fileInfo) IsDir() bool        { return i.dir }
func (i fileInfo) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir
	}
	return 0
}

// resolve reads Chart.yaml and the default values, and sees to the dependencies: those in
// charts/ are there already, one in a directory of the repository (file://) is taken from
// there, the chart of supabase-community is modelled, and any other is missing.
func (c *Chart) resolve(all *Charts, depth int) {
	for _, name := range []string{"Chart.yaml", "values.yaml"} {
		f := all.repo.File(path.Join(c.Dir, name))
		if f == nil {
			continue
		}
		if expanded, err := f.Handed(); err != nil || nodes.ExpandsTooFar(expanded) {
			c.faults = append(c.faults, "the aliases of its "+name+" expand to "+nodes.TooFar)
			return
		}
	}
	meta := all.repo.File(path.Join(c.Dir, "Chart.yaml"))
	docs := meta.Documents()
	if len(docs) == 0 {
		c.faults = append(c.faults, "its Chart.yaml is not YAML")
		return
	}
	c.Name = nodes.Text(nodes.Field(docs[0].Root, "name"))
	dependencies := nodes.Items(nodes.Field(docs[0].Root, "dependencies"))
	if f := all.repo.File(path.Join(c.Dir, "requirements.yaml")); f != nil {
		for _, d := range f.Documents() {
			dependencies = append(dependencies, nodes.Items(nodes.Field(d.Root, "dependencies"))...)
		}
	}
	c.umbrella = len(dependencies) > 0
	for _, d := range dependencies {
		name, alias := nodes.Text(nodes.Field(d, "name")), nodes.Text(nodes.Field(d, "alias"))
		if alias == "" {
			alias = name
		}
		if sub := c.subchart(all.repo, name); sub != nil && depth < 3 {
			sub.resolve(all, depth+1)
			c.missing, c.faults = append(c.missing, sub.missing...), append(c.faults, sub.faults...)
			for _, l := range sub.layers {
				c.layers = append(c.layers, l.below(alias))
			}
			continue
		}
		if c.vendors(name) {
			continue
		}
		if local, ok := strings.CutPrefix(nodes.Text(nodes.Field(d, "repository")), "file://"); ok {
			if sub := all.At(path.Join(c.Dir, local)); sub != nil && sub != c && all.repo.SameTree(c.Dir, path.Join(c.Dir, local)) {
				c.graft(sub)
				for _, l := range sub.layers {
					c.layers = append(c.layers, l.below(alias))
				}
				continue
			}
		}
		if isCommunity(name, nodes.Text(nodes.Field(d, "repository"))) {
			c.models = append(c.models, alias)
			c.graft(modelChart())
			continue
		}
		c.missing = append(c.missing, name)
	}
	if f := all.repo.File(path.Join(c.Dir, "values.yaml")); f != nil {
		c.layers = append(c.layers, FileLayers(f)...)
	}
}

// subchart is a dependency that lies unpacked in charts/.
func (c *Chart) subchart(repo *sources.Repository, name string) *Chart {
	dir := path.Join(c.Dir, "charts", name)
	if repo.File(path.Join(dir, "Chart.yaml")) == nil {
		return nil
	}
	return &Chart{Dir: dir}
}

// vendors says whether a dependency lies in charts/, where it was packed or is a part of a chart that was.
func (c *Chart) vendors(name string) bool {
	for _, f := range c.files {
		if f.Name == "charts/"+name+"/Chart.yaml" {
			return true
		}
	}
	return false
}

// graft puts another chart's files where a dependency's belong.
func (c *Chart) graft(sub *Chart) {
	for _, f := range sub.files {
		c.files = append(c.files, &archive.BufferedFile{Name: path.Join("charts", sub.Name, f.Name), Data: f.Data})
	}
}

// file is the file that a template's name stands for; nil where it is in an archive or in
// the model.
func (c *Chart) file(repo *sources.Repository, template string) *sources.File {
	_, rel, ok := strings.Cut(template, "/")
	if c.isModelled(template) || !ok {
		return nil
	}
	return repo.File(path.Join(c.Dir, rel))
}
