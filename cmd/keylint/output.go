package main

import (
	"bytes"
	"fmt"
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
		}
		if other, taken := claimed[file]; taken && file == "" {
			return nil, fmt.Errorf("both %s and %s want standard output; write one of them to a file: --format %s=FILE", other, name, name)
		} else if taken {
			return nil, fmt.Errorf("both %s and %s want the file %s", other, name, file)
		}
		claimed[file] = name
		all = append(all, output{f, file})
	}
	if _, ok := claimed[""]; !ok {
		all = append(all, output{format: report.Formats()[0]})
	}
	return all, nil
}

func formatNames() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// write sends a report where it belongs. A file is written only once the whole report
// has passed a guard.
func (s *session) write(o output, r *lint.Result, options report.Options) error {
	if o.file == "" {
		return o.format.Write(s.out, r, options)
	}
	var b bytes.Buffer
	g := report.NewGuard(&b, s.ledger)
	if err := o.format.Write(g, r, report.Options{Verbose: options.Verbose}); err != nil {
		return err
	}
	if err := g.Flush(); err != nil {
		return err
	}
	if err := os.WriteFile(o.file, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("cannot write the %s report: %w", o.format.Name, err)
	}
	return nil
}
