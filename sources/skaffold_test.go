package sources

import "testing"

func FuzzSkaffolds(f *testing.F) {
	f.Add([]byte("apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n  - image: a/web\n    context: web\n    docker: {dockerfile: Dockerfile, target: app, buildArgs: {SUPABASE_ANON_KEY: x, A: '{{.B}}', C: null, D: '{{if .E}}y{{end}}'}}\n" +
		"  - {image: b, kaniko: {buildArgs: {SUPABASE_ANON_KEY: x}}}\n  - {image: c, jib: {}}\nprofiles:\n- {name: staging, build: {artifacts: [{image: a/web, docker: {buildArgs: {SUPABASE_ANON_KEY: y}}}]}}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range openWith("skaffold.yaml", b).Skaffolds() {
			for _, of := range v.Variables {
				if of.Value.IsAbsent() || of.At.File == "" {
					t.Errorf("%s has no value, or no place", of.Name)
				}
			}
		}
	})
}
