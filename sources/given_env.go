package sources

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// GivenEnv is a file of variables that the user of this run gives compose, as "docker compose
// --env-file" would. It may lie outside of the repository.
type GivenEnv struct {
	Project string // a compose file or its directory; empty for every project
	File    string
}

// givenEnv is one that was looked up.
type givenEnv struct {
	GivenEnv
	project string // the repository's name of it
	file    *File
	used    bool
}

// addGiven looks up the files of variables that the user gives.
func (r *Repository) addGiven(given []GivenEnv) error {
	for _, g := range given {
		e := &givenEnv{GivenEnv: g}
		if g.Project != "" {
			name, ok := r.NameOf(g.Project)
			if !ok {
				return fmt.Errorf("no such compose project: %s", g.Project)
			}
			e.project = name
		}
		name, ok := r.NameOf(g.File)
		if ok {
			e.file = r.File(name)
		}
		if e.file == nil {
			b, err := readOutside(g.File)
			if err != nil {
				return fmt.Errorf("cannot read the env file %s: %w", g.File, reason(err))
			}
			name = filepath.ToSlash(g.File)
			e.file = &File{Path: name, repo: r, disk: b, size: int64(len(b)), marked: true}
			r.files[name] = e.file
			r.selected = append(r.selected, name)
		}
		if err := e.file.setsVariables(); err != nil {
			return fmt.Errorf("the env file %s %w", g.File, err)
		}
		r.given = append(r.given, e)
	}
	return nil
}

// setsVariables says why a file can be no file of variables. What is encrypted may be one.
func (f *File) setsVariables() error {
	b, err := f.Plain()
	switch {
	case err != nil || f.Locked() != nil:
		return nil
	case bytes.IndexByte(b, 0) >= 0:
		return errors.New("is no text")
	case len(f.repo.ComposeEnv(f.At(), b, func(string) (string, bool) { return "", false })) == 0:
		return errors.New("sets no variable: expected lines of NAME=value")
	}
	return nil
}

// readOutside reads a file that the user named and that is not the repository's.
func readOutside(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no regular file")
	case info.Size() > MaxFileSize:
		return nil, fmt.Errorf("it %w", errTooLarge)
	}
	return os.ReadFile(name)
}

// GivenEnv are the files of variables that the user gives a project, in the order of the flags; nil
// where there is none.
func (r *Repository) GivenEnv(p *ComposeProject) *ComposeEnv {
	var env *ComposeEnv
	for _, g := range r.given {
		if g.project != "" && g.project != p.Dir() && !slices.ContainsFunc(p.Files, func(f *File) bool { return f.Path == g.project }) {
			continue
		}
		g.used = true
		if env == nil {
			env = &ComposeEnv{Given: true}
		}
		env.Files = append(env.Files, g.file.Path)
	}
	return env
}

// UnusedEnv is a file of variables that the user gave and no project takes; empty where there is
// none.
func (r *Repository) UnusedEnv() string {
	for _, g := range r.given {
		if !g.used {
			return strings.TrimPrefix(g.Project+"="+g.File, "=")
		}
	}
	return ""
}
