#!/bin/sh
# The action's first step: makes the directory that the other steps work in, gets the
# keylint that is to run, and hands on where both are.
#
# A release is taken from the runner's tool cache, or installed into it. Where VERSION
# ends in -dev the action is used from a branch: the tree belongs to no release, and is
# built from source.
set -eu
action=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=packaging/action/lib.sh
. "$action/packaging/action/lib.sh"

need RUNNER_TEMP "${RUNNER_TEMP-}"
need RUNNER_TOOL_CACHE "${RUNNER_TOOL_CACHE-}"
need GITHUB_OUTPUT "${GITHUB_OUTPUT-}"

work=$(mktemp -d "$RUNNER_TEMP/keylint.XXXXXX") || fail "cannot make a directory in RUNNER_TEMP, $RUNNER_TEMP"
# Before anything else can fail: the last step clears it, whatever happens.
echo "work=$work" >>"$GITHUB_OUTPUT"

own=$(cat "$action/VERSION")
version=${INPUT_VERSION:-$own}
version=${version#v}
# It becomes a part of paths, so what it may hold is said before it is used.
printf '%s\n' "$version" | awk 'NR > 1 || !/^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$/ { exit 1 }' ||
	fail "the input version is a release such as 1.2.3, not \"$version\""

binary=keylint
[ "${RUNNER_OS-}" != Windows ] || binary=keylint.exe

case $version in
*-dev)
	[ "$version" = "$own" ] || fail "there is no release $version; the input version is one such as 1.2.3"
	command -v go >/dev/null ||
		fail "the action is used from a branch, whose keylint $version belongs to no release and is built from source, and Go is not on this runner: let actions/setup-go run before it, or use the action from a release"
	echo "Building keylint $version from source"
	# What the job has set for its own Go code does not count for this one.
	(cd "$action" && unset GOOS GOARCH GOEXPERIMENT && GOFLAGS='' GOWORK=off go build -buildvcs=false -ldflags='-s -w' -o "$work/$binary" ./cmd/keylint) ||
		fail "keylint $version cannot be built from source; the reason stands above"
	keylint=$work/$binary
	;;
*)
	# Laid out as the runner's own tools are.
	dir=$RUNNER_TOOL_CACHE/keylint/$version/$(printf %s "${RUNNER_ARCH:-$(uname -m)}" | tr '[:upper:]' '[:lower:]')
	keylint=$dir/$binary
	if [ -x "$keylint" ]; then
		echo "keylint $version is in the tool cache"
	else
		said=$(sh "$action/packaging/install.sh" "$version" "$dir" 2>&1) || fail "$said"
		echo "keylint $version is installed, and its checksum is the published one"
	fi
	;;
esac
echo "keylint=$keylint" >>"$GITHUB_OUTPUT"
