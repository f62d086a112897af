package sources

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// viteProjects are directories of .env files, on which keylint and Vite's own loader must
// agree.
var viteProjects = []map[string]string{
	{".env": "VITE_KEY=plain\nexport VITE_EXPORTED=yes\nVITE_EMPTY=\nVITE_SPACES =  padded  \n"},
	{".env": "VITE_DOUBLE=\"quoted\"\nVITE_SINGLE='quoted'\nVITE_BACK=`quoted`\nVITE_AFTER=\"x\" # comment\n"},
	{".env": "VITE_HASH=abc#def\nVITE_HASH_SPACED=abc # def\nVITE_HASH_QUOTED=\"abc#def\"\n# VITE_COMMENTED=1\n"},
	{".env": "VITE_CRLF=one\r\nVITE_SECOND=two\r\n"},
	{".env": "VITE_TWICE=first\nVITE_TWICE=second\n"},
	{".env": "A=base\nVITE_B=$A\nVITE_C=${A}\nVITE_D=${A}/x\nVITE_E=\\$A\n"},
	{".env": "VITE_EMPTY=${NOT_THERE}\nVITE_LATER=$DEFINED_LATER\nDEFINED_LATER=x\n"},
	{".env": "VITE_K=low", ".env.production": "VITE_K=high"},
	{".env": "VITE_K=low", ".env.local": "VITE_K=local", ".env.production": "VITE_K=high"},
	{".env": "VITE_K=low", ".env.local": "VITE_K=local", ".env.production": "VITE_K=high", ".env.production.local": "VITE_K=top"},
	{".env.production": "VITE_K=", ".env": "VITE_K=set"},
	{".env": "URL=https://low\nVITE_K=$URL/x", ".env.production": "URL=https://high"},
	{".env.development": "VITE_K=development", ".env": "VITE_OTHER=1"},
	{".env": "NEXT_PUBLIC_K=not Vite's\nVITE_K=eyJhbGciOiJIUzI1NiJ9.e30.x\n"},
}

// TestViteEnvOracle compares with Vite's own loadEnv.
func TestViteEnvOracle(t *testing.T) {
	want := runLoader(t, filepath.Join("testdata", "viteenv"), "vite", viteProjects)
	compareLoader(t, "Vite", viteProjects, want, func(files []EnvFile) map[string]Effective {
		budget := maxAllExpanded
		winners, _ := loadViteEnv(inOrder(files, ViteEnvOrder("production")), &budget)
		return winners
	})
}

// TestLoadEnv shows where the two loaders differ: what a file for the mode and a
// file of this machine say.
func TestLoadEnv(t *testing.T) {
	files := []EnvFile{
		{Path: "web/.env.local", Variables: ParseDotenv([]byte("VITE_K=local\nNEXT_PUBLIC_K=local\n"))},
		{Path: "web/.env.production", Variables: ParseDotenv([]byte("VITE_K=production\nNEXT_PUBLIC_K=production\n"))},
	}
	winners, all, bounded := LoadEnv("production", files)
	if got := winners["VITE_K"].Value.Reveal(); got != "production" {
		t.Errorf("VITE_K is %s", got)
	}
	if got := winners["NEXT_PUBLIC_K"].Value.Reveal(); got != "local" {
		t.Errorf("NEXT_PUBLIC_K is %s", got)
	}
	if len(winners) != 2 || len(all) != 4 || bounded {
		t.Errorf("%d winners of %d definitions", len(winners), len(all))
	}
}

// TestExpansionIsBounded gives a small file whose references come to gigabytes.
func TestExpansionIsBounded(t *testing.T) {
	for _, prefix := range []string{"VITE_B", "NEXT_PUBLIC_B"} {
		var text strings.Builder
		text.WriteString("A=" + strings.Repeat("x", 60_000) + "\n")
		for i := range 20_000 {
			fmt.Fprintf(&text, "%s%d=$A\n", prefix, i)
		}
		_, all, bounded := LoadEnv("production", []EnvFile{{Path: ".env", Variables: ParseDotenv([]byte(text.String()))}})
		total := 0
		for _, e := range all {
			total += e.Value.Len()
		}
		if !bounded || total > 2*maxAllExpanded {
			t.Errorf("%s: %d bytes, bounded: %v", prefix, total, bounded)
		}
	}
}
