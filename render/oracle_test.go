package render

import (
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/internal/testrepo"
)

// TestOracle builds every root of every fixture and of the tables here with the
// kustomize program as well, and compares the objects.
func TestOracle(t *testing.T) {
	program := testrepo.Oracle(t, "kustomize")
	repositories := map[string]string{"carriers": testrepo.Write(t, carriers)}
	for _, tt := range unitTests() {
		repositories[tt.name] = testrepo.Write(t, tt.archive)
	}
	fixtures, _ := filepath.Glob("../testdata/fixtures/*")
	for _, dir := range fixtures {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		to := filepath.Join(t.TempDir(), filepath.Base(dir))
		if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
			t.Logf("%s is compared in part: %v", dir, err)
		}
		if err := os.MkdirAll(filepath.Join(to, ".git"), 0o755); err != nil {
			t.Fatal(err)
		}
		repositories["fixture "+filepath.Base(dir)] = to
	}
	built, compared := 0, 0
	for _, name := range slices.Sorted(maps.Keys(repositories)) {
		dir := repositories[name]
		repo := testrepo.Open(t, dir, nil) // without keys: kustomize sees ciphertext too
		for _, u := range Units(repo) {
			if u.Kind != Kustomization {
				continue
			}
			compared++
			if len(u.Missing) > 0 {
				continue // a bound, or a path outside, of which kustomize knows nothing: it may build, and it may never end
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			command := exec.CommandContext(ctx, program, "build", "--load-restrictor", "LoadRestrictionsNone", filepath.Join(dir, filepath.FromSlash(u.Name)))
			command.Env = []string{"PATH="} // no git, no helm
			var stdout, stderr bytes.Buffer
			command.Stdout, command.Stderr = &stdout, &stderr
			err := command.Run()
			cancel()
			if bytes.Contains(stderr.Bytes(), []byte("external plugin 'ksops'")) {
				continue // the program would have to run ksops
			}
			if bytes.Contains(stderr.Bytes(), []byte("enable-helm")) {
				continue // it would have to run helm; TestChartsAgainstHelm does
			}
			if err != nil {
				t.Errorf("%s: %s builds here, and not with kustomize: %s", name, u.Name, stderr.Bytes())
				continue
			}
			built++
			nodes, err := kio.FromBytes(stdout.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			want := canonical(t, nodes)
			var own []*yaml.RNode
			for _, o := range u.Objects {
				if !o.Derived() {
					own = append(own, yaml.NewRNode(o.Root))
				}
			}
			if got := canonical(t, own); got != want {
				t.Errorf("%s: %s differs from what kustomize builds\nkeylint\n%s\nkustomize\n%s", name, u.Name, got, want)
			}
		}
	}
	t.Logf("%d roots, of which %d were built and compared", compared, built)
	if built < 10 {
		t.Errorf("only %d roots were compared", built)
	}
}

// canonical is the objects as sorted lines of JSON.
func canonical(t *testing.T, nodes []*yaml.RNode) string {
	t.Helper()
	var lines []string
	for _, n := range nodes {
		b, err := n.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(bytes.TrimSpace(b)))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}
