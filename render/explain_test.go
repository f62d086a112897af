package render

import (
	"strings"
	"testing"
)

// TestErrorsQuoteNothing breaks a root in ways for which kustomize's own error quotes
// the file.
func TestErrorsQuoteNothing(t *testing.T) {
	const marker = "hunter2-hunter2-hunter2"
	tests := []struct{ name, kustomization, want string }{
		{"a literal without =", "secretGenerator:\n  - name: keys\n    literals: [MARKER]\n", "a literal of a generator is not of the form KEY=value"},
		{"an env file that is not UTF-8", "secretGenerator:\n  - name: keys\n    envs: [broken.env]\n", "an env file of a generator cannot be read"},
		{"a patch that is none", "resources: [secret.yaml]\npatches:\n  - patch: 'MARKER'\n", "a patch is neither a strategic merge patch nor a JSON patch"},
		{"a JSON patch without its path", "resources: [secret.yaml]\npatches:\n  - target: {kind: Secret}\n    patch: '[{\"op\": \"replace\", \"path\": \"/data/none\", \"value\": \"MARKER\"}]'\n", "a JSON patch does not apply"},
		{"a wrong type", "resources: [secret.yaml]\nnamePrefix: {a: MARKER}\n", "its field namePrefix is of the wrong type"},
		{"an object twice", "resources: [secret.yaml, twin.yaml]\n", "is defined twice"},
		{"a replacement into a scalar", "resources: [secret.yaml]\nreplacements:\n  - source: {kind: Secret, name: keys, fieldPath: stringData.NONE}\n    targets: [{select: {kind: Secret}, fieldPaths: [stringData.ANON_KEY.deeper]}]\n", "does not build"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			archive := "-- kustomization.yaml --\n" + tt.kustomization + `
-- broken.env --
A=MARKER` + "\xff" + `
-- secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {ANON_KEY: MARKER}
-- twin.yaml --
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {ANON_KEY: MARKER}
-- bears.yaml --
supabase: {}
`
			repo := open(t, strings.ReplaceAll(strings.ReplaceAll(archive, "MARKER", marker), "-- kustomization.yaml --\n", "-- kustomization.yaml --\n# supabase\n"))
			u := unit(t, Units(repo), ".")
			all := notes(repo) + strings.Join(u.Missing, "\n")
			if strings.Contains(all, marker) {
				t.Errorf("the file is quoted: %s", all)
			}
			if !strings.Contains(all, tt.want) {
				t.Errorf("got %s\nwant %q", all, tt.want)
			}
		})
	}
}
