package testbuilt

import (
	"archive/tar"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// BigImage writes an image of 500 MB, unpacked: sixty layers of 125 files each, half of them minified programs and half what no text
// is, and in each a chunk that bears what it is given. It returns how large it is unpacked. It holds a layer at a time, because the
// memory of who starts a process counts as the process' own.
func BigImage(file string, packed bool, chunk string) (size int64, err error) {
	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	random := rand.New(rand.NewPCG(1, 2))
	w := tar.NewWriter(f)
	add := func(name string, content []byte) {
		must(w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content)), Typeflag: tar.TypeReg}))
		_, err := w.Write(content)
		must(err)
	}
	var layers []string
	for n := range 60 {
		entries := []Entry{{Name: fmt.Sprintf("app/%d/.next/static/chunks/main.js", n), Text: chunk}}
		for i := range 125 {
			entries = append(entries, Entry{Name: fmt.Sprintf("app/%d/%d.js", n, i), Text: filling(random, i, 64<<10)})
		}
		layer := Tar(entries...)
		size += int64(len(layer))
		if packed {
			layer = Gzip(layer)
		}
		layers = append(layers, sum(layer)+"/layer.tar")
		add(layers[n], layer)
	}
	config := Image{}.config()
	add("config.json", config)
	add("manifest.json", encode([]any{map[string]any{"Config": "config.json", "Layers": layers}}))
	return size, w.Close()
}

// BigBuild writes a .next directory of 5,000 files, of which 50 bear what they are given.
func BigBuild(dir, chunk string) error {
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 5000 {
		name := filepath.Join(dir, ".next", []string{"static/chunks", "server/app", "server/chunks"}[i%3], fmt.Sprint(i/100), fmt.Sprintf("%d.js", i))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		text := filling(random, 0, 20<<10)
		if i%100 == 0 {
			text += chunk
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// filling is a text of that length, or of an odd one what is none.
func filling(random *rand.Rand, odd, length int) string {
	var b bytes.Buffer
	for b.Len() < length {
		if odd%2 == 0 {
			fmt.Fprintf(&b, `function e%d(t,n){return t.seek("%x",{type:n,eyes:%d,sb_:1})},`, random.IntN(1000), random.Uint64(), random.IntN(100))
			continue
		}
		for range 8 {
			word := random.Uint64()
			for i := range 8 {
				b.WriteByte(byte(word >> (8 * i)))
			}
		}
	}
	return b.String()
}
