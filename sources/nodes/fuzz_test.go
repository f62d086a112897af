package nodes

import "testing"

func FuzzParse(f *testing.F) {
	f.Add([]byte("a: &a [*a]\n---\nb: {{ .x }}\n"))
	f.Add([]byte("a: |\n  b\n---\nc: \"d\n"))
	f.Fuzz(func(_ *testing.T, b []byte) { Parse(b) })
}
