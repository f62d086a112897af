package sources_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testrepo"
)

// TestScriptSecrets follows the variables of a script to the dotenv file that they come from.
func TestScriptSecrets(t *testing.T) {
	const create = "kubectl -n supabase create secret generic keys --from-literal=anon=\"$ANON_KEY\"\n"
	const env = "-- .env --\nA=1\nANON_KEY=written-in-the-env\n"
	for _, test := range []struct{ name, archive, want string }{
		{"source", "-- apply.sh --\nset -a; source .env; set +a\n" + create + env, ".env:2"},
		{"a dot, from the directory above", "-- scripts/apply.sh --\ncd \"$(dirname \"$0\")/..\"\n. ./.env\n" + create + env, ".env:2"},
		{"a path that begins with a variable", "-- scripts/apply.sh --\nHERE=$(dirname \"$0\")\nsource \"$HERE/../.env\"\n" + create + env, ".env:2"},
		{"eval of what sops prints", "-- apply.sh --\nplain=\"$(sops -d .env)\"\neval \"$plain\"\n" + create + env, ".env:2"},
		{"a process that sops prints to", "-- apply.sh --\nsource <(sops -d .env)\n" + create + env, ".env:2"},
		{"export of a list", "-- apply.sh --\nexport $(grep -v '^#' .env | xargs)\n" + create + env, ".env:2"},
		{"sops exec-env with a command", "-- apply.sh --\nsops exec-env .env 'kubectl create secret generic keys --from-literal=anon=$ANON_KEY'\n" + env, ".env:2"},
		{"sops exec-env in a Makefile, with a script", "-- Makefile --\nsecrets:\n\tsops exec-env .env ./scripts/apply.sh\n-- scripts/apply.sh --\n" + create + env, ".env:2"},
		{"a Makefile that includes it", "-- Makefile --\ninclude .env\nexport\nsecrets:\n\t@kubectl create secret generic keys --from-literal=anon=$(ANON_KEY)\n" + env, ".env:2"},
		{"--from-env-file", "-- apply.sh --\nkubectl create secret generic keys --from-env-file=.env\n" + env, ".env:1 .env:2"},
		{"the script sets it itself", "-- apply.sh --\nsource .env\nANON_KEY=$(openssl rand -hex 20)\n" + create + env, "unknown"},
		{"it is asked for", "-- apply.sh --\nsource .env\nread -r ANON_KEY\n" + create + env, "unknown"},
		{"of two files the later wins", "-- apply.sh --\nsource .env\nsource prod.env\n" + create + env + "-- prod.env --\nANON_KEY=another-one\n", "prod.env:1"},
		{"it may be the one or the other", "-- apply.sh --\nsource .env\nif [ \"$1\" = prod ]; then source prod.env; fi\n" + create + env + "-- prod.env --\nANON_KEY=another-one\n", "unknown"},
		{"another is read that is not known", "-- apply.sh --\nsource .env\nsource \"$1\"\n" + create + env, "unknown"},
		{"eval of what is not known", "-- apply.sh --\nsource .env\neval \"$(vault kv get -format=env keys)\"\n" + create + env, "unknown"},
		{"eval of what has nothing to do with it", "-- apply.sh --\nsource .env\neval \"$(ssh-agent -s)\"\n" + create + env, ".env:2"},
		{"some lines of the file", "-- apply.sh --\nexport $(grep '^REGISTRY' .env)\n" + create + env, "unknown"},
		{"in a shell of its own", "-- apply.sh --\n(source .env)\n" + create + env, "unknown"},
		{"where it is there", "-- apply.sh --\nif [ -f .env ]; then\n  source .env\nfi\n" + create + env, ".env:2"},
		{"a function that is called", "-- apply.sh --\nload() { source \"$1\"; }\nload .env\n" + create + env, ".env:2"},
		{"a script that is read in", "-- apply.sh --\n. ./lib.sh\n" + create + env + "-- lib.sh --\nset -a\n. ./.env\n", ".env:2"},
		{"a loop over two files", "-- apply.sh --\nfor f in .env prod.env; do . ./$f; done\n" + create + env + "-- prod.env --\nB=1\n", ".env:2"},
		{"of two it may be any", "-- scripts/apply.sh --\nsource .env\n" + create + env + "-- scripts/.env --\nANON_KEY=another-one\n", "unknown"},
		{"nothing gives it", "-- apply.sh --\n" + create + env, "unknown"},
		{"outside of the repository", "-- apply.sh --\nsource ../../.env\nsource /etc/keys.env\n" + create, "unknown"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := testrepo.Write(t, test.archive)
			repo := testrepo.Open(t, dir, nil)
			var got []string
			for _, s := range repo.ScriptSecrets() {
				for _, k := range s.Keys {
					if k.Text.IsAbsent() {
						got = append(got, "unknown")
					} else {
						got = append(got, fmt.Sprintf("%s:%d", k.At.File, k.At.Line))
					}
				}
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
