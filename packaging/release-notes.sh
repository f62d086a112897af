#!/bin/sh
# Prints what CHANGELOG.md says of a release, and refuses a tag that is no release of
# this tree:
#
#	release-notes.sh TAG
#
# The tag is "v" and what stands in VERSION; "-dev" there means that it is none.
set -eu

fail() {
	echo "$1" >&2
	exit 1
}

[ $# -eq 1 ] || fail "usage: release-notes.sh TAG"
cd "$(dirname "$0")/.."
version=$(cat VERSION)
case $version in
*-dev) fail "VERSION says $version, which is never released: set it to the release's version and commit that first" ;;
esac
[ "$1" = "v$version" ] || fail "the tag is $1, but VERSION says $version: the tag of this tree is v$version"

# The lines below the heading of this version ("## 0.1.0 …" or "## [0.1.0] …"), up to the next.
notes=$(awk -v version="$version" '
	/^## / { inside = ($2 == version || $2 == "[" version "]"); next }
	inside' CHANGELOG.md)
[ -n "$(printf %s "$notes" | tr -d '[:space:]')" ] || fail "CHANGELOG.md says nothing of $version, below a heading \"## $version\""
printf '%s\n' "$notes"
