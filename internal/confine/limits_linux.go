package confine

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// dataPerMemory is how much more the system gives than the watchdog. It ends at once what allocates
	// so much in one step that the watchdog has no turn, and must not end what that would.
	dataPerMemory = 4
	leastData     = 1 << 30 // what the runtime has to have room in

	// openFiles are enough for what reads one file at a time; each core that walks has a few more.
	openFiles, openFilesPerCore = 256, 8
)

// impose asks the system to hold the limits where the watchdog cannot. They only go down: what the user, or the machine's, has set
// lower stays.
func (l Limits) impose() error {
	cores := runtime.GOMAXPROCS(0)
	limits := map[int]uint64{
		unix.RLIMIT_DATA:   max(uint64(l.Memory)*dataPerMemory, leastData),
		unix.RLIMIT_NOFILE: uint64(openFiles + openFilesPerCore*cores + l.Trees),
		unix.RLIMIT_CORE:   0,
	}
	if l.Time > 0 { // all cores may be busy until then, and a second more
		limits[unix.RLIMIT_CPU] = uint64(l.Time/time.Second+1) * uint64(cores)
	}
	for resource, most := range limits {
		var now unix.Rlimit
		if err := unix.Getrlimit(resource, &now); err != nil {
			return err
		}
		now.Max = min(now.Max, most)
		now.Cur = min(now.Cur, now.Max)
		if err := unix.Setrlimit(resource, &now); err != nil {
			return err
		}
	}
	return nil
}
