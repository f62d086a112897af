#!/bin/sh
# Makes what the archives and packages of a release hold beside the binary:
#
#	generate.sh VERSION DIRECTORY
#
# shell completions, the man page, and the notices of what is linked in, for all systems
# that .goreleaser.yaml builds for. One commit gives the same bytes everywhere.
set -eu
[ $# -eq 2 ] || {
	echo "usage: generate.sh VERSION DIRECTORY" >&2
	exit 2
}
version=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."

rm -rf "$out"
mkdir -p "$out/completions"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# With the flags of a release, so that what is compiled here need not be compiled again.
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=$version" -o "$tmp/keylint" ./cmd/keylint
"$tmp/keylint" completion bash >"$out/completions/keylint.bash"
"$tmp/keylint" completion zsh >"$out/completions/_keylint"
"$tmp/keylint" completion fish >"$out/completions/keylint.fish"
"$tmp/keylint" completion powershell >"$out/completions/keylint.ps1"
"$tmp/keylint" man >"$tmp/keylint.1"
gzip -9n <"$tmp/keylint.1" >"$out/keylint.1.gz"
go run ./packaging/notices ./cmd/keylint \
	linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64 >"$out/THIRD_PARTY_NOTICES"
