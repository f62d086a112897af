package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// FuzzFixtures changes a file of a fixture anywhere, and lints the whole with the keys at hand: it must end with a status that has a meaning, as
// no bug of keylint, and say nothing of what was decrypted.
func FuzzFixtures(f *testing.F) {
	fixtures, err := filepath.Glob("../../testdata/fixtures/*/want.txt")
	if err != nil || len(fixtures) == 0 {
		f.Fatal(err)
	}
	for n, change := range []string{"", "{{", "\x00", "*a", "${A:-", "\n---\n", "../../../../etc/passwd", "ENC[AES256_GCM,", "!!binary ", "&a [*a, *a]"} {
		f.Add(uint16(n*7), uint16(n*3), uint32(n*101), change, uint8(n))
	}
	secrets := secretPieces(f)
	keys := []string{"--age-key", "../../testdata/keys/age.txt", "--pgp-key", "../../testdata/keys/pgp.asc", "--sealed-secrets-key", "../../testdata/keys/sealed-secrets.yaml"}
	f.Fuzz(func(t *testing.T, fixture, file uint16, at uint32, change string, drop uint8) {
		from := filepath.Dir(fixtures[int(fixture)%len(fixtures)])
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o755); err != nil {
			t.Fatal(err)
		}
		var files []string
		_ = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() {
				files = append(files, name)
			}
			return nil
		})
		name := files[int(file)%len(files)]
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		i := int(at) % (len(b) + 1)
		b = slices.Concat(b[:i], []byte(change), b[min(len(b), i+int(drop)):])
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		status := run(append(slices.Clone(keys), "--now", "2026-11-23", "--verbose", dir), strings.NewReader(""), &stdout, &stderr, func(string) string { return "" }, nil)
		said := stdout.String() + stderr.String()
		if status < exitClean || status > exitFailed || strings.Contains(said, "internal error") {
			t.Fatalf("exit status %d: %s", status, stderr.String())
		}
		if piece := secrets.FindString(said); piece != "" {
			t.Fatal("a piece of a secret stands in the output")
		}
	})
}
