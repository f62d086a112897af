//go:build amd64 || arm64

package confine

import (
	"fmt"
	"math/big"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/keylint/keylint/internal/confine/first"
	"github.com/keylint/keylint/internal/current"
)

// sink keeps what a bomb makes from being optimised away.
var sink any

// bombs are ways not to end, or to take all memory. None ever returns.
var bombs = map[string]func(){
	"an endless loop": func() {
		for n := 0; ; n++ {
			sink = n & 1
		}
	},
	"endless loops on all cores": func() {
		for range 4 * runtime.NumCPU() {
			go func() {
				for n := uint64(1); n != 0; n |= 1 {
				}
			}()
		}
		select {}
	},
	"a slice that doubles": func() {
		for s := []int64{1}; ; s = append(s, s...) {
			sink = s
		}
	},
	"a text that doubles": func() {
		for s := "x"; ; s += s {
			sink = s
		}
	},
	"a map": func() {
		m := map[int][]byte{}
		for n := 0; ; n++ {
			m[n] = make([]byte, 100)
			sink = m
		}
	},
	"goroutines": func() {
		for {
			go func() { select {} }()
		}
	},
	"deep recursion": func() {
		var down func(n int) int
		down = func(n int) int { return down(n+1) + n }
		sink = down(0)
	},
	"recursion that allocates": func() {
		var down func(text string) string
		down = func(text string) string { return down(text+"x") + text }
		sink = down("")
	},
	"a huge number": func() {
		for n := big.NewInt(3); ; n.Mul(n, n) {
			sink = n
		}
	},
	"one huge text": func() {
		sink = strings.Repeat("0123456789", 1<<30)
		select {}
	},
	"one huge slice": func() {
		s := make([]byte, 40<<30)
		for i := range s {
			s[i] = 1
		}
		select {}
	},
}

func init() {
	scenarios["bomb"] = func(args []string) {
		stderr := first.Stderr()
		if stderr == nil {
			stderr = os.Stderr
		}
		limits := Limits{Memory: 256 << 20, Time: 3 * time.Second}
		must((&Sandbox{}).Begin(Auto, limits))
		limits.Watch(func(why string) {
			fmt.Fprintf(stderr, "keylint: %s\n", why)
			os.Exit(2)
		})
		defer current.Begin("rendering", "k8s")()
		bombs[args[0]]()
	}
}

// TestBombs holds that no run lasts, takes all memory or dies without a word.
func TestBombs(t *testing.T) {
	for name := range bombs {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			o := finish(t, scenario(t, asProgram, "bomb", name))
			if o.status != 2 || !strings.HasPrefix(o.stderr, "keylint: stopped") || strings.Count(o.stderr, "\n") != 1 {
				t.Errorf("exit status %d\n%s%s", o.status, o.stdout, o.stderr)
			}
			if byWatchdog := strings.Contains(o.stderr, "while rendering k8s: "); !byWatchdog && !strings.Contains(name, "one huge") {
				t.Logf("it was not the watchdog: %s", o.stderr)
			}
			t.Logf("%.1f s: %s", time.Since(start).Seconds(), o.stderr)
		})
	}
}
