package rules

import (
	"strings"

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

kustomize loads no file from outside of the directory of the kustomization that names it, unless it is told to
(` + "`--load-restrictor LoadRestrictionsNone`" + `). keylint looks at such a root as if it were, as Flux builds it; it is told where a command of the
repository, or Argo CD by its settings here, builds it without.

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
		reportNotes(p, sources.NoteRenderFailed, whyNotRendered)
	},
}

var (
	rootDoesNotBuild    = lint.Cause{Name: "root-does-not-build", Advice: `Run "kustomize build" on this root and mend what it names.`}
	chartDoesNotRender  = lint.Cause{Name: "chart-does-not-render", Advice: `Run "helm template" on the chart with these values and mend what it names.`}
	objectDeploysNaught = lint.Cause{Name: "object-deploys-nothing", Advice: "Mend the object that is named: until then nothing of what it deploys is compared."}
	leavesDirectory     = lint.Cause{Name: "leaves-directory", Advice: "Move the file into the directory of the kustomization, or make a base of its own of it; or let what builds it load files from anywhere (" + sources.LoadsAnywhere + "; for Argo CD as kustomize.buildOptions in argocd-cm)."}
	pluginNotRun        = lint.Cause{Name: "plugin-not-run", Advice: `To have what it makes compared, build it yourself: kustomize build … | keylint -.`}
)

// whyNotRendered is the cause that a note's message tells.
func whyNotRendered(message string) lint.Cause {
	switch {
	case strings.Contains(message, "keylint executes nothing") || strings.Contains(message, "keylint reads plugins"):
		return pluginNotRun
	case strings.Contains(message, sources.LoadsAnywhere):
		return leavesDirectory
	case strings.Contains(message, "does not render") || strings.Contains(message, "the chart in "):
		return chartDoesNotRender
	case strings.HasPrefix(message, "Flux Kustomization ") || strings.HasPrefix(message, "Argo CD Application ") || strings.HasPrefix(message, "HelmRelease "):
		return objectDeploysNaught
	}
	return rootDoesNotBuild
}
