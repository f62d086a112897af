package sources

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	compareLoader(t, "Next.js", nextProjects, want, func(files []EnvFile) map[string]Effective {
		winners, _ := LoadNextEnv(inOrder(files, NextEnvOrder("production")))
		return winners
	})
}

// runLoader lets the script in a directory load the projects with a package's own loader.
func runLoader(t *testing.T, dir, npmPackage string, projects []map[string]string) []map[string]string {
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
	cmd := exec.Command("node", "run.js")
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(input)
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []map[string]string
	if err := json.Unmarshal(output, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// compareLoader holds keylint's loader to what the other made of each project.
func compareLoader(t *testing.T, whose string, projects, want []map[string]string, load func([]EnvFile) map[string]Effective) {
	for i, project := range projects {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var files []EnvFile
			for name, content := range project {
				files = append(files, EnvFile{name, ParseDotenv([]byte(content))})
			}
			got := load(files)
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
		})
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
