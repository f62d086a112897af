//go:build !linux

package first

import "errors"

func init() { layers = Layers{errors.ErrUnsupported, errors.ErrUnsupported} }
