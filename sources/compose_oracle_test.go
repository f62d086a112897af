package sources

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"golang.org/x/tools/txtar"
)

// composeCases are projects whose services must come out as compose-go's loader has them.
// The files that are given to "-f" are those in the comment of the archive.
var composeCases = []struct{ name, files, archive string }{
	{"a mapping and a list of variables", "compose.yaml", `
-- compose.yaml --
services:
  a: {image: x, environment: {A: one, B: "2", C: "${D}"}}
  b: {image: x, environment: [A=one, B=2, "C=${D:-def}"]}
-- .env --
D=from env
`},
	{"an override by name, whatever the form", "compose.yaml compose.override.yaml", `
-- compose.yaml --
services:
  a:
    image: x
    environment: {A: one, B: two}
    command: [run, "--base"]
    env_file: base.env
  b: {image: y}
-- compose.override.yaml --
services:
  a:
    environment: [B=changed, C=new]
    command: run --over "with spaces"
    env_file: [over.env]
  c: {image: z}
-- base.env --
E=base
F=base
-- over.env --
F=over
`},
	{"build arguments merge", "a.yaml b.yaml", `
-- a.yaml --
services:
  a: {build: {context: ./app, args: {ONE: a, TWO: a}}}
-- b.yaml --
services:
  a: {build: {args: [TWO=b, THREE=b]}}
`},
	{"extends in one file, twice over", "compose.yaml", `
-- compose.yaml --
services:
  base: {image: x, environment: {A: base, B: base}}
  middle: {extends: base, environment: {B: middle, C: middle}}
  top: {extends: {service: middle}, environment: {C: top}}
`},
	{"extends from another file", "compose.yaml", `
-- compose.yaml --
services:
  web: {extends: {file: common/base.yaml, service: web}, environment: {B: own}}
-- common/base.yaml --
services:
  root: {image: x, environment: {A: root}, env_file: root.env}
  web: {extends: root, environment: {B: base, C: base}}
-- common/root.env --
D=root
`},
	{"extends behind an override", "a.yaml b.yaml", `
-- a.yaml --
services:
  base: {image: x, environment: {A: base}}
  web: {extends: base, environment: {B: a}}
-- b.yaml --
services:
  web: {environment: {A: b}}
`},
	{"include", "compose.yaml", `
-- compose.yaml --
include:
  - other/compose.yaml
services:
  web: {image: x, environment: {A: one}}
-- other/compose.yaml --
services:
  db: {image: y, env_file: db.env, environment: {V: "${V:-none}"}}
-- other/db.env --
P=1
-- other/.env --
V=of the other
`},
	{"taking away and replacing", "a.yaml b.yaml", `
-- a.yaml --
services:
  a: {image: x, environment: {A: a, B: a}, command: [one], env_file: a.env}
  b: {image: x, environment: {A: a, B: a}}
-- b.yaml --
services:
  a: {command: !reset null, env_file: !reset []}
  b: {environment: !override {C: b}}
-- a.env --
E=1
`},
	{"every kind of interpolation", "compose.yaml", `
-- compose.yaml --
services:
  a:
    image: x
    environment:
      PLAIN: ${SET}
      BARE: $SET
      DEFAULT: ${UNSET:-default}
      EMPTY_DEFAULT: ${EMPTY:-default}
      EMPTY_KEPT: ${EMPTY-default}
      NESTED: ${JWT_JWKS:-${JWT_SECRET}}
      BRACES: '${UNSET:-{"keys":[]}}'
      ESCAPED: $$SET
      ALTERNATIVE: ${SET:+yes}
      MIXED: a-${SET}-b
-- .env --
SET=value
EMPTY=
JWT_SECRET=secret
`},
	{"the dialect of .env", "compose.yaml", `
-- compose.yaml --
services:
  a:
    image: x
    environment: {A: "${A}", B: "${B}", C: "${C}", D: "${D}", E: "${E}", F: "${F}"}
-- .env --
A="double quotes"
B='single $A'
C=$A
D=trailing   
E=a#b
export F=exported
`},
	{"env_file under environment", "compose.yaml", `
-- compose.yaml --
services:
  a: {image: x, env_file: [one.env, two.env], environment: {B: own}}
-- one.env --
A=one
B=one
C=one
-- two.env --
C=two
D=${C}
`},
	{"profiles", "a.yaml b.yaml", `
-- a.yaml --
services:
  always: {image: x}
  merged: {image: x, profiles: [one, two]}
  replaced: {image: x, profiles: [one]}
  freed: {image: x, profiles: [one]}
  base: {image: x, profiles: [one]}
  extending: {extends: base, profiles: [three]}
-- b.yaml --
services:
  always: {profiles: [two]}
  merged: {profiles: [two, three]}
  replaced: {profiles: !override [three]}
  freed: {profiles: !reset []}
`},
	{"anchors and merge keys", "compose.yaml", `
-- compose.yaml --
x-env: &env {A: shared, B: shared}
services:
  a: {image: x, environment: {<<: *env, B: own}}
`},
}

// TestComposeAgainstComposeGo compares what the services get with compose-go's own loader.
func TestComposeAgainstComposeGo(t *testing.T) {
	for _, test := range composeCases {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, f := range txtar.Parse([]byte(test.archive)).Files {
				name := filepath.Join(dir, f.Name)
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var paths []string
			var ours []*File
			repo, err := Open(Options{Paths: []string{dir}})
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range strings.Fields(test.files) {
				paths = append(paths, filepath.Join(dir, name))
				ours = append(ours, repo.File(name))
			}
			options, err := cli.NewProjectOptions(paths, cli.WithWorkingDirectory(dir), cli.WithName("test"), cli.WithEnvFiles(), cli.WithDotEnv, cli.WithProfiles([]string{"*"}))
			if err != nil {
				t.Fatal(err)
			}
			want, err := options.LoadProject(context.Background())
			if err != nil {
				t.Fatalf("compose-go refuses the case: %v", err)
			}
			var expected []string
			for name, s := range want.Services {
				expected = append(expected, describe(name, s.Image, s.Profiles, s.Command, s.Entrypoint, s.Environment.ToMapping(), buildArgs(s.Build != nil, func() map[string]string { return s.Build.Args.ToMapping() })))
			}
			got := effective(t, repo, repo.ComposeProject(ours...))
			sort.Strings(expected)
			if strings.Join(got, "\n") != strings.Join(expected, "\n") {
				t.Errorf("keylint\n%s\ncompose-go\n%s", strings.Join(got, "\n"), strings.Join(expected, "\n"))
			}
			for _, n := range repo.Notes() {
				t.Errorf("note: %s: %s", n.At, n.Message)
			}
		})
	}
}

func buildArgs(has bool, args func() map[string]string) map[string]string {
	if !has {
		return nil
	}
	return args()
}

func describe(name, image string, profiles, command, entrypoint []string, env, args map[string]string) string {
	return fmt.Sprintf("%s image %s profiles %q command %q entrypoint %q environment %q args %q", name, image, profiles, []string(command), []string(entrypoint), env, args)
}

// effective is what lint makes of the services: env_file, then environment, each
// interpolated from .env.
func effective(t *testing.T, repo *Repository, p *ComposeProject) []string {
	t.Helper()
	dotenv := map[string]string{}
	lookup := func(name string) (string, bool) { v, ok := dotenv[name]; return v, ok }
	read := func(dir string) {
		if f := repo.File(filepath.Join(dir, ".env")); f != nil {
			b, _ := f.Plain()
			for _, v := range ParseComposeEnv(b, lookup) {
				if _, known := dotenv[v.Name]; !known {
					dotenv[v.Name] = v.Value.Reveal()
				}
			}
		}
	}
	read(p.Dir())
	resolve := func(raw string) string {
		text, _, ok := Interpolate(raw, lookup)
		if !ok {
			t.Errorf("%s cannot be interpolated", raw)
		}
		return text
	}
	var out []string
	for _, s := range p.Services {
		if s.EnvDir != "" {
			read(s.EnvDir)
		}
		env, args := map[string]string{}, map[string]string(nil)
		for _, f := range s.EnvFiles {
			b, err := repo.File(f.Path).Plain()
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range ParseComposeEnv(b, lookup) {
				env[v.Name] = v.Value.Reveal()
			}
		}
		for _, v := range s.Environment {
			env[v.Name] = resolve(v.Raw.Reveal())
		}
		if s.Context != "" {
			args = map[string]string{}
			for _, v := range s.Args {
				args[v.Name] = resolve(v.Raw.Reveal())
			}
		}
		out = append(out, describe(s.Name, s.Image, s.Profiles, s.Command.Words, s.Entrypoint.Words, env, args))
	}
	sort.Strings(out)
	return out
}

// FuzzComposeProject merges files of any content: nothing panics, and everything ends.
func FuzzComposeProject(f *testing.F) {
	for _, test := range composeCases {
		files := txtar.Parse([]byte(test.archive)).Files
		f.Add(string(files[0].Data), string(files[len(files)-1].Data))
	}
	f.Fuzz(func(t *testing.T, base, over string) {
		dir := t.TempDir()
		for name, text := range map[string]string{"compose.yaml": base, "over.yaml": over} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		repo, err := Open(Options{Paths: []string{dir}})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range repo.ComposeProject(repo.File("compose.yaml"), repo.File("over.yaml")).Services {
			s.InsideCommand(1, 1, 1)
		}
	})
}
