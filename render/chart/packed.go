package chart

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"helm.sh/helm/v4/pkg/chart/loader/archive"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// unpack puts the files of packed dependencies (charts/NAME-1.2.3.tgz) in their archives' place, so that the bounds on
// templates hold for them too, and returns how many bytes they are.
func (c *Chart) unpack(repo *sources.Repository) (total int) {
	for i := 0; i < len(c.files); i++ { // which grows by what is packed in them
		f := c.files[i]
		if path.Ext(f.Name) != ".tgz" || path.Base(path.Dir(f.Name)) != "charts" {
			continue
		}
		if total > maxChartSize || len(c.files) > maxChartFiles {
			return total
		}
		files, err := archive.LoadArchiveFiles(bytes.NewReader(f.Data))
		if err != nil {
			c.faults = append(c.faults, fmt.Sprintf("its %s is no archive that Helm reads", f.Name))
			return total
		}
		dir := path.Join(path.Dir(f.Name), packedName(files))
		if strings.Count(dir, "charts/") > maxPacked || c.has(dir) {
			c.faults = append(c.faults, fmt.Sprintf("its %s lies in too many others, or is there twice", f.Name))
			return total
		}
		c.files = append(c.files[:i], c.files[i+1:]...)
		i--
		for _, packed := range files {
			if base := path.Base(packed.Name); (base == "Chart.yaml" || base == "values.yaml") && nodes.ExpandsTooFar(packed.Data) {
				c.faults = append(c.faults, fmt.Sprintf("the aliases of %s in its %s expand to %s", base, f.Name, nodes.TooFar))
				return total
			}
			total += len(packed.Data)
			c.Bears = c.Bears || repo.Marked(packed.Data)
			c.files = append(c.files, &archive.BufferedFile{Name: path.Join(dir, packed.Name), Data: packed.Data})
		}
	}
	return total
}

// maxPacked bounds archives within archives.
const maxPacked = 4

// packedName is the name of the chart in an archive.
func packedName(files []*archive.BufferedFile) string {
	for _, f := range files {
		if f.Name == "Chart.yaml" {
			docs, _ := nodes.Parse(f.Data)
			for _, d := range docs {
				return path.Base(nodes.Text(nodes.Field(d.Root, "name")))
			}
		}
	}
	return "."
}

// has says whether the chart has files in a directory.
func (c *Chart) has(dir string) bool {
	for _, f := range c.files {
		if strings.HasPrefix(f.Name, dir+"/") {
			return true
		}
	}
	return false
}
