#!/bin/sh
# Runs every fuzz target of every package:
#
#   fuzz.sh [SECONDS]
#
# each for SECONDS (default 60), one after the other, and goes on after one that fails.
# At the end it lists those that failed, and exits 1 if there is one. The input that made
# a target fail lies in testdata/fuzz/TARGET of its package, where "go test" finds it
# from then on: commit it with what mends it.
#
# An input that a target does not end with within ten seconds counts as one that it
# hangs on, so give it more time than that.
set -eu

fail() {
	echo "fuzz.sh: $1" >&2
	exit 2
}

[ $# -le 1 ] || fail "usage: fuzz.sh [SECONDS]"
seconds=${1-60}
case $seconds in
'' | 0* | *[!0-9]*) fail "this is no number of seconds: $seconds" ;;
esac
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# The names of a package's targets come before its own line, "ok PACKAGE TIME".
go test -list '^Fuzz' ./... >"$tmp/listed" || {
	cat "$tmp/listed" >&2
	fail "the tests do not build"
}
awk '
	/^Fuzz/ { names[n++] = $1 }
	$1 == "ok" { for (i = 0; i < n; i++) print $2, names[i]; n = 0 }
' "$tmp/listed" >"$tmp/targets"
[ -s "$tmp/targets" ] || fail "there is no fuzz target"

: >"$tmp/failed"
while read -r package target; do
	echo "== $package $target"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "${seconds}s" -fuzzminimizetime 10x "$package" </dev/null ||
		echo "$package $target" >>"$tmp/failed"
done <"$tmp/targets"

if [ -s "$tmp/failed" ]; then
	echo "== failed" >&2
	cat "$tmp/failed" >&2
	exit 1
fi
echo "== no target failed: $(awk 'END { print NR }' "$tmp/targets") ran for $seconds s each"
