package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/report"
	"github.com/keylint/keylint/sources"
)

// baselineName is the baseline that lies beside the configuration, or where there is none at
// the repository's root.
const baselineName = ".keylint-baseline.json"

// maxBaseline bounds in bytes what is read as a baseline.
const maxBaseline = 16 << 20

// writeBaseline is the command that takes what is found today for known. With --prune it
// only takes out what is found no more.
func (s *session) writeBaseline(c *cli.Context) (int, error) {
	set, err := s.flags(c, pathsOf(c))
	if err != nil {
		return exitFailed, err
	}
	if set.built = c.StringSlice(flagArtifact); len(set.built) > 0 {
		if !set.baselineNamed {
			return exitFailed, fmt.Errorf("what was built has a baseline of its own; name it with --%s", flagBaseline)
		}
		if err := checkPaths(c.App, set.built); err != nil {
			return exitFailed, err
		}
	}
	file := set.baseline
	existed := exists(file)
	if c.Bool(flagPrune) && !existed && !set.baselineNamed {
		return exitFailed, fmt.Errorf("there is no baseline %s to prune", shown(file))
	}
	var to *reportFile
	if existed || !c.Bool(flagPrune) {
		if to, err = s.openReport(file); err != nil {
			return exitFailed, fmt.Errorf("cannot write the baseline %s: %w", shown(file), whyNot(file, err))
		}
	}
	if err := s.confine(set.sandbox, set.limits); err != nil {
		return exitFailed, err
	}
	if err := s.configure(c, &set); err != nil {
		return exitFailed, err
	}
	var old report.Baseline
	if existed || c.Bool(flagPrune) {
		old, err = readBaseline(file, set.baselineNamed)
	}
	damaged := errors.Is(err, errDamaged)
	if err != nil && (c.Bool(flagPrune) || !damaged) { // a damaged one is what the command mends
		return exitFailed, err
	}
	r, repo, err := s.check(set)
	if err != nil {
		return exitFailed, err
	}
	if set.verbose {
		s.tellConfinement()
	}
	if !set.quiet {
		if err := report.Notes(s.err, r, report.Options{Color: set.errColor, Verbose: set.verbose}); err != nil {
			return exitFailed, err
		}
	}
	now := report.NewBaseline(r).With(old, repo.Selected)
	if c.Bool(flagPrune) {
		if r.Coverage.Locked > old.Locked {
			return exitFailed, fmt.Errorf("more values are locked than when %s was written (%d, then %d), and what seems to be gone may be hidden there; give the private keys that were given then (or, if there are none for what came in since, write it anew without --%s first)", shown(file), r.Coverage.Locked, old.Locked, flagPrune)
		}
		_, now = old.Apply(r, repo.Selected)
	}
	switch {
	case !damaged && existed && bytes.Equal(now.Bytes(), old.Bytes()):
		fmt.Fprintf(s.out, "%s is as it was: %s\n", shown(file), countFindings(len(now.Entries)))
		return exitClean, nil
	case !existed && len(now.Entries) == 0:
		fmt.Fprintln(s.out, "there is no finding to take for known, and no baseline was written")
		return exitClean, nil
	}
	var guarded bytes.Buffer
	g := report.NewGuard(&guarded, s.ledger)
	_, _ = g.Write(now.Bytes()) // into memory
	if err := g.Flush(); err != nil {
		return exitFailed, err
	}
	s.unwatch()
	if err := to.fill(guarded.Bytes()); err != nil {
		return exitFailed, fmt.Errorf("cannot write the baseline %s: %w", shown(file), err)
	}
	fmt.Fprintf(s.out, "wrote %s: %s (%d new, %d gone)\n", shown(file), countFindings(len(now.Entries)), old.Lacking(now), now.Lacking(old))
	if r.Coverage.Locked > old.Locked && len(old.Entries) > 0 {
		fmt.Fprintf(s.err, "keylint: more values are locked than when it was written (%d, then %d): its entries were kept, for they may be hidden there\n", r.Coverage.Locked, old.Locked)
	}
	return exitClean, nil
}

func countFindings(n int) string {
	if n == 1 {
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", n)
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

var errDamaged = errors.New("no usable baseline")

// readBaseline reads a baseline. One that is missing is empty, unless somebody named it.
func readBaseline(file string, named bool) (report.Baseline, error) {
	look := os.Lstat // what was found must lie in the repository, and a link could lead anywhere
	if named {
		look = os.Stat
	}
	info, err := look(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && named:
		return report.Baseline{}, fmt.Errorf("no such baseline: %s; keylint baseline writes one", shown(file))
	case errors.Is(err, fs.ErrNotExist):
		return report.Baseline{}, nil
	case err != nil:
		return report.Baseline{}, fmt.Errorf("cannot read the baseline %s: %w", shown(file), withoutPath(err))
	case !info.Mode().IsRegular():
		return report.Baseline{}, fmt.Errorf("the baseline %s is not a regular file", shown(file))
	}
	text, err := readBounded(file, "the baseline "+shown(file), maxBaseline)
	if err != nil {
		return report.Baseline{}, err
	}
	b, err := report.ParseBaseline(text)
	if err != nil {
		return report.Baseline{}, fmt.Errorf("%w: %s: %w", errDamaged, shown(file), err)
	}
	return b, nil
}

// knownFindings reads the baseline that a run goes by; it is empty where there is none.
func knownFindings(set settings) (report.Baseline, error) {
	if set.baseline == "" {
		return report.Baseline{}, nil
	}
	return readBaseline(set.baseline, set.baselineNamed)
}

// applyBaseline takes known findings out of the result, and notes what is known and gone.
func applyBaseline(set settings, b report.Baseline, r *lint.Result, repo *sources.Repository) {
	gone, _ := b.Apply(r, repo.Selected)
	if len(gone) == 0 {
		return
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s of the baseline %s gone; keylint baseline --prune takes %s out:", countFindings(len(gone)), isAre(len(gone)), itThem(len(gone)))
	for i, e := range gone {
		if i == maxGone {
			fmt.Fprintf(&text, " and %d more", len(gone)-i)
			break
		}
		text.WriteString(" " + e.ID + " in " + e.File)
	}
	r.Notes = append(r.Notes, sources.Note{Kind: sources.NoteBaseline, At: sources.Position{File: shownBaseline(set)}, Message: text.String()})
}

// shownBaseline is how a report calls the baseline: as the user did, or from the repository's
// root.
func shownBaseline(set settings) string {
	if dirs := upward(set.baseline); !set.baselineNamed && len(dirs) > 0 {
		if real, err := filepath.EvalSymlinks(set.baseline); err == nil {
			if rel, err := filepath.Rel(dirs[len(dirs)-1], real); err == nil {
				return filepath.ToSlash(rel)
			}
		}
	}
	return set.baseline
}

// maxGone is how many entries a note names.
const maxGone = 5

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func itThem(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// baselineFile is the baseline that a run goes by: that of --baseline, or the one beside the
// configuration, or that of the first path's repository. It is empty for none.
func baselineFile(c *cli.Context, configFile string, paths []string) (file string, named bool, err error) {
	named = c.IsSet(flagBaseline)
	switch {
	case named && c.Bool(flagNoBaseline):
		return "", false, fmt.Errorf("--%s and --%s contradict each other", flagBaseline, flagNoBaseline)
	case c.Bool(flagNoBaseline):
		return "", false, nil
	case named && c.String(flagBaseline) == "":
		return "", false, fmt.Errorf("--%s names no file; without a baseline: --%s", flagBaseline, flagNoBaseline)
	case named:
		return c.String(flagBaseline), true, nil
	}
	first := paths[0]
	if first == "-" {
		first = "."
	}
	dirs := upward(first)
	if len(dirs) == 0 {
		return "", false, nil
	}
	root := dirs[len(dirs)-1]
	if configFile != "" {
		// A configuration outside of the repository serves several, which share no findings.
		beside, err := filepath.EvalSymlinks(filepath.Dir(configFile))
		if err == nil {
			beside, err = filepath.Abs(beside)
		}
		if rel, relErr := filepath.Rel(root, beside); err == nil && relErr == nil && filepath.IsLocal(rel) {
			root = beside
		}
	}
	return filepath.Join(root, baselineName), false, nil
}
