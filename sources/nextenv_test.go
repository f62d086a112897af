package sources

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// nextProjects are directories of .env files, on which keylint and Next.js' own loader
// must agree.
var nextProjects = []map[string]string{
	{".env": "KEY=plain\nexport EXPORTED=yes\nCOLON: value\nEMPTY=\nSPACES =  padded  \nDOTTED.NAME-X=1\n"},
	{".env": "DOUBLE=\"quoted\"\nSINGLE='quoted'\nBACK=`quoted`\nHALF=\"half\nMIXED=\"it's\"\nINNER='say \"hi\"'\nAFTER=\"x\" # comment\n"},
	{".env": "HASH=abc#def\nHASH_SPACED=abc # def\nHASH_QUOTED=\"abc#def\"\n# COMMENTED=1\n   INDENTED=1\n"},
	{".env": "MULTI=\"first\nsecond\"\nNEXT=1\nESCAPED=\"a\\nb\"\nSINGLE_ESCAPED='a\\nb'\n"},
	{".env": "CRLF=one\r\nSECOND=two\r\nQUOTED=\"three\"\r\n"},
	{".env": "\ufeffBOM=1\nSECOND=2\n"},
	{".env": "TWICE=first\nTWICE=second\n"},
	{".env": "A=base\nB=$A\nC=${A}\nD=${A}/x\nE=\\$A\nF='$A'\nG=\"$A\"\n"},
	{".env": "DEFAULTED=${NOT_THERE:-fallback}\nEMPTY=${NOT_THERE}\nPLAIN=$NOT_THERE\nLATER=$DEFINED_LATER\nDEFINED_LATER=x\n"},
	{".env": "DOLLARS=a$$b\nPRICE=5$\nSPECIAL=$A$B\nA=1\nB=2\n"},
	{".env": "SECRET=a$b&c|d#e\nQUOTED_SECRET='a$b&c|d#e'\nBASE64=abc+/def==\n"},
	{".env": "K=low", ".env.production": "K=high"},
	{".env": "K=low", ".env.local": "K=local", ".env.production": "K=high", ".env.production.local": "K=top"},
	{".env.local": "K=", ".env.production": "K=set"},
	{".env": "URL=https://low\nK=$URL/x", ".env.production": "URL=https://high"},
	{".env.production": "K=${ANON}\n", ".env": "ANON=eyJhbGciOiJIUzI1NiJ9.e30.x\n"},
	{".env.development": "K=development", ".env": "OTHER=1"},
	{".env": "no equals sign\n=no name\nGOOD=1\n"},
	{".env": "UNICODE=schlüssel\nEMOJI=🔑\nNBSP=\u00a0x\u00a0\n"},
	{".env": "TAB=\tvalue\t\nNOEND=last"},
}

// TestNextEnvOracle compares with Next.js' own loader.
func TestNextEnvOracle(t *testing.T) {
	want := runLoader(t, filepath.Join("testdata", "nextenv"), "@next/env", nextProjects)
	compareLoader(t, "Next.js", nextProjects, want, loading("Next.js"))
}

// TestNextEnvGenerated compares on many generated directories.
func TestNextEnvGenerated(t *testing.T) {
	projects := generatedProjects(400, "NEXT_PUBLIC_", slices.Concat(plainValues, oddValues))
	want := runLoader(t, filepath.Join("testdata", "nextenv"), "@next/env", projects)
	compareLoader(t, "Next.js", projects, want, loading("Next.js"))
}

// runLoader lets the script in a directory load the projects with a package's own loader.
func runLoader(t *testing.T, dir, npmPackage string, projects []map[string]string, arguments ...string) []map[string]string {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", npmPackage)); err != nil {
		t.Skipf("%s is not installed: run npm ci in sources/%s", npmPackage, filepath.ToSlash(dir))
	}
	input, err := json.Marshal(projects)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", append([]string{"run.js"}, arguments...)...)
	// A file: of a pipe Node.js may read a part only, where what it loads has made that one that does not wait.
	file := filepath.Join(t.TempDir(), "projects.json")
	if err := os.WriteFile(file, input, 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	cmd.Dir, cmd.Stdin = dir, in
	var says bytes.Buffer
	cmd.Stderr = &says
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, says.Bytes())
	}
	var want []map[string]string
	if err := json.Unmarshal(output, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// loading loads files as a framework does, for a production build. Of what Vite
// loads, its loader prints only what it writes into the app.
func loading(name string) func(project map[string]string) map[string]Effective {
	w := frameworkNamed(name)
	return func(project map[string]string) map[string]Effective {
		var files []EnvFile
		for _, name := range w.files("production") {
			if content, ok := project[name]; ok {
				files = append(files, EnvFile{name, w.parse([]byte(content))})
			}
		}
		budget := maxAllExpanded
		winners, _ := w.merge(files, &budget)
		if w == frameworkNamed("Vite") {
			maps.DeleteFunc(winners, func(name string, _ Effective) bool { return beginsWith(name, w.public) == "" })
		}
		return winners
	}
}

// compareLoader holds keylint's loader to what the other made of each project.
func compareLoader(t *testing.T, whose string, projects, want []map[string]string, load func(map[string]string) map[string]Effective) {
	failed := 0
	for i, project := range projects {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			got := load(project)
			for name, value := range want[i] {
				if e, ok := got[name]; !ok || e.Value.Reveal() != value {
					t.Errorf("%s = %q, %s has %q", name, e.Value.Reveal(), whose, value)
				}
			}
			for name, e := range got {
				if _, ok := want[i][name]; !ok {
					t.Errorf("%s = %q, which %s does not have", name, e.Value.Reveal(), whose)
				}
			}
			if t.Failed() {
				t.Logf("%q", project)
				failed++
			}
		})
		if failed > 20 {
			t.Fatal("and so on")
		}
	}
}

func TestEnvMode(t *testing.T) {
	for file, want := range map[string]string{
		"apps/web/.env": "", ".env.local": "", ".env.production": "production", ".env.production.local": "production",
		".env.development": "development", "config/staging.env": "staging", ".env.dev.docker": "dev",
		"secrets.env": "", "stack.env": "", "auth.env": "", ".env.db": "", ".env.supabase": "",
	} {
		if got := EnvMode(file); got != want {
			t.Errorf("%s is for %q, want %q", file, got, want)
		}
	}
}
