package main

import (
	"os/exec"
	"strings"
	"testing"
)

// evicted are packages that an import of one more name would bring back: each has a
// narrower one in its place. docs/binary-size.md says what they weigh.
var evicted = map[string]string{
	"github.com/getsops/sops/v3/decrypt":              "it calls the address that a file names; sources puts sops' parts together",
	"github.com/bitnami-labs/sealed-secrets/pkg/apis": "pkg/crypto unseals without the API types",
	"github.com/go-git/go-git/v5/plumbing/object":     "plumbing/format/gitignore needs none of git's objects",
	"github.com/moby/buildkit/client/llb":             "frontend/dockerfile/parser parses without what builds",
	"github.com/compose-spec/compose-go/v2/loader":    "dotenv, template and schema do without the loader",
	"github.com/docker/cli/cli/compose/loader":        "its template package alone says how a stack is interpolated",
	"github.com/docker/cli/cli/command":               "only tests compare with the rest of it",
	"helm.sh/helm/v4/pkg/action":                      "pkg/engine renders without what installs",
	"helm.sh/helm/v4/pkg/registry":                    "charts come from the repository alone",
	"github.com/rogpeppe/go-internal":                 "it is for tests",
}

// TestEvicted fails where a package is linked again that was got rid of.
func TestEvicted(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("skipped: go is not installed")
	}
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(out))
	if len(linked) < 100 {
		t.Fatalf("go list names %d packages only", len(linked))
	}
	for _, p := range linked {
		for path, why := range evicted {
			if p == path || strings.HasPrefix(p, path+"/") {
				t.Errorf("%s is linked again: %s", p, why)
			}
		}
	}
}
