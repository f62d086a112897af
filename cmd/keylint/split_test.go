package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/internal/testkeys"
)

// TestSplitFixtures tells the same of every fixture after each of its objects has been put
// into a file of its own and nothing is left of its comments: what is read follows from
// what objects say of each other, not from what happens to stand beside them.
func TestSplitFixtures(t *testing.T) {
	keys, err := allKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range fixtureNames(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole, apart := copyFixture(t, name), copyFixture(t, name)
			splitManifests(t, apart)
			if want, got := tellings(t, whole, keys), tellings(t, apart, keys); got != want {
				t.Errorf("after splitting:\n%s", lineDifference(want, got))
			}
		})
	}
}

// tellings are the findings in a repository, without what splitting changes: lines, and the
// names and numbers of files.
func tellings(t *testing.T, dir string, keys []string) string {
	t.Helper()
	report := keylint(append([]string{"--format=json", "--now=" + testkeys.Now.Format(time.DateOnly), dir}, keys...)...).stdout
	var r struct {
		Findings []struct{ Rule, Severity, Message string }
	}
	if err := json.Unmarshal([]byte(report), &r); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.Rule+" "+f.Severity+" "+moved.ReplaceAllString(f.Message, "")+"\n")
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

var moved = regexp.MustCompile(`\.part-\d+|(:| line )\d+(:\d+)?|the (one|\d+) files?`)

var separator = regexp.MustCompile(`(?m)^---[ \t]*(#.*)?\n`)

// splitManifests puts each document of a manifest into a file of its own, and every part into the
// kustomizations that list the whole; it empties comments. What is encrypted or no YAML stays.
func splitManifests(t *testing.T, dir string) {
	t.Helper()
	parts := map[string][]string{} // by file: its parts
	eachYAML(t, dir, func(file, text string) {
		text = withoutComments(text)
		documents := slices.DeleteFunc(separator.Split(text, -1), func(d string) bool { return strings.TrimSpace(d) == "" })
		if len(documents) < 2 || !strings.Contains(text, "apiVersion:") || strings.Contains(text, "ENC[AES256_GCM") {
			put(t, file, text)
			return
		}
		for i, d := range documents {
			part := fmt.Sprintf("%s.part-%02d.yaml", strings.TrimSuffix(file, filepath.Ext(file)), i)
			put(t, part, d)
			parts[file] = append(parts[file], filepath.Base(part))
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	})
	eachYAML(t, dir, func(file, text string) {
		put(t, file, listed.ReplaceAllStringFunc(text, func(entry string) string {
			m := listed.FindStringSubmatch(entry)
			names := parts[filepath.Join(filepath.Dir(file), m[2])]
			if names == nil {
				return entry
			}
			between := m[1]
			if strings.Contains(between, "[") {
				between = ", "
			}
			return m[1] + filepath.ToSlash(filepath.Dir(m[2])) + "/" + strings.Join(names, between+filepath.ToSlash(filepath.Dir(m[2]))+"/")
		}))
	})
}

// listed matches an entry of a list that is a file's name.
var listed = regexp.MustCompile(`(\n[ \t]*- |, ?|\[ ?)([\w./-]+\.ya?ml)\b`)

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func eachYAML(t *testing.T, dir string, visit func(file, text string)) {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if ext := filepath.Ext(file); err == nil && entry.Type().IsRegular() && (ext == ".yaml" || ext == ".yml") {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		visit(file, string(b))
	}
}

// withoutComments empties the comments of YAML, but for those that are meant for keylint. A
// "#" within a scalar is none.
func withoutComments(text string) string {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var n yaml.Node
		if decoder.Decode(&n) != nil {
			return text
		}
		for _, comment := range commentsIn(&n) {
			if !strings.Contains(comment, "keylint:") {
				text = strings.Replace(text, comment, "#", 1)
			}
		}
	}
}

func commentsIn(n *yaml.Node) []string {
	var out []string
	for _, comment := range []string{n.HeadComment, n.LineComment, n.FootComment} {
		for _, line := range strings.Split(comment, "\n") {
			if strings.HasPrefix(line, "#") && line != "#" {
				out = append(out, line)
			}
		}
	}
	for _, c := range n.Content {
		out = append(out, commentsIn(c)...)
	}
	return out
}
