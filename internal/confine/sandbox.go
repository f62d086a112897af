package confine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/keylint/keylint/internal/confine/first"
)

// Mode says what becomes of a run where the system lacks a layer.
type Mode string

// The modes.
const (
	Auto    Mode = "auto"    // it goes on
	Require Mode = "require" // it does not
	Off     Mode = "off"     // it goes on without any that can be left out
)

// Modes lists the modes, the default first.
func Modes() []Mode { return []Mode{Auto, Require, Off} }

// lacking is why a system does not have a layer, which is no failure.
type lacking string

func (l lacking) Error() string { return string(l) }

// Sandbox confines the process. One that is nil confines nothing: several runs in one process,
// as tests have them, cannot be confined.
type Sandbox struct {
	mode   Mode
	layers []Layer
	calls  bool // system calls are limited
	writes bool // files of the work trees may be written
}

// Layer is one of the sandbox's.
type Layer struct {
	Name    string // of a word or two: "seccomp", "Landlock ABI 7"
	Missing string // why it is not in force; empty where it is
}

// Layers are those that were put in place or tried so far.
func (s *Sandbox) Layers() []Layer {
	if s == nil {
		return nil
	}
	return s.layers
}

// Writes lets files be made, filled and renamed from then on: in the work trees alone, once Read has named them. It comes before Begin.
func (s *Sandbox) Writes() {
	if s != nil {
		s.writes = true
	}
}

// Begin leaves the process the calls that linting needs. Files that are to be written must be open.
func (s *Sandbox) Begin(mode Mode, limits Limits) error {
	if s == nil {
		return nil
	}
	s.mode = mode
	first.Sealed()
	f := first.InForce()
	s.add("supervisor", f.Supervised)
	s.add("no sockets and programs", f.Offline)
	if mode == Off {
		return nil
	}
	s.add("limits", limits.impose())
	err := allowCalls(s.writes)
	s.calls = err == nil
	s.add("seccomp", err)
	return s.complete()
}

// Read leaves the process, of all files that are not open, the work trees without what git keeps beside
// them, and the others that are named.
func (s *Sandbox) Read(trees, others []string) error {
	if s == nil || s.mode == Off {
		return nil
	}
	name, err := allowFiles(trees, others, s.writes)
	s.add(name, err)
	if l := lacking(""); errors.As(err, &l) {
		err = nil
	}
	if err == nil && s.calls {
		err = closeCalls()
	}
	if err != nil { // of what the system has, nothing may fail
		return fmt.Errorf("cannot confine the run: %w", err)
	}
	return s.complete()
}

func (s *Sandbox) add(name string, err error) {
	l := Layer{Name: name}
	if err != nil {
		l.Missing = err.Error()
	}
	s.layers = append(s.layers, l)
}

// complete is an error where a layer is missing and may not be.
func (s *Sandbox) complete() error {
	if s.mode != Require {
		return nil
	}
	var missing []string
	for _, l := range s.layers {
		if l.Missing != "" {
			missing = append(missing, l.Name+" ("+l.Missing+")")
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("the system cannot confine the run as --sandbox require asks: there is no %s", strings.Join(missing, ", no "))
}
