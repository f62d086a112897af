package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/report"
)

// output is one report that was asked for. An empty file is standard output.
type output struct {
	format report.Format
	file   string
}

// outputs reads the values of --format: FORMAT or FORMAT=FILE. Standard output gets a
// report in any case, in text where no other format claims it: a run in CI that writes
// JSON to a file still says in its log why it failed.
func outputs(values []string) ([]output, error) {
	var all []output
	claimed := map[string]string{}
	for _, v := range values {
		name, file, toFile := strings.Cut(v, "=")
		f, ok := report.Lookup(name)
		switch {
		case !ok:
			return nil, fmt.Errorf("unknown format %q%s; there are: %s", name, didYouMean(name, formatNames()...), strings.Join(formatNames(), ", "))
		case toFile && file == "":
			return nil, fmt.Errorf("--format %s= names no file", name)
		case file == "-":
			file = ""
		case toFile:
			file = filepath.Clean(file)
			if err := writable(name, file); err != nil {
				return nil, err
			}
		}
		if other, taken := claimed[realPath(file)]; taken && file == "" {
			return nil, fmt.Errorf("%s want standard output; write one of them to a file: --format %s=FILE", both(other, name), name)
		} else if taken {
			return nil, fmt.Errorf("%s want the file %s", both(other, name), file)
		}
		claimed[realPath(file)] = name
		all = append(all, output{f, file})
	}
	if _, ok := claimed[""]; !ok {
		all = append(all, output{format: report.Formats()[0]})
	}
	return all, nil
}

// both names two reports that want one place.
func both(a, b string) string {
	if a == b {
		return "two " + a + " reports"
	}
	return "both " + a + " and " + b
}

func formatNames() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// writable refuses, before anything is read, a file that no report can be written to.
func writable(format, file string) error {
	info, err := os.Stat(file)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("cannot write the %s report: %s is a directory", format, file)
	case err == nil:
		return nil
	}
	dir := filepath.Dir(file)
	info, err = os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("cannot write the %s report to %s: there is no directory %s", format, file, dir)
	case err != nil:
		return fmt.Errorf("cannot write the %s report to %s: %w", format, file, withoutPath(err))
	case !info.IsDir():
		return fmt.Errorf("cannot write the %s report to %s: %s is not a directory", format, file, dir)
	}
	return nil
}

// realPath is one name for a file, however it is written.
func realPath(file string) string {
	if file == "" {
		return ""
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(dir, filepath.Base(abs))
	}
	return abs
}

// write tells the result in every format that was asked for. All reports are complete and
// have passed a guard before the first file is written.
func (s *session) write(outputs []output, r *lint.Result, options report.Options) error {
	texts := make([]bytes.Buffer, len(outputs))
	for i, o := range outputs {
		if o.file == "" {
			if err := o.format.Write(s.out, r, options); err != nil {
				return err
			}
			continue
		}
		plain := options
		plain.Color, plain.Shown = false, report.Terminal{}
		g := report.NewGuard(&texts[i], s.ledger)
		if err := o.format.Write(g, r, plain); err != nil {
			return err
		}
		if err := g.Flush(); err != nil {
			return err
		}
	}
	for i, o := range outputs {
		if o.file == "" {
			continue
		}
		if err := writeWhole(o.file, texts[i].Bytes()); err != nil {
			return fmt.Errorf("cannot write the %s report to %s: %w", o.format.Name, o.file, err)
		}
	}
	return nil
}

// writeWhole writes a file as a whole or not at all: into a new one beside it, which then
// takes its place. What is there and no regular file, such as a pipe, is written to as it is,
// and so is a file whose directory takes no new one.
func writeWhole(file string, content []byte) (err error) {
	var mode fs.FileMode // of the file that is there; 0 for none
	if info, err := os.Stat(file); err == nil {
		if !info.Mode().IsRegular() {
			return withoutPath(os.WriteFile(file, content, 0o666))
		}
		mode = info.Mode().Perm()
		f, err := os.OpenFile(file, os.O_WRONLY, 0)
		if err != nil {
			return withoutPath(err) // a file that its owner protects is not replaced
		}
		f.Close()
	}
	target := realPath(file)
	f, err := createBeside(target)
	if mode != 0 && errors.Is(err, fs.ErrPermission) {
		return withoutPath(os.WriteFile(target, content, mode))
	}
	if err != nil {
		return withoutPath(err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = withoutPath(err)
		}
	}()
	if _, err := f.Write(content); err != nil {
		return err
	}
	if mode != 0 {
		if err := f.Chmod(mode); err != nil {
			return err
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), target)
}

// createBeside makes a new file in the directory of another, with the mode that the user's
// umask gives (os.CreateTemp's is for the owner alone).
func createBeside(file string) (*os.File, error) {
	for {
		f, err := os.OpenFile(filepath.Join(filepath.Dir(file), ".keylint-"+rand.Text()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}
