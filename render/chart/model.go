package chart

import (
	"embed"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"

	"helm.sh/helm/v4/pkg/chart/loader/archive"

	"github.com/keylint/keylint/sources/nodes"
)

// modelled says which versions of the chart the model was written from.
const modelled = "keylint's model of the chart supabase, versions 0.1 to 0.7"

//go:embed all:model
var modelFiles embed.FS

// modelChart is what keylint knows of the chart of supabase-community.
func modelChart() *Chart {
	c := &Chart{Name: "supabase", Bears: true}
	_ = fs.WalkDir(modelFiles, "model", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := modelFiles.ReadFile(name)
		c.files = append(c.files, &archive.BufferedFile{Name: strings.TrimPrefix(name, "model/"), Data: b})
		return err
	})
	return c
}

// community are the words of the addresses that give the chart which the model describes: its own, and
// those of its forks.
var community = regexp.MustCompile(`supabase-community|supabase-kubernetes`)

// isCommunity says whether a chart that is not at hand is the one that the model describes. Others publish
// one of that name too (bitnami), so that the address of the repository decides where it is known; an
// alias or nothing leaves the name.
func isCommunity(name, repository string) bool {
	if path.Base(strings.TrimSuffix(name, "/")) != "supabase" {
		return false
	}
	alias := strings.TrimPrefix(strings.TrimPrefix(repository, "@"), "alias:")
	if strings.ContainsAny(alias, "/.") {
		return community.MatchString(alias)
	}
	return !strings.Contains(alias+"/"+name, "bitnami")
}

// defaults are the chart's own values.
func (c *Chart) defaults() []Layer {
	if c.Dir != "" {
		return c.layers
	}
	return modelDefaults()
}

// modelDefaults are the values of the model, whose places nobody can edit.
var modelDefaults = sync.OnceValue(func() []Layer {
	b, err := modelFiles.ReadFile("model/values.yaml")
	if err != nil {
		return nil
	}
	docs, _ := nodes.Parse(b)
	return []Layer{{label: "the default of the chart", root: docs[0].Root}}
})

// isModelled says whether what a template made comes from the model. Templates are named
// behind the chart's name: "platform/charts/supabase/templates/kong.yaml".
func (c *Chart) isModelled(template string) bool {
	if c.Dir == "" {
		return true
	}
	for _, alias := range c.models {
		if strings.Contains(template, "/charts/"+alias+"/templates/") {
			return true
		}
	}
	return false
}
