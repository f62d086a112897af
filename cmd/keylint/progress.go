package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	// patience is how long a run may take before it says what it is at.
	patience = 500 * time.Millisecond
	// redraw is how often it says so.
	redraw = 100 * time.Millisecond
)

// progress says on a terminal what a long run is at: one line, redrawn, gone at the end. It
// writes past the guard, and so nothing but the constants that at is called with.
type progress struct {
	w io.Writer // nil where nobody looks

	mutex sync.Mutex
	phase string
	drawn bool
	stop  func()
}

// newProgress draws on w from patience on. It is silent where w is no terminal, and in CI,
// whose log keeps every redrawing.
func (s *session) newProgress(w io.Writer, quiet bool) *progress {
	if !s.errTerminal || quiet || s.env("CI") != "" || s.env("TERM") == "dumb" {
		return &progress{}
	}
	p := &progress{w: w}
	ticker := time.NewTicker(redraw)
	done, gone := make(chan bool), make(chan bool)
	p.stop = func() { ticker.Stop(); close(done); <-gone }
	start := time.Now()
	go func() {
		defer close(gone)
		for {
			select {
			case <-done:
				return
			case now := <-ticker.C:
				p.draw(now.Sub(start))
			}
		}
	}()
	return p
}

// at says what the run turns to.
func (p *progress) at(phase string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.phase = phase
}

// draw shows the phase where the run has lasted for some time.
func (p *progress) draw(elapsed time.Duration) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if elapsed < patience || p.phase == "" {
		return
	}
	fmt.Fprintf(p.w, "%skeylint: %s … %.1f s", eraseLine, p.phase, elapsed.Seconds())
	p.drawn = true
}

// erase takes the line away, which may be drawn anew.
func (p *progress) erase() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, eraseLine)
	}
}

// end takes the line away for good.
func (p *progress) end() {
	if p.w == nil {
		return
	}
	p.stop()
	p.erase()
}

// eraseLine goes to the line's beginning and clears it.
const eraseLine = "\r\x1b[K"
