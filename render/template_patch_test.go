package render

import "testing"

// TestPatchSetsDeployed holds what a templatePatch may change against what it says.
func TestPatchSetsDeployed(t *testing.T) {
	for patch, want := range map[string]bool{
		"spec: {syncPolicy: {automated: {}}}": false,
		"":                                    false,
		"{{- if .auto }}\nspec:\n  syncPolicy:\n    automated:\n      prune: {{ .prune }}\n{{- end }}":                    false,
		"spec:\n  syncPolicy: {{ toYaml .sync | nindent 4 }}\n  project: '{{ .project }}'":                                false,
		"metadata:\n  labels:\n    {{ .key }}: a\n  annotations: {notifications.argoproj.io/subscribe: '{{ .channel }}'}": false,
		"spec: {source: {path: apps/other}}":                       true,
		"spec: {\"\\u0073ource\": {path: apps/other}}":             true,
		"spec:\n  sourceHydrator: {drySource: {path: apps/other}}": true,
		"spec: {{ toJson .spec }}":                                 true,
		"spec:\n  {{- toYaml .spec | nindent 2 }}":                 true,
		"spec:\n  project: a\n  {{- toYaml .more | nindent 2 }}":   true,
		"{{ .patch }}": true,
		"spec:\n  {{ .field }}: {path: apps/other}":                          true,
		"metadata: {name: other}":                                            true,
		"metadata: {annotations: {argocd.argoproj.io/skip-reconcile: 'y'}}":  true,
		"spec: {ignoreDifferences: [{kind: Secret, jsonPointers: [/data]}]}": true,
	} {
		if got := patchSetsDeployed(patch); got != want {
			t.Errorf("%q: %v, want %v", patch, got, want)
		}
	}
}
