package fix_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/fix"
	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// place is a value in a file, and where it stands.
type place struct {
	value string
	at    sources.Position
}

// written lists the values of a file of each format that fix edits, in order; ok is false where it cannot be parsed.
var written = map[string]func(*sources.File) (all []place, ok bool){
	".env": func(f *sources.File) (all []place, ok bool) {
		for _, v := range f.Dotenv() {
			all = append(all, place{v.Name + "=" + v.Value.Reveal(), v.In(f.Path)})
		}
		return all, true
	},
	"Dockerfile": func(f *sources.File) (all []place, ok bool) {
		b, err := f.Plain()
		if err != nil {
			return nil, false
		}
		d, err := sources.ParseDockerfile(b)
		if err != nil {
			return nil, false
		}
		for _, a := range d.Assignments {
			all = append(all, place{fmt.Sprintf("%s=%s %d", a.Name, a.Value.Reveal(), a.Stage), a.In(f.Path)})
		}
		return all, true
	},
	"values.yaml": func(f *sources.File) (all []place, ok bool) {
		for _, d := range f.Documents() {
			var visit func(n *yaml.Node)
			visit = func(n *yaml.Node) {
				if n.Kind == yaml.ScalarNode {
					all = append(all, place{n.ShortTag() + "=" + n.Value, d.Position(n)})
				}
				for _, c := range n.Content {
					visit(c)
				}
			}
			visit(d.Root)
		}
		return all, true
	},
}

// FuzzApply edits a value of a file: the file is read as before then, but for that value.
func FuzzApply(f *testing.F) {
	for _, seed := range []struct{ name, text string }{
		{".env", "A=one\nexport B='two' # c\nC=\"three\"\r\nD: four\nA=five\n"},
		{".env", "A=\nB=$A\nC=\"x\ny\"\n"},
		{"Dockerfile", "FROM a\nARG A=one B='two'\nENV A=$A C \"three\"\nENV D=\"fo\\\nur\"\nFROM b\nARG A\n"},
		{"values.yaml", "a: one\nb: 'two' # c\nc: |-\n  three\nd: [four, {e: \"fi\\x76e\"}]\n---\nf: >\n  six\n  seven\ng: &x eight\nh: *x\n"},
		{"values.yaml", "{\"a\": \"one\",\n \"b\": {\"c\": \"two\"}}"},
		{"values.yaml", "data:\n  a: b25l\n"},
	} {
		for n := range 4 {
			f.Add(seed.name, seed.text, n, testkeys.All()["{{anon}}"])
			f.Add(seed.name, seed.text, n, "4815162342481516234248151623424815162342") // a secret that YAML takes for a number
		}
	}
	f.Fuzz(func(t *testing.T, name, text string, n int, to string) {
		list := written[name]
		if list == nil || len(text) > 2000 || len(to) < 8 || len(to) > 500 {
			t.Skip("no file or value of the kind that is tried")
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		open := func(edited fix.Files) *sources.File {
			repo, err := sources.Open(sources.Options{Paths: []string{dir}, Ledger: &keys.Ledger{}, Edited: edited})
			if err != nil {
				t.Fatal(err)
			}
			file := repo.File(name)
			if file == nil {
				t.Skip("the file is none that is read")
			}
			return file
		}
		file := open(nil)
		before, ok := list(file)
		if !ok || n < 0 || n >= len(before) || before[n].at.Column == 0 || before[n].at.EndColumn == 0 {
			t.Skip("no value whose place is known")
		}
		label, was, _ := strings.Cut(before[n].value, "=")
		if name == "Dockerfile" {
			was = was[:strings.LastIndexByte(was, ' ')]
		}
		edit := lint.Edit{At: before[n].at, Was: keys.NewText(was), To: keys.NewText(to)}
		files, made, _ := fix.Apply(repoOf(t, dir), []lint.Fix{{Kind: lint.ValueFix, Edits: []lint.Edit{edit}}}, sealer)
		if len(made) == 0 {
			t.Skip("what fix does not write")
		}
		after, ok := list(open(files))
		if !ok || len(after) != len(before) {
			t.Fatalf("%q has %d values, and had %d", files[name], len(after), len(before))
		}
		for i := range after {
			want := before[i].value
			if i == n {
				want = strings.Replace(want, label+"="+was, label+"="+to, 1)
			}
			if got := after[i].value; got != want && (i == n || !follows(before[i].value, was, got, to)) {
				t.Errorf("%q: the value %q is %q, want %q", files[name], before[i].value, got, want)
			}
		}
	})
}

// follows says of another value whether it changed as one does that refers to the edited one.
func follows(before, was, after, to string) bool {
	return was != "" && strings.Contains(before, was) && strings.ReplaceAll(before, was, to) == after
}

func repoOf(t *testing.T, dir string) *sources.Repository {
	repo, err := sources.Open(sources.Options{Paths: []string{dir}, Ledger: &keys.Ledger{}})
	if err != nil {
		t.Fatal(err)
	}
	return repo
}
