package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestFixingDoc walks the way that docs/fixing.md and the README show, in a copy of testdata/fixtures/homelab-drift-sealed-secret, and holds the
// pages to what is said on it; "go generate ./..." rewrites them.
func TestFixingDoc(t *testing.T) {
	said := map[string]string{}
	if !t.Run("walk", func(t *testing.T) { mend(t, said) }) {
		return
	}
	for _, page := range []string{"docs/fixing.md", "README.md"} {
		if seen := holdSamples(t, page, func(sample string) string { return said[sample] }); !slices.Contains(seen, "dry") && !slices.Contains(seen, "write") {
			t.Errorf("%s shows none of it", page)
		}
	}
}

func mend(t *testing.T, said map[string]string) {
	keys, err := allKeys()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(copyFixture(t, "homelab-drift-sealed-secret"))
	if err := os.WriteFile(".git", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	say := func(status int, args ...string) string {
		t.Helper()
		r := keylint(slices.Concat(args, keys, []string{now})...)
		if r.status != status {
			t.Fatalf("keylint %s: exit status %d, not %d:\n%s%s", strings.Join(args, " "), r.status, status, r.stderr, r.stdout)
		}
		return fmt.Sprintf("$ %s\n%s", strings.TrimSpace("keylint "+strings.Join(args, " ")), r.stdout)
	}
	said["dry"] = say(exitFindings, "fix")
	written := say(exitClean, "fix", "--write")
	said["write"] = excerpt(t, written, [][2]string{{"$", "$"}, {"then,", "wrote"}}) + say(exitClean)
	if err := errors.Join(os.Mkdir("apps/new", 0o755), os.WriteFile("apps/new/package.json", []byte(`{"dependencies": {"vite": "5"}, "scripts": {"build": "vite build"}}`), 0o644)); err != nil {
		t.Fatal(err)
	}
	said["env"] = say(exitClean, "env", "apps/new")
	said["env-write"] = say(exitClean, "env", "--write", "apps/new/.env.production", "apps/new") + say(exitClean, "env", "--check", "apps/new")
}
