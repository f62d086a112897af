package sources_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/sources"
)

// TestComposeCalls reads the commands that start a project, and what they name.
func TestComposeCalls(t *testing.T) {
	const project = `
-- docker/docker-compose.yml --
services: {}
-- docker/prod.yml --
services: {}
-- docker/.env.prod --
A=1
-- .env.prod --
A=1
`
	for _, test := range []struct{ name, file, text, want string }{
		{"relative to where the command is given", "up.sh", "docker compose -f docker/docker-compose.yml --env-file .env.prod up -d",
			"docker/docker-compose.yml: .env.prod"},
		{"after a cd", "up.sh", "cd docker && docker compose --env-file=.env.prod up", "docker: docker/.env.prod"},
		{"the old name, several files", "up.sh", "docker-compose -p x -f docker/docker-compose.yml -f docker/prod.yml --env-file docker/.env.prod --env-file .env.prod up",
			"docker/docker-compose.yml docker/prod.yml: docker/.env.prod, .env.prod"},
		{"the project's directory is not that of the file", "up.sh", "docker compose --project-directory docker --env-file .env.prod up", "docker: .env.prod"},
		{"from the environment", "up.sh", "export COMPOSE_ENV_FILES=.env.prod,docker/.env.prod\ndocker compose --project-directory docker up",
			"docker: .env.prod, docker/.env.prod"},
		{"the flag goes before the environment", "up.sh", "export COMPOSE_ENV_FILES=.env.prod\ndocker compose --project-directory docker --env-file docker/.env.prod up",
			"docker: docker/.env.prod"},
		{"from the script's directory", "docker/up.sh", "DIR=\"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\"\ndocker compose -f \"$DIR/docker-compose.yml\" --env-file \"$DIR/../.env.prod\" up",
			"docker/docker-compose.yml: .env.prod"},
		{"a Makefile's variables", "Makefile", "ENV ?= prod\nDC := docker compose -f docker/docker-compose.yml --env-file .env.$(ENV)\nup:\n\t@$(DC) up",
			"docker/docker-compose.yml: .env.prod"},
		{"a justfile", "justfile", "env := '.env.prod'\nup:\n  docker compose -f docker/docker-compose.yml --env-file {{ env }} up",
			"docker/docker-compose.yml: .env.prod"},
		{"package.json", "package.json", `{"scripts": {"up": "cd docker && docker compose --env-file .env.prod up", "down": "docker compose --env-file x down"}}`,
			"docker: docker/.env.prod"},
		{"a workflow", ".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - working-directory: docker\n        run: docker compose --env-file .env.prod up -d",
			"docker: docker/.env.prod"},
		{"a default", "up.sh", "docker compose -f docker/docker-compose.yml --env-file \"${1:-.env.prod}\" up", "docker/docker-compose.yml: .env.prod"},
		{"a variable that nothing sets", "up.sh", "docker compose -f docker/docker-compose.yml --env-file \".env.$1\" up",
			"docker/docker-compose.yml: up.sh names the file of variables in a way that keylint cannot follow"},
		{"a file that is not there", "up.sh", "cd docker\ndocker compose --env-file .env.live up", "docker: docker/.env.live"},
		{"it may be the one or the other", "up.sh", "F=.env.prod\nif [ \"$1\" = dev ]; then F=docker/.env.prod; fi\ndocker compose -f docker/docker-compose.yml --env-file $F up",
			"docker/docker-compose.yml: docker/.env.prod; docker/docker-compose.yml: .env.prod"},
		{"it is one of them, or there is none", "up.sh", "case $1 in prod) F=.env.prod ;; dev) F=docker/.env.prod ;; *) exit 1 ;; esac\ndocker compose -f docker/docker-compose.yml --env-file \"$F\" up",
			"docker/docker-compose.yml: .env.prod; docker/docker-compose.yml: docker/.env.prod"},
		{"it may be one that is not known", "up.sh", "F=.env.prod\nif [ \"$1\" = dev ]; then F=$(choose); fi\ndocker compose -f docker/docker-compose.yml --env-file $F up",
			"docker/docker-compose.yml: up.sh names the file of variables in a way that keylint cannot follow"},
		{"a help text", "up.sh", "cat <<EOF\ndocker compose -f docker/docker-compose.yml --env-file .env.prod up\nEOF", ""},
		{"on another machine", "up.sh", "ssh host <<EOF\ncd docker\ndocker compose --env-file .env.prod up -d\nEOF", "docker: docker/.env.prod"},
		{"a function, with flags in an array", "up.sh", "up() { docker compose \"${ARGS[@]}\" up; }\nARGS=(-f docker/docker-compose.yml --env-file .env.prod)\nup",
			"docker/docker-compose.yml: .env.prod"},
		{"each of two", "up.sh", "for e in .env.prod docker/.env.prod; do docker compose -f docker/docker-compose.yml --env-file $e up; done",
			"docker/docker-compose.yml: .env.prod; docker/docker-compose.yml: docker/.env.prod"},
		{"Python", "up.py", "subprocess.run([\"docker\", \"compose\", \"-f\", \"docker/docker-compose.yml\", \"--env-file\", \".env.prod\", \"up\"])",
			"docker/docker-compose.yml: .env.prod"},
		{"a shell that has a key", "up.sh", "cd docker\nexport ANON_KEY=another-one\ndocker compose up", "docker: what up.sh sets"},
		{"for the command alone", "up.sh", "cd docker\nANON_KEY=another-one docker compose up", "docker: what up.sh sets"},
		{"not exported", "up.sh", "cd docker\nANON_KEY=another-one\ndocker compose up", "docker: "},
		{"a file that the shell reads", "up.sh", "set -a; . ./.keys.env; set +a\ncd docker && docker compose up\n-- .keys.env --\nANON_KEY=another-one",
			"docker: .keys.env"},
		{"the file that compose reads itself", "docker/up.sh", "set -a; . ./.env; set +a\ndocker compose up\n-- docker/.env --\nANON_KEY=another-one", "docker: "},
		{"a file that is not there", "up.sh", "set -a; . ./.keys.env; set +a\ncd docker && docker compose up", "docker: .keys.env"},
		{"by another program", "up.sh", "cd docker\ndoppler run -- docker compose up", "docker: what the shell has from up.sh:2 on"},
		{"two commands of one shell", "up.sh", "cd docker\neval \"$(keys)\"\ndocker compose build\ndocker compose up",
			"docker: what the shell has from up.sh:2 on; docker: what the shell has from up.sh:2 on"},
		{"by another program, without --", "package.json", `{"scripts": {"up": "cd docker && npx env-cmd -f ../.env.prod docker compose up"}}`, "docker: "}, // .env.prod has no key
		{"by one that fetches variables", "package.json", `{"scripts": {"up": "cd docker && doppler run -- docker compose up"}}`,
			"docker: what the shell has from package.json:1 on"},
		{"cross-env", "package.json", `{"scripts": {"up": "cd docker && cross-env ANON_KEY=another-one docker compose up"}}`, "docker: what package.json sets"},
		{"behind the flags of other commands", "up.sh", "cd docker\nsudo -u deploy timeout 60 docker compose --env-file ../.env.prod up", "docker: .env.prod"},
		{"a variable that is one of two commands", "up.sh", "if x; then DC=docker-compose; else DC=\"docker compose\"; fi\n$DC -f docker/docker-compose.yml --env-file .env.prod up",
			"docker/docker-compose.yml: .env.prod"},
		{"behind flags that are not known", "up.sh", "cd docker\ndocker compose $FLAGS --env-file ../.env.prod up", "docker: .env.prod"},
		{"COMPOSE_FILE in the file of variables", "up.sh", "docker compose --env-file .stack.env up\n-- .stack.env --\nCOMPOSE_FILE=docker/docker-compose.yml:docker/prod.yml",
			"docker/docker-compose.yml docker/prod.yml: .stack.env"},
		{"a Makefile that exports what it works out", "Makefile", "export $(shell ./keys)\nup:\n\tcd docker && docker compose up", "docker: what the shell has from Makefile:1 on"},
		{"a Makefile that exports names", "Makefile", "include .keys.env\nexport $(shell sed 's/=.*//' .keys.env)\nup:\n\tcd docker && docker compose up\n-- .keys.env --\nANON_KEY=another-one",
			"docker: .keys.env"},
		{"a Makefile that asks for a file", "Makefile", "ifneq (,$(wildcard ./.keys.env))\n    include .keys.env\n    export\nendif\nup:\n\tcd docker && docker compose up\n-- .keys.env --\nANON_KEY=another-one",
			"docker: .keys.env"},
		{"a Makefile with branches", "Makefile", "ifeq ($(E),live)\n  ENV := .env.prod\nelse\n  ENV := docker/.env.prod\nendif\nup:\n\tdocker compose -f docker/docker-compose.yml --env-file $(ENV) up",
			"docker/docker-compose.yml: Makefile names the file of variables in a way that keylint cannot follow"},
		{"a justfile's own file", "justfile", "set dotenv-load\nset dotenv-filename := \".keys.env\"\nup:\n  cd docker && docker compose up\n-- .keys.env --\nANON_KEY=another-one",
			"docker: .keys.env"},
		{"a file that shows what to write", "up.sh", "cp .env.example .env.prod\ndocker compose -f docker/docker-compose.yml --env-file .env.example up\n-- .env.example --\nA=1", ""},
		{"a file of a test", "up.sh", "docker compose -f docker/docker-compose.yml --env-file tests/fixtures/env.runtime up\n-- tests/fixtures/env.runtime --\nA=1", ""},
		{"sops exec-env", "up.sh", "cd docker\nsops exec-env ../.keys.env 'docker compose up'\n-- .keys.env --\nANON_KEY=another-one", "docker: .keys.env"},
		{"a loop that exports lines", "up.sh", "while IFS='=' read -r k v; do export \"$k=$v\"; done < .keys.env\ncd docker && docker compose up\n-- .keys.env --\nANON_KEY=another-one",
			"docker: .keys.env"},
		{"a workflow's env", ".github/workflows/ci.yml", "jobs:\n  a:\n    env: {ANON_KEY: '${{ secrets.ANON_KEY }}', NODE_ENV: production}\n    steps:\n      - run: |\n          cd docker\n          docker compose up -d",
			"docker: what .github/workflows/ci.yml sets"},
		{"a stack for Swarm", "up.sh", "docker stack deploy -c docker/docker-compose.yml,docker/prod.yml app",
			"docker/docker-compose.yml docker/prod.yml: docker stack deploy"},
		{"a stack for Swarm, with what .env has", "docker/up.sh", "set -a; . ./.env; set +a\ndocker stack deploy --compose-file=docker-compose.yml app\n-- docker/.env --\nANON_KEY=another-one",
			"docker/docker-compose.yml: docker stack deploy and docker/.env"},
		{"a stack that another program prints", "up.sh", "docker stack deploy -c - app < stack.yml", ""},
		{"none", "up.sh", "docker compose -f docker/docker-compose.yml up", "docker/docker-compose.yml: "},
		{"in a comment, in a message, of another command", "up.sh", "# docker compose -f docker/docker-compose.yml --env-file .env.prod up\necho docker compose --env-file .env.prod up\n" +
			"docker compose -f docker/docker-compose.yml --env-file .env.prod logs\ndocker run --env-file .env.prod compose", ""},
		{"an example", "examples/up.sh", "docker compose -f docker/docker-compose.yml --env-file .env.prod up", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			repo := testrepo.Open(t, testrepo.Write(t, project+"-- "+test.file+" --\n"+test.text+"\n"), nil)
			var got []string
			for _, call := range repo.ComposeCalls() {
				got = append(got, fmt.Sprintf("%s: %s", strings.Join(orDir(call), " "), call.Env.Key()))
			}
			if s := strings.Join(got, "; "); s != test.want {
				t.Errorf("got  %q\nwant %q", s, test.want)
			}
		})
	}
}

// orDir is what tells the project of a call.
func orDir(call sources.ComposeCall) []string {
	if len(call.Files) > 0 {
		return call.Files
	}
	return []string{call.Dir}
}
