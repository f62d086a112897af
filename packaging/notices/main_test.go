package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fake makes a module of files, all of whose directories are linked but the given ones.
func fake(t *testing.T, name string, files map[string]string, unlinked ...string) *module {
	t.Helper()
	m := &module{name: name, root: t.TempDir(), dirs: map[string]bool{}}
	m.dirs[m.root] = true
	for file, text := range files {
		path := filepath.Join(m.root, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		m.dirs[filepath.Dir(path)] = true
	}
	for _, dir := range unlinked {
		delete(m.dirs, filepath.Join(m.root, dir))
	}
	return m
}

func written(t *testing.T, modules ...*module) (string, error) {
	t.Helper()
	linked := map[string]*module{}
	for _, m := range modules {
		linked[m.name] = m
	}
	var out strings.Builder
	err := write(&out, "keylint", linked)
	return out.String(), err
}

func TestOneTextOfTwoModulesIsPrintedOnce(t *testing.T) {
	out, err := written(t,
		fake(t, "example.org/b v2.0.0", map[string]string{"LICENSE": "\ndo as you like  \r\nand no harm\r\n"}),
		fake(t, "example.org/a v1.0.0", map[string]string{"LICENCE.txt": "do as you like\nand no harm\n", "NOTICE": "made by A"}))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out, "do as you like\nand no harm\n"); n != 1 {
		t.Errorf("the licence that both have is printed %d times:\n%s", n, out)
	}
	if !strings.Contains(out, "\nexample.org/a v1.0.0\nexample.org/b v2.0.0\n---") {
		t.Errorf("the shared licence does not name both modules, in order:\n%s", out)
	}
	if !strings.Contains(out, "made by A") {
		t.Errorf("the notice beside the licence is not there:\n%s", out)
	}
}

func TestCodeOfOthersInsideAModule(t *testing.T) {
	out, err := written(t, fake(t, "example.org/a v1.0.0", map[string]string{
		"LICENSE":                      "the module's",
		"third_party/copied/LICENSE":   "the copied one's",
		"third_party/unlinked/LICENSE": "not linked",
		"license.go":                   "package a",
	}, "third_party/unlinked"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "the module's") || !strings.Contains(out, "the copied one's") {
		t.Errorf("a licence is missing:\n%s", out)
	}
	if strings.Contains(out, "not linked") || strings.Contains(out, "package a") {
		t.Errorf("there is more than licences of what is linked:\n%s", out)
	}
}

func TestAModuleWithoutALicenceIsRefused(t *testing.T) {
	_, err := written(t,
		fake(t, "example.org/a v1.0.0", map[string]string{"LICENSE": "do as you like"}),
		fake(t, "example.org/bare v0.1.0", map[string]string{"README.md": "hello"}))
	if err == nil || !strings.Contains(err.Error(), "example.org/bare v0.1.0") || strings.Contains(err.Error(), "example.org/a") {
		t.Errorf("the error is %v", err)
	}
}

// TestWhatThisProgramLinks runs the whole of it for the smallest program at hand.
func TestWhatThisProgramLinks(t *testing.T) {
	var out strings.Builder
	if err := run(&out, ".", []string{"linux/amd64", "windows/arm64"}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "(modules: 1)") || !strings.Contains(out.String(), "the Go standard library go1.") {
		t.Errorf("the standard library, which is all that is linked, is not named:\n%s", out.String())
	}
}
