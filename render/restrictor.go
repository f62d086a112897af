package render

import (
	"slices"

	"github.com/keylint/keylint/render/kustomize"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// noteRestricted tells of a root that names a file outside of its directory and that its deployer refuses therefore. keylint loads
// such files, as Flux does (fluxcd/pkg/kustomize: Build) and as may be asked of kustomize. Who builds it by hand may ask for that,
// too: it is told of what a command of the repository builds without.
func (p *planner) noteRestricted(r *kustomize.Root, refuser func(dir string) string) {
	name, at, ok := r.Outside()
	if !ok {
		return
	}
	if by := refuser(r.Dir()); by != "" {
		p.repo.NoteOf(r.Dir(), sources.NoteRenderFailed, at, sources.Shown(name)+" lies outside of the directory of the kustomization that names it, and "+
			by+" does not build that without "+sources.LoadsAnywhere)
	}
}

// byCommand is the command of the repository that builds a root and lets it load nothing from outside; empty where there is
// none, or one that does not mind.
func (p *planner) byCommand(dir string) string {
	refused := ""
	for _, call := range p.kustomizeCalls() {
		switch {
		case call.Dir != dir:
		case call.Free:
			return ""
		case refused == "":
			refused = call.At.String()
		}
	}
	return refused
}

// byArgo says that Argo CD builds kustomizations without the flag: its settings are in the repository, and nothing there names
// it (argo-cd.readthedocs.io/en/stable/user-guide/kustomize: buildOptions). It is empty where that cannot be told.
func (p *planner) byArgo(string) string {
	settings := ""
	for _, f := range p.repo.Files() {
		switch {
		case f.Example || !f.IsManifest():
		case f.Mentions("load-restrictor"):
			return ""
		case f.Mentions("argocd-cm") && slices.ContainsFunc(f.Documents(), isArgoSettings):
			settings = "Argo CD, whose settings are in " + f.Path + ","
		}
	}
	return settings
}

func isArgoSettings(d *sources.Document) bool {
	return nodes.Text(nodes.Field(d.Root, "kind")) == "ConfigMap" && nodes.Text(nodes.Field(d.Root, "metadata", "name")) == "argocd-cm"
}
