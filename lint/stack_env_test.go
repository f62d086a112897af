package lint

import (
	"testing"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// TestStackEnvs makes an instance of a stack's .env only where nothing that is deployed reads it,
// or answers at its URL.
func TestStackEnvs(t *testing.T) {
	prod, _ := twoInstances()
	for _, test := range []struct {
		name   string
		change func(*sites.Site, *Grouping)
		want   int
	}{
		{"alone", func(*sites.Site, *Grouping) {}, 1},
		{"of a unit", func(s *sites.Site, _ *Grouping) { s.Unit = prod.Unit }, 0},
		{"of no stack", func(s *sites.Site, _ *Grouping) { s.Carrier.Stack = false }, 0},
		{"a copy from before a change", func(s *sites.Site, _ *Grouping) { s.Idle = "nothing reads it" }, 0},
		{"without a URL", func(s *sites.Site, _ *Grouping) { s.Carrier.URLs = nil }, 0},
		{"of an instance's URL", func(s *sites.Site, _ *Grouping) { s.Carrier.URLs[0].Host = "prod.example.org" }, 0},
		{"beside a compose file", func(_ *sites.Site, g *Grouping) {
			project := &sources.ComposeProject{Files: []*sources.File{{Path: "server/compose.yaml"}}}
			g.Units = []*render.Unit{{Kind: render.ComposeFile, Compose: project}}
		}, 0},
	} {
		s := &sites.Site{Carrier: &inventory.Carrier{File: "server/.env", Stack: true, URLs: []inventory.URL{{Host: "old.example.org"}}}}
		g := &Grouping{Collection: &sites.Collection{Sites: []*sites.Site{s, s}}, Instances: []*Instance{prod}}
		test.change(s, g)
		all := g.stackEnvs()
		if len(all) != test.want || test.want == 1 && (!all[0].Nucleus(s) || all[0].runs()) {
			t.Errorf("%s: %d instances", test.name, len(all))
		}
	}
}
