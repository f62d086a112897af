package first

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
)

var errTest = errors.New("this is a test")

// marker begins the name (argv[0]) of a process that is supervised. Behind it stand two
// descriptors, of the real standard error and of the pipe for Made, and the name with which the user called the
// program. It is no variable of the environment, which others set, and pass on.
const marker = "keylint-supervised"

// isSupervised reads the marker, and gives the process its name back.
func isSupervised() bool {
	rest, ok := cutMarker(os.Args[0])
	if !ok {
		return false
	}
	real, names := number(rest[:digits]), number(rest[digits:2*digits])
	syscall.CloseOnExec(real)
	syscall.CloseOnExec(names)
	stderr, made = os.NewFile(uintptr(real), "standard error"), os.NewFile(uintptr(names), "made")
	os.Args[0] = rest[2*digits+1:]
	return true
}

// marked is the name of a process that is supervised.
func marked(real, names int, name string) string {
	return marker + decimal(real) + decimal(names) + ":" + name
}

func cutMarker(name string) (rest string, ok bool) {
	if len(name) <= len(marker)+2*digits || name[:len(marker)] != marker {
		return "", false
	}
	return name[len(marker):], true
}

// digits is how many decimal ones a descriptor is written with. Packages that do such things would have to be initialised before this one,
// and others with them.
const digits = 6

func decimal(n int) string {
	var b [digits]byte
	for i := range b {
		b[digits-1-i] = '0' + byte(n%10)
		n /= 10
	}
	return string(b[:])
}

func number(text string) (n int) {
	for _, c := range []byte(text) {
		n = 10*n + int(c-'0')
	}
	return n
}

// supervise starts the program once more, waits for its end, and ends as it did. It returns only
// where it could not start it.
//
// The process has the user's own streams but for standard error, in whose place is a pipe. A
// process whose runtime gives up writes there why, with texts which may quote a key: all of it is dropped, and what
// is told is one of the sentences in death.go. The real standard error is one more descriptor.
func supervise() error {
	last, err := newPipe()
	if err != nil {
		return err
	}
	names, err := newPipe()
	if err != nil {
		return err
	}
	inherited, err := inheritable(2, names[1])
	if err != nil {
		return err
	}
	asked := askedToEnd()
	// The kernel ends the process with the thread that started it, and an init function runs on the first one, which
	// lives as long as this process does.
	pid, err := syscall.ForkExec("/proc/self/exe", append([]string{marked(inherited[0], inherited[1], os.Args[0])}, os.Args[1:]...), &syscall.ProcAttr{
		Env:   os.Environ(),
		Files: []uintptr{0, 1, uintptr(last[1])},
		Sys:   &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	})
	for _, fd := range []int{last[1], names[1], inherited[0], inherited[1]} {
		_ = syscall.Close(fd)
	}
	if err != nil {
		return err
	}
	go handOn(asked, pid)
	words := drain(last[0])
	status := wait(pid)
	removeEmpty(drain(names[0]))
	end(status, words)
	return nil
}

// askedToEnd takes the signals by which a user ends a run: whether it ends at once, the process that does the work decides, which writes
// files that belong together. One that is ignored, as by nohup, stays so.
func askedToEnd() <-chan os.Signal {
	asked := make(chan os.Signal, 8)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(asked, s)
		}
	}
	return asked
}

func handOn(asked <-chan os.Signal, pid int) {
	for s := range asked {
		_ = syscall.Kill(pid, s.(syscall.Signal))
	}
}

func newPipe() (ends [2]int, err error) {
	err = syscall.Pipe2(ends[:], syscall.O_CLOEXEC)
	return ends, err
}

// inheritable duplicates descriptors for a process that is started, under numbers that nothing else has: the user may
// have handed down some of his own.
func inheritable(fds ...int) (out []int, err error) {
	for _, fd := range fds {
		n, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD, 3)
		if errno != 0 {
			return nil, errno
		}
		out = append(out, int(n))
	}
	return out, nil
}

// drain reads a pipe until it is closed, and keeps the beginning.
func drain(fd int) []byte {
	kept := make([]byte, 0, 16<<10)
	buffer := make([]byte, 16<<10)
	for {
		n, err := syscall.Read(fd, buffer)
		switch {
		case err == syscall.EINTR:
		case err != nil || n <= 0:
			return kept
		default:
			kept = append(kept, buffer[:min(n, cap(kept)-len(kept))]...)
		}
	}
}

func wait(pid int) (status syscall.WaitStatus) {
	for {
		if _, err := syscall.Wait4(pid, &status, 0, nil); err != syscall.EINTR {
			return status
		}
	}
}

// end ends this process as the other one ended. Where that said nothing it says why, and where a signal ended it that a user
// sends, the same signal ends this one.
func end(status syscall.WaitStatus, last []byte) {
	if status.Signaled() {
		switch s := status.Signal(); s {
		case syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGPIPE:
			signal.Reset(s)
			_ = syscall.Kill(syscall.Getpid(), s)
		default:
			if why := diedOf(last); why != "" { // as where GOTRACEBACK has the runtime abort
				say(why)
			} else {
				say(killedBy(s))
			}
		}
		os.Exit(exitFailed)
	}
	if status.ExitStatus() == exitFailed {
		say(diedOf(last))
	}
	os.Exit(status.ExitStatus())
}

// exitFailed is also how the runtime ends a process that it gives up.
const exitFailed = 2

func say(sentence string) {
	if sentence != "" {
		_, _ = syscall.Write(2, []byte("keylint: "+sentence+"\n"))
	}
}
