package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

// version prints the version that the Go toolchain stamped into the binary.
func (s *session) version(c *cli.Context) (int, error) {
	if c.Args().Present() {
		return exitFailed, fmt.Errorf("the command version takes no argument, but was given %q", c.Args().First())
	}
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	fmt.Fprintf(s.out, "keylint %s %s/%s\n", v, runtime.GOOS, runtime.GOARCH)
	return exitClean, nil
}
