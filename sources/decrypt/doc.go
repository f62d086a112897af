// Package decrypt opens what is encrypted in a repository: key files go in, a Keyring comes
// out, which decrypts files of SOPS and unseals the values of SealedSecrets.
//
// It is offline. A file under review names the service that holds its key, and sops' own
// packages would call it, with the credentials of whoever lints; so the data key is asked
// of a key service that knows the keys in memory and refuses everything else
// (sops_keyservice.go). It is bounded, because sops was written for files of its own user
// (sops_bounds.go).
//
// What does not open says why: a Locked has a kind, which rules go by, and a sentence for
// the user, in which no byte of what is encrypted stands. A value that was sealed under
// another name is told from one that was sealed with another key by opening it under that
// name (seal_label.go).
//
// The package knows bytes and nodes; files and their positions are for package sources.
package decrypt
