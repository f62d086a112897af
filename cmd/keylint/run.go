package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"syscall"

	"github.com/keylint/keylint/internal/confine"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/report"
)

// The exit statuses.
const (
	exitClean    = 0 // nothing at or above --fail-on
	exitFindings = 1 // findings, or with --strict something that could not be told
	exitFailed   = 2 // the command could not do its job
)

// session is one run of the command: its streams behind guards, and the ledger that
// the guards go by.
type session struct {
	stdin  io.Reader
	out    *report.Guard
	err    *report.Guard
	env    func(string) string
	ledger *keys.Ledger
	rawErr io.Writer // standard error before the guard: for progress, and for what ends the run
	rawOut io.Writer // standard output before the guard: for what it is

	sandbox  *confine.Sandbox
	reports  []*reportFile
	progress *progress
	endWatch func() // of the run's limits; nil where nobody watches

	// colour says for each stream whether it is a terminal that wants colours, unless
	// --color says otherwise.
	outTerminal, errTerminal bool
	outWidth                 int // of the terminal; 0 where that is not known
}

// run is the whole command. Nothing reaches stdout or stderr before it is done, and
// then only past the guards. The sandbox is nil where the process must not be confined.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) string, sandbox *confine.Sandbox) int {
	ledger := &keys.Ledger{}
	ledger.Know(report.IsOwnText)
	s := &session{
		stdin: stdin, out: report.NewGuard(stdout, ledger), err: report.NewLineGuard(stderr, ledger),
		env: env, ledger: ledger, rawErr: stderr, rawOut: stdout,
		outTerminal: isTerminal(stdout), errTerminal: isTerminal(stderr), outWidth: width(stdout),
		sandbox: sandbox, progress: &progress{},
	}
	status := s.recovered(args)
	s.unwatch()
	s.abandonReports()
	for _, g := range []*report.Guard{s.err, s.out} {
		if err := g.Flush(); err != nil {
			status = exitFailed
			fmt.Fprintf(stderr, "keylint: %s\n", flushError(err))
		}
	}
	return status
}

// flushError keeps a system's error, which names only the stream, and ErrLeak.
func flushError(err error) string {
	if errors.Is(err, report.ErrLeak) {
		return report.ErrLeak.Error()
	}
	if errors.Is(err, syscall.EPIPE) {
		return "the output was closed before all of it was written"
	}
	return "cannot write the output: " + keys.ScrubShapes(err.Error())
}

// recovered runs the command line. A panic becomes exit status 2 with the names of the
// functions that led to it; its value and their arguments may hold a key and are not
// shown. Output that was begun is dropped.
func (s *session) recovered(args []string) (status int) {
	defer func() {
		if p := recover(); p != nil {
			s.out.Discard()
			s.err.Discard()
			status = exitFailed
			if e, ok := p.(chart.Exhausted); ok {
				fmt.Fprintf(s.err, "keylint: %s\n", e.Error())
				return
			}
			fmt.Fprintf(s.err, "keylint: internal error (%T); this is a bug in keylint, please report it with these lines:\n%s", p, stack())
		}
	}()
	status, err := s.execute(args)
	if err != nil {
		fmt.Fprintf(s.err, "keylint: %s\n", report.Plain(s.ledger.Scrub(err.Error())))
		return exitFailed
	}
	return status
}

// stack names the functions between the panic and run, innermost first.
func stack() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var b strings.Builder
	for {
		f, more := frames.Next()
		if strings.HasSuffix(f.Function, ".run") || f.Function == "" {
			return b.String()
		}
		fmt.Fprintf(&b, "    %s:%d\n", f.Function, f.Line)
		if !more {
			return b.String()
		}
	}
}
