package sources

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"
)

// TestUTF16 reads what a shell of Windows wrote, in either byte order.
func TestUTF16(t *testing.T) {
	const text = "SUPABASE_URL=http://localhost\r\nSUPABASE_ANON_KEY=ключ\r\n"
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		b := order.AppendUint16(nil, 0xfeff)
		for _, unit := range utf16.Encode([]rune(text)) {
			b = order.AppendUint16(b, unit)
		}
		repo := openPaths(t, writeTree(t, map[string]string{".env": string(b)}))
		f := repo.File(".env")
		if got := f.Dotenv(); !f.IsMarked() || len(got) != 2 || got[1].Value.Reveal() != "ключ" || got[1].Line != 2 {
			t.Errorf("%v: marked %t, %v", order, f.IsMarked(), got)
		}
	}
}
