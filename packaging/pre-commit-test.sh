#!/bin/sh
# Tests the hooks of .pre-commit-hooks.yaml with the real pre-commit, lefthook and husky, as docs/pre-commit.md
# has people set them up: the snippets are taken from that page, and only the
# repository's address and the rev in them are replaced. The hook's repository is a clone of
# this one at a commit that a release is made for; the release is served on
# loopback. What each step took is told, and nothing is asserted of it.
#
# It needs git, Go, python3 and pre-commit (Debian: pre-commit); npm for lefthook and husky.
set -eu
cd "$(dirname "$0")/.."
root=$PWD

for tool in git go python3 pre-commit; do
	command -v "$tool" >/dev/null || {
		echo "skipped: there is no $tool to test the pre-commit hooks with"
		exit 0
	}
done

work=$(mktemp -d)
server=
clean() {
	[ -z "$server" ] || kill "$server"
	chmod -R u+w "$work" # Go writes modules that cannot be
	rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM

GOCACHE=$(go env GOCACHE)
GOMODCACHE=$(go env GOMODCACHE)
PRE_COMMIT_HOME=$work/cache
GIT_CONFIG_GLOBAL=$work/gitconfig
unset KEYLINT_RELEASES SOPS_AGE_KEY SOPS_AGE_KEY_FILE SKIP GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
GOFLAGS=-ldflags=-w # debug information takes most of the time to link
export GOCACHE GOMODCACHE GOFLAGS PRE_COMMIT_HOME GIT_CONFIG_GLOBAL
git config --file "$GIT_CONFIG_GLOBAL" user.name Tester
git config --file "$GIT_CONFIG_GLOBAL" user.email tester@example.org
git config --file "$GIT_CONFIG_GLOBAL" init.defaultBranch main

now() { python3 -c 'import time; print(time.monotonic())'; }
fail() {
	echo "FAILED: $1"
	[ ! -s "$work/out" ] || sed 's/^/    /' "$work/out"
	exit 1
}
# step STATUS TITLE COMMAND…: runs it, its output goes to $work/out.
step() {
	want=$1 title=$2 from=$(now) status=0
	shift 2
	"$@" >"$work/out" 2>&1 || status=$?
	python3 -c 'import sys, time; print("%6.2f s  %s" % (time.monotonic() - float(sys.argv[1]), sys.argv[2]))' "$from" "$title"
	[ "$status" = "$want" ] || fail "$title: exit status $status, want $want"
}
says() { grep -qF -- "$1" "$work/out" || fail "the output does not say: $1"; }
hides() { ! grep -qF -- "$1" "$work/out" || fail "the output says: $1"; }

# snippet HEADING: the first code block of the page under that heading.
snippet() {
	awk -v heading="$1" '
		/^```/ && found { if (inside) exit; inside = 1; next }
		inside { print }
		$0 == heading { found = 1 }' docs/pre-commit.md >"$work/snippet"
	[ -s "$work/snippet" ] || fail "docs/pre-commit.md has no snippet under $1"
	cat "$work/snippet"
}
# config REPO REV ID: the page's configuration of pre-commit.
config() {
	snippet '# keylint before each commit' | sed -e "s|repo: https://github.com/keylint/keylint\$|repo: $1|" -e "s|rev: v[0-9.]*\$|rev: $2|" -e "s|id: keylint\$|id: $3|"
}
# repository DIR: one of a person who has set up nothing yet.
repository() {
	mkdir "$1"
	cp -R testdata/fixtures/seed-drifted/. "$1"
	rm "$1"/want.*
	git -C "$1" init -q
}
mend() { cp testdata/fixtures/seed-in-sync/apps/web/.env.production "$1/apps/web/.env.production"; }
drift() { cp testdata/fixtures/seed-drifted/apps/web/.env.production "$1/apps/web/.env.production"; }
commit() { # DIR
	git -C "$1" add -A
	git -C "$1" commit -q -m "A change"
}

# The hook's repository, with what stands in this work tree of the hook.
version=9.8.7
hooks=$work/hooks
git clone -q --no-hardlinks "$root" "$hooks"
cp .pre-commit-hooks.yaml "$hooks"
cp packaging/install.sh packaging/pre-commit.sh "$hooks/packaging"
echo "$version-dev" >"$hooks/VERSION"
git -C "$hooks" add -A
git -C "$hooks" commit -q --allow-empty -m "Between releases"
dev=$(git -C "$hooks" rev-parse HEAD)
echo "$version" >"$hooks/VERSION"
git -C "$hooks" commit -q -a -m "Release"
git -C "$hooks" tag "v$version"

# The release.
step 0 "build the release's binary" go build -o "$work/bin/" ./cmd/keylint
release=$work/releases/v$version
archive=keylint_${version}_$(go env GOOS)_$(go env GOARCH).tar.gz
mkdir -p "$release"
tar -C "$work/bin" -cf - keylint | gzip -1 >"$release/$archive"
(cd "$release" && python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest() + "  " + sys.argv[1])' "$archive" >checksums.txt)
mkfifo "$work/port"
python3 -u - "$work/releases" >"$work/port" 2>"$work/requests" <<'PYTHON' &
import functools, http.server, sys
serve = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
    print(server.server_port)
    sys.stdout.close()
    server.serve_forever()
PYTHON
server=$!
read -r port <"$work/port"
served=http://127.0.0.1:$port

echo "== keylint"
repo=$work/keylint
repository "$repo"
config "$hooks" "v$version" keylint >"$repo/.pre-commit-config.yaml"
(cd "$repo" && pre-commit install >/dev/null)
KEYLINT_RELEASES=$served/elsewhere
export KEYLINT_RELEASES
step 1 "a release that cannot be fetched: refused" commit "$repo"
says "exit code: 2"
says "keylint-system takes the one on the PATH"
rm -rf "$PRE_COMMIT_HOME"
KEYLINT_RELEASES=$served
step 1 "a drift, from clone to verdict: refused" commit "$repo"
says "exit code: 1"
says "[app-key-rejected]"
says "apps/web/.env.production:3:31"
! git -C "$repo" rev-parse -q --verify HEAD >/dev/null || fail "the commit was made"
step 1 "the drift again: refused" commit "$repo"
fetched=$(grep -c "$archive" "$work/requests")
[ "$fetched" = 1 ] || fail "the archive was fetched $fetched times"
mend "$repo"
step 0 "the mended version: passes" commit "$repo"
says "Passed"
printf "\211PNG" >"$repo/apps/web/logo.png"
step 0 "an image: does not start it" commit "$repo"
says "(no files to check)Skipped"
echo "FROM scratch" >"$repo/Dockerfile.zip"
step 0 "a Dockerfile called like an archive: starts it" commit "$repo"
says "Passed"
ln -s .env.production "$repo/apps/web/.env.staging"
step 0 "a link: starts it" commit "$repo"
says "Passed"
rm "$repo/Dockerfile.zip" "$repo/apps/web/.env.staging"
step 0 "deleted files: do not start it" commit "$repo"
says "(no files to check)Skipped"

echo "# rotated" >>"$repo/k8s/secret.yaml"
git -C "$repo" add -A
drift "$repo"
step 0 "a drift that is not staged: put away" git -C "$repo" commit -q -m "A change"
says "Stashing unstaged files"
says "Passed"
cmp -s "$repo/apps/web/.env.production" testdata/fixtures/seed-drifted/apps/web/.env.production || fail "the unstaged change did not come back"
mend "$repo"
mkdir "$repo/apps/shop"
cp testdata/fixtures/seed-drifted/apps/web/.env.production "$repo/apps/shop/.env.production"
cp testdata/fixtures/seed-drifted/apps/web/package.json "$repo/apps/shop/package.json"
echo "# rotated" >>"$repo/k8s/secret.yaml"
git -C "$repo" add k8s
step 1 "a drift in a file that git does not know: refused" git -C "$repo" commit -q -m "A change"
says "apps/shop/.env.production:3:31"
echo apps/shop >"$repo/.git/info/exclude"
step 1 "a drift in a file that git ignores: refused" git -C "$repo" commit -q -m "A change"
says "apps/shop/.env.production:3:31"
rm -r "$repo/apps/shop"
drift "$repo"
step 1 "pre-commit run --all-files, a drift that is not staged: refused" sh -c "cd '$repo' && pre-commit run --all-files"
says "[app-key-rejected]"

echo "== two commits at once, neither of which finds it installed"
rm -rf "$PRE_COMMIT_HOME"
for n in 1 2; do
	repository "$work/twin$n"
	config "$hooks" "v$version" keylint >"$work/twin$n/.pre-commit-config.yaml"
	(cd "$work/twin$n" && pre-commit install >/dev/null)
done
mend "$work/twin1"
twins() {
	commit "$work/twin2" &
	commit "$work/twin1" || return 2
	wait $!
}
step 1 "one passes, one is refused" twins
says "Passed"
says "[app-key-rejected]"
git clone -q --no-hardlinks "$hooks" "$work/clone"
four() {
	pids=
	for _ in 1 2 3 4; do
		"$work/clone/packaging/pre-commit.sh" version &
		pids="$pids $!"
	done
	for pid in $pids; do wait "$pid" || return; done
}
step 0 "four runs at once" four
left=$(ls -A "$work/clone/.installed")
[ "$left" = keylint ] || fail "beside keylint there is left: $left"

echo "== a rev between releases"
mkdir "$work/few"
for tool in sh dirname cat; do ln -s "$(command -v $tool)" "$work/few"; done
git clone -q --no-hardlinks "$hooks" "$work/between"
git -C "$work/between" checkout -q "$dev"
step 2 "without Go: says what to do" env PATH="$work/few" "$work/between/packaging/pre-commit.sh"
says "Set rev to the tag of a release"
[ ! -e "$work/between/.installed" ] || fail "something was installed"
repo=$work/dev
repository "$repo"
config "$hooks" "$dev" keylint >"$repo/.pre-commit-config.yaml"
(cd "$repo" && pre-commit install >/dev/null)
step 1 "with Go, from clone to verdict: refused" commit "$repo"
says "[app-key-rejected]"
mend "$repo"
step 0 "the mended version: passes" commit "$repo"

for id in keylint-golang keylint-system; do
	echo "== $id"
	repo=$work/$id
	repository "$repo"
	config "$hooks" "v$version" $id >"$repo/.pre-commit-config.yaml"
	(cd "$repo" && pre-commit install >/dev/null)
	PATH=$work/bin:$PATH
	[ $id = keylint-system ] || PATH=${PATH#*:}
	step 1 "from clone to verdict: refused" commit "$repo"
	says "[app-key-rejected]"
	mend "$repo"
	step 0 "the mended version: passes" commit "$repo"
	says "Passed"
done

npm=$work/npm
mkdir "$npm"
if ! command -v npm >/dev/null; then
	echo "skipped: there is no npm to install lefthook and husky with"
	exit 0
fi
step 0 "install lefthook and husky" npm install --prefix "$npm" --no-audit --no-fund --ignore-scripts lefthook@2.2.2 husky@9.1.7
PATH=$npm/node_modules/.bin:$PATH

echo "== lefthook"
repo=$work/lefthook
repository "$repo"
snippet '## lefthook' >"$repo/lefthook.yml"
(cd "$repo" && lefthook install >/dev/null)
step 1 "a drift: refused" commit "$repo"
says "[app-key-rejected]"
mend "$repo"
step 0 "the mended version: passes" commit "$repo"
printf "\211PNG" >"$repo/apps/web/logo.png"
step 0 "an image: does not start it" commit "$repo"
says "no matching staged files"
echo "# rotated" >>"$repo/apps/web/.env.production"
git -C "$repo" add -A
drift "$repo"
step 0 "a drift that is not staged, in a file that is: put away" git -C "$repo" commit -q -m "A change"
hides "[app-key-rejected]"
echo "# rotated" >>"$repo/k8s/secret.yaml"
git -C "$repo" add k8s
step 1 "a drift that is not staged, in another file: refused" git -C "$repo" commit -q -m "A change"
says "[app-key-rejected]"

echo "== husky"
repo=$work/husky
repository "$repo"
mkdir "$repo/.husky"
snippet '## husky' >"$repo/.husky/pre-commit"
(cd "$repo" && husky >/dev/null)
step 1 "a drift: refused" commit "$repo"
says "[app-key-rejected]"
mend "$repo"
step 0 "the mended version: passes" commit "$repo"
echo "# rotated" >>"$repo/k8s/secret.yaml"
git -C "$repo" add -A
drift "$repo"
step 1 "a drift that is not staged: refused" git -C "$repo" commit -q -m "A change"
says "[app-key-rejected]"
