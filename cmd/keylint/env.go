package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"
	"mvdan.cc/sh/v3/syntax"

	"github.com/keylint/keylint/fix"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/report"
	"github.com/keylint/keylint/sources"
)

// appEnv is the command that gives an app the address and the key of an instance.
func (s *session) appEnv(c *cli.Context) (int, error) {
	app, file, err := appArguments(c)
	if err != nil {
		return exitFailed, err
	}
	set, err := s.flags(c, []string{app})
	if err != nil {
		return exitFailed, err
	}
	set.app = app
	if set.paths, err = sources.WorkTrees(set.paths); err != nil { // what comes up anywhere stands in the way
		return exitFailed, err
	}
	question := &lint.AppQuestion{Server: c.Bool(flagServer), Instance: c.String(flagInstance), Check: c.Bool(flagCheck)}
	if question.URL, err = baseURL(c.String(flagURL)); err != nil {
		return exitFailed, err
	}
	set.from = c.StringSlice(flagFrom)
	if file != "" {
		s.sandbox.Writes()
	}
	if err := s.confine(set.sandbox, set.limits); err != nil {
		return exitFailed, err
	}
	if err := s.configure(c, &set); err != nil {
		return exitFailed, err
	}
	set.rules.App = question
	opened, err := s.open(set)
	if err != nil {
		return exitFailed, err
	}
	var repo *sources.Repository
	look := func(edited fix.Files) (r *lint.Result, _ *sources.Repository, err error) {
		r, repo, err = s.look(set, opened, edited)
		return r, repo, err
	}
	plan, err := fix.MakeEnv(look, func(of *sources.Repository) (string, error) { return nameToWrite(of, file) }, fix.Sealer{Now: set.now.Time()})
	s.progress.end()
	if err != nil {
		return exitFailed, err
	}
	written := plan.Changes() && len(plan.Against) == 0
	if written {
		s.unwatch()
		untilDone()
		if err := writeEnv(repo, plan, question.Server); err != nil {
			return exitFailed, err
		}
	}
	err = report.AppEnv(s.out, report.Env{
		AppEnv: plan.AppEnv, File: plan.File, Lines: plan.Lines, Against: plan.Against, Written: written, Check: c.Bool(flagCheck),
		First: mendingFirst(c, app, plan), Again: writing(c, app, plan.AppEnv),
	}, report.Options{Color: set.outColor, Shown: s.shownOn(repo)})
	switch {
	case err != nil:
		return exitFailed, err
	case len(plan.Against) > 0, c.Bool(flagCheck) && !hasAll(plan.AppEnv, set.strict):
		return exitFindings, nil
	}
	return exitClean, nil
}

// mendingFirst is the command that mends the rest of the repository, where that helps.
func mendingFirst(c *cli.Context, app string, plan *fix.EnvPlan) string {
	if !plan.Mended {
		return ""
	}
	words := []string{"keylint", "fix", "--" + flagWrite}
	for _, value := range c.StringSlice(flagFrom) {
		words = append(words, "--"+flagFrom, value)
	}
	if up, err := filepath.Rel(filepath.FromSlash(plan.App.Dir), "."); err == nil {
		words = append(words, filepath.Join(app, up))
	}
	return inShell(words)
}

// writing is the command that writes what the app needs, as it is given where this one was: with the paths and the answers that this one got. It is
// empty where git keeps each file that may take it, of what has to stay secret.
func writing(c *cli.Context, app string, e *lint.AppEnv) string {
	name := e.App.EnvFile()
	if c.Bool(flagServer) {
		name = e.App.SecretFile()
	}
	file, err := filepath.Rel(filepath.FromSlash(e.App.Dir), filepath.FromSlash(name))
	if err != nil || name == "" {
		return ""
	}
	words := []string{"keylint", "env"}
	if c.Bool(flagServer) {
		words = append(words, "--"+flagServer)
	}
	for _, name := range []string{flagInstance, flagURL} {
		if value := c.String(name); value != "" {
			words = append(words, "--"+name, value)
		}
	}
	for _, value := range c.StringSlice(flagFrom) {
		words = append(words, "--"+flagFrom, value)
	}
	return inShell(append(words, "--"+flagWrite, filepath.Join(app, file), app))
}

// inShell is a command as people paste it; empty where it has a word that no shell takes.
func inShell(words []string) string {
	for n, word := range words {
		quoted, err := syntax.Quote(word, syntax.LangBash)
		if err != nil {
			return ""
		}
		words[n] = quoted
	}
	return strings.Join(words, " ")
}

// appArguments are the app's directory and the file that is to be written; empty where none is.
func appArguments(c *cli.Context) (app, file string, err error) {
	file = c.String(flagWrite)
	switch {
	case c.NArg() == 0:
		return "", "", errors.New("env needs the directory of an app: keylint env apps/web")
	case c.NArg() > 1:
		return "", "", errors.New("env takes one app at a time")
	case c.Bool(flagCheck) && file != "":
		return "", "", fmt.Errorf("--%s asks what the app has, and --%s changes it: give one of them", flagCheck, flagWrite)
	}
	app = c.Args().First()
	switch info, err := os.Stat(app); {
	case err != nil:
		return "", "", fmt.Errorf("no such path: %s", shown(app))
	case !info.IsDir():
		return "", "", fmt.Errorf("%s is no directory: env takes that of an app, in which its package.json lies", shown(app))
	}
	return app, file, nil
}

// baseURL is the address that the user gives, without a path.
func baseURL(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "", fmt.Errorf("--%s: expected an address like https://api.example.org", flagURL)
	}
	return u.Scheme + "://" + u.Host, nil
}

// nameToWrite is the repository's name of a file of variables that may not be there yet; empty where none is named.
func nameToWrite(repo *sources.Repository, file string) (string, error) {
	if file == "" {
		return "", nil
	}
	dir, ok := repo.NameOf(filepath.Dir(file))
	name := path.Join(dir, filepath.Base(file))
	switch {
	case !ok:
		return "", fmt.Errorf("--%s %s: its directory has to be there, in the app's repository", flagWrite, shown(file))
	case !sources.IsDotenvName(name):
		return "", fmt.Errorf("--%s %s: expected a file of variables, like .env.production", flagWrite, shown(file))
	}
	return name, nil
}

// writeEnv writes the file. One with a server's key is nobody else's to read.
func writeEnv(repo *sources.Repository, plan *fix.EnvPlan, server bool) error {
	dir, rel, ok := repo.InTree(plan.File)
	if !ok {
		return fmt.Errorf("%s is in no work tree", plan.File)
	}
	tree, err := fix.OpenTree(dir)
	if err != nil {
		return fmt.Errorf("cannot open %s: %w", shown(dir), withoutPath(err))
	}
	if plan.Was != nil {
		return fix.Write(tree, []fix.Change{{Name: rel, Was: plan.Was, Is: plan.Is}})
	}
	mode := os.FileMode(0o644)
	if server {
		mode = 0o600
	}
	return fix.WriteNew(tree, rel, plan.Is, mode)
}

// hasAll says whether the app has all that it needs; of what cannot be told that is so, unless it has to be.
func hasAll(e *lint.AppEnv, strict bool) bool {
	for _, v := range e.Variables {
		if v.Outcome == "" || v.Outcome == lint.Disagree || strict && v.Outcome == lint.CannotTell {
			return false
		}
	}
	return true
}
