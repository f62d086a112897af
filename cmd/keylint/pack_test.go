package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/keylint/keylint/internal/testbuilt"
)

// pack makes what others build: "pack image web.tar DIR ..." an image with a layer of each directory, of which files called env and
// history, a line each, are its configuration; "pack zip app.apk DIR" a zip, "pack tar x.tgz DIR" a packed tarball. "pack cut FILE N" takes
// bytes off a file's end.
func pack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: pack image|zip|tar FILE DIR ...")
	}
	var made []byte
	switch file := args[1]; args[0] {
	case "image":
		var image testbuilt.Image
		for _, dir := range args[2:] {
			image.Layers = append(image.Layers, testbuilt.Tar(entries(ts, dir)...))
		}
		image.Env, image.History = lines(ts, "env"), lines(ts, "history")
		made = image.Saved()
	case "zip":
		made = testbuilt.Zip(entries(ts, args[2])...)
	case "tar":
		made = testbuilt.Gzip(testbuilt.Tar(entries(ts, args[2])...))
	case "cut":
		b, err := os.ReadFile(ts.MkAbs(file))
		ts.Check(err)
		made = b[:len(b)*2/3]
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), made, 0o644))
}

// lines are those of a file in the script's directory; none where there is none.
func lines(ts *testscript.TestScript, file string) []string {
	b, err := os.ReadFile(ts.MkAbs(file))
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

func entries(ts *testscript.TestScript, dir string) []testbuilt.Entry {
	var out []testbuilt.Entry
	root := ts.MkAbs(dir)
	ts.Check(filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		rel, _ := filepath.Rel(root, name)
		out = append(out, testbuilt.Entry{Name: filepath.ToSlash(rel), Text: string(b)})
		return err
	}))
	return out
}
