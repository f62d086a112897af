//go:build !linux || (!amd64 && !arm64)

package seccomp

import "errors"

// Install is not possible here.
func Install([]Rule, Answer) error { return errors.ErrUnsupported }
