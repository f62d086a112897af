// Package seccomp assembles and installs the programs by which Linux decides on a process's
// system calls. It knows of none but the numbers that it is given, and imports next to nothing,
// for a filter has to stand before anything else runs.
package seccomp

// Rule answers one system call.
type Rule struct {
	Call   uintptr
	Answer Answer
	When   *Test // nil for whatever its arguments are; where it fails, the next rule is asked
}

// Test compares the low half of an argument, of which only the bits of the mask count.
type Test struct {
	Argument    int
	Mask, Value uint32
}

// Answer is what the kernel does with a call.
type Answer uint32

// The answers. A call that fails sets errno, and has no effect.
const (
	Allow      Answer = 0x7fff0000
	NotAllowed Answer = 0x00050000 | 1  // EPERM
	NoSuchCall Answer = 0x00050000 | 38 // ENOSYS, upon which libraries take an older call
)
