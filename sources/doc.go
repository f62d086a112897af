// Package sources is what is on disk: the repository, the bytes of its files, decrypted
// where that is possible, places in them, and a form for each format that bears keys (a
// dotenv file's variables, a Dockerfile's ARG and ENV, a compose project's services, the
// consumers of a Kong configuration, the documents of a manifest). It decides nothing
// about keys.
//
// A Repository is walked once (walk.go), and of its files only those are kept that can
// bear a key (bears.go). Every read is confined to the work tree by os.Root: neither a
// link nor a "../" leads out of it. What is left out or cannot be read is a Note, never a
// silence (note.go).
//
// Whatever stands in a file has a Position there, also what stands in a document within a
// document (yaml.go), and what came out of a file that is encrypted: there it is the
// encrypted scalar's.
//
// Two rooms lie below it: nodes, which reads YAML as trees, and decrypt, which takes key
// files and opens what SOPS and SealedSecrets encrypted.
package sources
