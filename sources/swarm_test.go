package sources

import "testing"

// TestSwarmInterpolate shows what "docker stack deploy" makes of the forms that compose knows.
func TestSwarmInterpolate(t *testing.T) {
	set := map[string]string{"A": "a", "EMPTY": ""}
	lookup := func(name string) (string, bool) { v, ok := set[name]; return v, ok }
	for raw, want := range map[string]string{
		"${A}": "a", "$A": "a", "$$A": "$A", "${X}": "", "${X:-d}": "d", "${EMPTY:-d}": "d", "${EMPTY-d}": "",
		"${X:-${A}}": "${A}", "${A:-${X}}": "a}",
	} {
		if got, _, ok := SwarmInterpolate(raw, lookup); !ok || got != want {
			t.Errorf("%s: %q, %v, want %q", raw, got, ok, want)
		}
	}
	for _, raw := range []string{"${A:+b}", "${X:?it must be set}"} {
		if got, _, ok := SwarmInterpolate(raw, lookup); ok {
			t.Errorf("%s: %q, want it refused", raw, got)
		}
	}
}
