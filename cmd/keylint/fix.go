package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/keylint/keylint/fix"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
	"github.com/keylint/keylint/report"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
)

// fix is the command that mends what is found.
func (s *session) fix(c *cli.Context) (int, error) {
	set, err := s.flags(c, pathsOf(c))
	if err != nil {
		return exitFailed, err
	}
	write := c.Bool(flagWrite)
	if slices.Contains(set.paths, "-") {
		return exitFailed, errors.New("fix mends files; what comes on standard input is in none")
	}
	options := fix.Options{Only: c.StringSlice(flagOnly), Safe: c.Bool(flagSafe), Sealer: fix.Sealer{Now: set.now.Time()}}
	for _, name := range options.Only {
		if !slices.ContainsFunc(rules.All(), func(r *lint.Rule) bool { return r.Name == name }) {
			return exitFailed, fmt.Errorf("--%s %s: there is no such rule; keylint rules lists them", flagOnly, shown(name))
		}
	}
	if options.Sealer.Certificate, err = certificate(c.String(flagSealCertificate)); err != nil {
		return exitFailed, err
	}
	set.from = c.StringSlice(flagFrom)
	if write {
		s.sandbox.Writes()
	}
	if err := s.confine(set.sandbox, set.limits); err != nil {
		return exitFailed, err
	}
	if err := s.configure(c, &set); err != nil {
		return exitFailed, err
	}
	set.rules.Mend = true
	if c.Bool(flagMint) {
		set.rules.Choice.Mint = set.now.Time().UTC().Truncate(time.Second)
	}
	known, err := knownFindings(set)
	if err != nil {
		return exitFailed, err
	}
	var repo *sources.Repository
	plan, err := s.plan(set, options, func(r *lint.Result, of *sources.Repository) {
		applyBaseline(set, known, r, of)
		repo = of
	})
	if err != nil {
		return exitFailed, err
	}
	if set.verbose {
		s.tellConfinement()
	}
	var unsaved, ignored []string
	for _, name := range slices.Sorted(maps.Keys(plan.Files)) {
		if repo.File(name).Unsaved() {
			unsaved = append(unsaved, name)
		}
		if repo.File(name).Ignored {
			ignored = append(ignored, name)
		}
	}
	written := false
	if write && len(plan.Files) > 0 && len(plan.Against) == 0 {
		s.unwatch()
		untilDone()
		if err := writeFiles(repo, plan); err != nil {
			return exitFailed, err
		}
		written = true
	}
	err = report.Fixes(s.out, report.Mending{
		Fixes: plan.Fixes, Left: plan.Left, Then: plan.Then, Against: plan.Against, Files: len(plan.Files), Written: written, After: plan.After, Unsaved: unsaved, Ignored: ignored,
	}, report.Options{Color: set.outColor, Verbose: set.verbose, Shown: s.shownOn(repo)})
	if err != nil {
		return exitFailed, err
	}
	is := plan.Before
	if written {
		is = plan.After
	}
	if is.Worst() != "" && is.Worst().AtLeast(set.failOn) {
		return exitFindings, nil
	}
	return exitClean, nil
}

// choices reads the values of --from. What stands behind the last ":" is a name, unless there is a file of the whole one.
func choices(repo *sources.Repository, values []string) (out []lint.Source, err error) {
	for _, v := range values {
		name, ok := repo.NameOf(v)
		of := lint.Source{File: name}
		if i := strings.LastIndexByte(v, ':'); !ok && i > 0 {
			name, ok = repo.NameOf(v[:i])
			of = lint.Source{File: name, Variable: v[i+1:]}
		}
		if !ok {
			return nil, fmt.Errorf("--%s %s: there is no such file in the repository", flagFrom, shown(v))
		}
		out = append(out, of)
	}
	return out, nil
}

// plan lints, and lints again as the repository would be.
func (s *session) plan(set settings, options fix.Options, linted func(*lint.Result, *sources.Repository)) (*fix.Plan, error) {
	defer func() { s.progress.end() }()
	opened, err := s.open(set)
	if err != nil {
		return nil, err
	}
	return fix.Make(func(edited fix.Files) (*lint.Result, *sources.Repository, error) {
		r, repo, err := s.look(set, opened, edited)
		if err == nil {
			linted(r, repo)
		}
		return r, repo, err
	}, options)
}

// certificate reads that of a SealedSecrets controller; nil where none is named.
func certificate(file string) (*decrypt.Certificate, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--%s %s: %w", flagSealCertificate, shown(file), withoutPath(err))
	}
	cert, err := decrypt.ReadCertificate(b)
	if err != nil {
		return nil, fmt.Errorf("--%s %s: it %w", flagSealCertificate, shown(file), err)
	}
	return cert, nil
}

// untilDone lets no signal that asks the process to end come between the files that are written: all are, in a moment, or none is.
func untilDone() { signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) }

// writeFiles writes what a plan says, all of it or nothing.
func writeFiles(repo *sources.Repository, plan *fix.Plan) error {
	var changes []fix.Change
	dir := ""
	for name, b := range plan.Files {
		tree, rel, ok := repo.InTree(name)
		switch {
		case !ok:
			return fmt.Errorf("%s is in no work tree", name)
		case dir != "" && dir != tree:
			return errors.New("the places that are to be mended lie in several work trees: mend one after the other, naming a PATH in each")
		}
		dir = tree
		changes = append(changes, fix.Change{Name: rel, Was: plan.Was[name], Is: b})
	}
	slices.SortFunc(changes, func(a, b fix.Change) int { return strings.Compare(a.Name, b.Name) })
	tree, err := fix.OpenTree(dir)
	if err != nil {
		return fmt.Errorf("cannot open %s: %w", shown(dir), withoutPath(err))
	}
	return fix.Write(tree, changes)
}
