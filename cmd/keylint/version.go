package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version prints the version that the Go toolchain stamped into the binary.
func (s *session) version(args []string) (int, error) {
	if len(args) > 0 {
		return exitFailed, fmt.Errorf("the command version takes no argument, but was given %q", args[0])
	}
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	fmt.Fprintf(s.out, "keylint %s %s/%s\n", v, runtime.GOOS, runtime.GOARCH)
	return exitClean, nil
}
