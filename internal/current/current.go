// Package current knows what a run is at, so that one which is ended can say at what.
package current

import "sync"

// step is something that was begun and is not done. The steps are a list in the order in which
// they were begun, and taking one up or out of it allocates nothing: whoever asks when memory has run out must not wait for one that has none.
type step struct {
	doing, name    string
	before, behind *step
}

var (
	mutex sync.Mutex
	list  step // its ring's own place: behind it is the first step, before it the last
	phase = "starting"
)

func init() { list.before, list.behind = &list, &list }

// Begin says that something is begun that may take long: "rendering", and of what. The function
// that it returns says that it is done.
func Begin(doing, name string) (done func()) {
	s := &step{doing: doing, name: name}
	mutex.Lock()
	defer mutex.Unlock()
	s.before, s.behind = list.before, &list
	s.before.behind, s.behind.before = s, s
	return s.end
}

func (s *step) end() {
	mutex.Lock()
	defer mutex.Unlock()
	s.before.behind, s.behind.before = s.behind, s.before
}

// Phase says what the run as a whole turns to.
func Phase(p string) {
	mutex.Lock()
	defer mutex.Unlock()
	phase = p
}

// Longest is what has been going on for the longest time, such as "rendering k8s/prod": of what
// goes on at once, that which has no end. Where nothing is it is the phase.
func Longest() string {
	mutex.Lock()
	defer mutex.Unlock()
	if first := list.behind; first != &list {
		return first.doing + " " + first.name
	}
	return phase
}
