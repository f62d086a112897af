package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/lint/rules"
)

// FuzzRun lints whatever comes as a manifest, a Kong configuration, a compose file and a
// .env: no panic, and no key in what is said.
func FuzzRun(f *testing.F) {
	for _, rule := range rules.All() {
		for _, file := range txtar.Parse([]byte(testkeys.Fill(rule.Bad))).Files {
			f.Add(string(file.Data), "_format_version: '2.1'\n", "services: {}\n", "A=1\n")
		}
	}
	for _, file := range txtar.Parse([]byte(testkeys.Fill(consistent))).Files {
		f.Add(string(file.Data), string(file.Data), string(file.Data), string(file.Data))
	}
	f.Fuzz(func(t *testing.T, manifest, kong, compose, env string) {
		archive := txtar.Format(&txtar.Archive{Files: []txtar.File{
			{Name: "k8s/manifest.yaml", Data: []byte(manifest)},
			{Name: "kong.yml", Data: []byte(kong)},
			{Name: "compose.yaml", Data: []byte(compose)},
			{Name: ".env", Data: []byte(env)},
		}})
		result := lintArchive(t, string(archive))
		said := fmt.Sprintf("%+v %+v", result.Findings, result.Coverage)
		for name, key := range testkeys.All() {
			if strings.Contains(said, key) {
				t.Errorf("%s is in what is said", name)
			}
		}
	})
}
