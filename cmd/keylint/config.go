package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources/decrypt"
)

// configName is the configuration file that is searched for.
const configName = ".keylint.yaml"

// maxConfig bounds in bytes what is read as a configuration.
const maxConfig = 1 << 20

// config is what .keylint.yaml may say. A flag beats it.
type config struct {
	failOn lint.Severity // "" where it says nothing
	strict bool
	keys   decrypt.KeyFiles // besides those of the flags
	rules  lint.Config
	names  map[string]keys.Slot // further names of variables and data keys

	examples []string // patterns of sources.Options

	passedOver []string // configurations below the root, which do not count
}

// configPlace is where a configuration stands.
type configPlace struct {
	file       string   // empty where there is none
	named      bool     // the user named it
	passedOver []string // those below the root, which do not count
}

// locateConfig finds the file that --config names, or else the .keylint.yaml at the root of the paths' work tree, and reads nothing of it.
// One in a directory below does not count: it would let whoever may write there decide what is told of it, and which private keys are tried.
func locateConfig(named string, paths []string) (configPlace, error) {
	if named == "" {
		file, passedOver, err := findConfig(paths)
		return configPlace{file: file, passedOver: passedOver}, err
	}
	info, err := os.Stat(named)
	if errors.Is(err, fs.ErrNotExist) {
		return configPlace{}, fmt.Errorf("no such configuration file: %s", named)
	}
	if err == nil && info.IsDir() {
		return configPlace{}, fmt.Errorf("the configuration %s is a directory", named)
	}
	return configPlace{file: named, named: true}, nil
}

// read reads it; where there is none it is empty.
func (p configPlace) read() (config, error) {
	if p.file == "" {
		return config{passedOver: p.passedOver}, nil
	}
	if p.named {
		return loadConfig(p.file)
	}
	// What was found, not named, must lie in the repository: a link could lead to any
	// file of the machine, and an error would quote from it.
	if info, err := os.Lstat(p.file); err != nil || !info.Mode().IsRegular() {
		return config{}, fmt.Errorf("%s is not a regular file", shown(p.file))
	}
	c, err := loadConfig(p.file)
	if err != nil {
		return config{}, err
	}
	c.passedOver = p.passedOver
	return c, c.confineKeys(p.file)
}

// confineKeys refuses key files outside of the repository that holds the configuration: a
// pull request must not choose which of the machine's files are read. A configuration that
// --config names is the user's own, and may.
func (c config) confineKeys(file string) error {
	dirs := upward(file)
	root := dirs[len(dirs)-1]
	for _, list := range [][]string{c.keys.Age, c.keys.PGP, c.keys.SealedSecrets} {
		for _, name := range list {
			real, err := filepath.EvalSymlinks(name)
			if err != nil {
				real = name
			}
			if rel, err := filepath.Rel(root, real); err != nil || !filepath.IsLocal(rel) {
				return fmt.Errorf("%s: the key file %s lies outside of the repository; name it with a flag, or the configuration with --config", shown(file), shown(name))
			}
		}
	}
	return nil
}

// findConfig looks in the root of each path's repository. Paths that lead to different files are
// refused: which one counts is for the user to say. passedOver are those on the way to the roots.
func findConfig(paths []string) (found string, passedOver []string, err error) {
	for _, p := range paths {
		if p == "-" {
			p = "."
		}
		file := ""
		dirs := upward(p)
		for i, dir := range dirs {
			switch at := filepath.Join(dir, configName); {
			case !exists(at):
			case i+1 == len(dirs):
				file = at
			case !slices.Contains(passedOver, at):
				passedOver = append(passedOver, at)
			}
		}
		switch {
		case file == "" || file == found:
		case found == "":
			found = file
		default:
			return "", nil, fmt.Errorf("the paths have different configurations, %s and %s; say which counts with --config", shown(found), shown(file))
		}
	}
	return found, passedOver, nil
}

// upward lists the directories from p to the root of its git work tree; where there is
// none, only the first.
func upward(p string) []string {
	abs, err := filepath.Abs(p)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	if err != nil {
		return nil
	}
	if info, err := os.Stat(abs); err == nil && !info.IsDir() {
		abs = filepath.Dir(abs)
	}
	var dirs []string
	for dir := abs; ; dir = filepath.Dir(dir) {
		dirs = append(dirs, dir)
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dirs
		}
		if dir == filepath.Dir(dir) {
			return dirs[:1]
		}
	}
}

// readBounded reads a file of at most so many bytes, which errors call by the given name.
func readBounded(file, name string, limit int) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, withoutPath(err))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, withoutPath(err))
	}
	if len(b) > limit {
		return nil, fmt.Errorf("%s is larger than %d MiB", name, limit>>20)
	}
	return b, nil
}

func loadConfig(file string) (config, error) {
	b, err := readBounded(file, shown(file), maxConfig)
	if err != nil {
		return config{}, err
	}
	c, line, err := parseConfig(b)
	if err != nil && line > 0 {
		return config{}, fmt.Errorf("%s:%d: %s", shown(file), line, err)
	}
	if err != nil {
		return config{}, fmt.Errorf("%s: %s", shown(file), err)
	}
	for _, list := range []*[]string{&c.keys.Age, &c.keys.PGP, &c.keys.SealedSecrets} {
		for i, name := range *list {
			if !filepath.IsAbs(name) {
				(*list)[i] = filepath.Join(filepath.Dir(file), filepath.FromSlash(name))
			}
		}
	}
	return c, nil
}

// severity reads the name of a severity.
func severity(of, name string) (lint.Severity, error) {
	switch s := lint.Severity(name); s {
	case lint.Error, lint.Warning, lint.Info:
		return s, nil
	}
	return "", fmt.Errorf("%s is error, warning or info, not %q%s", of, keys.ScrubShapes(name), didYouMean(name, "error", "warning", "info"))
}

// shown is a path as the user would write it from where he is.
func shown(file string) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, file); err == nil && filepath.IsAbs(file) {
			return rel
		}
	}
	return file
}
