#!/bin/sh
# Tries out what a release would consist of, on a snapshot of HEAD:
#
#	packaging/release-test.sh [--all]
#
# for this machine's system; --all builds for every system, which takes many times as
# long, and makes what Homebrew and Scoop are given too. A step whose program is missing
# says so and is skipped. Nothing is installed outside a temporary directory.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
PATH=${KEYLINT_ORACLES:-$root/.oracles}:$PATH
tmp=$(mktemp -d)
server=
cleanup() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

step() { echo "== $1"; }
skipped() { echo "   skipped: $1"; }
fail() {
	echo "FAIL: $1" >&2
	exit 1
}
has() { command -v "$1" >/dev/null; }

# quietly shows what a command says only where it fails.
quietly() {
	log=$(mktemp "$tmp/log.XXXXXX")
	"$@" >"$log" 2>&1 || {
		cat "$log" >&2
		fail "$*"
	}
}

# exits runs a command and fails unless its exit status is the wanted one and it says the
# wanted word.
exits() { # STATUS WORD COMMAND...
	status=$1 word=$2
	shift 2
	got=0
	"$@" >"$tmp/said" 2>&1 || got=$?
	if [ "$got" != "$status" ] || ! grep -q -e "$word" "$tmp/said"; then
		cat "$tmp/said" >&2
		fail "$* exited with $got; wanted are $status and the word \"$word\""
	fi
}

# lints tells whether a keylint finds the drift, and passes what is in sync.
lints() { # COMMAND...
	exits 1 app-key-rejected "$@" "$tmp/drifted"
	exits 0 'in 1 instance' "$@" "$tmp/in-sync"
}

all=
case $* in
'') ;;
--all) all=yes ;;
*) fail "usage: release-test.sh [--all]" ;;
esac
for program in goreleaser:github.com/goreleaser/goreleaser/v2@v2.15.1 cyclonedx-gomod:github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0; do
	has "${program%%:*}" || {
		skipped "${program%%:*} is not installed: go install ${program#*:}"
		exit 0
	}
done
os=$(go env GOHOSTOS) arch=$(go env GOHOSTARCH)
cp -R "$root/testdata/fixtures/seed-drifted" "$tmp/drifted"
cp -R "$root/testdata/fixtures/seed-in-sync" "$tmp/in-sync"

step "the configuration"
cd "$root"
quietly goreleaser check
[ -z "$(git status --porcelain)" ] || echo "   note: what is not committed is not tried out"

step "a tag that is no release of the tree is refused"
mkdir -p "$tmp/tree/packaging"
cp packaging/release-notes.sh "$tmp/tree/packaging/"
notes=$tmp/tree/packaging/release-notes.sh
echo 1.2.0 >"$tmp/tree/VERSION"
printf '# Changelog\n\n## 1.2.0 (2026-01-02)\n\nnew\n\n## 1.1.0\n\nold\n' >"$tmp/tree/CHANGELOG.md"
exits 0 new "$notes" v1.2.0
! grep -q old "$tmp/said" || fail "the notes of 1.2.0 are those of 1.1.0 too"
exits 1 'tree is v1.2.0' "$notes" v1.2.1
echo 1.3.0 >"$tmp/tree/VERSION"
exits 1 'nothing of 1.3.0' "$notes" v1.3.0
echo 1.3.0-dev >"$tmp/tree/VERSION"
exits 1 'never released' "$notes" v1.3.0-dev

# snapshot builds HEAD in a clone of its own.
snapshot() { # DIRECTORY
	quietly git clone -q "$root" "$1"
	if [ "$all" ]; then
		cp "$1/.goreleaser.yaml" "$1.yaml"
		skip=publish # as every snapshot does
	else
		sed -e "s/^    goos: .*/    goos: [$os]/" -e "s/^    goarch: .*/    goarch: [$arch]/" "$1/.goreleaser.yaml" >"$1.yaml"
		skip=homebrew,scoop
	fi
	(cd "$1" && quietly goreleaser release --snapshot --config "$1.yaml" --skip "$skip")
	if has npm; then
		quietly node "$1/packaging/npm/pack.js" "$1/dist"
	fi
}

step "the same bytes twice, from two places"
snapshot "$tmp/one"
snapshot "$tmp/two"
dist=$tmp/one/dist
version=$(cat VERSION)
diff "$dist/checksums.txt" "$tmp/two/dist/checksums.txt" >&2 || fail "the second snapshot differs from the first"
for package in "$dist"/npm/*.tgz; do
	[ ! -e "$package" ] || quietly cmp "$package" "$tmp/two/dist/npm/${package##*/}"
done
sed 's/^/   /' "$dist/checksums.txt"
if [ "$all" ]; then
	for system in linux_amd64.tar.gz linux_arm64.tar.gz darwin_amd64.tar.gz darwin_arm64.tar.gz windows_amd64.zip windows_arm64.zip; do
		grep -q " keylint_${version}_$system\$" "$dist/checksums.txt" || fail "there is no archive for $system"
	done
fi

step "the archive installs through install.sh, and a wrong one does not"
if has python3; then
	mkdir -p "$tmp/releases/v$version" "$tmp/releases/v9.9.9"
	cp "$dist"/keylint_* "$dist/checksums.txt" "$tmp/releases/v$version/" 2>/dev/null || : # dist has directories too
	for file in "$dist"/keylint_"$version"_*; do
		cp "$file" "$tmp/releases/v9.9.9/keylint_9.9.9_${file##*"keylint_${version}_"}"
	done
	sed "s/_${version}_/_9.9.9_/; s/^..../0000/" "$dist/checksums.txt" >"$tmp/releases/v9.9.9/checksums.txt"
	mkfifo "$tmp/port"
	python3 -u -m http.server 0 --bind 127.0.0.1 --directory "$tmp/releases" >"$tmp/port" 2>/dev/null &
	server=$!
	read -r line <"$tmp/port"
	port=${line#* port } port=${port%% *}
	export KEYLINT_RELEASES="http://127.0.0.1:$port" no_proxy=127.0.0.1
	quietly packaging/install.sh "$version" "$tmp/bin"
	lints "$tmp/bin/keylint"
	exits 0 "keylint v\{0,1\}$version " "$tmp/bin/keylint" version
	exits 1 'not the published one' packaging/install.sh 9.9.9 "$tmp/none"
	[ -z "$(ls -A "$tmp/none")" ] || fail "an archive with a wrong checksum was refused, but left $(ls -A "$tmp/none")"
else
	skipped "python3, which serves the release, is not installed"
fi

# packaged tells whether a package put everything where it belongs.
packaged() { # ROOT ZSH
	for file in bin/keylint share/man/man1/keylint.1.gz share/bash-completion/completions/keylint "share/zsh/$2/_keylint" \
		share/fish/vendor_completions.d/keylint.fish share/doc/keylint/copyright share/doc/keylint/THIRD_PARTY_NOTICES; do
		[ -s "$1/usr/$file" ] || fail "the package has no /usr/$file, or an empty one"
	done
	lints "$1/usr/bin/keylint"
}

step "the deb installs, runs, and leaves nothing when it goes"
if [ "$os" = linux ] && has dpkg; then
	deb=$dist/keylint_${version}_linux_$arch.deb
	if [ "$(id -u)" = 0 ]; then
		mkdir -p "$tmp/deb/var/lib/dpkg/updates" "$tmp/deb/var/lib/dpkg/info" "$tmp/deb/var/log"
		: >"$tmp/deb/var/lib/dpkg/status"
		quietly dpkg --root="$tmp/deb" --install "$deb"
		packaged "$tmp/deb" vendor-completions
		quietly dpkg --root="$tmp/deb" --purge keylint
		[ -z "$(find "$tmp/deb" -name '*keylint*')" ] || fail "there is left: $(find "$tmp/deb" -name '*keylint*')"
	else
		echo "   unpacked only: dpkg installs as root"
		quietly dpkg-deb --extract "$deb" "$tmp/deb"
		packaged "$tmp/deb" vendor-completions
	fi
else
	skipped "dpkg is not installed"
fi

step "the rpm installs and runs"
if [ "$os" = linux ] && has rpm && [ "$(id -u)" = 0 ]; then
	mkdir -p "$tmp/rpm"
	quietly rpm --root "$tmp/rpm" --initdb
	quietly rpm --root "$tmp/rpm" --nosignature --install "$dist/keylint_${version}_linux_$arch.rpm"
	packaged "$tmp/rpm" site-functions
else
	skipped "rpm is not installed, or this is not root"
fi

step "the apk holds the same"
if [ "$os" = linux ]; then
	mkdir -p "$tmp/apk"
	quietly tar -xzf "$dist/keylint_${version}_linux_$arch.apk" -C "$tmp/apk"
	packaged "$tmp/apk" site-functions
else
	skipped "this is not Linux"
fi

step "npx runs the npm package, which says so where the binary's package is left out"
if has npm; then
	host=$(node -p 'process.platform + "-" + process.arch')
	mkdir -p "$tmp/project" "$tmp/incomplete"
	echo '{"private": true}' | tee "$tmp/project/package.json" >"$tmp/incomplete/package.json"
	set -- --offline --ignore-scripts --no-audit --no-fund --cache "$tmp/npm-cache"
	cd "$tmp/project"
	quietly npm install "$@" --save-dev "$dist"/npm/keylint-"$host"-*.tgz "$dist/npm/keylint-$version.tgz"
	lints npx --no -- keylint
	cd "$tmp/incomplete"
	quietly npm install "$@" --omit=optional "$dist/npm/keylint-$version.tgz"
	exits 2 "@keylint/$host" npx --no -- keylint
	cd "$root"
else
	skipped "npm is not installed"
fi

step "the container image is built, and its binary is run by nobody in particular"
if [ "$os" = linux ] && has buildah; then
	set -- --root "$tmp/images" --runroot "$tmp/containers" --storage-driver vfs
	quietly buildah "$@" build --isolation chroot --build-arg "VERSION=$version" --build-arg "TARGETARCH=$arch" \
		--tag keylint --file packaging/Dockerfile "$dist"
	exits 0 '65532:65532 \[/keylint\] /src' buildah "$@" inspect --type image \
		--format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.WorkingDir}}' keylint
	quietly buildah "$@" from --name keylint keylint
	chmod 755 "$tmp" # the container's user is not this one
	exits 1 app-key-rejected buildah "$@" run --isolation chroot --volume "$tmp/drifted:/src:ro" keylint /keylint
	exits 0 'in 1 instance' buildah "$@" run --isolation chroot --volume "$tmp/in-sync:/src:ro" keylint /keylint
else
	skipped "buildah is not installed"
fi

echo "all that could be tried out works"
