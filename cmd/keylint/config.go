package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
)

// configName is the configuration file that is searched for.
const configName = ".keylint.yaml"

// maxConfig bounds in bytes what is read as a configuration.
const maxConfig = 1 << 20

// config is what .keylint.yaml may say. A flag beats it.
type config struct {
	failOn lint.Severity // "" where it says nothing
	strict bool
}

// readConfig reads the file that --config names, or else the nearest .keylint.yaml of
// the paths. Without either it is empty.
func readConfig(named string, paths []string) (config, error) {
	if named != "" {
		info, err := os.Stat(named)
		if errors.Is(err, fs.ErrNotExist) {
			return config{}, fmt.Errorf("no such configuration file: %s", named)
		}
		if err == nil && info.IsDir() {
			return config{}, fmt.Errorf("the configuration %s is a directory", named)
		}
		return loadConfig(named)
	}
	file, err := findConfig(paths)
	if err != nil || file == "" {
		return config{}, err
	}
	// What was found, not named, must lie in the repository: a link could lead to any
	// file of the machine, and an error would quote from it.
	if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
		return config{}, fmt.Errorf("%s is not a regular file", shown(file))
	}
	return loadConfig(file)
}

// findConfig searches upward from each path to its repository's root. Paths that lead
// to different files are refused: which one counts is for the user to say.
func findConfig(paths []string) (string, error) {
	found := ""
	for _, p := range paths {
		if p == "-" {
			p = "."
		}
		file := nearestConfig(p)
		switch {
		case file == "" || file == found:
		case found == "":
			found = file
		default:
			return "", fmt.Errorf("the paths have different configurations, %s and %s; say which counts with --config", shown(found), shown(file))
		}
	}
	return found, nil
}

func nearestConfig(p string) string {
	for _, dir := range upward(p) {
		file := filepath.Join(dir, configName)
		if _, err := os.Lstat(file); err == nil {
			return file
		}
	}
	return ""
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

func loadConfig(file string) (config, error) {
	f, err := os.Open(file)
	if err != nil {
		return config{}, fmt.Errorf("cannot read %s: %w", shown(file), withoutPath(err))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return config{}, fmt.Errorf("cannot read %s: %w", shown(file), withoutPath(err))
	}
	if len(b) > maxConfig {
		return config{}, fmt.Errorf("%s is larger than %d MiB", shown(file), maxConfig>>20)
	}
	c, line, err := parseConfig(b)
	if err != nil && line > 0 {
		return config{}, fmt.Errorf("%s:%d: %s", shown(file), line, err)
	}
	if err != nil {
		return config{}, fmt.Errorf("%s: %s", shown(file), err)
	}
	return c, nil
}

// configKeys are the keys that a configuration may have.
var configKeys = []string{"fail-on", "strict"}

// parseConfig reads a configuration. The line is that of the error, 0 where it is not
// known. What an error quotes has no key shape in it.
func parseConfig(b []byte) (c config, line int, err error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return c, 0, errors.New(keys.ScrubShapes(strings.TrimPrefix(err.Error(), "yaml: ")))
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return c, 0, nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return c, root.Line, fmt.Errorf("a configuration is a mapping of %s", strings.Join(configKeys, ", "))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if seen[key.Value] {
			return c, key.Line, fmt.Errorf("the key %s stands here a second time", keys.ScrubShapes(key.Value))
		}
		seen[key.Value] = true
		switch key.Value {
		case "fail-on":
			c.failOn, err = severity("fail-on", value.Value)
		case "strict":
			if value.Kind != yaml.ScalarNode || value.Decode(&c.strict) != nil {
				err = errors.New("strict is true or false")
			}
		default:
			return c, key.Line, fmt.Errorf("unknown key %q%s; there are: %s", keys.ScrubShapes(key.Value),
				didYouMean(key.Value, configKeys...), strings.Join(configKeys, ", "))
		}
		if err != nil {
			return c, value.Line, err
		}
	}
	return c, 0, nil
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
