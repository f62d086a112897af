//go:build !unix

package main

import (
	"errors"
	"os"
)

// ignoreBrokenPipe has nothing to do here: there is no signal for it.
func ignoreBrokenPipe() {}

// muteRuntime is not possible here: see the one for Unix.
func muteRuntime(*os.File) (*os.File, error) { return nil, errors.ErrUnsupported }
