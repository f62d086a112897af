package current

import (
	"sync"
	"testing"
)

func TestLongest(t *testing.T) {
	Phase("comparing")
	first := Begin("rendering", "a")
	second := Begin("rendering", "b")
	if got := Longest(); got != "rendering a" {
		t.Error(got)
	}
	first()
	third := Begin("reading", "c")
	if got := Longest(); got != "rendering b" {
		t.Error(got)
	}
	third()
	second()
	if got := Longest(); got != "comparing" {
		t.Error(got)
	}
}

func TestManyAtOnce(t *testing.T) {
	Phase("comparing")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				Begin("reading", "file")()
				Longest()
			}
		})
	}
	all.Wait()
	if got := Longest(); got != "comparing" {
		t.Error(got)
	}
}
