#!/bin/sh
# The action's second step: lints once, and tells it in the log, on the lines of the pull
# request, on the run's page and in files. It ends with keylint's own status.
#
# Every input comes in a variable of the environment and leaves in a word of keylint's
# command line, or in a file. None is ever read as part of a script.
set -eu
# shellcheck source=packaging/action/lib.sh
. "$(dirname "$0")/lib.sh"

need GITHUB_OUTPUT "${GITHUB_OUTPUT-}"

boolean() { # INPUT VALUE
	case $2 in
	true | false) ;;
	*) fail "the input $1 is true or false, not \"$2\"" ;;
	esac
}
boolean annotations "$INPUT_ANNOTATIONS"
boolean summary "$INPUT_SUMMARY"
boolean sarif "$INPUT_SARIF"
[ -z "$INPUT_STRICT" ] || boolean strict "$INPUT_STRICT"
if [ "$INPUT_SUMMARY" = true ] && [ -z "${GITHUB_STEP_SUMMARY-}" ]; then
	fail "GITHUB_STEP_SUMMARY is not set: this runner shows no summary. Give the action summary: false"
fi
if [ "$INPUT_PATH" = . ] && [ -z "$(ls -A)" ]; then
	fail "the workspace is empty: let actions/checkout run before the action"
fi

keys=$WORK/keys
commands_end=
# shellcheck disable=SC2317,SC2329 # the trap calls it
leave() {
	rm -rf "$keys"
	# Where the step was interrupted, what the runner prints next must count again.
	[ -z "$commands_end" ] || printf '\n::%s::\n' "$commands_end"
}
trap leave EXIT
trap 'exit 2' HUP INT TERM
(umask 077 && mkdir "$keys")

# From here on the words of keylint's command line are collected in "$@".
set -- "--format=json=$WORK/report.json" "--format=sarif=$WORK/report.sarif"
[ "$INPUT_ANNOTATIONS" = false ] || set -- "$@" "--format=github=$WORK/annotations.txt"
[ "$INPUT_SUMMARY" = false ] || set -- "$@" "--format=markdown=$WORK/summary.md"
[ -z "$INPUT_CONFIG" ] || set -- "$@" "--config=$INPUT_CONFIG"
[ -z "$INPUT_FAIL_ON" ] || set -- "$@" "--fail-on=$INPUT_FAIL_ON"
[ -z "$INPUT_STRICT" ] || set -- "$@" "--strict=$INPUT_STRICT"
[ -z "$INPUT_BASELINE" ] || set -- "$@" "--baseline=$INPUT_BASELINE"

# key writes a private key to a file that only this user can read, has the runner mask
# each of its lines in all that is logged from now on, and sets $file; or, where the
# input is not given (a secret that does not exist is empty), sets it to nothing.
key() { # INPUT VALUE
	file=
	case $2 in
	*[![:space:]]*) ;;
	*) return ;;
	esac
	file=$keys/$1
	(umask 077 && printf '%s\n' "$2" >"$file")
	echo "::group::Mask each line of $1"
	awk '{
		gsub(/^[ \t\r]+|[ \t\r]+$/, "")
		gsub(/%/, "%25")
		gsub(/\r/, "%0D")
		# Masking a bracket, with which JSON frames a key, would leave nothing of the log.
		if (length($0) >= 8) print "::add-mask::" $0
	}' "$file"
	echo "::endgroup::"
}
key age-key "$INPUT_AGE_KEY"
[ -z "$file" ] || set -- "$@" "--age-key=$file"
key pgp-key "$INPUT_PGP_KEY"
[ -z "$file" ] || set -- "$@" "--pgp-key=$file"
key sealed-secrets-key "$INPUT_SEALED_SECRETS_KEY"
[ -z "$file" ] || set -- "$@" "--sealed-secrets-key=$file"
unset INPUT_AGE_KEY INPUT_PGP_KEY INPUT_SEALED_SECRETS_KEY

case $INPUT_ARGS in
*[![:space:]]*)
	# xargs knows quotes and backslashes, and expands nothing.
	printf '%s\n' "$INPUT_ARGS" | xargs printf '%s\n' >"$WORK/args.txt" ||
		fail "the input args cannot be split into words: a quote in it has no end"
	while IFS= read -r word; do
		set -- "$@" "$word"
	done <"$WORK/args.txt"
	;;
esac

# A pull request from a fork gets no secrets, so what is encrypted cannot be told there,
# and being strict would fail every one of them.
fork=false
if [ "$HEAD_REPOSITORY" != "$BASE_REPOSITORY" ] && [ -z "$(ls -A "$keys")" ]; then
	fork=true
	set -- "$@" --strict=false
fi

set -- "$@" --
printf '%s\n' "$INPUT_PATH" >"$WORK/paths.txt"
while IFS= read -r path; do
	[ -z "$path" ] || set -- "$@" "$path"
done <"$WORK/paths.txt"

# What keylint says quotes names from the repository, which must not be taken for
# commands to the runner: until a word that nobody can guess, it obeys none.
commands_end=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$commands_end"
status=0
MSYS_NO_PATHCONV=1 "$KEYLINT" "$@" </dev/null 2>"$WORK/notes.txt" || status=$?
cat "$WORK/notes.txt"
printf '\n::%s::\n' "$commands_end"
commands_end=
rm -rf "$keys"

if [ -e "$WORK/annotations.txt" ]; then
	# Without the totals, which stand in the text above already.
	grep '^::' "$WORK/annotations.txt" || true
fi
if [ "$status" -gt 1 ]; then
	said=$(tail -n 10 "$WORK/notes.txt")
	tell error "${said:-keylint ended with status $status and said nothing}"
	exit "$status"
fi

# Where strict is not content there may be no finding; keylint's last word says why.
if [ "$status" = 1 ]; then
	said=$(grep '^keylint: ' "$WORK/notes.txt" | grep -v '^keylint: warning: ' | tail -n 1)
	[ -z "$said" ] || tell error "$said"
fi

# numbers prints those of the first thing in the report that the pattern matches. The
# summary comes first; and a quote within a JSON string is written \", so no text from
# the repository can look like one of its fields.
numbers() { # PATTERN
	tr -d ' \t\r\n' <"$WORK/report.json" | grep -o "$1" | head -n 1 | tr -c '0-9\n' ' '
}
unknown=$(numbers '"unknown":[0-9][0-9]*' | tr -d ' ')
read -r errors warnings infos <<END
$(numbers '"findings":{"error":[0-9]*,"warning":[0-9]*,"info":[0-9]*}')
END
if [ -z "$unknown" ] || [ -z "$infos" ]; then
	fail "keylint's JSON report has no summary that this action understands; use the keylint that belongs to it, without the input version"
fi
cat >>"$GITHUB_OUTPUT" <<END
findings=$((errors + warnings + infos))
errors=$errors
unknown=$unknown
sarif-file=$WORK/report.sarif
json-file=$WORK/report.json
END

if [ -e "$WORK/summary.md" ]; then
	cat "$WORK/summary.md" >>"$GITHUB_STEP_SUMMARY" || fail "cannot write the summary to GITHUB_STEP_SUMMARY, $GITHUB_STEP_SUMMARY"
fi
if [ "$fork" = true ] && [ "$unknown" -gt 0 ]; then
	tell notice "This pull request comes from a fork, and GitHub gives it no secrets. What needs a private key to be read was left out (sites that cannot be told: $unknown), and strict does not count."
fi
exit "$status"
