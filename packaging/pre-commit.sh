#!/bin/sh
# The hook "keylint" of .pre-commit-hooks.yaml: installs the binary that belongs to this
# checkout, once, and runs it with the hook's arguments.
#
# pre-commit starts it out of a clone of its own, one for each rev, while it stands in
# the repository that is committed to. The binary is kept in that clone, so that it goes
# when pre-commit clears the clone away. Commits at the same time may each install it:
# what they put there is the same, and it is put there whole.
set -eu

fail() {
	echo "keylint: $1" >&2
	exit 2
}

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
version=$(cat "$root/VERSION")
dir=$root/.installed
keylint=$dir/keylint

build() (
	command -v go >/dev/null ||
		fail "this rev of the hook belongs to no release (it is $version), and there is no Go to build it with. Set rev to the tag of a release; pre-commit autoupdate finds the latest one"
	mkdir -p "$dir" && tmp=$(mktemp -d "$dir/.build.XXXXXX") || exit
	trap 'rm -rf "$tmp"' EXIT
	trap 'exit 1' HUP INT TERM
	# What git says in a hook's environment is of the other repository, and so may a
	# workspace be, and what its own Go code is built for.
	cd "$root" && unset GOOS GOARCH GOEXPERIMENT && GOFLAGS='' GOWORK=off go build -buildvcs=false -ldflags=-w -o "$tmp/" ./cmd/keylint && mv -f "$tmp"/keylint* "$dir/"
)

install() {
	case $version in
	*-dev) build ;;
	*) sh "$root/packaging/install.sh" "$version" "$dir" ;;
	esac
}

# Where a run at the same time was faster, Windows does not let its binary be replaced.
if [ ! -x "$keylint" ] && ! install && [ ! -x "$keylint" ]; then
	fail "the hook could not be installed. The hook keylint-golang compiles keylint, keylint-system takes the one on the PATH"
fi
exec "$keylint" "$@"
