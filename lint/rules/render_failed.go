package rules

import (
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

var renderFailed = &lint.Rule{
	Name:     "render-failed",
	Summary:  "a kustomization that can bear keys does not build",
	Severity: lint.Warning,
	Doc: `The root does not build as it stands, so neither will it in the cluster, or it needs something that keylint never
runs (Helm, an exec plugin). keylint falls back to the files that the kustomization lists, without patches
and prefixes, and what it says of them may be incomplete.

Mend the entry that is named: "kustomize build" shows the same error.`,
	Bad: `
-- k8s/kustomization.yaml --
resources:
  - secret.yaml
  - missing.yaml # HERE
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
`,
	Good: `
-- k8s/kustomization.yaml --
resources:
  - secret.yaml
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
`,
	Check: func(p *lint.Pass) {
		reportNotes(p, sources.NoteRenderFailed, rootDoesNotBuild)
	},
}

var rootDoesNotBuild = lint.Cause{Name: "root-does-not-build", Advice: `Run "kustomize build" on this root and mend what it names.`}
