package kustomize_test

import (
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/render/kustomize"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

const overlays = `
-- base/kustomization.yaml --
resources: [secret.yaml]
-- base/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase}
stringData:
  ANON_KEY: from the base
-- prod/kustomization.yaml --
resources: [../base]
namePrefix: prod-
patches:
  - path: patch.yaml
-- prod/patch.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase}
stringData:
  ANON_KEY: from the patch
-- plain/deployment.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: studio}
`

func read(t *testing.T) (*sources.Repository, *kustomize.Graph) {
	t.Helper()
	repo := testrepo.Open(t, testrepo.Write(t, overlays), nil)
	return repo, kustomize.Read(repo, chart.NewCharts(repo))
}

// TestBuild builds a root, whose object leads back to the patch that made it what it is.
func TestBuild(t *testing.T) {
	_, g := read(t)
	roots := g.Roots()
	if len(roots) != 1 || roots[0].Dir() != "prod" {
		t.Fatalf("the roots are %v", roots)
	}
	built := g.Build(roots[0])
	if !built.Built || len(built.Objects) != 1 || len(built.Missing) > 0 {
		t.Fatalf("it becomes %+v", built)
	}
	o := built.Objects[0]
	at := o.Locate(nodes.Field(o.Root, "stringData", "ANON_KEY"))
	if o.Name != "prod-supabase" || o.OriginalName != "supabase" || at.String() != "prod/patch.yaml:5:13" {
		t.Errorf("%s, which was %s, has its key at %v", o.Name, o.OriginalName, at)
	}
	if got := strings.Join(built.Inputs, " "); got != "base/kustomization.yaml base/secret.yaml prod/kustomization.yaml prod/patch.yaml" {
		t.Errorf("it was made of %s", got)
	}
}

// TestAddition builds directories with what somebody puts on top, one of which has no
// kustomization.
func TestAddition(t *testing.T) {
	repo, g := read(t)
	add := kustomize.Addition{
		Object: &manifest.Object{}, File: repo.File("plain/deployment.yaml"), Resources: []string{"plain/deployment.yaml"},
		Change: func(k *types.Kustomization) { k.Namespace = "added" },
	}
	for dir, want := range map[string]string{"prod": "added/prod-supabase", "plain": "added/studio"} {
		built := g.Build(g.With(dir, add))
		if len(built.Objects) != 1 || built.Objects[0].Namespace+"/"+built.Objects[0].Name != want {
			t.Errorf("%s becomes %+v", dir, built)
		}
	}
}
