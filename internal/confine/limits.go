package confine

import (
	"time"
)

// Limits bound a run.
type Limits struct {
	Memory int64         // bytes of the heap
	Time   time.Duration // 0 for no bound
	Trees  int           // how many repositories are open at once
}
