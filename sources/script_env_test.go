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
		{"two files differ", "-- apply.sh --\nsource .env\nsource prod.env\n" + create + env + "-- prod.env --\nANON_KEY=another-one\n", "unknown"},
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
