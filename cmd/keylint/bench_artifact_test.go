//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testbuilt"
	"github.com/keylint/keylint/internal/testkeys"
)

// BenchmarkArtifact measures, as whole processes, the looking into an image of 500 MB as docker save writes it, the same with packed
// layers, and a .next directory of 5,000 files.
func BenchmarkArtifact(b *testing.B) {
	keylint := buildKeylint(b)
	repo := b.TempDir()
	if err := testkeys.WriteArchive(repo, strings.ReplaceAll(builtFrom, "KEY\n", "{{anon}}\n")); err != nil {
		b.Fatal(err)
	}
	chunk := testkeys.Fill(`let r=n(2).createClient("https://supabase.example.com","{{anon}}");`)
	for name, packed := range map[string]bool{"image-500MB": false, "image-500MB-gzip": true} {
		file := filepath.Join(b.TempDir(), "web.tar")
		size, err := testbuilt.BigImage(file, packed, chunk)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			measure(b, repo, keylint, "artifact", file)
		})
	}
	dir := b.TempDir()
	if err := testbuilt.BigBuild(dir, chunk); err != nil {
		b.Fatal(err)
	}
	b.Run("next-5000-files", func(b *testing.B) { measure(b, repo, keylint, "artifact", filepath.Join(dir, ".next")) })
}
