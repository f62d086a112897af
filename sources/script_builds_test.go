package sources

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
)

// withFiles is a repository of several files, which are not on disk, and of which the scripts are such.
func withFiles(files map[string]string) *Repository {
	r := &Repository{notes: map[Note]bool{}, ledger: &keys.Ledger{}, marks: allMarks(), files: map[string]*File{}}
	for name, text := range files {
		f := &File{Path: name, repo: r, disk: []byte(text), kind: kindOf(name), marked: true}
		f.readOnce.Do(func() {})
		if f.kind == otherFile {
			r.scripts = append(r.scripts, f)
		} else {
			r.files[name] = f
		}
	}
	return r
}

// TestMakeAgrees runs the recipes of Makefiles with make, and holds what they hand on against what is said of it.
func TestMakeAgrees(t *testing.T) {
	program, err := exec.LookPath("make")
	if err != nil {
		t.Skip("skipped: make is not installed")
	}
	for _, text := range []string{
		"ANON_KEY = one\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$(ANON_KEY) .\n",
		"ANON_KEY ?= one\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=${ANON_KEY} .\n",
		"ANON_KEY := one\nANON_KEY ?= two\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$(ANON_KEY) .\n",
		"ANON_KEY = one\nOTHER_ANON_KEY = $(ANON_KEY)\nANON_KEY = two\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$(OTHER_ANON_KEY) .\n",
		"ANON_KEY = one\nOTHER_ANON_KEY := $(ANON_KEY)\nANON_KEY = two\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$(OTHER_ANON_KEY) .\n",
		"ANON_KEY = one\nimage: ANON_KEY = two\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$(ANON_KEY) .\n",
		"OTHER_ANON_KEY = $(ANON_KEY)\nimage: ANON_KEY = two\nANON_KEY = one\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$(OTHER_ANON_KEY) .\n",
		"ANON_KEY = one\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$$ANON_KEY .\n",
		"export ANON_KEY = one\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$$ANON_KEY .\n",
		"ANON_KEY = one\nexport ANON_KEY\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$${ANON_KEY} .\n",
		"ANON_KEY = one\nexport\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$$ANON_KEY .\n",
		"ANON_KEY = one\nimage:\n\tANON_KEY=two; docker build --build-arg SUPABASE_ANON_KEY=$$ANON_KEY .\n",
		"ANON_KEY = one\nimage:\n\tANON_KEY=two; docker build --build-arg SUPABASE_ANON_KEY=$(ANON_KEY)$$ANON_KEY .\n",
		"ANON_KEY = one\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$ANON_KEY .\n",
		"ANON_KEY = \"one\"\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$(ANON_KEY) .\n",
		"ANON_KEY = one # of the app\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$(ANON_KEY) .\n",
		"ANON_KEY = $(shell echo one)\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$(ANON_KEY) .\n",
		"ANON_KEY = one\nANON_KEY += two\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$(ANON_KEY) .\n",
		"ifdef NOTHING\nANON_KEY = one\nelse\nANON_KEY = two\nendif\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$(ANON_KEY) .\n",
		"image:\n\tANON_KEY=one\n\tdocker build --build-arg SUPABASE_ANON_KEY=$$ANON_KEY .\n",
		"image:\n\t@ANON_KEY=one && docker build \\\n\t  --build-arg SUPABASE_ANON_KEY=\"$$ANON_KEY\" .\n",
		"SUPABASE_ANON_KEY = one\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY .\n",
		"export SUPABASE_ANON_KEY = one\nimage:\n\tdocker build --build-arg SUPABASE_ANON_KEY .\n",
		"image:\n\tdocker build --build-arg SUPABASE_ANON_KEY=$$(echo one) .\n",
		"DOCKER ?= docker\nARGS = --build-arg SUPABASE_ANON_KEY=one\nimage:\n\t$(DOCKER) build $(ARGS) .\n",
	} {
		holdAgainst(t, map[string]string{"Makefile": text}, program, "-s", "image")
	}
}

// TestShellsAgree runs scripts with the shells that there are, and holds what they hand on against what is said of it.
func TestShellsAgree(t *testing.T) {
	const build = "docker build --build-arg SUPABASE_ANON_KEY=\"$ANON_KEY\" .\n"
	ran := false
	for _, name := range []string{"bash", "dash"} {
		program, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		ran = true
		for _, text := range []string{
			"ANON_KEY=one\n" + build,
			"ANON_KEY=one\nOTHER_ANON_KEY=\"$ANON_KEY\"\nANON_KEY=two\ndocker build --build-arg SUPABASE_ANON_KEY=$OTHER_ANON_KEY .\n",
			"ANON_KEY=one\nWORD=\"$ANON_KEY\"\nANON_KEY=two\ndocker build --build-arg SUPABASE_ANON_KEY=$WORD .\n",
			"WORD=\"$ANON_KEY\"\nANON_KEY=two\ndocker build --build-arg SUPABASE_ANON_KEY=$WORD .\n",
			"f() { ANON_KEY=two; docker build --build-arg SUPABASE_ANON_KEY=\"$1\" .; }\nANON_KEY=one\nf \"$ANON_KEY\"\n",
			"f() { ANON_KEY=two; docker build --build-arg SUPABASE_ANON_KEY=\"$1\" .; }\nf \"$ANON_KEY\"\n",
			"f() { local ANON_KEY=\"$1\"; " + strings.TrimSpace(build) + "; }\nOTHER_ANON_KEY=one\nf \"$OTHER_ANON_KEY\"\n",
			"ANON_KEY=one\nset -- \"$ANON_KEY\"\nANON_KEY=two\ndocker build --build-arg SUPABASE_ANON_KEY=\"$1\" .\n",
			"ANON_KEY=one\n(ANON_KEY=two)\n" + build,
			"ANON_KEY=one\n(ANON_KEY=two; " + strings.TrimSpace(build) + ")\n",
			"ANON_KEY=one\nif [ -n \"$NOTHING\" ]; then ANON_KEY=two; fi\n" + build,
			"ANON_KEY=one\n[ -z \"$NOTHING\" ] && ANON_KEY=two\n" + build,
			"ANON_KEY=one\nfor ANON_KEY in two three; do :; done\n" + build,
			"ANON_KEY=\"${ANON_KEY:-one}\"\n" + build,
			"ANON_KEY=one\nANON_KEY=\"${ANON_KEY:+two}\"\n" + build,
			"ANON_KEY=one\nANON_KEY=\"$ANON_KEY\"two\n" + build,
			"ANON_KEY=' one '\ndocker build --build-arg SUPABASE_ANON_KEY=$ANON_KEY .\n",
			"ANON_KEY=$(echo one)\n" + build,
			"read ANON_KEY <<EOF\none\nEOF\n" + build,
			"unset ANON_KEY\nANON_KEY=one\nunset ANON_KEY\n" + build,
			"SUPABASE_ANON_KEY=one\ndocker build --build-arg SUPABASE_ANON_KEY .\n",
			"SUPABASE_ANON_KEY=one docker build --build-arg SUPABASE_ANON_KEY .\n",
			"ANON_KEY=one ANON_KEY=two docker build --build-arg SUPABASE_ANON_KEY=\"$ANON_KEY\" .\n",
			"env SUPABASE_ANON_KEY=one docker build --build-arg SUPABASE_ANON_KEY .\n",
			"export SUPABASE_ANON_KEY=one\nsh -c 'docker build --build-arg SUPABASE_ANON_KEY=\"$SUPABASE_ANON_KEY\" .'\n",
			"ANON_KEY=one\nsh -c 'docker build --build-arg SUPABASE_ANON_KEY=\"$ANON_KEY\" .'\n",
			"ANON_KEY=one\nsh -c \"docker build --build-arg SUPABASE_ANON_KEY=$ANON_KEY .\"\n",
			"ANON_KEY=one\neval \"ANON_KEY=two\"\n" + build,
			"ANON_KEY=one\nNAME=ANON_KEY\nexport \"$NAME=two\"\n" + build,
			"set -a\n. ./stack.env\nset +a\n" + build,
			"ANON_KEY=one\n. ./stack.env\n" + build,
			"ANON_KEY=one\n[ -f ./stack.env ] && . ./stack.env\n" + build,
			". ./stack.env\nANON_KEY=\"${OTHER_ANON_KEY}\"\n" + build,
			"ANON_KEY=one\nwhile :; do ANON_KEY=two; break; done\n" + build,
			"case one in o*) ANON_KEY=one ;; *) ANON_KEY=two ;; esac\n" + build,
			"ANON_KEY=one\nf() { ANON_KEY=two; }\nf\n" + build,
			"ANON_KEY=one\nf() { ANON_KEY=two; return; ANON_KEY=three; }\nf\n" + build,
		} {
			holdAgainst(t, map[string]string{"build.sh": text, "stack.env": "ANON_KEY=stack\nOTHER_ANON_KEY=other\n"}, program, "build.sh")
		}
	}
	if !ran {
		t.Skip("skipped: neither bash nor dash is installed")
	}
}

// holdAgainst runs a program where the files are, the first of which has a command that builds, and holds what that gets against what is
// known of it. Docker gives the build what follows the first "=", or else what its environment has.
func holdAgainst(t *testing.T, files map[string]string, program string, arguments ...string) {
	t.Helper()
	text := files["Makefile"] + files["build.sh"]
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		write(name, text, 0o644)
	}
	write("docker", "#!/bin/sh\nfor a; do case \"$a\" in SUPABASE_ANON_KEY=*) printf %s \"${a#*=}\" >got;; SUPABASE_ANON_KEY) printf %s \"$SUPABASE_ANON_KEY\" >got;; esac; done\n", 0o755)
	c := exec.Command(program, arguments...)
	c.Dir, c.Env = dir, []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s\n%s", out, text)
	}
	got, err := os.ReadFile(filepath.Join(dir, "got"))
	if err != nil {
		t.Fatal(err)
	}
	files["Dockerfile"] = "FROM x\n"
	said := 0
	for _, v := range withFiles(files).ImageBuilds() {
		for _, of := range v.Variables {
			if said++; of.Value.IsKnown() && of.Value.Text().Reveal() != string(got) {
				t.Errorf("%q is said, and %s gives %q:\n%s", of.Value.Text().Reveal(), filepath.Base(program), got, text)
			}
			if v.Image == nil || v.Image.Dockerfile != "Dockerfile" {
				t.Errorf("what is built is not known:\n%s", text)
			}
		}
	}
	if said != 1 {
		t.Errorf("%d arguments:\n%s", said, text)
	}
}

// TestImageBuilds names what each command builds, and with what arguments.
func TestImageBuilds(t *testing.T) {
	for text, want := range map[string]string{
		"docker build web":                                               "web/Dockerfile in web",
		"docker build -f web/Dockerfile .":                               "web/Dockerfile in .",
		"docker -H x build web":                                          "",
		"docker buildx build --target app -o type=docker web":            "web/Dockerfile in web to app",
		"sudo docker image build web":                                    "web/Dockerfile in web",
		"podman build web":                                               "web/Dockerfile in web",
		"buildah bud -f Dockerfile web":                                  "web/Dockerfile in web",
		"/kaniko/executor --context=dir://web --dockerfile=Dockerfile":   "web/Dockerfile in web",
		"executor -c . --context-sub-path web":                           "web/Dockerfile in web",
		"docker build -t x - <web/Dockerfile":                            "not known",
		"docker build https://example.com/web.git":                       "https:/example.com/web.git/Dockerfile in https:/example.com/web.git",
		"docker build \"$DIR\"":                                          "not known",
		"docker build $ARGS web":                                         "web/Dockerfile in web, open",
		"docker build \"$@\" web":                                        "web/Dockerfile in web, open",
		"ARGS=\"--build-arg A=$B\"; docker build $ARGS web":              "web/Dockerfile in web, open",
		"ARGS=(--build-arg A=1); docker build \"${ARGS[@]}\" web":        "web/Dockerfile in web, A",
		"ARGS=\"--build-arg A=1 --build-arg B\"; docker build $ARGS web": "web/Dockerfile in web, A, B",
		"docker build --build-arg $A=1 --build-arg B=2 web":              "web/Dockerfile in web, B, open",
		"f() { docker build --build-arg \"A=$1\" \"$2\"; }; f 1 web":     "web/Dockerfile in web, A",
	} {
		var got []string
		for _, v := range withFiles(map[string]string{"build.sh": text + "\n", "web/Dockerfile": "FROM x\n"}).ImageBuilds() {
			if v.Image == nil {
				got = append(got, "not known")
			} else {
				got = append(got, v.Image.Dockerfile+" in "+v.Image.Context)
				if v.Image.Target != "" {
					got[len(got)-1] += " to " + v.Image.Target
				}
			}
			for _, of := range v.Variables {
				got = append(got, of.Name)
			}
			if v.Open {
				got = append(got, "open")
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}

// TestPastedArgument names no key that stands where the name of an argument, a variable or a recipe belongs.
func TestPastedArgument(t *testing.T) {
	const pasted = "sb_secret_AbCdEfGhIjKlMnOpQrStU1_abcdefgh"
	for name, text := range map[string]string{
		"build.sh":      "docker build --build-arg " + pasted + " --build-arg SUPABASE_ANON_KEY:" + pasted + "=x --build-arg SUPABASE_KEY=$" + pasted + " .\n",
		"Makefile":      pasted + ":\n\tdocker build --build-arg SUPABASE_ANON_KEY=$(" + pasted + ") .\n",
		"Taskfile.yml":  "tasks: {" + pasted + ": 'docker build --build-arg SUPABASE_ANON_KEY={{." + pasted + "}} .'}\n",
		"package.json":  `{"scripts": {"` + pasted + `": "docker build --build-arg SUPABASE_ANON_KEY=$` + pasted + ` ."}}`,
		"skaffold.yaml": "apiVersion: skaffold/v3\nbuild: {artifacts: [{image: " + pasted + ", docker: {buildArgs: {" + pasted + ": x, SUPABASE_ANON_KEY: '{{." + pasted + "}}'}}}]}\n",
	} {
		r := withFiles(map[string]string{name: text, "Dockerfile": "FROM x\n"})
		for _, v := range append(r.ImageBuilds(), r.Skaffolds()...) {
			said := v.By + v.Environment
			for _, of := range v.Variables {
				said += of.Name + of.Value.Source() + of.Value.Reason()
			}
			if strings.Contains(said, "AbCdEf") {
				t.Errorf("%s: %s", name, said)
			}
		}
	}
}

// FuzzImageBuilds reads a text as each kind of file whose commands may build images.
func FuzzImageBuilds(f *testing.F) {
	f.Add([]byte("#!/bin/sh\nset -a; . ./.env; set +a\nK=x\ndocker build -t a --build-arg SUPABASE_ANON_KEY=\"$K$ANON_KEY\" --build-arg A -f a/Dockerfile .\n"))
	f.Add([]byte("K ?= x\nexport A = $(K)\ninclude .env\nimage: a\n\t@docker build --build-arg SUPABASE_ANON_KEY=$(K)$$A \\\n\t  .\nimage: K = y\n"))
	f.Add([]byte("k := env_var_or_default('A', \"x\")\nset dotenv-load\nimage k='y' +rest: a\n    docker build --build-arg SUPABASE_ANON_KEY={{k}}$A{{ os() }} .\n"))
	f.Add([]byte("vars: {K: x, A: {sh: x}}\nenv: {B: '{{.K}}'}\ndotenv: [.env]\ntasks:\n  a:\n    dir: a\n    vars: {K: '{{.A}}y'}\n    cmds: ['docker build --build-arg SUPABASE_ANON_KEY={{.K}}$B .', {task: b, vars: {K: z}}]\n  b: docker build .\n"))
	f.Add([]byte(`{"scripts": {"build": "docker build --build-arg \"SUPABASE_ANON_KEY=x\" ."}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, name := range []string{"a.sh", "Makefile", "justfile", "Taskfile.yml", "package.json"} {
			r := withFiles(map[string]string{name: string(b), "Dockerfile": "FROM x\n", ".env": "ANON_KEY=x\n"})
			for _, v := range r.ImageBuilds() {
				for _, of := range v.Variables {
					if of.Value.IsAbsent() || of.At.File == "" {
						t.Errorf("%s: %s has no value, or no place", name, of.Name)
					}
					if p := of.At; p.Column > 0 && p.File == name {
						if lines := bytes.Split(b, []byte("\n")); p.Line > len(lines) || p.EndColumn-1 > len(lines[p.Line-1]) {
							t.Errorf("%s: %s is not in the file", name, p)
						}
					}
				}
			}
		}
	})
}
