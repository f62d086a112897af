//go:build unix

package main

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// ignoreBrokenPipe lets a write to a pipe that nobody reads any more fail as any other does:
// else the system would end the process, and nobody would learn that the report is not whole.
func ignoreBrokenPipe() { signal.Ignore(unix.SIGPIPE) }

// muteRuntime moves standard error to a descriptor of its own, which it returns, and
// puts the null device in its place: a panic in a library's goroutine cannot be
// recovered from here, and the runtime would print its value, which may quote a key.
// The exit status of such a crash is 2 all the same.
func muteRuntime(null *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, err
	}
	if err := unix.Dup2(int(null.Fd()), 2); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "standard error"), nil
}
