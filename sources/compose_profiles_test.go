package sources

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestComposeStarts asks of a service with a profile, and of its neighbour with another, whether
// something in the repository starts them.
func TestComposeStarts(t *testing.T) {
	for _, test := range []struct {
		name, archive  string
		gateway, other bool
	}{
		{"nothing", "", false, false},
		{"of no compose", "-- a.sh --\naws s3 ls --profile gateway\n", false, false},
		{"another's", "-- a.sh --\ndocker compose --profile debug up\n", false, true},
		{"a flag", "-- a.sh --\ndocker compose \\\n  --profile=gateway up -d\n", true, false},
		{"a list of words", "-- a.py --\nrun([\"docker\", \"compose\", \"--profile\", \"gateway\", \"up\"])\n", true, false},
		{"all", "-- Makefile --\nup:\n\tdocker compose --profile '*' up\n", true, true},
		{"a variable for it", "-- a.sh --\ndocker compose --profile \"$PROFILE\" up\n", true, true},
		{"a variable of the command", "-- a.sh --\nCOMPOSE_PROFILES=gateway,x docker compose up\n", true, false},
		{"a workflow", "-- .github/workflows/a.yml --\nenv:\n  COMPOSE_PROFILES: gateway\n", true, false},
		{"a script of npm", "-- package.json --\n{\"scripts\": {\"up\": \"docker compose --profile gateway up\"}}\n", true, false},
		{"a README", "-- README.md --\nStart it with `docker compose --profile gateway`, or set `COMPOSE_PROFILES=debug`.\n", true, true},
		{"a README that names the service", "-- README.md --\nWith docker compose you may also run kong.\n", false, false},
		{".env beside it", "-- .env --\nCOMPOSE_PROFILES=\"x, gateway\"\n", true, false},
		{".env elsewhere", "-- app/.env --\nCOMPOSE_PROFILES=gateway\n", false, false},
		{"a file for --env-file", "-- app/prod.env --\nCOMPOSE_PROFILES=gateway\n", true, false},
		{"the service by its name", "-- a.sh --\ndocker compose up -d kong\n", true, false},
		{"a one-off of it", "-- a.sh --\n$DC run --rm kong kong config parse # compose\n", true, false},
		{"another service", "-- a.sh --\ndocker compose up -d db; echo kong\n", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			files := append(txtar.Parse([]byte(test.archive)).Files, txtar.File{Name: "compose.yaml", Data: []byte(
				"services:\n  kong: {image: x, profiles: [gateway]}\n  shell: {image: x, profiles: debug}\n  db: {image: x}\n",
			)})
			for _, f := range files {
				name := filepath.Join(dir, f.Name)
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			repo, err := Open(Options{Paths: []string{dir}})
			if err != nil {
				t.Fatal(err)
			}
			p, starts := repo.ComposeProject(repo.File("compose.yaml")), repo.ComposeStarts()
			for name, want := range map[string]bool{"kong": test.gateway, "shell": test.other, "db": true} {
				if got := starts.Starts(p, *p.Find(name), "."); got != want {
					t.Errorf("%s is started: %v, want %v", name, got, want)
				}
			}
		})
	}
}
