#!/bin/sh
# Runs the GitHub Action as its users do: act (github.com/nektos/act) executes workflows
# on this machine, in throw-away repositories made of the fixtures, without a network and
# without containers. The workflow is the one that docs/github-actions.md and the README
# show. Releases are served on loopback.
#
# act is looked for in $KEYLINT_ORACLES and in PATH. Needs besides it: git, go, python3,
# curl.
set -eu
cd "$(dirname "$0")/.."

PATH=${KEYLINT_ORACLES:+$KEYLINT_ORACLES:}$PATH
for tool in act git go python3 curl; do
	command -v "$tool" >/dev/null || {
		echo "action-test: skipped: $tool is not installed"
		exit 0
	}
done

tmp=$(mktemp -d)
server=
finish() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# ---- what a test says

failures=0
current=
begin() { # NAME
	current=$1
	echo "== $current"
}
wrong() { # MESSAGE
	failures=$((failures + 1))
	echo "FAILED: $current: $1"
}
# A log is shown once, where a test of it fails.
shown=
show() {
	[ "$shown" = "$current" ] || sed 's/^/    /' "$log"
	shown=$current
}
has() { # TEXT
	grep -qF -e "$1" "$log" || {
		show
		wrong "the log lacks: $1"
	}
}
lacks() { # TEXT
	if grep -qF -e "$1" "$log"; then
		show
		wrong "the log has: $1"
	fi
}
ended() { # STATUS, of the command before
	[ "$status" = "$1" ] || {
		show
		wrong "it ended with status $status, not $1"
	}
}

# ---- the documentation

begin "the documentation shows one workflow, and has every input and output"
snippet() { # FILE: the first YAML block that uses the action
	awk '
		/^```/ { if (text ~ /keylint\/keylint@/) exit; text = ""; on = /^```yaml/; next }
		on { text = text $0 "\n" }
		END { printf "%s", text }
	' "$1"
}
snippet docs/github-actions.md >"$tmp/snippet.yml"
snippet README.md >"$tmp/readme.yml"
log=$tmp/snippet.yml
has "keylint/keylint@v"
if command -v actionlint >/dev/null; then
	actionlint "$tmp/snippet.yml" || wrong "actionlint refuses the workflow"
fi
cmp -s "$tmp/snippet.yml" "$tmp/readme.yml" || wrong "README.md shows another workflow than docs/github-actions.md"
ref=$(sed -n 's/.*uses: keylint\/keylint@\([^ ]*\).*/\1/p' "$tmp/snippet.yml")

names() { # SECTION: the names of what action.yml has there
	awk -v section="$1:" '/^[a-z]/ { on = $0 == section } on && /^  [a-z-]+:$/ { gsub(/[ :]/, ""); print }' action.yml | sort
}
documented() { # HEADING: the names in the table's first column
	awk -v heading="## $1" '
		/^## / { on = $0 == heading }
		on && /^\| `/ { split($0, cell, "|"); n = split(cell[2], name, "`"); for (i = 2; i <= n; i += 2) print name[i] }
	' docs/github-actions.md | sort
}
names inputs | grep -q . || wrong "action.yml has no inputs that this test can read"
[ "$(names inputs)" = "$(documented Inputs)" ] || wrong "inputs of action.yml: $(names inputs | tr '\n' ' ')documented: $(documented Inputs | tr '\n' ' ')"
[ "$(names outputs)" = "$(documented Outputs)" ] || wrong "outputs of action.yml: $(names outputs | tr '\n' ' ')documented: $(documented Outputs | tr '\n' ' ')"

# ---- releases, on loopback

# 9.9.9 is this keylint. 9.9.8 notes what it is called with, and goes on as the other.
# 9.9.7 is not what its checksums say.
mkdir -p "$tmp/bin" "$tmp/spy" "$tmp/releases/v9.9.9" "$tmp/releases/v9.9.8" "$tmp/releases/v9.9.7"
go build -ldflags='-s -w' -o "$tmp/bin/keylint" ./cmd/keylint
cat >"$tmp/spy/keylint" <<'END'
#!/bin/sh
for word; do
	printf 'word: %s\n' "$word"
	case $word in
	--*-key=*)
		file=${word#--*-key=}
		ls -l "$file" | sed 's/ .*//; s/^/mode: /'
		sed 's/^/line: /' "$file"
		;;
	esac
done >"$SPY"
env >>"$SPY"
case $SPY in
*killed) kill -KILL "$PPID" ;;
esac
echo "::warning title=injected::on standard output"
echo "::warning title=injected::on standard error" >&2
exec "$REAL_KEYLINT" "$@"
END
chmod 755 "$tmp/spy/keylint"
os=$(go env GOHOSTOS) arch=$(go env GOHOSTARCH)
release() { # VERSION DIRECTORY-OF-KEYLINT
	name=keylint_$1_${os}_$arch.tar.gz
	tar -C "$2" -cf - keylint | gzip -1 >"$tmp/releases/v$1/$name"
	(cd "$tmp/releases/v$1" && sha256sum "$name" >checksums.txt)
}
release 9.9.9 "$tmp/bin"
release 9.9.8 "$tmp/spy"
release 9.9.7 "$tmp/spy"
sed 's/^......../00000000/' "$tmp/releases/v9.9.7/checksums.txt" >"$tmp/sums"
mv "$tmp/sums" "$tmp/releases/v9.9.7/checksums.txt"

mkfifo "$tmp/port"
python3 -u -m http.server 0 --bind 127.0.0.1 --directory "$tmp/releases" >"$tmp/port" 2>"$tmp/requests" &
server=$!
read -r line <"$tmp/port"
port=$(printf '%s\n' "$line" | sed 's/.* port \([0-9]*\).*/\1/')

# ---- the action's checkout, and repositories that use it

# The tree as it stands here, as of release 9.9.9.
mkdir "$tmp/action"
git ls-files -co --exclude-standard action.yml VERSION packaging | tar -cf - -T - | tar -xf - -C "$tmp/action"
echo 9.9.9 >"$tmp/action/VERSION"

# Instead of GitHub's: says what it is given.
upload=$(sed -n 's/.*uses: github\/codeql-action\/upload-sarif@\([0-9a-f]\{40\}\) .*/\1/p' action.yml)
mkdir -p "$tmp/codeql-action/upload-sarif"
cat >"$tmp/codeql-action/upload-sarif/action.yml" <<'END'
name: stand-in for upload-sarif
inputs:
  sarif_file: {required: true}
runs:
  using: composite
  steps:
    - shell: sh
      env:
        SARIF: ${{ inputs.sarif_file }}
      run: grep -o '"version":[^,]*' "$SARIF" | head -n 1 | sed 's/^/uploaded SARIF /'
END

repository() { # NAME FIXTURE: a git repository in $repo, with the workflow of standard input
	repo=$tmp/repository-$1
	cp -R "testdata/fixtures/$2" "$repo"
	rm -f "$repo/want.txt" "$repo/want.json"
	mkdir -p "$repo/.github/workflows"
	cat >"$repo/.github/workflows/keylint.yml"
	git -C "$repo" init -q -b main
	git -C "$repo" remote add origin https://github.com/acme/gitops.git
	commit
}
commit() {
	git -C "$repo" add -A
	git -C "$repo" -c user.name=test -c user.email=test@example.org commit -q -m test
}

event() { # FILE REPOSITORY-OF-THE-HEAD
	cat >"$1" <<END
{"pull_request": {"number": 1,
  "head": {"ref": "change", "sha": "1111111111111111111111111111111111111111", "repo": {"full_name": "$2"}},
  "base": {"ref": "main", "sha": "2222222222222222222222222222222222222222", "repo": {"full_name": "acme/gitops"}}}}
END
}
event "$tmp/own.json" acme/gitops
event "$tmp/fork.json" somebody/gitops

# What the runner has, and nothing of this machine's own settings. NO_COLOR, because act
# gives the steps a terminal.
cache=$(go env GOCACHE) modules=$(go env GOMODCACHE)
run() { # EVENT ACT-FLAGS...: runs the workflow in $repo as that pull request
	log=$tmp/log
	event=$1
	shift
	status=0
	(cd "$repo" && env -u GITHUB_STEP_SUMMARY HOME="$tmp/home" GOCACHE="$cache" GOMODCACHE="$modules" NO_COLOR=1 \
		KEYLINT_RELEASES="http://127.0.0.1:$port" REAL_KEYLINT="$tmp/bin/keylint" SPY="$tmp/spied" \
		timeout 240 act pull_request --eventpath "$tmp/$event.json" --platform ubuntu-latest=-self-hosted \
		--action-cache-path "$tmp/cache" \
		--local-repository "keylint/keylint@$ref=$tmp/action" \
		--local-repository "github/codeql-action@$upload=$tmp/codeql-action" "$@") >"$log" 2>&1 || status=$?
}
mkdir "$tmp/home"

# ---- the workflow of the documentation

begin "a drift stands on its line, and in the summary"
repository drifted seed-drifted <"$tmp/snippet.yml"
run own
ended 1
has "::error file=apps/web/.env.production,line=3,"
has "Summary - "
has '| `apps/web/.env.production` | ✗ `'
has "::set-output:: errors=1"
has "::set-output:: findings=3"
has "::set-output:: unknown=0"
has "its checksum is the published one"
lacks "::notice"
lacks "uploaded SARIF"
[ "$(git -C "$repo" status --porcelain)" = "" ] || wrong "something was written into the workspace"

begin "a repository in sync is green, and keylint comes out of the tool cache"
repository in-sync seed-in-sync <"$tmp/snippet.yml"
run own
ended 0
has "::set-output:: errors=0"
has "Summary - "
has "keylint 9.9.9 is in the tool cache"
lacks "::error"

begin "a fork has no keys: a notice, and green, however strict one is"
repository sealed homelab-in-sync <"$tmp/snippet.yml"
echo "strict: true" >"$repo/.keylint.yaml"
commit
run fork
ended 0
has "::notice title=keylint::This pull request comes from a fork"
has "sites that cannot be told: 7"
has "::set-output:: unknown=7"
lacks "::error"

begin "the repository's own pull request without the keys is red where one is strict"
run own
ended 1
has "::error title=keylint::keylint: 7 sites cannot be told, and --strict asks for proof"
lacks "::notice"

begin "a fork's drift that needs no key to be seen is red"
repository plain-fork no-keys-drifted <"$tmp/snippet.yml"
run fork
ended 1
has "::error file=apps/web/.env.production,line=3,"
has "::notice title=keylint::This pull request comes from a fork"

begin "with a key, what is encrypted is compared, and no key is logged"
repository encrypted flux-chart-broken <"$tmp/snippet.yml"
KEYLINT_AGE_KEY=$(cat testdata/keys/age.txt) KEYLINT_SEALED_SECRETS_KEY=$(cat testdata/keys/sealed-secrets.pem)
export KEYLINT_AGE_KEY KEYLINT_SEALED_SECRETS_KEY
# --insecure-secrets: act masks nothing, so that what is not there was not written.
run own --insecure-secrets --secret KEYLINT_AGE_KEY
ended 1
has "::error file=apps/web/deploy/secret.sops.yaml,line=7,"
has "::set-output:: unknown=0"
secret_lines() {
	cat testdata/keys/age.txt testdata/keys/sealed-secrets.pem testdata/keys/supabase-*.env | sed 's/^[A-Z_]*=//' | grep -v '^#' | grep -E '.{20}'
}
secret_lines >"$tmp/secret-lines"
[ "$(wc -l <"$tmp/secret-lines")" -gt 20 ] || wrong "there are no keys to look for"
if grep -qF -f "$tmp/secret-lines" "$log"; then
	wrong "a line of a key stands in the log"
fi

begin "keys are files that nobody else can read, masked, and gone; what keylint prints is no command to the runner"
repository spied homelab-in-sync <<END
on: pull_request
jobs:
  spy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v0
      - uses: keylint/keylint@$ref
        id: keylint
        with:
          version: v9.9.8
          age-key: |
            \${{ secrets.KEYLINT_AGE_KEY }}
          pgp-key: |
            \${{ secrets.THERE_IS_NONE }}
          sealed-secrets-key: \${{ secrets.KEYLINT_SEALED_SECRETS_KEY }}
      - run: |
          ls -d "\$RUNNER_TEMP"/keylint.*/keys || echo "no keys are left"
          sed -n 's/^line: /said: /p' "\$SPY"
          echo "\$UNKNOWN unknown in \$(wc -l <"\$JSON") lines"
        env:
          UNKNOWN: \${{ steps.keylint.outputs.unknown }}
          JSON: \${{ steps.keylint.outputs.json-file }}
END
run own --secret KEYLINT_AGE_KEY --secret KEYLINT_SEALED_SECRETS_KEY
ended 0
has "| no keys are left"
has "| said: ***"
has "⚙  ::warning title=injected::on standard output"
has "⚙  ::warning title=injected::on standard error"
has "| 0 unknown in "
if grep -qF -f "$tmp/secret-lines" "$log"; then
	wrong "a line of a key stands in the log"
fi
log=$tmp/spied
[ "$(grep -c '^mode: -rw-------$' "$log")" = 2 ] || wrong "not two keys with mode 0600"
[ "$(sed -n 's/^line: //p' "$log")" = "$(cat testdata/keys/age.txt && echo && cat testdata/keys/sealed-secrets.pem)" ] || wrong "the keys are not what was given"
lacks "pgp-key="
lacks "key=$repo"
lacks "INPUT_AGE_KEY"

begin "keys are removed where the step is killed"
repository killed homelab-in-sync <<END
on: pull_request
jobs:
  killed:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v0
      - uses: keylint/keylint@$ref
        with:
          version: 9.9.8
          age-key: \${{ secrets.KEYLINT_AGE_KEY }}
      - if: always()
        run: ls -d "\$RUNNER_TEMP"/keylint.*/keys || echo "no keys are left"
END
run own --secret KEYLINT_AGE_KEY --env SPY="$tmp/spied-and-killed"
ended 1
has "Failure - Main Lint"
has "| no keys are left"
grep -q '^mode: ' "$tmp/spied-and-killed" || wrong "it was not killed while the key was there"

begin "hostile inputs are words, and do nothing"
repository hostile homelab-in-sync <<END
on: pull_request
jobs:
  hostile:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v0
      - uses: keylint/keylint@$ref
        continue-on-error: true
        with:
          path: "; touch $tmp/pwned"
      - uses: keylint/keylint@$ref
        continue-on-error: true
        with:
          path: "\$(touch $tmp/pwned)\`touch $tmp/pwned\`"
          config: "\$(touch $tmp/pwned)"
      - uses: keylint/keylint@$ref
        continue-on-error: true
        with:
          path: |
            k8s
            --config=$tmp/pwned
          version: 9.9.8
          args: >-
            --verbose \`touch $tmp/pwned\` \$(touch $tmp/pwned) '--color' "never" * two\ words
      - uses: keylint/keylint@$ref
        continue-on-error: true
        with:
          age-key: "AGE-SECRET-KEY-%0A::error title=injected::%0a::set-output name=x::y"
      - uses: keylint/keylint@$ref
        continue-on-error: true
        with:
          sealed-secrets-key: |
            %0A::error title=injected::
            ::error title=injected::
      - uses: keylint/keylint@$ref
        continue-on-error: true
        with:
          args: "--color 'never"
      - uses: keylint/keylint@$ref
        continue-on-error: true
        with:
          version: ../../../v9.9.9
      - uses: keylint/keylint@$ref
        continue-on-error: true
        with:
          summary: "yes"
      - uses: keylint/keylint@$ref
        continue-on-error: true
        with:
          version: 9.9.7
END
: >"$tmp/spied"
# --insecure-secrets: what is masked would not be seen either.
run own --insecure-secrets
ended 0
[ ! -e "$tmp/pwned" ] || wrong "an input was executed"
has "::error title=keylint::keylint: no such path: ; touch $tmp/pwned"
has "::error title=keylint::the input args cannot be split into words"
has '::error title=keylint::the input version is a release such as 1.2.3, not "../../../v9.9.9"'
has '::error title=keylint::the input summary is true or false, not "yes"'
lacks "❗  ::error title=injected"
grep '^word: ' "$tmp/spied" | sed -n '/--verbose/,$p' >"$tmp/words"
cat >"$tmp/want" <<END
word: --verbose
word: \`touch
word: $tmp/pwned\`
word: \$(touch
word: $tmp/pwned)
word: --color
word: never
word: *
word: two words
word: --
word: k8s
word: --config=$tmp/pwned
END
log=$tmp/words
cmp -s "$tmp/words" "$tmp/want" || {
	show
	wrong "the words are not those that were written"
}
log=$tmp/log

begin "a release that is not the published one is refused"
has "::error title=keylint::keylint: keylint_9.9.7_${os}_$arch.tar.gz is not the published one and was not installed"
[ -z "$(find "$tmp/cache/tool_cache/keylint/9.9.7" -name 'keylint*')" ] || wrong "it lies in the tool cache all the same"
[ "$(grep -c 'GET /v9.9.9/keylint_' "$tmp/requests")" = 1 ] || wrong "9.9.9 was not fetched once and kept"

begin "with sarif, code scanning is told, also when the step is red"
repository scanned seed-in-sync <<END
on: pull_request
jobs:
  scanned:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v0
      - uses: keylint/keylint@$ref
        with:
          sarif: true
          annotations: false
          summary: "false"
          fail-on: warning
END
run own
ended 1
lacks "::error file="
lacks "Summary - "
has 'uploaded SARIF "version": "2.1.0"'

begin "from a branch, keylint is built from its own source"
mkdir "$tmp/branch"
git ls-files -co --exclude-standard | tar -cf - -T - | tar -xf - -C "$tmp/branch"
echo 9.9.9-dev >"$tmp/branch/VERSION"
mv "$tmp/action" "$tmp/released"
mv "$tmp/branch" "$tmp/action"
repository branch seed-drifted <"$tmp/snippet.yml"
run own
ended 1
has "Building keylint 9.9.9-dev from source"
has "::error file=apps/web/.env.production,line=3,"

# ---- what act cannot stage: steps by themselves

step() { # SCRIPT VARIABLE=VALUE...: a script of the action, in an environment of its own
	log=$tmp/log
	script=$tmp/action/packaging/action/$1
	shift
	status=0
	rm -rf "$tmp/work" "$tmp/output"
	mkdir "$tmp/work"
	# shellcheck disable=SC2086 # "busybox sh" is two words
	(cd "$work" && env -i PATH="$path" RUNNER_TEMP="$tmp" RUNNER_TOOL_CACHE="$tmp/none" GITHUB_OUTPUT="$tmp/output" \
		KEYLINT="$tmp/bin/keylint" WORK="$tmp/work" HEAD_REPOSITORY='' BASE_REPOSITORY='' \
		INPUT_PATH=. INPUT_CONFIG='' INPUT_FAIL_ON='' INPUT_STRICT='' INPUT_ANNOTATIONS=true INPUT_SUMMARY=true \
		INPUT_SARIF=false INPUT_BASELINE='' INPUT_ARGS='' INPUT_AGE_KEY='' INPUT_PGP_KEY='' INPUT_SEALED_SECRETS_KEY='' \
		"$@" $shell "$script") >"$log" 2>&1 || status=$?
}
work=$repo path=$PATH shell="sh"
mkdir "$tmp/empty" "$tmp/few" "$tmp/interrupt"

begin "what the baseline knows is not told again"
(cd "$work" && "$tmp/bin/keylint" baseline >/dev/null && mv .keylint-baseline.json known.json)
step lint.sh INPUT_SUMMARY=false INPUT_BASELINE=known.json
ended 0
lacks "::error"
grep -qx findings=0 "$tmp/output" || wrong "there is no output findings=0"
step lint.sh INPUT_SUMMARY=false
ended 1

cat >"$tmp/interrupt/keylint" <<'END'
#!/bin/sh
kill -TERM "$PPID"
END
chmod 755 "$tmp/interrupt/keylint"

begin "without GITHUB_STEP_SUMMARY it says so, and lints without a summary"
step lint.sh
ended 2
has "GITHUB_STEP_SUMMARY is not set"
step lint.sh INPUT_SUMMARY=false
ended 1
step lint.sh GITHUB_STEP_SUMMARY="$tmp/none/summary.md"
ended 2
has "cannot write the summary"

for shell in sh bash "busybox sh"; do
	command -v "${shell%% *}" >/dev/null || continue
	begin "a key is masked line by line, and each line is escaped, by $shell"
	step lint.sh INPUT_SUMMARY=false INPUT_AGE_KEY="$(printf 'AGE-SECRET-KEY-%%0A::error::x\r\n\n  another\r%%25\n{\n')"
	ended 2
	grep '^::add-mask' "$log" >"$tmp/commands"
	printf '::add-mask::%s\n' 'AGE-SECRET-KEY-%250A::error::x' 'another%0D%2525' | cmp -s - "$tmp/commands" || {
		show
		wrong "the masks are not the key's lines"
	}
	[ "$(grep -c '^::error' "$log")" = 1 ] || wrong "a key's line is a command"
	[ ! -e "$tmp/work/keys" ] || wrong "the keys were left behind"

	begin "an interrupted step removes the keys, and lets the runner listen again, by $shell"
	step lint.sh INPUT_SUMMARY=false INPUT_AGE_KEY=AGE-SECRET-KEY-1 KEYLINT="$tmp/interrupt/keylint"
	ended 2
	[ ! -e "$tmp/work/keys" ] || wrong "the keys were left behind"
	word=$(sed -n 's/^::stop-commands:://p' "$log")
	has "::$word::"

	begin "inputs are words, and what is not asked for is not written, by $shell"
	step lint.sh INPUT_SUMMARY=false INPUT_ANNOTATIONS=false INPUT_STRICT=false INPUT_PATH="$(printf 'k8s\n\napps')" \
		INPUT_ARGS="--color 'never' --now \"2026-11-25\""
	ended 1
	has "apps/web/.env.production:3:31: error:"
	lacks "::error"
	grep -qx errors=1 "$tmp/output" || wrong "there is no output errors=1"
done
shell="sh"

begin "an empty workspace is no repository in sync"
work=$tmp/empty
step lint.sh INPUT_SUMMARY=false
ended 2
has "let actions/checkout run before the action"

begin "without Go it says how to get it"
for tool in sh dirname cat mktemp awk tr uname; do
	ln -s "$(command -v $tool)" "$tmp/few/$tool"
done
path=$tmp/few
step setup.sh
ended 2
has "let actions/setup-go run before it"

if [ "$failures" -gt 0 ]; then
	echo "action-test: $failures failures"
	exit 1
fi
echo "action-test: all is well"
