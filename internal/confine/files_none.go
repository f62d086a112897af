//go:build !linux

package confine

func allowFiles(_, _ []string, _ bool) (layer string, err error) {
	return "Landlock", lacking("it is of Linux alone")
}
