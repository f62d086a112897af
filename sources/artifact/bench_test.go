package artifact_test

import (
	"path/filepath"
	"testing"

	"github.com/keylint/keylint/internal/testbuilt"
	"github.com/keylint/keylint/sources/artifact"
)

// BenchmarkImage looks into an image of 500 MB.
func BenchmarkImage(b *testing.B) {
	for name, packed := range map[string]bool{"plain": false, "gzip": true} {
		b.Run(name, func(b *testing.B) {
			file := filepath.Join(b.TempDir(), "web.tar")
			size, err := testbuilt.BigImage(file, packed, bundle("{{anon}}"))
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(size)
			for b.Loop() {
				built, err := artifact.Look(file, "web.tar")
				if err != nil || len(built.Keys) != 60 {
					b.Fatalf("%v, %d keys", err, len(built.Keys))
				}
			}
		})
	}
}
