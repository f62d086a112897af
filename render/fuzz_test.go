package render

import (
	"errors"
	"net/http"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// refusal is an HTTP transport that tells when it is used.
type refusal struct{ used *bool }

func (r refusal) RoundTrip(*http.Request) (*http.Response, error) {
	*r.used = true
	return nil, errors.New("offline")
}

// FuzzUnits renders a root of a fuzzed kustomization, patch and generator, and asks for
// the place of everything in it. Nothing may panic, hang or go to the network.
func FuzzUnits(f *testing.F) {
	for _, archive := range []string{carriers, doubling(3)} {
		for _, file := range txtar.Parse([]byte(archive)).Files {
			f.Add(file.Data, []byte(secretYAML), []byte("A=b\n"))
		}
	}
	for _, tt := range unitTests() {
		files := txtar.Parse([]byte(tt.archive)).Files
		f.Add(files[0].Data, files[len(files)-1].Data, []byte("- op: add\n  path: /data\n  value: {A: b}\n"))
	}
	f.Fuzz(func(t *testing.T, kustomization, resource, other []byte) {
		used := false
		before := http.DefaultTransport
		http.DefaultTransport = refusal{&used}
		defer func() { http.DefaultTransport = before }()
		t.Setenv("PATH", "")
		repo := open(t, string(txtar.Format(&txtar.Archive{Files: []txtar.File{
			{Name: "root/kustomization.yaml", Data: append([]byte("# supabase\n"), kustomization...)},
			{Name: "root/secret.yaml", Data: resource},
			{Name: "root/patch.yaml", Data: other},
			{Name: "root/generator.yaml", Data: other},
			{Name: "root/keys.env", Data: other},
			{Name: "base/kustomization.yaml", Data: []byte("resources: [secret.yaml]\n")},
			{Name: "base/secret.yaml", Data: resource},
		}})))
		for _, u := range Units(repo) {
			for _, o := range u.Objects {
				for _, e := range o.Entries() {
					if at := e.Inside(1, 1, 2); at.File == "" {
						t.Errorf("%s %s %s is in no file", o.Kind, o.Name, e.Key)
					}
				}
				if at := o.Locate(o.Root); at.File == "" {
					t.Errorf("%s %s is in no file", o.Kind, o.Name)
				}
			}
		}
		if used {
			t.Error("something was fetched")
		}
	})
}
