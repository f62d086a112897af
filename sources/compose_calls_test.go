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
		{"none", "up.sh", "docker compose -f docker/docker-compose.yml up", ""},
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
