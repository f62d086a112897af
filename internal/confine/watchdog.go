package confine

import (
	"fmt"
	"runtime/metrics"
	"strings"
	"sync"
	"time"

	"github.com/keylint/keylint/internal/current"
)

const (
	// glance is how often the watchdog looks: what doubles in between ends at little more than the limit.
	glance = 10 * time.Millisecond

	// maxStacks bounds in bytes the stacks of all goroutines. The runtime ends a process in which one has grown too large, and asks nobody.
	maxStacks = 128 << 20
)

// Watch looks after the limits until end is called. Where one is passed it calls exceeded, with a sentence,
// which must end the process: what goes on allocating cannot be stopped. While it does, end does not return.
func (l Limits) Watch(exceeded func(why string)) (end func()) {
	var mutex sync.Mutex
	done := make(chan struct{})
	start := time.Now()
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	look := func() {
		mutex.Lock()
		defer mutex.Unlock()
		select {
		case <-done:
			return
		default:
		}
		metrics.Read(samples)
		if why := l.passed(samples[0].Value.Uint64()-samples[1].Value.Uint64(), samples[2].Value.Uint64(), time.Since(start)); why != "" {
			exceeded(why)
		}
	}
	look()
	ticker := time.NewTicker(glance)
	go func() {
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				look()
			}
		}
	}()
	return func() {
		mutex.Lock()
		defer mutex.Unlock()
		ticker.Stop()
		close(done)
	}
}

// passed says which limit was passed while what was done; it is empty for none.
func (l Limits) passed(memory, stacks uint64, elapsed time.Duration) string {
	switch {
	case memory > uint64(l.Memory):
		return fmt.Sprintf("stopped while %s: it took more than %s of memory; --max-memory raises the limit", current.Longest(), Size(l.Memory))
	case stacks > maxStacks:
		return fmt.Sprintf("stopped while %s: something there is nested too deeply to be followed", current.Longest())
	case l.Time > 0 && elapsed > l.Time:
		return fmt.Sprintf("stopped while %s: the run took longer than %s; --timeout raises the limit", current.Longest(), strings.Replace(l.Time.String(), "m0s", "m", 1))
	}
	return ""
}
