// Package fix mends what lint finds: it turns the edits of findings into bytes, proves what comes of them by linting again, and writes.
//
// An edit says which value has to be read at a place, not how: whether it is written there as it is, in base64, or as ciphertext is read off
// what stands there now (text.go). Nothing of a file changes but that. All edits are made in memory first and the repository is linted as it
// would be then (prove.go): unless each finding that was aimed at is gone, no other has come, and nothing disagrees that agreed, nothing is
// written. What is written is written whole, beside the old file, and takes its place at the end (write.go).
//
// No key leaves the package but into these files: what a report shows of an edit is the line's frame, and what may be shown of the two keys.
package fix
