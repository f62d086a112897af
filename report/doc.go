// Package report tells what a run found out: a file a format. It never sees a key's
// text, for a lint.Result holds fingerprints and masked lines only; Guard stands
// behind it all the same, between the finished output and the world.
//
// What it shows comes from repositories that may be a stranger's pull request, so no
// control character of theirs reaches a terminal (see clean), and a report is the
// same bytes for the same result.
package report
