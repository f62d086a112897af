package sources

import "sync/atomic"

// wholeBudget is what one run may cost. It is counted in what a byte costs that is made, a
// few nanoseconds, and what costs more per piece counts as so many bytes.
const wholeBudget = 1 << 30

// budget is what is left of it. All charts, roots, substitutions and files share it: what is bounded
// one by one still adds up over thousands of them. What is counted is work and not time, so that
// the same repository ends at the same place on every machine.
type budget struct{ spent atomic.Int64 }

// Spend takes the cost of some work from the budget of the run, before the work is done. It is false,
// and takes nothing, where not so much is left: then the work is not to be done, a note of
// kind NoteBound says what was left out, and what costs less goes on.
func (r *Repository) Spend(cost int) bool {
	for {
		spent := r.budget.spent.Load()
		if cost < 0 || int64(cost) > wholeBudget-spent {
			return false
		}
		if r.budget.spent.CompareAndSwap(spent, spent+int64(cost)) {
			return true
		}
	}
}

// TooMuch is how notes call the end of the budget.
const TooMuch = "more work than one run does"
