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
	dir := filepath.Join("testdata", "nextenv")
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "@next", "env")); err != nil {
		t.Skip("@next/env is not installed: run npm ci in sources/testdata/nextenv")
	}
	input, err := json.Marshal(nextProjects)
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
	for i, project := range nextProjects {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			got := loadProject(project)
			for name, value := range want[i] {
				if got[name] != value {
					t.Errorf("%s = %q, Next.js has %q", name, got[name], value)
				}
			}
			for name, value := range got {
				if _, ok := want[i][name]; !ok {
					t.Errorf("%s = %q, which Next.js does not have", name, value)
				}
			}
		})
	}
}

func loadProject(files map[string]string) map[string]string {
	var ordered []EnvFile
	for _, name := range NextEnvOrder {
		if content, ok := files[name]; ok {
			ordered = append(ordered, EnvFile{name, ParseDotenv([]byte(content))})
		}
	}
	winners, _ := LoadNextEnv(ordered)
	out := map[string]string{}
	for name, e := range winners {
		out[name] = e.Value.Reveal()
	}
	return out
}

func TestEnvMode(t *testing.T) {
	for file, want := range map[string]string{
		"apps/web/.env": "", ".env.local": "", ".env.production": "production", ".env.production.local": "production",
		".env.development": "development", "config/staging.env": "staging",
	} {
		if got := EnvMode(file); got != want {
			t.Errorf("%s is for %q, want %q", file, got, want)
		}
	}
}
