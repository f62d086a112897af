//go:build linux && (amd64 || arm64)

package first

import (
	"syscall"

	"github.com/keylint/keylint/internal/confine/seccomp"
)

// goOffline takes from the process what it never needs. The filter is not meant to hold what
// wants to break out, as the one is that is installed before the repository is read, but
// libraries that do what nobody asked them for. io_uring is in it because it makes the calls of others.
func goOffline() error {
	var rules []seccomp.Rule
	for _, call := range []uintptr{syscall.SYS_SOCKET, syscall.SYS_SOCKETPAIR, syscall.SYS_EXECVE, callExecveat, callIOUringSetup} {
		rules = append(rules, seccomp.Rule{Call: call, Answer: seccomp.NotAllowed})
	}
	return seccomp.Install(rules, seccomp.Allow)
}

const callIOUringSetup = 425
