package sources

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// CheckNamed refuses a path that is not to be linted though it exists: one that leads out of the work tree in which it stands, for
// who names it means what lies there, as a hook does that passes the files of a change; and what is neither a file nor a directory,
// which would have to be waited for.
func CheckNamed(p string) error {
	info, err := os.Stat(p)
	if err != nil {
		return fmt.Errorf("no such path: %s", p)
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is neither a file nor a directory", p)
	}
	at := ""
	rest := filepath.Clean(p)
	if filepath.IsAbs(rest) {
		at = filepath.VolumeName(rest) + string(filepath.Separator)
		rest = rest[len(at):]
	}
	for part := range strings.SplitSeq(rest, string(filepath.Separator)) {
		at = filepath.Join(at, part)
		if info, err := os.Lstat(at); err != nil || info.Mode()&os.ModeSymlink == 0 {
			continue
		}
		dir, err := resolve(filepath.Dir(at))
		if err != nil {
			return err
		}
		target, err := resolve(at)
		if err != nil {
			return err
		}
		tree := workTree(dir)
		if _, err := os.Lstat(filepath.Join(tree, ".git")); err != nil {
			continue // a link of the machine's, such as /tmp
		}
		if rel, err := filepath.Rel(tree, target); err != nil || !filepath.IsLocal(rel) {
			return fmt.Errorf("%s is a link that leads out of its repository; name what it leads to, if that is to be linted", at)
		}
	}
	return nil
}
