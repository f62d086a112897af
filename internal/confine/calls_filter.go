//go:build linux && (amd64 || arm64)

package confine

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/keylint/keylint/internal/confine/seccomp"
)

// allowed are the calls that the runtime and reading files need. None makes a socket, a process
// or a name in a file system, and none reaches another process.
var allowed = slices.Concat([]uintptr{
	// Threads and time.
	unix.SYS_FUTEX, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY, unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_GETUID,
	unix.SYS_RSEQ, unix.SYS_SET_ROBUST_LIST, unix.SYS_RESTART_SYSCALL, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
	unix.SYS_CLOCK_GETTIME, unix.SYS_GETTIMEOFDAY, unix.SYS_SETITIMER, unix.SYS_TIMER_CREATE, unix.SYS_TIMER_SETTIME, unix.SYS_TIMER_DELETE,
	// Signals that it sends itself.
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK,
	// Memory.
	unix.SYS_MMAP, unix.SYS_MUNMAP, unix.SYS_MREMAP, unix.SYS_MPROTECT, unix.SYS_MADVISE, unix.SYS_BRK, unix.SYS_MINCORE,
	// What is open, and what lies on disk.
	unix.SYS_READ, unix.SYS_PREAD64, unix.SYS_WRITE, unix.SYS_PWRITE64, unix.SYS_LSEEK, unix.SYS_CLOSE, unix.SYS_FSTAT, unix.SYS_FTRUNCATE,
	unix.SYS_GETDENTS64, unix.SYS_READLINKAT, unix.SYS_GETCWD, unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_CREATE1, unix.SYS_EVENTFD2,
	// Of the system.
	unix.SYS_GETRANDOM, unix.SYS_UNAME,
}, statCalls, confining)

// confining are the calls that confine further, until that is done.
var confining = []uintptr{unix.SYS_LANDLOCK_CREATE_RULESET, unix.SYS_LANDLOCK_ADD_RULE, unix.SYS_LANDLOCK_RESTRICT_SELF, unix.SYS_SECCOMP}

// gatherThreads is the signal by which a program with C in it has all its threads make a call, as Landlock needs it. It is sent by a
// call that does not say to which process the thread belongs, and so goes with those that confine.
const gatherThreads = 33

// older are calls that libraries do without where the kernel has none. Their arguments lie in
// memory, where a filter cannot look, but for statx, whose work newfstatat does.
var older = []uintptr{unix.SYS_CLONE3, unix.SYS_OPENAT2, unix.SYS_STATX, unix.SYS_FACCESSAT2}

// writing are the bits of open's flags with which a file can be written or made.
const writing = unix.O_ACCMODE | unix.O_CREAT | unix.O_TRUNC | unix.O_TMPFILE&^unix.O_DIRECTORY

// filling are the calls by which a file that was made takes the place of another.
var filling = []uintptr{unix.SYS_RENAMEAT, unix.SYS_UNLINKAT, unix.SYS_FCHMOD, unix.SYS_FSYNC}

// allowCalls leaves the process the calls above, for good. What else it tries fails for want of permission.
func allowCalls(writes bool) error {
	var rules []seccomp.Rule
	for _, call := range allowed {
		rules = append(rules, seccomp.Rule{Call: call, Answer: seccomp.Allow})
	}
	for _, call := range older {
		rules = append(rules, seccomp.Rule{Call: call, Answer: seccomp.NoSuchCall})
	}
	when := func(call uintptr, argument int, mask, value uint32) {
		rules = append(rules, seccomp.Rule{Call: call, Answer: seccomp.Allow, When: &seccomp.Test{Argument: argument, Mask: mask, Value: value}})
	}
	const all = 1<<32 - 1
	when(unix.SYS_OPENAT, 2, writing, unix.O_RDONLY)
	if writes {
		when(unix.SYS_OPENAT, 2, writing|unix.O_EXCL, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL) // a file that is new
		for _, call := range filling {
			rules = append(rules, seccomp.Rule{Call: call, Answer: seccomp.Allow})
		}
	}
	when(unix.SYS_CLONE, 0, unix.CLONE_THREAD, unix.CLONE_THREAD)
	self := uint32(os.Getpid())
	when(unix.SYS_TGKILL, 0, all, self)
	when(unix.SYS_KILL, 0, all, self)
	when(unix.SYS_TKILL, 1, all, gatherThreads)
	for _, command := range []uint32{unix.F_DUPFD_CLOEXEC, unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL} {
		when(unix.SYS_FCNTL, 1, all, command)
	}
	for _, option := range []uint32{unix.PR_SET_VMA, unix.PR_SET_NO_NEW_PRIVS} {
		when(unix.SYS_PRCTL, 0, all, option)
	}
	return seccomp.Install(rules, seccomp.NotAllowed)
}

// closeCalls takes from the process the calls by which it confines itself.
func closeCalls() error {
	var rules []seccomp.Rule
	for _, call := range slices.Concat(confining, []uintptr{unix.SYS_TKILL}) {
		rules = append(rules, seccomp.Rule{Call: call, Answer: seccomp.NotAllowed})
	}
	return seccomp.Install(rules, seccomp.Allow)
}
