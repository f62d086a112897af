package sources_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/sources"
)

// TestShellOracle runs scripts in bash, with programs in place of docker and kubectl that note what
// they are given, and compares: what keylint says is that, or it cannot tell.
func TestShellOracle(t *testing.T) {
	bash := testrepo.Oracle(t, "bash")
	bin, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	for name, text := range map[string]string{
		"docker":  `printf '%s\0' "${ANON_KEY-compose}" >> ` + log,
		"kubectl": `for a; do case $a in --from-literal=anon=*) printf '%s\0' "${a#--from-literal=anon=}" >> ` + log + ";; esac; done",
		"vault":   "echo export ANON_KEY=vault",
		"direnv":  "echo export ANON_KEY=direnv",
		"ssh":     `exec env -i PATH="$PATH" HOME=/remote bash -c "${2-$(cat)}"`,
		"sudo":    `[ "$1" = -E ] && { shift; exec env "$@"; }; exec env -i PATH="$PATH" HOME=/remote "$@"`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!"+bash+"\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range []struct {
		name, text string
		believed   func(*sources.Repository) []string
	}{
		{"compose", "docker compose up", composeBelief},
		{"kubectl", `kubectl create secret generic keys --from-literal=anon="$ANON_KEY"`, kubectlBelief},
	} {
		for i, test := range shellScripts {
			text := strings.ReplaceAll(test.text, "RUN", command.text)
			t.Run(fmt.Sprintf("%s %d", command.name, i), func(t *testing.T) {
				dir := testrepo.Write(t, shellFiles+"-- up.sh --\n"+text+"\n")
				if err := os.WriteFile(filepath.Join(dir, "crlf.env"), []byte("ANON_KEY=abc\r\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				believed := command.believed(testrepo.Open(t, dir, nil))
				os.Remove(log)
				cmd := exec.Command(bash, "up.sh")
				cmd.Dir, cmd.Env = dir, []string{"PATH=" + bin + ":/usr/bin:/bin", "HOME=/home"}
				cmd.Run() // how it ends is all the same
				b, _ := os.ReadFile(log)
				for is := range strings.SplitSeq(strings.TrimSuffix(string(b), "\x00"), "\x00") {
					if len(b) == 0 {
						break
					}
					if !slices.Contains(believed, is) && !slices.Contains(believed, cannotTell) {
						t.Errorf("%s\n-- bash gives %q, keylint believes %q", text, is, believed)
					}
				}
				if test.known && command.name == "compose" && slices.Contains(believed, cannotTell) {
					t.Errorf("%s\n-- keylint cannot tell", text)
				}
			})
		}
	}
}

const cannotTell = "(cannot tell)"

// composeBelief are the values that compose has of ANON_KEY, as keylint sees it.
func composeBelief(repo *sources.Repository) []string {
	var out []string
	for _, call := range repo.ComposeCalls() {
		value := "compose"
		if call.Env.ShellOpen != "" || call.Env.Open != "" {
			value = cannotTell
		}
		for _, v := range call.Env.Shell {
			if v.Name == "ANON_KEY" {
				if value = v.Text.Reveal(); v.Text.IsAbsent() {
					value = cannotTell
				}
			}
		}
		out = append(out, value)
	}
	if out == nil { // no command of the repository says anything
		out = []string{"compose"}
	}
	return out
}

// kubectlBelief are the values of the data key, as keylint sees it.
func kubectlBelief(repo *sources.Repository) []string {
	out := []string{}
	for _, s := range repo.ScriptSecrets() {
		for _, k := range s.Keys {
			if k.Text.IsAbsent() {
				out = append(out, cannotTell)
			} else {
				out = append(out, k.Text.Reveal())
			}
		}
	}
	if len(out) == 0 {
		out = []string{cannotTell}
	}
	return out
}

// TestGivenEnvironment shows what is known of a variable where something else than a script's own lines
// gives it.
func TestGivenEnvironment(t *testing.T) {
	const job = "jobs:\n  a:\n    steps:\n"
	for _, test := range []struct{ name, file, text, want string }{
		{"make exports one", "Makefile", "export ANON_KEY = abc\nup:\n\tdocker compose up", "abc"},
		{"make exports by name", "Makefile", "ANON_KEY = abc\nexport ANON_KEY\nup:\n\tdocker compose up", "abc"},
		{"by name, before", "Makefile", "export ANON_KEY\nANON_KEY = abc\nup:\n\tdocker compose up", "abc"},
		{"not exported", "Makefile", "ANON_KEY = abc\nup:\n\tdocker compose up", "compose"},
		{"taken back", "Makefile", "export ANON_KEY = abc\nunexport ANON_KEY\nup:\n\tdocker compose up", "compose"},
		{"make keeps quotes", "Makefile", "export ANON_KEY = \"abc\"\nup:\n\tdocker compose up", cannotTell},
		{"a comment", "Makefile", "export ANON_KEY = abc # x\nup:\n\tdocker compose up", cannotTell},
		{"added", "Makefile", "export ANON_KEY = abc\nANON_KEY += def\nup:\n\tdocker compose up", cannotTell},
		{"of a program", "Makefile", "export ANON_KEY != vault\nup:\n\tdocker compose up", cannotTell},
		{"where it is not set", "Makefile", "export ANON_KEY = abc\nANON_KEY ?= def\nup:\n\tdocker compose up", "abc"},
		{"of one target", "Makefile", "up: export ANON_KEY = abc\nup:\n\tdocker compose up", cannotTell},
		{"of a branch", "Makefile", "export ANON_KEY = abc\nifeq ($(X),y)\nANON_KEY = def\nendif\nup:\n\tdocker compose up", cannotTell},
		{"each line a shell", "Makefile", "up:\n\texport ANON_KEY=abc\n\tdocker compose up", "compose"},
		{"one shell", "Makefile", ".ONESHELL:\nup:\n\texport ANON_KEY=abc\n\tdocker compose up", "abc"},
		{"an included file", "Makefile", "include prod.env\nexport\nup:\n\tdocker compose up", "prod"},
		{"quoted there", "Makefile", "include quoted.env\nexport\nup:\n\tdocker compose up", cannotTell},
		{"that is not there", "Makefile", "-include gone.env\nexport\nup:\n\tdocker compose up", cannotTell},
		{"just", "justfile", "export ANON_KEY := \"abc\"\nup:\n  docker compose up", "abc"},
		{"just exports all", "justfile", "set export\nANON_KEY := \"abc\"\nup:\n  docker compose up", "abc"},
		{"a script in just", "justfile", "up:\n  #!/bin/bash\n  export ANON_KEY=abc\n  docker compose up", "abc"},
		{"just with a file", "justfile", "set dotenv-filename := \"prod.env\"\nup:\n  docker compose up", "prod"},
		{"a job's env", ".github/workflows/a.yml", "env: {ANON_KEY: abc}\n" + job + "    - run: docker compose up", "abc"},
		{"GITHUB_ENV", ".github/workflows/a.yml", job + "    - run: echo \"ANON_KEY=abc\" >> $GITHUB_ENV\n    - run: docker compose up", cannotTell},
		{"another in GITHUB_ENV", ".github/workflows/a.yml", job + "    - run: echo \"TAG=abc\" >> $GITHUB_ENV\n    - run: docker compose up", "compose"},
		{"a file in GITHUB_ENV", ".github/workflows/a.yml", job + "    - run: cat prod.env >> \"$GITHUB_ENV\"\n    - run: docker compose up", cannotTell},
		{"an action that fetches", ".github/workflows/a.yml", job + "    - uses: hashicorp/vault-action@v3\n    - run: docker compose up", cannotTell},
		{"another action", ".github/workflows/a.yml", job + "    - uses: actions/checkout@v4\n    - run: docker compose up", "compose"},
		{"GitLab's variables", ".gitlab-ci.yml", "variables: {ANON_KEY: abc}\na:\n  script: [docker compose up]", "abc"},
		{"GitLab puts one in", ".gitlab-ci.yml", "variables: {ANON_KEY: $OTHER}\na:\n  script: [docker compose up]", cannotTell},
		{"GitLab's before_script", ".gitlab-ci.yml", "a:\n  before_script: [export ANON_KEY=abc]\n  script: [docker compose up]", "abc"},
		{"GitLab's script", ".gitlab-ci.yml", "a:\n  script:\n    - export ANON_KEY=abc\n    - docker compose up", "abc"},
		{"Task's env", "Taskfile.yml", "tasks:\n  up:\n    env: {ANON_KEY: {sh: vault}}\n    cmds: [docker compose up]", cannotTell},
		{"Task's dotenv", "Taskfile.yml", "dotenv: [prod.env]\ntasks:\n  up:\n    cmds: [docker compose up]", "prod"},
		{"Task's commands", "Taskfile.yml", "tasks:\n  up:\n    cmds: [export ANON_KEY=abc, docker compose up]", "compose"},
		{"cross-env", "package.json", `{"scripts": {"up": "cross-env ANON_KEY=abc docker compose up"}}`, "abc"},
		{"env-cmd", "package.json", `{"scripts": {"up": "env-cmd -f prod.env docker compose up"}}`, "prod"},
		{"dotenv without dashes", "package.json", `{"scripts": {"up": "dotenv -e prod.env docker compose up"}}`, "prod"},
		{"dotenv after a variable", "package.json", `{"scripts": {"up": "ANON_KEY=abc dotenv -e prod.env -- docker compose up"}}`, "abc"},
		{"env-cmd after a variable", "package.json", `{"scripts": {"up": "ANON_KEY=abc env-cmd -f prod.env docker compose up"}}`, "prod"},
		{"dotenv with a file that is not there", "package.json", `{"scripts": {"up": "dotenv -e gone.env -e prod.env -- docker compose up"}}`, cannotTell},
		{"infisical", "package.json", `{"scripts": {"up": "infisical run -- docker compose up"}}`, cannotTell},
		{"Python", "up.py", "import os, subprocess\nos.environ[\"ANON_KEY\"] = \"abc\"\nsubprocess.run([\"docker\", \"compose\", \"up\"])", cannotTell},
		{"Python without", "up.py", "import subprocess\nsubprocess.run([\"docker\", \"compose\", \"up\"])", "compose"},
		{"a script that another starts", "up.sh", "docker compose up\n-- go.sh --\nexport ANON_KEY=abc\n./up.sh", cannotTell},
		{"with a shell", "up.sh", "docker compose up\n-- go.sh --\nexport ANON_KEY=abc\nbash up.sh", cannotTell},
		{"that a workflow starts", "up.sh", "docker compose up\n-- .github/workflows/a.yml --\nenv: {ANON_KEY: abc}\n" + job + "    - run: ./up.sh", cannotTell},
		{"with nothing", "up.sh", "docker compose up\n-- go.sh --\n./up.sh", "compose"},
		{"with what compose reads", "up.sh", "docker compose up\n-- go.sh --\nset -a; . ./.env\n./up.sh", "compose"},
	} {
		t.Run(test.name, func(t *testing.T) {
			repo := testrepo.Open(t, testrepo.Write(t, shellFiles+"-- "+test.file+" --\n"+test.text+"\n"), nil)
			if got := strings.Join(composeBelief(repo), " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
