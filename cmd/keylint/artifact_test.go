package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testbuilt"
	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/report"
)

// TestArtifactRedaction looks in all that keylint says of an image, in every format, for every key and secret in it, wherever they lie:
// in files, in names of files, in the environment, in the history.
func TestArtifactRedaction(t *testing.T) {
	all := testkeys.All()
	var secrets []secret
	for _, name := range slices.Sorted(maps.Keys(all)) {
		key := all[name]
		secrets = append(secrets, secret{name, key})
	}
	known := newSeeker(secrets)
	var files []testbuilt.Entry
	for _, name := range slices.Sorted(maps.Keys(all)) {
		key := all[name]
		files = append(files, testbuilt.Entry{Name: "app/public/" + name[2:len(name)-2] + ".js", Text: `createClient("https://supabase.example.com", "` + key + `")`})
	}
	image := testbuilt.Image{
		Layers: [][]byte{testbuilt.Tar(files...), testbuilt.Tar(testbuilt.Entry{Name: "app/.wh.public"}), testbuilt.Tar(files[:10]...)},
		Env: []string{
			"SUPABASE_SERVICE_ROLE_KEY=" + all["{{service_role}}"], "SUPABASE_JWT_SECRET=" + all["{{jwt_secret}}"], "SUPABASE_ANON_KEY=" + all["{{anon.cut}}"],
		},
		History: []string{"RUN |1 SUPABASE_JWT_SECRET=" + all["{{jwt_secret.old}}"] + " /bin/sh", "RUN echo " + all["{{secret}}"]},
	}
	repo := t.TempDir()
	if err := testkeys.WriteArchive(repo, strings.ReplaceAll(builtFrom, "KEY\n", "{{anon}}\n")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "web.tar")
	for name, content := range map[string][]byte{
		"an image": image.Saved(), "a cut one": image.Saved()[:60_000],
		"a file that is called like a key": testbuilt.Tar(testbuilt.Entry{Name: "keys/" + all["{{service_role}}"] + ".js", Text: all["{{service_role}}"]}),
	} {
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, format := range report.Formats() {
			s, out, errs := newSession()
			status, err := s.tell(settings{
				paths: []string{repo}, built: []string{file}, verbose: true, now: keys.At(testkeys.Now), outputs: []output{{format: format}},
			})
			if err != nil || status == exitClean && name == "an image" {
				t.Errorf("%s, %s: status %d, %v", name, format.Name, status, err)
			}
			_ = s.out.Flush() // it may hold the whole report back
			_ = s.err.Flush()
			for _, b := range []*bytes.Buffer{out, errs} {
				if found := known.leaked(b.String()); found != "" {
					t.Errorf("%s, %s: shows %s", name, format.Name, found)
				}
			}
			if name == "an image" && out.Len() == 0 {
				t.Errorf("%s: nothing was told", format.Name)
			}
		}
	}
}
