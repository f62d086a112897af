package sources

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/keylint/keylint/keys"
)

var allMarks = sync.OnceValue(func() *finder { return newFinder(builtin()) })

// openWith is a repository of one file, which is not on disk.
func openWith(name string, b []byte) *Repository {
	r := &Repository{notes: map[Note]bool{}, ledger: &keys.Ledger{}, marks: allMarks()}
	file := &File{Path: name, repo: r, disk: b, kind: kindOf(name), marked: true}
	file.readOnce.Do(func() {})
	r.files = map[string]*File{name: file}
	return r
}

// TestPastedSecret names no key that stands where the name of a secret belongs.
func TestPastedSecret(t *testing.T) {
	const pasted = "sb_secret_AbCdEfGhIjKlMnOpQrStU1_abcdefgh"
	r := openWith(".github/workflows/x.yml", []byte("on: push\njobs: {a: {env: {SUPABASE_SERVICE_ROLE_KEY: '${{ secrets."+pasted+" }}'}}}\n"))
	all := r.Workflows()
	if len(all) != 1 || len(all[0].Variables) != 1 {
		t.Fatalf("%d groups", len(all))
	}
	if v := all[0].Variables[0].Value; v.Source() != "" || strings.Contains(strings.ToLower(v.Reason()), "abcdefgh") {
		t.Errorf("%q from %q", v.Reason(), v.Source())
	}
}

// TestPastedName names no key that stands where the name of a job, an environment or a target belongs.
func TestPastedName(t *testing.T) {
	const pasted = "sb_secret_AbCdEfGhIjKlMnOpQrStU1_abcdefgh"
	for name, all := range map[string][]CIVariables{
		"workflow": openWith(".github/workflows/x.yml", []byte("on: push\njobs: {"+pasted+": {environment: "+pasted+", env: {SUPABASE_ANON_KEY: '${{ secrets.X }}'}}}\n")).Workflows(),
		"pipeline": openWith(".gitlab-ci.yml", []byte(pasted+": {environment: "+pasted+", script: make, variables: {SUPABASE_ANON_KEY: $X}}\n")).Pipelines(),
		"bake":     openWith("docker-bake.hcl", []byte("target \""+pasted+"\" { args = { SUPABASE_ANON_KEY = \"x\" } }\n")).Bakes(),
	} {
		if len(all) != 1 || len(all[0].Variables) != 1 {
			t.Fatalf("%s: %d groups", name, len(all))
		}
		v := all[0]
		if said := v.By + v.Environment + v.Variables[0].Value.Source() + v.Variables[0].Value.Reason(); strings.Contains(said, "AbCdEf") {
			t.Errorf("%s: %s", name, said)
		}
	}
}

func FuzzWorkflows(f *testing.F) {
	f.Add([]byte("on: push\nenv: {SUPABASE_URL: 'https://x.example'}\njobs:\n  a:\n    strategy: {matrix: {k: [1, 2], include: [{k: 1, v: x}], exclude: [{k: 2}]}}\n" +
		"    env: {SUPABASE_ANON_KEY: \"${{ matrix.v || secrets.X }}\"}\n    steps:\n" +
		"      - run: |\n          echo \"SUPABASE_KEY=$SUPABASE_ANON_KEY\" | tee -a .env\n          { printf 'ANON_KEY=%s\\n' ${{ env.A }}; } >> $GITHUB_ENV\n" +
		"          docker build --build-arg SUPABASE_ANON_KEY -f a/Dockerfile .\n" +
		"      - uses: docker/build-push-action@v6\n        with: {build-args: 'SUPABASE_ANON_KEY=x,\"y'}\n      - uses: ./.github/workflows\n"))
	f.Add([]byte("on: {workflow_call: {inputs: {supabase: {default: 1}}}}\njobs:\n  a: {uses: ./.github/workflows/x.yml, with: {supabase: 2}, secrets: inherit}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range openWith(".github/workflows/x.yml", b).Workflows() {
			for _, of := range v.Variables {
				if of.Value.IsAbsent() || of.At.File == "" {
					t.Errorf("%s has no value, or no place", of.Name)
				}
			}
		}
	})
}

func FuzzBakes(f *testing.F) {
	f.Add([]byte("target \"a\" {\n  name = \"a-${x.n}\"\n  matrix = { x = [{ n = \"b\", k = x.k }, y], z = [1] }\n  args = { SUPABASE_ANON_KEY = x.k, A = z }\n}\n"))
	f.Add([]byte("variable \"A\" { default = \"x\" }\ntarget \"a\" {\n  inherits = [\"b\"]\n  args = { SUPABASE_ANON_KEY = A != \"\" ? A : \"${f(1)}y\" }\n}\ntarget \"b\" { inherits = [\"a\"] }\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range openWith("docker-bake.hcl", b).Bakes() {
			for _, of := range v.Variables {
				if of.Value.IsAbsent() || of.At.File == "" {
					t.Errorf("%s has no value, or no place", of.Name)
				}
			}
		}
	})
}

func FuzzPipelines(f *testing.F) {
	f.Add([]byte("include: [{local: /.gitlab-ci.yml}, a.yml]\nvariables: {SUPABASE_URL: 'https://x.example', A: {value: $SUPABASE_URL}}\ndefault: {before_script: [cd a]}\n" +
		"b: {extends: [.c, b], environment: review/$X, script: [!reference [.c, script], 'docker build --build-arg SUPABASE_ANON_KEY=$K .']}\n" +
		".c:\n  script:\n    - |\n      echo SUPABASE_ANON_KEY=$SUPABASE_ANON_KEY >> $GITHUB_ENV\n    - [/kaniko/executor --context $CI_PROJECT_DIR/x --build-arg SUPABASE_KEY=y]\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range openWith(".gitlab-ci.yml", b).Pipelines() {
			for _, of := range v.Variables {
				if of.Value.IsAbsent() || of.At.File == "" {
					t.Errorf("%s has no value, or no place", of.Name)
				}
			}
		}
	})
}

// TestBoundedTexts: of what is put together of other texts, no more is made than a variable can hold, in time and memory for that.
func TestBoundedTexts(t *testing.T) {
	twice := func(name string) string { return strings.Repeat(name, 5000) }
	nested := "'ab'"
	for range 20 {
		nested = "format('" + strings.Repeat("{0}", 40) + "', " + nested + ")"
	}
	var variables strings.Builder
	for i := range 8 {
		variables.WriteString("variable \"V" + string(rune('1'+i)) + "\" { default = \"" + twice("${V"+string(rune('0'+i))+"}") + "\" }\n")
	}
	for _, test := range []struct {
		name, file, text string
		read             func(*Repository) []CIVariables
	}{
		{"env", ".github/workflows/x.yml", "env: {A: 0123456789}\njobs:\n  a:\n    env: {A: \"" + twice("${{ env.A }}") + "\"}\n    steps:\n" +
			"    - {run: make, env: {A: \"" + twice("${{ env.A }}") + "\"}}\n    - {run: make, env: {SUPABASE_ANON_KEY: \"" + twice("${{ env.A }}") + "\"}}\n", (*Repository).Workflows},
		{"format", ".github/workflows/x.yml", "jobs: {a: {env: {SUPABASE_ANON_KEY: \"${{ " + nested + " }}\"}}}\n", (*Repository).Workflows},
		{"pipeline", ".gitlab-ci.yml", "variables: {A: 0123456789}\n.a: {variables: {A: " + twice("$A") + "}}\n.b: {extends: .a, variables: {A: " + twice("$A") + "}}\n" +
			"c: {extends: .b, script: make, variables: {SUPABASE_ANON_KEY: " + twice("$A") + "}}\n", (*Repository).Pipelines},
		{"bake", "docker-bake.hcl", "variable \"V0\" { default = \"0123456789\" }\n" + variables.String() + "target \"a\" { args = { SUPABASE_ANON_KEY = V8 } }\n", (*Repository).Bakes},
		{"shell", ".github/workflows/x.yml", "jobs: {a: {env: {SUPABASE_KEY: " + twice("0123456789") + "}, steps: [{run: 'docker build --build-arg SUPABASE_ANON_KEY=" + twice("$SUPABASE_KEY") + " .'}]}}\n", (*Repository).Workflows},
		{"script", ".github/workflows/x.yml", "jobs:\n  a:\n    steps:\n    - run: |\n        A=0123456789\n" + strings.Repeat("        A=$A$A\n", 60) + "        echo SUPABASE_ANON_KEY=$A >> .env\n", (*Repository).Workflows},
	} {
		found := false
		for _, v := range test.read(openWith(test.file, []byte(test.text))) {
			for _, of := range v.Variables {
				found = found || of.Name == "SUPABASE_ANON_KEY" && !of.Value.IsKnown()
			}
		}
		if !found {
			t.Errorf("%s: a text without an end is known, or no variable", test.name)
		}
	}
}

// TestMayWrite tells the commands of a job that may write a file of variables from those that only read it.
func TestMayWrite(t *testing.T) {
	for command, want := range map[string]bool{
		"scp .env.production host:/app/.env":            false,
		"rsync -a .env.production host:/app/":           false,
		"cp .env.production deploy/":                    false,
		"cp deploy/.env.production .":                   true,
		"cp web.env .env.production":                    true,
		"node --env-file=.env.production server.js":     false,
		"uv run --env-file .env.production main.py":     false,
		"node make.js .env.production":                  true,
		"sed -n s/a/b/p .env.production":                false,
		"sed -i.bak s/a/b/ .env.production":             true,
		"less .env.production && touch .env.production": false,
		"tar czf web.tgz .env.production":               false,
		"tar cf - .env.production":                      false,
		"tar xzf web.tgz .env.production":               true,
		"tar -zxf web.tgz ./.env.production":            true,
		"tar -f web.tgz --extract .env.production":      true,
		"unzip web.zip .env.production":                 true,
		"dotenv -e .env.production next build":          false,
		"dotenv -f .env.production get A":               false,
		"dotenv -f .env.production set A b":             true,
		"dotenv set A b":                                true,
		"vercel pull":                                   true,
	} {
		t.Run(command, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{
				".github/workflows/x.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: " + command + "\n",
				"package.json":            `{"dependencies": {"next": "15"}}`,
				"app.ts":                  "export const key = process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY",
			} {
				if err := errors.Join(os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			r := openPaths(t, dir)
			wrote := slices.ContainsFunc(r.Workflows(), func(v CIVariables) bool { return len(v.Variables) > 0 })
			if wrote != want {
				t.Errorf("told that it writes: %v", wrote)
			}
		})
	}
}
