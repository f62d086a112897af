# shellcheck shell=sh
# What the action's scripts share; they read it with ".".

# escaped turns standard input into the message of a workflow command: a line's end in
# it would begin a new command.
escaped() {
	awk '{ gsub(/%/, "%25"); gsub(/\r/, "%0D"); printf "%s%s", (NR > 1 ? "%0A" : ""), $0 }'
}

# tell shows a message in the log and on the run's page.
tell() { # error|notice MESSAGE
	printf '::%s title=keylint::%s\n' "$1" "$(printf '%s\n' "$2" | escaped)"
}

# fail ends the step with the status that keylint has where it could not do its job.
fail() { # MESSAGE
	tell error "$1"
	exit 2
}

# need refuses to go on without a variable that the runner sets.
need() { # NAME VALUE
	[ -n "$2" ] || fail "$1 is not set: this is no runner of GitHub Actions, or one that lacks what the action needs"
}
