package render

import (
	"path"
	"regexp"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// tellOverrides tells of the files beside what an Application deploys that go before its own source, for all Applications and for one
// (argo-cd.readthedocs.io: user-guide/parameters, Store Overrides In Git). Where they do no more than name images, nothing hangs on it.
func (p *planner) tellOverrides(o order, dir string) {
	for _, name := range []string{".argocd-source.yaml", ".argocd-source-" + o.object.Name + ".yaml"} {
		f := p.repo.File(path.Join(dir, name))
		if f == nil {
			continue
		}
		for _, d := range f.Documents() {
			if overrides(d.Root) {
				p.repo.NoteOf(o.label(), sources.NoteNotFetched, f.At(), o.label()+": "+f.Path+" goes before its source, and is not followed")
				break
			}
		}
	}
}

// overrides says whether such a file does more than name images.
func overrides(root *yaml.Node) bool {
	more := false
	nodes.Pairs(root, func(_, options *yaml.Node) {
		nodes.Pairs(options, func(key, value *yaml.Node) {
			switch key.Value {
			case "images":
			case "parameters":
				for _, item := range nodes.Items(value) {
					more = more || !ofImage.MatchString(nodes.Text(nodes.Field(item, "name")))
				}
			default:
				more = true
			}
		})
	})
	return more
}

// ofImage matches the name of a parameter that says which image is run.
var ofImage = regexp.MustCompile(`(?i)(?:image|tag|digest|repository)[^.]*$`)
