package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAdoptingDoc walks the way that docs/adopting.md describes, in a repository made of
// testdata/fixtures/seed-drifted, and holds the page to what is said on it;
// "go generate ./..." rewrites it.
func TestAdoptingDoc(t *testing.T) {
	said := map[string]string{}
	if !t.Run("walk", func(t *testing.T) { adopt(t, said) }) {
		return
	}
	seen := holdSamples(t, "docs/adopting.md", func(sample string) string { return said[sample] })
	for sample := range said {
		if !slices.Contains(seen, sample) {
			t.Errorf("the page does not show %s", sample)
		}
	}
}

// adopt walks that way, and notes for each sample what is said.
func adopt(t *testing.T, said map[string]string) {
	t.Chdir(copyFixture(t, "seed-drifted"))
	put := func(file, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	read := func(file string) string {
		t.Helper()
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	put(".git/HEAD", "ref: refs/heads/main\n")
	const app, worker, baseline = "apps/web/.env.production", "apps/worker/.env.production", ".keylint-baseline.json"

	var b strings.Builder
	say := func(status int, parts [][2]string, args ...string) {
		t.Helper()
		r := keylint(append(args, now)...)
		if r.status != status {
			t.Fatalf("keylint %s: exit status %d, not %d:\n%s%s", strings.Join(args, " "), r.status, status, r.stderr, r.stdout)
		}
		text := r.stderr + r.stdout
		if parts != nil {
			text = excerpt(t, text, parts)
		}
		fmt.Fprintf(&b, "$ %s; echo $?\n%s%d\n", strings.Join(append([]string{"keylint"}, args...), " "), text, status)
	}
	keep := func(sample string) { said[sample] = b.String(); b.Reset() }

	say(exitFindings, [][2]string{{app, app}, {"k8s/kong-config", "k8s/kong-config"}, {"1 error", "1 unit"}})
	keep("before")
	say(exitClean, nil, "baseline")
	say(exitClean, nil)
	keep("baseline")
	first := strings.Split(read(baseline), "\n")[4]
	said["entry"] = strings.TrimSuffix(strings.TrimSpace(first), ",") + "\n"

	put(worker, read(app))
	say(exitFindings, [][2]string{{app, app}, {"1 error", "  2 findings"}})
	keep("spread")
	if err := os.RemoveAll(filepath.Dir(worker)); err != nil {
		t.Fatal(err)
	}

	_, good, _ := strings.Cut(read("k8s/secret.yaml"), "  ANON_KEY: ")
	good, _, _ = strings.Cut(good, "\n")
	mended, _, _ := strings.Cut(read(app), "ANON_KEY=")
	put(app, mended+"ANON_KEY="+good+"\n")
	say(exitClean, nil)
	say(exitClean, nil, "baseline", "--prune")
	keep("mended")
}
