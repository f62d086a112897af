#!/bin/sh
# Checks what runs without having been compiled: workflows with actionlint, shell scripts
# with shellcheck, and that whatever runs with somebody's secrets is pinned by commit.
# The tools are looked for in $KEYLINT_ORACLES and in PATH.
set -eu
cd "$(dirname "$0")/.."
PATH=${KEYLINT_ORACLES:+$KEYLINT_ORACLES:}$PATH

status=0
there() { # TOOL
	command -v "$1" >/dev/null || {
		echo "lint-scripts: $1: skipped: it is not installed"
		return 1
	}
}
none() { # WHAT-IT-IS LINES: those must be none
	[ -z "$2" ] || {
		printf '%s:\n%s\n' "$1" "$2"
		status=1
	}
}

if there actionlint; then
	actionlint || status=1
fi
if there shellcheck; then
	# SC2016: the fixtures are full of a $ that must stand as it is.
	{
		git ls-files '*.sh'
		git grep -lE '^#!/(usr/)?bin/(env )?(ba|da)?sh$' -- ':!*.*'
	} | sort -u | xargs shellcheck --exclude=SC2016 || status=1
fi

none "not pinned by commit with its version behind it" \
	"$(grep -nE '^[ -]*uses:' action.yml .github/workflows/*.yml | grep -vE 'uses: (\./|[^@ ]+@[0-9a-f]{40} # v[0-9.]+$)')"
none "an expression in a script of the action is read as a part of the script" \
	"$(grep -nE '^ *run:.*\$\{\{' action.yml)"
none "a script of the action of more than one line belongs into packaging/action, where shellcheck sees it" \
	"$(grep -nE '^ *run: *[|>]' action.yml)"
exit "$status"
