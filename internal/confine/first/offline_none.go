//go:build linux && !amd64 && !arm64

package first

import "errors"

// goOffline knows the numbers of no other architecture.
func goOffline() error { return errors.ErrUnsupported }
