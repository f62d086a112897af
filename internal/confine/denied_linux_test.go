//go:build amd64 || arm64

package confine

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// attempt is what a confined process tries. It lies in the root of a work tree, beside which there is a file of its user's.
type attempt struct {
	what string
	try  func() error
}

// raw makes a call by its number, past the libraries and what they know of the kernel.
func raw(call uintptr, args ...uintptr) error {
	var a [6]uintptr
	copy(a[:], args)
	if r, _, errno := unix.RawSyscall6(call, a[0], a[1], a[2], a[3], a[4], a[5]); errno != 0 {
		return errno
	} else if r == 0 && (call == unix.SYS_CLONE || call == unix.SYS_CLONE3) {
		unix.Exit(0) // the process that was made
	}
	return nil
}

func open(name string, flags int) error {
	fd, err := unix.Open(name, flags|unix.O_CLOEXEC, 0o600)
	if err == nil {
		unix.Close(fd)
	}
	return err
}

func socket(family, kind int) error {
	_, err := unix.Socket(family, kind, 0)
	return err
}

const path = "sub/file.yaml"

var pathPointer = func() uintptr { p, _ := unix.BytePtrFromString(path); return uintptr(unsafe.Pointer(p)) }

// attempts are those that fail for want of permission.
var attempts = []attempt{
	{"a socket", func() error { return socket(unix.AF_INET, unix.SOCK_STREAM) }},
	{"a socket of UDP", func() error { return socket(unix.AF_INET6, unix.SOCK_DGRAM) }},
	{"a socket of the machine", func() error { return socket(unix.AF_UNIX, unix.SOCK_STREAM) }},
	{"a socket of the kernel", func() error { return socket(unix.AF_NETLINK, unix.SOCK_RAW) }},
	{"socketpair", func() error { _, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0); return err }},
	{"connect", func() error { return unix.Connect(0, &unix.SockaddrUnix{Name: "x"}) }},
	{"bind", func() error { return unix.Bind(0, &unix.SockaddrUnix{Name: "x"}) }},
	{"sendto", func() error { return raw(unix.SYS_SENDTO, 0) }},
	{"io_uring", func() error { return raw(unix.SYS_IO_URING_SETUP, 1) }},

	{"a program", func() error { return unix.Exec("/bin/true", []string{"true"}, nil) }},
	{"a program by its descriptor", func() error { return raw(unix.SYS_EXECVEAT, 0) }},
	{"a program in a process", func() error { _, err := syscall.ForkExec("/bin/true", nil, nil); return err }},
	{"a process", func() error { return raw(unix.SYS_CLONE, uintptr(unix.SIGCHLD)) }},
	{"a process that shares memory", func() error { return raw(unix.SYS_CLONE, unix.CLONE_VM|unix.CLONE_FILES) }},

	{"opening to write", func() error { return open(path, unix.O_WRONLY) }},
	{"opening to read and write", func() error { return open(path, unix.O_RDWR) }},
	{"opening to append", func() error { return open(path, unix.O_WRONLY|unix.O_APPEND) }},
	{"making by opening", func() error { return open("new", unix.O_RDONLY|unix.O_CREAT) }},
	{"emptying by opening", func() error { return open(path, unix.O_RDONLY|unix.O_TRUNC) }},
	{"a file without a name", func() error { return open(".", unix.O_WRONLY|unix.O_TMPFILE) }},
	{"a file in memory", func() error { _, err := unix.MemfdCreate("x", 0); return err }},
	{"truncate", func() error { return unix.Truncate(path, 0) }},
	{"unlink", func() error { return unix.Unlinkat(unix.AT_FDCWD, path, 0) }},
	{"rmdir", func() error { return unix.Unlinkat(unix.AT_FDCWD, "empty", unix.AT_REMOVEDIR) }},
	{"rename", func() error { return unix.Renameat(unix.AT_FDCWD, path, unix.AT_FDCWD, "new") }},
	{"rename with flags", func() error { return unix.Renameat2(unix.AT_FDCWD, path, unix.AT_FDCWD, "new", unix.RENAME_NOREPLACE) }},
	{"mkdir", func() error { return unix.Mkdirat(unix.AT_FDCWD, "new", 0o700) }},
	{"mknod", func() error { return unix.Mknodat(unix.AT_FDCWD, "new", unix.S_IFIFO, 0) }},
	{"link", func() error { return unix.Linkat(unix.AT_FDCWD, path, unix.AT_FDCWD, "new", 0) }},
	{"symlink", func() error { return unix.Symlinkat(path, unix.AT_FDCWD, "new") }},
	{"chmod", func() error { return unix.Fchmodat(unix.AT_FDCWD, path, 0o777, 0) }},
	{"chown", func() error { return unix.Fchownat(unix.AT_FDCWD, path, os.Getuid(), os.Getgid(), 0) }},
	{"times", func() error { return unix.UtimesNanoAt(unix.AT_FDCWD, path, make([]unix.Timespec, 2), 0) }},
	{"attributes", func() error { return unix.Setxattr(path, "user.x", nil, 0) }},

	{"ptrace", func() error { return raw(unix.SYS_PTRACE, unix.PTRACE_TRACEME) }},
	{"another process' memory", func() error { return raw(unix.SYS_PROCESS_VM_READV, uintptr(os.Getppid())) }},
	{"another process' descriptor", func() error { _, err := unix.PidfdOpen(os.Getppid(), 0); return err }},
	{"a signal to another process", func() error { return unix.Kill(os.Getppid(), 0) }},
	{"a signal to all processes", func() error { return unix.Kill(-1, 0) }},
	{"a signal to a thread of another process", func() error { return unix.Tgkill(os.Getppid(), os.Getppid(), 0) }},
	{"a signal to any thread", func() error { return raw(unix.SYS_TKILL, uintptr(os.Getppid()), 0) }},
	{"a signal by a descriptor", func() error { _, err := unix.FcntlInt(0, unix.F_SETOWN, os.Getppid()); return err }},
	{"another process' limits", func() error { return raw(unix.SYS_PRLIMIT64, uintptr(os.Getppid()), unix.RLIMIT_CPU) }},
	{"its own limits", func() error { return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }},
	{"to be traced", func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) }},

	{"mount", func() error { return unix.Mount("x", "sub", "tmpfs", 0, "") }},
	{"chroot", func() error { return unix.Chroot("sub") }},
	{"chdir", func() error { return unix.Chdir("sub") }},
	{"namespaces", func() error { return unix.Unshare(unix.CLONE_NEWUSER) }},
	{"bpf", func() error { return raw(unix.SYS_BPF, 0) }},
	{"perf", func() error { return raw(unix.SYS_PERF_EVENT_OPEN, 0) }},
	{"the kernel's keys", func() error { return raw(unix.SYS_KEYCTL, 0) }},
	{"ioctl", func() error { return raw(unix.SYS_IOCTL, 0, unix.TIOCSTI, pathPointer()) }},
	{"another user", func() error { return raw(unix.SYS_SETUID, uintptr(os.Getuid())) }},
	{"another filter", func() error { return raw(unix.SYS_SECCOMP, 1) }},
	{"more of Landlock", func() error { return raw(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, 1) }},
}

// unreadable are the files that cannot be read.
var unreadable = []string{"/etc/passwd", "../private", ".git/config", ".git/objects/pack", "nested/.git/config", "link", "/proc/self/environ", "/proc/self/exe", "/", "..", "/dev/null"}

// readable are those that can.
var readable = []string{path, "top.yaml", ".git/index", ".git/info/exclude", ".git/HEAD", "../named.env", "nested/file.yaml", "nested", ".", "sub", "empty", ".git"}

// enterTree makes a work tree, and confines the process to it.
func enterTree() { enterTreeWith(&Sandbox{}) }

func enterTreeWith(s *Sandbox) {
	dir, err := os.MkdirTemp("", "keylint-confine-")
	must(err)
	dir, err = filepath.EvalSymlinks(dir)
	must(err)
	tree := filepath.Join(dir, "tree")
	for _, name := range []string{"private", "named.env", "tree/top.yaml", "tree/" + path, "tree/.git/config", "tree/.git/index", "tree/.git/info/exclude", "tree/.git/HEAD", "tree/.git/objects/pack",
		"tree/nested/.git/config", "tree/nested/file.yaml"} {
		must(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		must(os.WriteFile(filepath.Join(dir, name), []byte("x\n"), 0o600))
	}
	must(os.Mkdir(filepath.Join(tree, "empty"), 0o700))
	must(os.Symlink("../private", filepath.Join(tree, "link")))
	must(os.Chdir(tree))
	must(s.Begin(Auto, Limits{Memory: 1 << 30, Time: time.Minute}))
	must(s.Read([]string{tree}, []string{"../named.env"}))
	for _, l := range s.Layers()[2:] { // those of package first are not for tests
		if l.Missing != "" {
			fmt.Printf("skip: there is no %s: %s\n", l.Name, l.Missing)
			os.Exit(0)
		}
	}
}

func init() {
	scenarios["attempt"] = func(args []string) {
		enterTree()
		for _, a := range attempts {
			if a.what == args[0] {
				fmt.Println("was answered:", a.try())
				return
			}
		}
	}
	scenarios["read"] = func(args []string) {
		enterTree()
		for _, name := range unreadable {
			if err := open(name, unix.O_RDONLY); !errors.Is(err, unix.EACCES) && name != "/" && name != ".." || err == nil {
				fmt.Printf("%s: %v\n", name, err)
			}
		}
		for _, name := range readable {
			if err := open(name, unix.O_RDONLY); err != nil {
				fmt.Printf("%s: %v\n", name, err)
			}
		}
		if names, err := os.ReadDir("."); err != nil || len(names) != 6 {
			fmt.Println("listing:", names, err)
		}
	}
	scenarios["write"] = func(args []string) {
		f, err := os.OpenFile(args[0], os.O_WRONLY, 0)
		must(err)
		enterTree()
		must(f.Truncate(0))
		_, err = f.WriteString("new")
		must(err)
		must(f.Close())
	}
	scenarios["threads"] = func([]string) {
		const n = 40
		begin := make(chan bool)
		var ready, done sync.WaitGroup
		for range n {
			ready.Add(1)
			done.Go(func() {
				runtime.LockOSThread()
				ready.Done()
				<-begin
				for what, err := range map[string]error{"socket": socket(unix.AF_INET, unix.SOCK_STREAM), "read": open("/etc/passwd", unix.O_RDONLY)} {
					if err == nil {
						fmt.Println(what, "was not denied to a thread")
					}
				}
			})
		}
		ready.Wait()
		enterTree()
		close(begin)
		done.Wait()
	}
	scenarios["missing"] = func([]string) {
		enterTree()
		for _, call := range older {
			if err := raw(call, 0, pathPointer(), 0, 0, 0); err != unix.ENOSYS {
				fmt.Println(call, err)
			}
		}
	}
	scenarios["mend"] = func([]string) {
		s := &Sandbox{}
		s.Writes()
		enterTreeWith(s)
		for _, a := range []attempt{
			{"a file in the work tree", func() error { return open("sub/new", unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL) }},
			{"taking another's place", func() error { return os.Rename("sub/new", path) }},
			{"a file beside the work tree", func() error { return open("../new", unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL) }},
			{"a file that is there", func() error { return open(path, unix.O_WRONLY) }},
			{"a file that may be there", func() error { return open(path, unix.O_WRONLY|unix.O_CREAT) }},
			{"a directory", func() error { return unix.Mkdir("directory", 0o700) }},
			{"a link", func() error { return unix.Symlink("/etc/passwd", "another") }},
			{"another directory", func() error { return os.Rename(path, "top.yaml") }},
			{"leaving the work tree", func() error { return os.Rename(path, "../out") }},
			{"a socket", func() error { return socket(unix.AF_INET, unix.SOCK_STREAM) }},
			{"a program", func() error { return unix.Exec("/bin/true", []string{"true"}, nil) }},
			{"/etc/passwd", func() error { return open("/etc/passwd", unix.O_RDONLY) }},
		} {
			said := "done"
			if err := a.try(); err != nil {
				said = "denied"
			}
			fmt.Println(a.what+":", said)
		}
	}
	scenarios["no proc"] = func([]string) {
		if err := unix.Mount("none", "/proc", "tmpfs", 0, ""); err != nil {
			fmt.Println("skip:", err)
			return
		}
		s := &Sandbox{}
		must(s.Begin(Auto, Limits{}))
		must(s.Read([]string{"."}, nil))
		for _, l := range s.Layers() {
			if strings.HasPrefix(l.Name, "Landlock") {
				fmt.Println(l.Missing)
			}
		}
		fmt.Println(socket(unix.AF_INET, unix.SOCK_STREAM))
	}
	scenarios["foreign"] = func([]string) {
		enterTree()
		_ = raw(0x40000000 | unix.SYS_GETPID) // of x32, or none
		fmt.Println("goes on")
	}
}

// said runs a scenario, and skips the test where the kernel lacks a layer.
func said(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := scenario(t, asTest, name, args...)
	temp := t.TempDir()
	cmd.Env = append(cmd.Env, "TMPDIR="+temp)
	o := finish(t, cmd)
	if why, ok := strings.CutPrefix(o.stdout, "skip: "); ok {
		t.Skip("skipped: " + why)
	}
	if o.status != 0 {
		t.Fatalf("exit status %d: %s%s", o.status, o.stdout, o.stderr)
	}
	return o.stdout
}

func TestDenied(t *testing.T) {
	for _, a := range attempts {
		t.Run(a.what, func(t *testing.T) {
			t.Parallel()
			if got := said(t, "attempt", a.what); !strings.HasSuffix(got, "operation not permitted\n") {
				t.Error(got)
			}
		})
	}
}

func TestOnlyTheWorkTreeCanBeRead(t *testing.T) {
	if got := said(t, "read"); got != "" {
		t.Error(got)
	}
}

func TestWhatIsOpenCanBeFilled(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report")
	if err := os.WriteFile(file, []byte("an old report"), 0o600); err != nil {
		t.Fatal(err)
	}
	said(t, "write", file)
	if b, err := os.ReadFile(file); err != nil || string(b) != "new" {
		t.Errorf("%s, %v", b, err)
	}
}

func TestEveryThreadIsConfined(t *testing.T) {
	if got := said(t, "threads"); got != "" {
		t.Error(got)
	}
}

func TestOlderCallsAreTaken(t *testing.T) {
	if got := said(t, "missing"); got != "" {
		t.Error(got)
	}
}

// TestMendingIsConfined: with writing allowed, files are made and renamed in the work tree, and nothing else.
func TestMendingIsConfined(t *testing.T) {
	want := "a file in the work tree: done\ntaking another's place: done\n"
	for _, what := range []string{"a file beside the work tree", "a file that is there", "a file that may be there", "a directory", "a link", "another directory", "leaving the work tree", "a socket", "a program", "/etc/passwd"} {
		want += what + ": denied\n"
	}
	if got := said(t, "mend"); got != want {
		t.Error(got)
	}
}

// TestWithoutProc runs as a chroot or a minimal image may: the layers that need no /proc hold.
func TestWithoutProc(t *testing.T) {
	cmd := scenario(t, asTest, "no proc")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if why, ok := strings.CutPrefix(string(out), "skip: "); ok || errors.Is(err, unix.EPERM) {
		t.Skip("skipped: no file system of one's own can be mounted here: ", why, err)
	}
	if want := "/proc is not mounted, where the threads to confine are found\noperation not permitted\n"; err != nil || string(out) != want {
		t.Errorf("%v: %s", err, out)
	}
}

func TestForeignCallsEndTheProcess(t *testing.T) {
	cmd := scenario(t, asTest, "foreign")
	cmd.Env = append(cmd.Env, "TMPDIR="+t.TempDir())
	o := finish(t, cmd)
	if strings.HasPrefix(o.stdout, "skip: ") {
		t.Skip("skipped: " + o.stdout)
	}
	if o.status == 0 || o.stdout != "" {
		t.Errorf("%+v", o)
	}
}

// TestWithAndWithoutC runs the tests above in the other kind of binary, in which Landlock reaches the threads in another way.
func TestWithAndWithoutC(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: it builds a binary")
	}
	other := "0"
	if !usesC {
		other = "1"
		if _, err := exec.LookPath("gcc"); err != nil {
			t.Skip("skipped: there is no C compiler")
		}
	}
	binary := filepath.Join(t.TempDir(), asTest)
	build := exec.Command("go", "test", "-c", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED="+other)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(binary, "-test.short", "-test.run", "^(TestDenied|TestOnly|TestWhat|TestEvery|TestOlder|TestForeign)").CombinedOutput()
	if err != nil {
		t.Errorf("CGO_ENABLED=%s: %v\n%s", other, err, out)
	}
}
