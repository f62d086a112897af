package lint

import (
	"testing"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
)

// TestDeployment: what brings a mend to the cluster is a command of the controller that was ordered to deploy it.
func TestDeployment(t *testing.T) {
	order := func(kind, namespace, name string) *manifest.Object {
		return &manifest.Object{Kind: kind, Namespace: namespace, Name: name}
	}
	for want, u := range map[string]*render.Unit{
		"flux -n flux-system reconcile kustomization apps --with-source": {Kind: render.FluxKustomization, By: render.Flux, Order: order("Kustomization", "flux-system", "apps")},
		"flux reconcile helmrelease web --with-source":                   {Kind: render.Release, By: render.FluxDecrypting, Order: order("HelmRelease", "", "web")},
		"argocd app sync web":               {Kind: render.Application, By: render.ArgoCD, Order: order("Application", "argocd", "web")},
		"# deploy 'HelmChart kube/web'":     {Kind: render.Release, By: render.Flux, Name: "HelmChart kube/web", Order: order("HelmChart", "kube", "web")},
		"# deploy k8s":                      {Kind: render.Directory, Name: "k8s"},
		"# deploy 'HelmRelease argocd/web'": {Kind: render.Release, By: render.ArgoCD, Name: "HelmRelease argocd/web", Order: order("HelmRelease", "argocd", "web")},
		"":                                  {Kind: render.ComposeFile, Name: "compose.yaml"},
	} {
		if got := deployment(u).Do; got != want {
			t.Errorf("%s: got %q, want %q", u.Name, got, want)
		}
	}
}
