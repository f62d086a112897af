package sources

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestReadsAtRunTime asks of an app whether it may take NEXT_PUBLIC_ variables from its container.
func TestReadsAtRunTime(t *testing.T) {
	for _, test := range []struct {
		name, archive string
		want          bool
	}{
		{"nothing", "-- a.txt --\n", false},
		{"a package of the prefix", "-- package.json --\n{\"dependencies\": {\"next-runtime-env\": \"3\"}}\n", true},
		{"a package of another prefix", "-- package.json --\n{\"devDependencies\": {\"vite-envs\": \"4\"}}\n", false},
		{"a package of a scope", "-- package.json --\n{\"devDependencies\": {\"@import-meta-env/cli\": \"0.7\"}}\n", true},
		{"a package of a like name", "-- package.json --\n{\"dependencies\": {\"next-runtime-env-types\": \"1\"}}\n", false},
		{"a start script that injects", "-- package.json --\n{\"scripts\": {\"start\": \"./env.sh && next start\"}}\n", true},
		{"a start script that serves", "-- package.json --\n{\"scripts\": {\"start\": \"next start\", \"lint\": \"./lint.sh\"}}\n", false},
		{"a damaged package.json", "-- package.json --\n{\"dependencies\": {\"next-runtime-env\"\n", false},
		{"a page that loads the values", "-- index.html --\n<script src=\"/env-config.js\"></script>\n", true},
		{"a layout that hands them on", "-- src/app/layout.tsx --\nimport { PublicEnvScript } from 'next-runtime-env'\n", true},
		{"a page that does not", "-- index.html --\n<script src=\"/src/main.tsx\"></script>\n", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, f := range txtar.Parse([]byte(test.archive)).Files {
				name := filepath.Join(dir, "web", f.Name)
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			repo, err := Open(Options{Paths: []string{dir}})
			if err != nil {
				t.Fatal(err)
			}
			if got := repo.ReadsAtRunTime("web", "NEXT_PUBLIC_"); got != test.want {
				t.Errorf("it reads them at run time: %v, want %v", got, test.want)
			}
		})
	}
}
