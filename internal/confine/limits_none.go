//go:build !linux

package confine

import "errors"

func (Limits) impose() error { return errors.New("they are of Linux alone") }
