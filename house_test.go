package keylint_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
)

const module = "github.com/keylint/keylint/"

// floors orders the packages: each may import only those below it. A package within another
// is a room of its own.
var floors = []string{
	"internal/current", "internal/confine/seccomp", "internal/confine/first", "internal/confine",
	"keys", "substitute",
	"sources/nodes", "sources/decrypt", "sources/artifact", "sources",
	"render/manifest", "render/stores", "render/chart", "render/kustomize", "render",
	"sites/inventory", "sites/gateway", "sites",
	"lint", "lint/rules",
	"fix",
	"report", "cmd/keylint",
}

// TestImportsGoDownward fails where a package imports one of its own floor or above, and
// where one has no floor.
func TestImportsGoDownward(t *testing.T) {
	floor := map[string]int{}
	for i, name := range floors {
		floor[name] = i + 1
	}
	eachGoFile(t, func(name string, file *ast.File) {
		dir := filepath.ToSlash(filepath.Dir(name))
		if strings.HasSuffix(name, "_test.go") || floor[dir] == 0 && strings.HasPrefix(dir, "internal/") || strings.HasPrefix(dir, "packaging/") {
			return
		}
		own := floor[dir]
		if own == 0 {
			t.Errorf("the package of %s has no floor", name)
			return
		}
		for _, spec := range file.Imports {
			path, ok := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module)
			if ok && (floor[path] == 0 || floor[path] >= own) {
				t.Errorf("%s imports %s, which is not below it", name, path)
			}
		}
	})
}

// doors says how many names a room within a package offers at the most. It is there to be
// narrow: what is above it should have to know of little.
var doors = map[string]int{
	"internal/confine": 7, // what confines, in which mode, within which limits
	"sources/artifact": 9,
	"sources/decrypt":  16, // besides the kinds of LockKind
	"render/manifest":  15,
	"render/stores":    4,
	"render/chart":     16,
	"render/kustomize": 5,
}

// TestDoorsAreNarrow fails where a room offers more.
func TestDoorsAreNarrow(t *testing.T) {
	names := map[string][]string{}
	eachGoFile(t, func(name string, file *ast.File) {
		dir := filepath.ToSlash(filepath.Dir(name))
		if strings.HasSuffix(name, "_test.go") {
			return
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv == nil && decl.Name.IsExported() {
					names[dir] = append(names[dir], decl.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					if spec, ok := spec.(*ast.TypeSpec); ok && spec.Name.IsExported() {
						names[dir] = append(names[dir], spec.Name.Name)
					}
				}
			}
		}
	})
	for room, most := range doors {
		if len(names[room]) > most {
			t.Errorf("%s offers %d names, and at most %d were meant: %s", room, len(names[room]), most, strings.Join(names[room], ", "))
		}
	}
}

// mayReveal are the files that may call keys.Text.Reveal, outside of package keys. A
// new name here is a new place at which a key is in the open: think twice.
var mayReveal = []string{
	"fix/apply.go", "fix/env.go", "fix/text.go",
	"render/chart/layer.go", "render/manifest/uncover.go",
	"sites/gateway/credential.go", "sites/gateway/envoy.go", "sites/gateway/fate.go", "sites/gateway/ingress_class.go", "sites/gateway/ingress_controller.go", "sites/gateway/kong.go", "sites/gateway/loose.go",
	"sites/inventory/binding.go", "sites/inventory/built_image.go", "sites/inventory/carrier.go", "sites/inventory/compose_routes.go", "sites/inventory/compose_texts.go", "sites/inventory/compose_values.go", "sites/inventory/envoy.go", "sites/inventory/file_variables.go", "sites/inventory/literals.go", "sites/inventory/pod.go", "sites/inventory/postgrest_conf.go", "sites/inventory/readable.go", "sites/inventory/routes.go", "sites/inventory/service.go", "sites/inventory/settings.go",
	"sources/ci_shell.go", "sources/ci_written.go", "sources/decrypt/seal_edit.go", "sources/decrypt/seal_template.go", "sources/decrypt/sops_edit.go", "sources/dockerfile.go", "sources/dockerfile_values.go", "sources/file.go", "sources/haproxy.go", "sources/linesenv.go", "sources/mergedenv.go", "sources/nextenv.go", "sources/proxy.go", "sources/secret_env.go", "sources/shell_loaders.go", "sources/taken.go", "sources/traefik_toml.go",
	"substitute/hidden.go", "substitute/machine.go", "substitute/marks.go", "substitute/pod.go", "substitute/sed_parse.go", "substitute/text.go", "substitute/words.go",
}

// TestReveal fails where a file calls Reveal that is not listed.
func TestReveal(t *testing.T) {
	var got []string
	eachGoFile(t, func(name string, file *ast.File) {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(filepath.ToSlash(name), "keys/") {
			return
		}
		calls := false
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Reveal" {
				calls = true
			}
			return true
		})
		if calls {
			got = append(got, filepath.ToSlash(name))
		}
	})
	sort.Strings(got)
	if strings.Join(got, "\n") != strings.Join(mayReveal, "\n") {
		t.Errorf("Reveal is called in\n%s\nand listed are\n%s", strings.Join(got, "\n"), strings.Join(mayReveal, "\n"))
	}
}

// TestOneWayIntoRenderers fails where a room that renders reads a file's decrypted bytes
// past sources.File.Handed.
func TestOneWayIntoRenderers(t *testing.T) {
	eachGoFile(t, func(name string, file *ast.File) {
		name = filepath.ToSlash(name)
		if strings.HasSuffix(name, "_test.go") || !strings.HasPrefix(name, "render/kustomize/") && !strings.HasPrefix(name, "render/chart/") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Plain" {
				t.Errorf("%s calls Plain, and a renderer gets what Handed gives", name)
			}
			return true
		})
	})
}

// testName matches what a test is called.
var testName = regexp.MustCompile("`(Test[A-Za-z]+)`")

// TestSecurityPage fails where docs/security.md names a test that does not exist.
func TestSecurityPage(t *testing.T) {
	page, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	eachGoFile(t, func(name string, file *ast.File) {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && strings.HasSuffix(name, "_test.go") {
				tests[f.Name.Name] = true
			}
		}
	})
	named := testName.FindAllStringSubmatch(string(page), -1)
	for _, m := range named {
		if !tests[m[1]] {
			t.Errorf("there is no %s", m[1])
		}
	}
	if len(named) < 10 {
		t.Errorf("%d tests are named", len(named))
	}
}

func eachGoFile(t *testing.T, visit func(name string, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == ".git" || entry.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
		if err != nil {
			return err
		}
		visit(name, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
