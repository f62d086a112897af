package render

import (
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
)

// open writes a repository that is given as a txtar archive, and opens it.
func open(t testing.TB, archive string) *sources.Repository {
	t.Helper()
	return testrepo.Open(t, testrepo.Write(t, archive), nil)
}

// unit finds a unit by name.
func unit(t testing.TB, units []*Unit, name string) *Unit {
	t.Helper()
	var names []string
	for _, u := range units {
		if u.Name == name {
			return u
		}
		names = append(names, u.Name)
	}
	t.Fatalf("no unit %q; there are %q", name, names)
	return nil
}

// object finds an object of a unit by kind and the beginning of its name.
func object(t testing.TB, u *Unit, kind, name string) *manifest.Object {
	t.Helper()
	var names []string
	for _, o := range u.Objects {
		if o.Kind == kind && strings.HasPrefix(o.Name, name) {
			return o
		}
		names = append(names, o.Kind+" "+o.Name)
	}
	t.Fatalf("no %s %s in %s; there are %q", kind, name, u.Name, names)
	return nil
}

func entry(t testing.TB, o *manifest.Object, key string) manifest.Entry {
	t.Helper()
	for _, e := range o.Entries() {
		if e.Key == key {
			return e
		}
	}
	t.Fatalf("%s %s has no entry %s", o.Kind, o.Name, key)
	return manifest.Entry{}
}

// notes renders the repository's notes, one a line.
func notes(repo *sources.Repository) string {
	var b strings.Builder
	for _, n := range repo.Notes() {
		b.WriteString(string(n.Kind) + " " + n.At.String() + " " + n.Message + "\n")
	}
	return b.String()
}

// marked finds the line that holds the marker in a file of the repository.
func marked(t testing.TB, repo *sources.Repository, name, marker string) int {
	t.Helper()
	b, err := repo.File(name).Disk()
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(b), "\n") {
		if strings.Contains(line, marker) {
			return i + 1
		}
	}
	t.Fatalf("%s has no %q", name, marker)
	return 0
}
