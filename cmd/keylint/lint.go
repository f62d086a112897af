package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/keylint/keylint/internal/confine"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/report"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/artifact"
	"github.com/keylint/keylint/sources/decrypt"
)

// settings are what flags and configuration say together.
type settings struct {
	paths    []string
	outputs  []output
	failOn   lint.Severity
	strict   bool
	quiet    bool
	verbose  bool
	now      keys.Clock
	rules    lint.Config
	names    keys.Names
	examples []string
	keys     decrypt.KeyFiles
	env      []sources.GivenEnv // what compose's variables come from
	built    []string           // what was built from the repository, of the command artifact

	sandbox confine.Mode
	limits  confine.Limits

	from []string // of fix and env: what counts, as FILE or FILE:NAME
	app  string   // of env: the directory of the app

	passedOver []string // configurations that do not count

	config        configPlace
	baseline      string // the file; empty for none
	baselineNamed bool   // somebody named it, so that it must be there

	outColor, errColor bool
}

// lint is the command without a name.
func (s *session) lint(c *cli.Context) (int, error) {
	set, err := s.settings(c, pathsOf(c))
	if err != nil {
		return exitFailed, err
	}
	return s.tell(set)
}

// tell checks, and reports in all formats that were asked for.
func (s *session) tell(set settings) (int, error) {
	known, err := knownFindings(set)
	if err != nil {
		return exitFailed, err
	}
	r, repo, err := s.check(set)
	if err != nil {
		return exitFailed, err
	}
	applyBaseline(set, known, r, repo)
	if set.verbose {
		s.tellConfinement()
	}
	r = report.Showable(r, s.ledger)
	if !set.quiet {
		if err := report.Notes(s.err, r, report.Options{Color: set.errColor, Verbose: set.verbose}); err != nil {
			return exitFailed, err
		}
	}
	if err := s.write(set.outputs, r, report.Options{
		Color: set.outColor, Shown: s.shownOn(repo), Verbose: set.verbose, FailOn: set.failOn,
		Version: thisBuild().Version, Source: report.SourceFromEnvironment(s.env),
		Sandbox: s.confinement(),
	}); err != nil {
		return exitFailed, err
	}
	status, why := verdict(r, set)
	if why != "" && !set.quiet {
		fmt.Fprintf(s.err, "keylint: %s\n", why)
	}
	return status, nil
}

// settings reads flags and configuration, and refuses what contradicts itself before
// anything is read. The process is confined in between.
func (s *session) settings(c *cli.Context, paths []string) (set settings, err error) {
	if set, err = s.flags(c, paths); err != nil {
		return set, err
	}
	if err := s.confine(set.sandbox, set.limits); err != nil {
		return set, err
	}
	return set, s.configure(c, &set)
}

// pathsOf are the PATHs of a command line.
func pathsOf(c *cli.Context) []string {
	if paths := distinct(c.Args().Slice()); len(paths) > 0 {
		return paths
	}
	return []string{"."}
}

// flags reads the flags of a run over the paths, looks where configuration and baseline lie, and opens the
// files of reports.
func (s *session) flags(c *cli.Context, paths []string) (set settings, err error) {
	set = settings{paths: paths, strict: c.Bool(flagStrict), quiet: c.Bool(flagQuiet), verbose: c.Bool(flagVerbose)}
	if set.quiet && set.verbose {
		return set, errors.New("--quiet and --verbose contradict each other")
	}
	if set.outputs, err = outputs(c.StringSlice(flagFormat)); err != nil {
		return set, err
	}
	if set.failOn, err = severity("--"+flagFailOn, cmp.Or(c.String(flagFailOn), string(lint.Error))); err != nil {
		return set, err
	}
	if set.now, err = clock(c.String(flagNow)); err != nil {
		return set, err
	}
	if set.outColor, err = s.colors(c.String(flagColor), s.outTerminal); err != nil {
		return set, err
	}
	if set.errColor, err = s.colors(c.String(flagColor), s.errTerminal); err != nil {
		return set, err
	}
	if set.sandbox, set.limits, err = bounds(c); err != nil {
		return set, err
	}
	set.limits.Trees = len(paths)
	if err := checkPaths(c.App, set.paths); err != nil {
		return set, err
	}
	if set.config, err = locateConfig(c.String(flagConfig), set.paths); err != nil {
		return set, err
	}
	if set.baseline, set.baselineNamed, err = baselineFile(c, set.config.file, set.paths); err != nil {
		return set, err
	}
	return set, s.openReports(set.outputs)
}

// configure adds what the configuration says, where no flag says otherwise.
func (s *session) configure(c *cli.Context, set *settings) error {
	cfg, err := set.config.read()
	if err != nil {
		return err
	}
	if !c.IsSet(flagFailOn) && cfg.failOn != "" {
		set.failOn = cfg.failOn
	}
	if !c.IsSet(flagStrict) {
		set.strict = cfg.strict
	}
	set.passedOver = cfg.passedOver
	set.rules, set.names, set.examples, set.keys = cfg.rules, keys.NewNames(cfg.names), cfg.examples, cfg.keys
	set.keys.Age = append(set.keys.Age, c.StringSlice(flagAgeKey)...)
	set.keys.PGP = append(set.keys.PGP, c.StringSlice(flagPGPKey)...)
	set.keys.SealedSecrets = append(set.keys.SealedSecrets, c.StringSlice(flagSealedSecretsKey)...)
	set.keys.Getenv, set.keys.Home = s.env, s.home()
	set.env = givenEnv(c.StringSlice(flagEnvFile))
	return nil
}

// givenEnv reads the values of --env-file. What stands before the first "=" is a project, unless
// there is a file of the whole name.
func givenEnv(values []string) []sources.GivenEnv {
	var out []sources.GivenEnv
	for _, v := range values {
		g := sources.GivenEnv{File: v}
		if _, err := os.Lstat(v); err != nil {
			if project, file, ok := strings.Cut(v, "="); ok {
				g = sources.GivenEnv{Project: project, File: file}
			}
		}
		out = append(out, g)
	}
	return out
}

// clock is what dates are compared with: the day or the moment that --now says, or the present.
func clock(date string) (keys.Clock, error) {
	if date == "" {
		return keys.At(time.Now()), nil
	}
	if t, err := time.Parse(time.DateOnly, date); err == nil {
		return keys.OnDay(t), nil
	}
	if t, err := time.Parse(time.RFC3339, date); err == nil {
		return keys.At(t), nil
	}
	return keys.Clock{}, fmt.Errorf("--%s is a date like 2026-11-23, or a time like 2026-11-23T12:00:00Z, not %q", flagNow, keys.ScrubShapes(date))
}

// check is keylint's one way from the repository to the result.
func (s *session) check(set settings) (*lint.Result, *sources.Repository, error) {
	defer func() { s.progress.end() }()
	opened, err := s.open(set)
	if err != nil {
		return nil, nil, err
	}
	return s.look(set, opened, nil)
}

// opened is what a run has from outside of the repository.
type opened struct {
	keyring *decrypt.Keyring
	built   []*artifact.Built
}

// open reads the private keys and what was built. From then on the process reads nothing but the repository.
func (s *session) open(set settings) (o opened, err error) {
	s.progress = s.newProgress(s.rawErr, set.quiet)
	s.at("reading the private keys")
	if o.keyring, err = decrypt.Load(set.keys); err != nil {
		return o, err
	}
	if !set.quiet {
		for _, file := range set.passedOver {
			fmt.Fprintf(s.err, "keylint: warning: %s\n", report.Plain(s.ledger.Scrub(shown(file)+" does not count: the configuration is that of the repository's root, or what --config names")))
		}
		for _, w := range o.keyring.Warnings() {
			fmt.Fprintf(s.err, "keylint: warning: %s\n", s.ledger.Scrub(w))
		}
	}
	if err := s.onlyRead(set); err != nil {
		return o, err
	}
	s.at("looking into what was built")
	o.built, err = sources.LookInto(set.built)
	return o, err
}

// look lints the repository as it is when files hold other bytes.
func (s *session) look(set settings, o opened, edited map[string][]byte) (*lint.Result, *sources.Repository, error) {
	s.at("reading the repository")
	repo, err := sources.Open(sources.Options{
		Paths: set.paths, Stdin: s.stdin, Keyring: o.keyring, Ledger: s.ledger, Names: set.names, Env: set.env, Examples: set.examples,
		Built: o.built, Hosts: set.rules.Hosts(), Edited: edited,
	})
	if err != nil {
		return nil, nil, err
	}
	if set.rules.Choice.From, err = choices(repo, set.from); err != nil {
		return nil, nil, err
	}
	if set.rules.App != nil {
		set.rules.App.Dir, _ = repo.NameOf(set.app)
	}
	s.at("rendering what is deployed")
	units := render.Units(repo)
	if unused := repo.UnusedEnv(); unused != "" {
		return nil, nil, fmt.Errorf("--%s %s: no compose project takes its variables from it", flagEnvFile, unused)
	}
	s.at("comparing the keys")
	all := sites.Collect(repo, units)
	for n, from := range set.rules.Choice.From {
		if !slices.ContainsFunc(all.Sites, from.Holds) {
			return nil, nil, fmt.Errorf("--%s %s: no key is written there", flagFrom, shown(set.from[n]))
		}
	}
	return lint.Check(lint.Group(all, set.rules), rules.All(), set.now), repo, nil
}

// onlyRead leaves the process nothing to read but the repository and what the user named besides.
func (s *session) onlyRead(set settings) error {
	if s.sandbox == nil {
		return nil
	}
	trees, err := sources.WorkTrees(set.paths)
	if err != nil {
		return err
	}
	others := slices.Clone(set.built)
	for _, g := range set.env {
		others = append(others, g.File)
	}
	return s.sandbox.Read(trees, others)
}

// distinct keeps the first of each: standard input can be read only once.
func distinct(paths []string) []string {
	var out []string
	for _, p := range paths {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// home is the user's home directory, under which sops keeps its age keys.
func (s *session) home() string {
	if h := s.env("HOME"); h != "" {
		return h
	}
	return s.env("USERPROFILE")
}

// verdict is the exit status, and why it is not 0 where no finding says so.
func verdict(r *lint.Result, set settings) (status int, why string) {
	if worst := r.Worst(); worst != "" && worst.AtLeast(set.failOn) {
		return exitFindings, ""
	}
	if !set.strict {
		return exitClean, ""
	}
	why = r.Coverage.Why()
	if len(set.built) > 0 {
		why = cmp.Or(unread(r), why)
	}
	if why != "" {
		return exitFindings, why + ", and --strict asks for proof"
	}
	return exitClean, ""
}
