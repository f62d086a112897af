package confine

import (
	"testing"
	"time"
)

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{
		"1GiB": 1 << 30, "512MiB": 512 << 20, "3KiB": 3 << 10, "4096MiB": 4 << 30,
		"": 0, "1": 0, "0GiB": 0, "-1GiB": 0, "1.5GiB": 0, "1GB": 0, "GiB": 0, "99999999999GiB": 0,
	} {
		got, ok := ParseSize(text)
		if ok != (want > 0) || ok && got != want {
			t.Errorf("%q: %d, %v", text, got, ok)
		}
		if again, _ := ParseSize(Size(want)); ok && again != want {
			t.Errorf("%q is written %s", text, Size(want))
		}
	}
}

func TestLimitsPassed(t *testing.T) {
	l := Limits{Memory: 1 << 30, Time: time.Minute}
	for _, c := range []struct {
		limits       Limits
		heap, stacks uint64
		elapsed      time.Duration
		want         string
	}{
		{l, 1 << 30, 1 << 20, time.Minute, ""},
		{l, 1<<30 + 1, 0, 0, "stopped while starting: it took more than 1GiB of memory; --max-memory raises the limit"},
		{l, 0, 1 << 30, 0, "stopped while starting: something there is nested too deeply to be followed"},
		{l, 0, 0, 61 * time.Second, "stopped while starting: the run took longer than 1m; --timeout raises the limit"},
		{Limits{Memory: 1 << 30}, 0, 0, 100 * time.Hour, ""},
	} {
		if got := c.limits.passed(c.heap, c.stacks, c.elapsed); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// TestWatchEnds holds that nothing is said once the watch has ended, whatever passes then.
func TestWatchEnds(t *testing.T) {
	end := Limits{Memory: 1 << 62, Time: 3 * glance}.Watch(func(why string) { t.Error(why) })
	end()
	time.Sleep(6 * glance)
}

func TestRequire(t *testing.T) {
	s := &Sandbox{mode: Require, layers: []Layer{{Name: "limits"}, {Name: "seccomp", Missing: "no such call"}, {Name: "Landlock", Missing: "not enabled"}}}
	const want = "the system cannot confine the run as --sandbox require asks: there is no seccomp (no such call), no Landlock (not enabled)"
	if err := s.complete(); err == nil || err.Error() != want {
		t.Error(err)
	}
	s.mode = Auto
	if err := s.complete(); err != nil {
		t.Error(err)
	}
	var none *Sandbox
	if none.Begin(Require, Limits{}) != nil || none.Read(nil, nil) != nil || none.Layers() != nil {
		t.Error("there is a sandbox where there is none")
	}
}
