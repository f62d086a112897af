package keys

import "time"

// Clock is what the dates of a key are compared with: a moment, or a whole day, throughout which a key counts as
// valid that is valid at any moment of it.
type Clock struct{ first, last time.Time }

// At is the clock of a moment.
func At(t time.Time) Clock { return Clock{t, t} }

// OnDay is the clock of the day, in UTC, that begins at a moment.
func OnDay(begin time.Time) Clock { return Clock{begin, begin.AddDate(0, 0, 1).Add(-time.Nanosecond)} }

// leeway is what PostgREST allows clocks to differ by (PostgREST docs/references/auth.rst).
const leeway = 30 * time.Second

// Ended says of the end of a key's life that it has passed; false where there is no such date.
func (c Clock) Ended(end time.Time) bool { return !end.IsZero() && !end.Add(leeway).After(c.first) }

// Ahead says of a date that it has not come yet.
func (c Clock) Ahead(date time.Time) bool { return date.After(c.last.Add(leeway)) }

// Time is the moment, or the beginning of the day.
func (c Clock) Time() time.Time { return c.first }

// Until is the time that is left until a date; negative where it has passed.
func (c Clock) Until(date time.Time) time.Duration { return date.Sub(c.first) }
