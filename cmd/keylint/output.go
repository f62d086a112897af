package main

import (
	"bytes"
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
	to     *reportFile // nil for standard output
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
		}
		if other, taken := claimed[realPath(file)]; taken && file == "" {
			return nil, fmt.Errorf("%s want standard output; write one of them to a file: --format %s=FILE", both(other, name), name)
		} else if taken {
			return nil, fmt.Errorf("%s want the file %s", both(other, name), file)
		}
		claimed[realPath(file)] = name
		all = append(all, output{format: f, file: file})
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

// openReports opens the files of all reports. It refuses, before anything is read, one that no report can be written to.
func (s *session) openReports(outputs []output) error {
	for i, o := range outputs {
		if o.file == "" {
			continue
		}
		f, err := s.openReport(o.file)
		if err != nil {
			return fmt.Errorf("cannot write the %s report to %s: %w", o.format.Name, o.file, whyNot(o.file, err))
		}
		outputs[i].to = f
	}
	return nil
}

// whyNot says more plainly than the system why a file cannot be opened.
func whyNot(file string, err error) error {
	dir := filepath.Dir(file)
	switch info, dirErr := os.Stat(dir); {
	case errors.Is(dirErr, fs.ErrNotExist):
		return fmt.Errorf("there is no directory %s", dir)
	case dirErr == nil && !info.IsDir():
		return fmt.Errorf("%s is not a directory", dir)
	}
	if info, fileErr := os.Stat(file); fileErr == nil && info.IsDir() {
		return errors.New("it is a directory")
	}
	return err
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
	s.unwatch()
	for i, o := range outputs {
		if o.to == nil {
			continue
		}
		if err := o.to.fill(texts[i].Bytes()); err != nil {
			return fmt.Errorf("cannot write the %s report to %s: %w", o.format.Name, o.file, err)
		}
	}
	return nil
}
