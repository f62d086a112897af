package sources

import (
	"path/filepath"
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
	compareLoader(t, "Vite", viteProjects, want, loading("Vite"))
}

// TestViteEnvGenerated compares on many generated directories.
func TestViteEnvGenerated(t *testing.T) {
	projects := generatedProjects(300, "VITE_", plainValues)
	want := runLoader(t, filepath.Join("testdata", "viteenv"), "vite", projects)
	compareLoader(t, "Vite", projects, want, loading("Vite"))
}
