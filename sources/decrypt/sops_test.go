package decrypt

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

const sopsDir = "testdata/sops"

func sopsFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(sopsDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestDecryptSOPS decrypts what the real sops encrypted to what it decrypts it to.
func TestDecryptSOPS(t *testing.T) {
	for _, c := range sopsCases {
		t.Run(c.name, func(t *testing.T) {
			got, locked := ring(t, keyDir, c.keys...).DecryptSOPS(c.name, sopsFile(t, c.name), nil)
			if locked != nil {
				t.Fatal(locked)
			}
			if want := sopsFile(t, c.name+".want"); !bytes.Equal(got.Plain, want) {
				t.Errorf("got:\n%s\nwant:\n%s", got.Plain, want)
			}
		})
	}
}
