// Package first is what a process of keylint does before any library has run: it puts a process
// above itself that says why, should it die without a word, and it gives up sockets and
// programs for good. A package that is initialised has run, and one of those that
// are linked would connect to a database if the machine's configuration told it to.
//
// It has to be imported by the command, for its name alone, and imports next to nothing itself: packages are initialised
// when all that they import has been.
package first

import "os"

// Layers are what it did.
type Layers struct {
	Supervised error // nil where a process waits that tells of this one's death
	Offline    error // nil where no socket can be made and no program be run
}

// layers is what the init function did.
var layers Layers

// InForce says what it did.
func InForce() Layers { return layers }

// stderr is the real standard error of a process that is supervised: its own leads to the
// supervisor, which passes nothing on.
var stderr *os.File

// made takes the names of files for the supervisor.
var made *os.File

// Made tells the supervisor of a file that was made, and is to be filled at the end. Where it
// never is, as when the run is ended, it is taken away: by the supervisor, since this process will have given up to remove files.
func Made(file string) {
	if made != nil {
		_, _ = made.WriteString(file + "\x00")
	}
}

// Sealed ends that: what is read from now on has no way to the supervisor.
func Sealed() {
	if made != nil {
		_ = made.Close()
		made = nil
	}
}

// Stderr is where a process that is supervised writes what is for its user; nil where it is not.
func Stderr() *os.File { return stderr }
