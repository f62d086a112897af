package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/keylint/keylint/internal/confine"
	"github.com/keylint/keylint/internal/current"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/report"
)

// The bounds of a run that no flag sets.
const (
	defaultTimeout   = "2m"
	defaultMaxMemory = "1GiB"
)

// boundFlags say how much a run may take, and how far the system must hold it.
func boundFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: flagTimeout, Value: defaultTimeout, Usage: "give up after `DURATION`: " + defaultTimeout + " (default), 90s; 0 for never"},
		&cli.StringFlag{Name: flagMaxMemory, Value: defaultMaxMemory, Usage: "give up when the run takes more memory than `SIZE`: " + defaultMaxMemory + " (default), 512MiB"},
		&cli.StringFlag{Name: flagSandbox, Value: string(confine.Auto), Usage: "confine the run as far as the system can, or not at all: `MODE`\n" +
			"auto (default); require refuses to run where something is missing; off"},
	}
}

// bounds reads the flags.
func bounds(c *cli.Context) (mode confine.Mode, limits confine.Limits, err error) {
	mode = confine.Mode(c.String(flagSandbox))
	if !slices.Contains(confine.Modes(), mode) {
		return mode, limits, fmt.Errorf("--%s is auto, require or off, not %q%s", flagSandbox, keys.ScrubShapes(string(mode)), didYouMean(string(mode), sandboxModes()...))
	}
	if limits.Time, err = time.ParseDuration(c.String(flagTimeout)); err != nil || limits.Time < 0 {
		return mode, limits, fmt.Errorf("--%s is a duration such as 2m or 90s, or 0 for none, not %q", flagTimeout, keys.ScrubShapes(c.String(flagTimeout)))
	}
	var ok bool
	if limits.Memory, ok = confine.ParseSize(c.String(flagMaxMemory)); !ok {
		return mode, limits, fmt.Errorf("--%s is a size such as 512MiB or 2GiB, not %q", flagMaxMemory, keys.ScrubShapes(c.String(flagMaxMemory)))
	}
	return mode, limits, nil
}

func sandboxModes() []string {
	var names []string
	for _, m := range confine.Modes() {
		names = append(names, string(m))
	}
	return names
}

// confine leaves the process what linting needs, for good, and watches over the limits. Whatever is to be written must be open.
func (s *session) confine(mode confine.Mode, limits confine.Limits) error {
	if s.sandbox == nil {
		return nil
	}
	_, _ = time.Now().Local().Zone() // reads the machine's time zone, which lies outside of what can be read afterwards
	if err := s.sandbox.Begin(mode, limits); err != nil {
		return err
	}
	s.endWatch = sync.OnceFunc(limits.Watch(s.stop))
	return nil
}

// stop ends the process where a limit is passed: what goes on allocating cannot be stopped otherwise. Output that was begun is
// dropped.
func (s *session) stop(why string) {
	s.progress.erase()
	fmt.Fprintf(s.rawErr, "keylint: %s\n", report.Plain(keys.ScrubShapes(s.ledger.Scrub(why))))
	os.Exit(exitFailed)
}

// unwatch ends the watch: how long it takes to write depends on who reads.
func (s *session) unwatch() {
	if s.endWatch != nil {
		s.endWatch()
	}
}

// at says what the run turns to.
func (s *session) at(phase string) {
	s.progress.at(phase)
	current.Phase(phase)
}

// confinement is the sandbox as reports tell of it; nil where there is none.
func (s *session) confinement() *report.Sandbox {
	if s.sandbox == nil {
		return nil
	}
	out := &report.Sandbox{InForce: []string{}, Missing: []string{}}
	for _, l := range s.sandbox.Layers() {
		if l.Missing == "" {
			out.InForce = append(out.InForce, l.Name)
		} else {
			out.Missing = append(out.Missing, l.Name+" ("+l.Missing+")")
		}
	}
	return out
}

// tellConfinement says what is in force and what is not.
func (s *session) tellConfinement() {
	c := s.confinement()
	if c == nil {
		return
	}
	if len(c.InForce) > 0 {
		fmt.Fprintf(s.err, "keylint: confined by: %s\n", strings.Join(c.InForce, ", "))
	}
	if len(c.Missing) > 0 {
		fmt.Fprintf(s.err, "keylint: not confined by: %s\n", strings.Join(c.Missing, ", "))
	}
}
