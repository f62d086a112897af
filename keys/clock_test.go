package keys_test

import (
	"testing"
	"time"

	"github.com/keylint/keylint/keys"
)

// TestClock compares a date with a moment, and with a day of which every moment counts.
func TestClock(t *testing.T) {
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	noon := day.Add(12 * time.Hour)
	moment, whole := keys.At(noon), keys.OnDay(day)
	for _, c := range []struct {
		name         string
		date         time.Time
		ended, ahead [2]bool // for the moment, for the day
	}{
		{"the day before", day.Add(-time.Minute), [2]bool{true, true}, [2]bool{false, false}},
		{"as the day begins", day, [2]bool{true, false}, [2]bool{false, false}},
		{"in the morning", day.Add(9 * time.Hour), [2]bool{true, false}, [2]bool{false, false}},
		{"within the leeway", noon.Add(-10 * time.Second), [2]bool{false, false}, [2]bool{false, false}},
		{"in the evening", day.Add(20 * time.Hour), [2]bool{false, false}, [2]bool{true, false}},
		{"the day after", day.AddDate(0, 0, 1).Add(time.Hour), [2]bool{false, false}, [2]bool{true, true}},
		{"no date", time.Time{}, [2]bool{false, false}, [2]bool{false, false}},
	} {
		if got := [2]bool{moment.Ended(c.date), whole.Ended(c.date)}; got != c.ended {
			t.Errorf("%s: ended %v, want %v", c.name, got, c.ended)
		}
		if got := [2]bool{moment.Ahead(c.date), whole.Ahead(c.date)}; got != c.ahead {
			t.Errorf("%s: ahead %v, want %v", c.name, got, c.ahead)
		}
	}
}
