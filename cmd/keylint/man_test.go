package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// manualPage is the page of a build whose date is known.
func manualPage(t *testing.T) (*cli.App, string) {
	t.Helper()
	s, _, _ := newSession()
	var status int
	app := s.app(&status)
	var b bytes.Buffer
	if err := manual(&b, app, build{Version: "1.2.3", Date: "2026-11-23T12:00:00Z"}); err != nil {
		t.Fatal(err)
	}
	return app, b.String()
}

// TestManualIsAccepted lets the programs that show manual pages judge this one.
func TestManualIsAccepted(t *testing.T) {
	_, page := manualPage(t)
	for _, line := range []string{
		"mandoc -T lint -W warning",
		"groff -man -ww -Tutf8 -z",
		"man --warnings -l -",
	} {
		args := strings.Fields(line)
		t.Run(args[0], func(t *testing.T) {
			if _, err := exec.LookPath(args[0]); err != nil {
				t.Skipf("skipped: %s is not installed", args[0])
			}
			cmd := exec.Command(args[0], args[1:]...)
			cmd.Stdin = strings.NewReader(page)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			stdout, err := cmd.Output()
			said := stderr.String()
			if args[0] == "mandoc" {
				said += string(stdout)
			}
			if err != nil || said != "" {
				t.Errorf("%s: %v\n%s", line, err, said)
			}
		})
	}
}

// TestManualIsComplete looks for every flag and command, as they stand in bold.
func TestManualIsComplete(t *testing.T) {
	app, page := manualPage(t)
	for _, n := range flagNames(app) {
		if !strings.Contains(page, "\n"+bold(n)) {
			t.Errorf("the page does not tell of %s", n)
		}
	}
	for _, n := range commandNames(app) {
		if !strings.Contains(page, "\n.SS keylint "+n) {
			t.Errorf("the page does not tell of keylint %s", n)
		}
	}
}

func TestManualIsTheSameEachTime(t *testing.T) {
	_, one := manualPage(t)
	if _, two := manualPage(t); one != two {
		t.Error("two pages of one build differ")
	}
	if first, _, _ := strings.Cut(one, "\n"); first != `.TH KEYLINT 1 "2026-11-23" "keylint 1.2.3" "User Commands"` {
		t.Errorf("the page begins with %s", first)
	}
}

// TestManualExamples holds the examples to the flags and commands that there are.
func TestManualExamples(t *testing.T) {
	s, _, _ := newSession()
	var status int
	app := s.app(&status)
	for _, e := range examples() {
		_, args, ok := strings.Cut(e.term, programName)
		if !ok {
			t.Errorf("%q does not call keylint", e.term)
		}
		a, err := arrange(app, strings.Fields(args))
		if err == nil {
			err = a.check(app)
		}
		if err == nil && a.command == "explain" {
			_, err = findRule(a.rest[0])
		}
		if err != nil {
			t.Errorf("%q: %v", e.term, err)
		}
	}
}

// TestManualEnvironment finds every variable that the code asks for by its name, and holds
// the page to them.
func TestManualEnvironment(t *testing.T) {
	var told []string
	for _, e := range environmentVariables() {
		told = append(told, strings.Split(e.term, ", ")...)
	}
	asked := map[string]bool{}
	for _, dir := range []string{".", "../../sources/decrypt", "../../report"} {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, variable := range variablesIn(file) {
				asked[variable] = true
			}
		}
	}
	for _, n := range told {
		if !asked[n] {
			t.Errorf("the page tells of %s, which nothing reads", n)
		}
		delete(asked, n)
	}
	for n := range asked {
		t.Errorf("%s is read, and the page does not tell of it", n)
	}
}

var variableName = regexp.MustCompile(`^[A-Z][A-Za-z0-9_]+$`)

// variablesIn are the names that a file gives to a function called env, getenv or Getenv.
func variablesIn(file *ast.File) []string {
	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return true
		}
		var function string
		switch f := call.Fun.(type) {
		case *ast.Ident:
			function = f.Name
		case *ast.SelectorExpr:
			function = f.Sel.Name
		}
		literal, ok := call.Args[0].(*ast.BasicLit)
		if !ok || !strings.HasSuffix(strings.ToLower(function), "env") {
			return true
		}
		if name, err := strconv.Unquote(literal.Value); err == nil && variableName.MatchString(name) {
			names = append(names, name)
		}
		return true
	})
	return names
}
