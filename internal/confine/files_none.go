//go:build !linux

package confine

import "errors"

func allowFiles(_, _ []string) (layer string, err error) {
	return "Landlock", errors.New("it is of Linux alone")
}
