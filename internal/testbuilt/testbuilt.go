// Package testbuilt makes what others build, for tests: tarballs, zips and images, in memory.
package testbuilt

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Entry is a file of an archive. With Link it is a link to that, with Hard a hard one; a name that ends with a slash is a directory.
type Entry struct {
	Name, Text string
	Link       string
	Hard       bool
}

// Tar makes a tarball.
func Tar(entries ...Entry) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.Name, Mode: 0o644, Size: int64(len(e.Text)), Typeflag: tar.TypeReg}
		switch {
		case e.Link != "" && e.Hard:
			h.Typeflag, h.Linkname, h.Size = tar.TypeLink, e.Link, 0
		case e.Link != "":
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, e.Link, 0
		case strings.HasSuffix(e.Name, "/"):
			h.Typeflag, h.Mode = tar.TypeDir, 0o755
		}
		must(w.WriteHeader(h))
		if h.Typeflag == tar.TypeReg {
			_, err := io.WriteString(w, e.Text)
			must(err)
		}
	}
	must(w.Close())
	return b.Bytes()
}

// Zip makes a zip.
func Zip(entries ...Entry) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.Create(e.Name)
		must(err)
		_, err = io.WriteString(f, e.Text)
		must(err)
	}
	must(w.Close())
	return b.Bytes()
}

// Gzip packs.
func Gzip(plain []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(plain)
	must(err)
	must(w.Close())
	return b.Bytes()
}

// Zstd packs.
func Zstd(plain []byte) []byte {
	w, err := zstd.NewWriter(nil)
	must(err)
	return w.EncodeAll(plain, nil)
}

// Image is what an image is made of.
type Image struct {
	Layers   [][]byte // tarballs, packed or not, the lowest first
	Env      []string
	History  []string // the commands of the steps
	Attested string   // what a provenance attestation says; only a layout has one
}

func (i Image) config() []byte {
	type step struct {
		CreatedBy string `json:"created_by"`
	}
	steps := []step{}
	for _, h := range i.History {
		steps = append(steps, step{h})
	}
	return encode(map[string]any{"architecture": "amd64", "os": "linux", "config": map[string]any{"Env": i.Env}, "history": steps})
}

// Saved is the image as docker save wrote it up to version 24: the manifest comes last.
func (i Image) Saved() []byte {
	config := i.config()
	name := sum(config) + ".json"
	var entries []Entry
	var layers []string
	for _, l := range i.Layers {
		layer := sum(l) + "/layer.tar"
		entries = append(entries, Entry{Name: layer, Text: string(l)})
		layers = append(layers, layer)
	}
	entries = append(entries, Entry{Name: name, Text: string(config)}, Entry{Name: "manifest.json", Text: string(encode([]any{
		map[string]any{"Config": name, "RepoTags": []string{"web:latest"}, "Layers": layers},
	}))})
	return Tar(entries...)
}

// Layout is the image as an OCI layout: its files, the index among them.
func (i Image) Layout() []Entry {
	var blobs []Entry
	add := func(kind string, b []byte) map[string]any {
		blobs = append(blobs, Entry{Name: "blobs/sha256/" + sum(b), Text: string(b)})
		return map[string]any{"mediaType": kind, "digest": "sha256:" + sum(b), "size": len(b)}
	}
	var layers []any
	for _, l := range i.Layers {
		layers = append(layers, add("application/vnd.oci.image.layer.v1.tar", l))
	}
	manifests := []any{add("application/vnd.oci.image.manifest.v1+json", encode(map[string]any{
		"schemaVersion": 2, "config": add("application/vnd.oci.image.config.v1+json", i.config()), "layers": layers,
	}))}
	if i.Attested != "" {
		manifests = append(manifests, add("application/vnd.oci.image.manifest.v1+json", encode(map[string]any{
			"schemaVersion": 2, "config": add("application/vnd.oci.image.config.v1+json", []byte(`{"architecture":"unknown","os":"unknown"}`)),
			"layers": []any{add("application/vnd.in-toto+json", []byte(i.Attested))},
		})))
	}
	index := encode(map[string]any{"schemaVersion": 2, "manifests": manifests})
	return append(blobs, Entry{Name: "index.json", Text: string(index)}, Entry{Name: "oci-layout", Text: `{"imageLayoutVersion":"1.0.0"}`})
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	must(err)
	return b
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("testbuilt: %v", err))
	}
}

// Zeros packs so many zeros.
func Zeros(n int64) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	block := make([]byte, 1<<20)
	for ; n > 0; n -= int64(len(block)) {
		_, err := w.Write(block)
		must(err)
	}
	must(w.Close())
	return b.Bytes()
}
