//go:build linux && (amd64 || arm64)

package seccomp

import (
	"runtime"
	"syscall"
	"unsafe"
)

const (
	setNoNewPrivileges = 38 // PR_SET_NO_NEW_PRIVS, without which the kernel takes no filter
	setModeFilter      = 1  // SECCOMP_SET_MODE_FILTER
	allThreads         = 1  // SECCOMP_FILTER_FLAG_TSYNC
)

// Install puts the rules on all threads of the process, those that are yet to come included. It cannot be undone; of several filters the
// strictest answer counts.
func Install(rules []Rule, rest Answer) error {
	program := assemble(rules, rest)
	filter := struct { // struct sock_fprog
		length  uint16
		program *instruction
	}{uint16(len(program)), &program[0]}
	runtime.LockOSThread() // the kernel hands the thread's lack of privileges on to the others, with the filter
	defer runtime.UnlockOSThread()
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, setNoNewPrivileges, 1, 0, 0, 0, 0); errno != 0 {
		return errno
	}
	thread, _, errno := syscall.RawSyscall(callSeccomp, setModeFilter, allThreads, uintptr(unsafe.Pointer(&filter)))
	if errno == 0 && thread != 0 {
		errno = syscall.EBUSY // of that thread, which has another filter
	}
	if errno != 0 {
		return errno
	}
	return nil
}
