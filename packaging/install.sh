#!/bin/sh
# Installs a released keylint:
#
#   install.sh VERSION DIRECTORY
#
# fetches the archive of that version for this system, checks it against the
# release's checksums.txt, and puts the binary into DIRECTORY as "keylint"
# ("keylint.exe" on Windows). Nothing is left in DIRECTORY where any step fails.
# KEYLINT_RELEASES names another place than GitHub that serves releases, laid out
# as there: KEYLINT_RELEASES/vVERSION/FILE.
#
# The GitHub Action and the pre-commit hook install through this script. It needs
# curl or wget, tar (unzip on Windows), and sha256sum or shasum.
set -eu

fail() {
	echo "keylint: $1" >&2
	exit 1
}

[ $# -eq 2 ] || fail "usage: install.sh VERSION DIRECTORY"
version=${1#v}
dir=$2
case $version in
'' | *[!0-9A-Za-z.-]*) fail "this is no version of keylint's: $1" ;;
esac
releases=${KEYLINT_RELEASES:-https://github.com/keylint/keylint/releases/download}

binary=keylint archive=tar.gz
case $(uname -s) in
Linux) os=linux ;;
Darwin) os=darwin ;;
MINGW* | MSYS* | CYGWIN* | Windows_NT) os=windows binary=keylint.exe archive=zip ;;
*) fail "there is no released binary for $(uname -s); go install github.com/keylint/keylint/cmd/keylint@v$version builds one" ;;
esac
case $(uname -m) in
x86_64 | amd64) arch=amd64 ;;
aarch64 | arm64) arch=arm64 ;;
*) fail "there is no released binary for $(uname -m); go install github.com/keylint/keylint/cmd/keylint@v$version builds one" ;;
esac

fetch() { # URL FILE
	if command -v curl >/dev/null; then
		case $1 in
		https:*) curl -fsSL --retry 3 --proto '=https' --tlsv1.2 -o "$2" "$1" ;;
		*) curl -fsSL --retry 3 -o "$2" "$1" ;;
		esac
	elif command -v wget >/dev/null; then
		wget -q -O "$2" "$1"
	else
		fail "neither curl nor wget is there to fetch a release with"
	fi || fail "cannot fetch $1 (is there a release v$version, and may this machine reach it?)"
}

mkdir -p "$dir"
# Beside its destination, so that the last step is a rename: a second run at the same
# time finds either no binary or a whole one.
tmp=$(mktemp -d "$dir/.install.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

name=keylint_${version}_${os}_$arch.$archive
fetch "$releases/v$version/checksums.txt" "$tmp/checksums.txt"
fetch "$releases/v$version/$name" "$tmp/$name"

want=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1; exit }' "$tmp/checksums.txt")
[ -n "$want" ] || fail "checksums.txt of release v$version does not name $name"
if command -v sha256sum >/dev/null; then
	got=$(sha256sum <"$tmp/$name")
elif command -v shasum >/dev/null; then
	got=$(shasum -a 256 <"$tmp/$name")
else
	fail "neither sha256sum nor shasum is there to check the release with"
fi
got=${got%% *}
[ "$got" = "$want" ] || fail "$name is not the published one and was not installed: its SHA-256 is $got, checksums.txt of the release says $want"

case $archive in
zip) unzip -q "$tmp/$name" "$binary" -d "$tmp" ;;
*) tar -xzf "$tmp/$name" -C "$tmp" "$binary" ;;
esac || fail "$name holds no $binary"
chmod 755 "$tmp/$binary"
mv -f "$tmp/$binary" "$dir/$binary"
