package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/keylint/keylint/sources"
)

// verbs are the commands that other linters have and keylint needs none for.
var verbs = map[string]bool{"lint": true, "check": true, "scan": true, "run": true, "audit": true, "validate": true}

// checkPaths says of the first PATH that does not exist what was probably meant: a
// command, a flag, or a path beside it.
func checkPaths(app *cli.App, paths []string) error {
	for _, p := range paths {
		if p == "-" {
			continue
		}
		if p == "" {
			return errors.New("a PATH is empty; the present directory is \".\"")
		}
		_, err := os.Stat(p)
		switch {
		case err == nil:
			if err := sources.CheckNamed(p); err != nil {
				return err
			}
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("no such path: %s%s", p, meant(app, p))
		default:
			return fmt.Errorf("cannot read the path %s: %w", p, withoutPath(err))
		}
	}
	return nil
}

func meant(app *cli.App, p string) string {
	if filepath.Base(p) == p {
		if verbs[p] {
			return " (keylint lints without a command: keylint [flags] [PATH ...])"
		}
		if n := nearest(p, commandNames(app)...); n != "" {
			return fmt.Sprintf(" (did you mean the command %s?)", n)
		}
		for _, f := range app.Flags {
			for _, n := range f.Names() {
				if n == p {
					return fmt.Sprintf(" (did you mean --%s?)", n)
				}
			}
		}
	}
	return neighbour(p)
}

// neighbour suggests a name in the deepest directory of p that exists.
func neighbour(p string) string {
	dir, missing := filepath.Dir(p), filepath.Base(p)
	for {
		entries, err := os.ReadDir(dir)
		if err == nil {
			names := make([]string, 0, len(entries))
			for _, e := range entries {
				names = append(names, e.Name())
			}
			if n := nearest(missing, names...); n != "" {
				return fmt.Sprintf(" (did you mean %s?)", filepath.Join(dir, n))
			}
			return ""
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
		dir, missing = filepath.Dir(dir), filepath.Base(dir)
	}
}

// withoutPath strips what the message names already.
func withoutPath(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
