package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

//go:generate go test . -run ^TestGolden$ -update
var update = flag.Bool("update", false, "rewrite the golden files")

func TestGolden(t *testing.T) {
	notes := func(o Options) func(r *lint.Result) string {
		return func(r *lint.Result) string {
			var b bytes.Buffer
			_ = Notes(&b, r, o)
			return b.String()
		}
	}
	as := func(name string, o Options) func(r *lint.Result) string {
		return func(r *lint.Result) string {
			f, ok := Lookup(name)
			if !ok {
				t.Fatalf("there is no format %s", name)
			}
			var b bytes.Buffer
			if err := f.Write(&b, r, o); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
	}
	for _, c := range []struct {
		golden string
		result *lint.Result
		write  func(*lint.Result) string
	}{
		{"disagree.txt", disagreement(), as("text", Options{})},
		{"disagree.color.txt", disagreement(), as("text", Options{Color: true})},
		{"disagree.verbose.txt", disagreement(), as("text", Options{Verbose: true})},
		{"disagree.json", disagreement(), as("json", Options{})},
		{"disagree.notes.txt", disagreement(), notes(Options{})},
		{"disagree.notes.verbose.txt", disagreement(), notes(Options{Verbose: true})},
		{"nothing.txt", &lint.Result{}, as("text", Options{Verbose: true})},
		{"nothing.json", &lint.Result{}, as("json", Options{})},
		{"nothing.notes.txt", &lint.Result{}, notes(Options{})},
		{"unknown.txt", allUnknown(), as("text", Options{})},
		{"hostile.txt", hostile(), as("text", Options{Verbose: true})},
		{"hostile.json", hostile(), as("json", Options{})},
		{"hostile.notes.txt", hostile(), notes(Options{})},
		{"disagree.github.txt", disagreement(), as("github", Options{})},
		{"hostile.github.txt", hostile(), as("github", Options{})},
		{"nothing.github.txt", &lint.Result{}, as("github", Options{})},
		{"many.github.txt", many(12), as("github", Options{})},
		{"disagree.md", disagreement(), as("markdown", Options{Source: onGitHub})},
		{"hostile.md", hostile(), as("markdown", Options{Source: onGitHub})},
		{"nothing.md", &lint.Result{}, as("markdown", Options{})},
		{"disagree.sarif", disagreement(), as("sarif", Options{Version: "1.2.3", Source: onGitHub})},
		{"disagree.junit.xml", disagreement(), as("junit", Options{})},
		{"disagree.junit.warning.xml", disagreement(), as("junit", Options{FailOn: lint.Warning})},
		{"hostile.junit.xml", hostile(), as("junit", Options{})},
		{"disagree.gitlab.json", disagreement(), as("gitlab", Options{})},
		{"hostile.gitlab.json", hostile(), as("gitlab", Options{})},
	} {
		t.Run(c.golden, func(t *testing.T) {
			got := c.write(c.result)
			file := filepath.Join("testdata", c.golden)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs (go generate ./... rewrites it); got:\n%s", file, got)
			}
			if again := c.write(c.result); again != got {
				t.Errorf("the same result was told differently the second time:\n%s", again)
			}
		})
	}
}

func at(file string, line, column, end int) sources.Position {
	return sources.Position{File: file, Line: line, Column: column, EndColumn: end}
}
