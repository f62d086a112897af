//go:build amd64 || arm64

package confine

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keylint/keylint/internal/confine/first"
)

const secretText = "a key that a crash would show"

func init() {
	scenarios["exit"] = func(args []string) {
		status, err := strconv.Atoi(args[0])
		must(err)
		os.Exit(status)
	}
	scenarios["echo"] = func(args []string) {
		in, err := io.ReadAll(os.Stdin)
		must(err)
		fmt.Printf("%s %s %s", os.Args[0], args, in)
		fmt.Fprint(first.Stderr(), "to the user")
		fmt.Fprint(os.Stderr, secretText)
	}
	scenarios["crash"] = func(args []string) {
		switch args[0] {
		case "panic":
			go panic(secretText)
		case "kill":
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		case "terminate":
			_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
		case "abort":
			_ = syscall.Kill(os.Getpid(), syscall.SIGABRT)
		case "call":
			_ = syscall.Kill(os.Getpid(), syscall.SIGSYS)
		case "deep":
			debug.SetMaxStack(16 << 20) // which takes less of the machine than the runtime's own
			bombs["deep recursion"]()
		}
		select {}
	}
	scenarios["wait"] = func([]string) {
		fmt.Println(os.Getpid())
		select {}
	}
	scenarios["finish"] = func([]string) {
		signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		fmt.Println("writing")
		_, err := io.ReadAll(os.Stdin)
		must(err)
		fmt.Println("written")
	}
	scenarios["offline"] = func([]string) {
		_, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
		_, err2 := os.StartProcess("/bin/true", []string{"true"}, &os.ProcAttr{})
		fmt.Println(err == syscall.EPERM, os.IsPermission(err2))
	}
	scenarios["made"] = func(args []string) {
		for _, name := range args {
			first.Made(name)
		}
		first.Sealed()
		first.Made(args[0] + ".sealed")
	}
}

func TestSupervisorPassesOn(t *testing.T) {
	for _, status := range []int{0, 1, 2, 77} {
		if o := finish(t, scenario(t, asProgram, "exit", strconv.Itoa(status))); o.status != status || o.stderr != "" {
			t.Errorf("%d: %+v", status, o)
		}
	}
	cmd := scenario(t, asProgram, "echo", "a", "b:c")
	cmd.Stdin = strings.NewReader("input")
	if o := finish(t, cmd); o != (outcome{0, "keylint [a b:c] input", "to the user"}) {
		t.Errorf("%+v", o)
	}
}

// TestSupervisorSaysWhy holds that a death has its sentence, and none of the words that the runtime would have said.
func TestSupervisorSaysWhy(t *testing.T) {
	for how, want := range map[string]string{
		"panic": "internal error in the background",
		"kill":  "the system killed the run",
		"abort": "internal error in the background",
		"call":  "for a call that keylint does not expect",
		"deep":  "nested too deeply",
	} {
		o := finish(t, scenario(t, asProgram, "crash", how))
		if o.status != 2 || !strings.Contains(o.stderr, want) || strings.Count(o.stderr, "\n") != 1 || strings.Contains(o.stderr, secretText) {
			t.Errorf("%s: %+v", how, o)
		}
	}
	cmd := scenario(t, asProgram, "crash", "terminate")
	if o := finish(t, cmd); cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM || o.stderr != "" {
		t.Errorf("terminate: %v, %+v", cmd.ProcessState, o)
	}
}

// TestSupervisorLetsItFinish asks a run to end that does not let itself be ended in the middle: neither does its supervisor end, and it with that.
func TestSupervisorLetsItFinish(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		cmd := scenario(t, asProgram, "finish")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		if line, err := lines.ReadString('\n'); err != nil || line != "writing\n" {
			t.Fatal(line, err)
		}
		if err := errors.Join(cmd.Process.Signal(s), in.Close()); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(lines)
		if err := cmd.Wait(); err != nil || string(rest) != "written\n" {
			t.Errorf("%s: %q, %v", s, rest, err)
		}
	}
}

// TestSupervisorTakesItAlong ends the supervisor, and with it what it supervises.
func TestSupervisorTakesItAlong(t *testing.T) {
	cmd := scenario(t, asProgram, "wait")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || pid == cmd.Process.Pid {
		t.Fatalf("process %s under %d", line, cmd.Process.Pid)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for range 200 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("it goes on")
}

func TestOfflineFromTheBeginning(t *testing.T) {
	if o := finish(t, scenario(t, asProgram, "offline")); o.stdout != "true true\n" {
		t.Errorf("%+v", o)
	}
}

// TestDescriptorsAreHandedDown passes a file as a shell does for <(…), under the first number that is free.
func TestDescriptorsAreHandedDown(t *testing.T) {
	file := filepath.Join(t.TempDir(), "given")
	if err := os.WriteFile(file, []byte("given"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	scenario := scenario(t, asProgram, "descriptor")
	scenario.ExtraFiles = []*os.File{f, f, f}
	if o := finish(t, scenario); o.stdout != "given" {
		t.Errorf("%+v", o)
	}
}

func init() {
	scenarios["descriptor"] = func([]string) {
		b, err := io.ReadAll(os.NewFile(3, "given"))
		must(err)
		os.Stdout.Write(b)
	}
}

// TestWhatWasMadeAndNotFilledGoes tells the supervisor of files, of which it takes the empty ones away.
func TestWhatWasMadeAndNotFilledGoes(t *testing.T) {
	dir := t.TempDir()
	name := func(n string) string { return filepath.Join(dir, n) }
	for _, n := range []string{"empty", "other", "empty.sealed"} {
		if err := os.WriteFile(name(n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(name("full"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	finish(t, scenario(t, asProgram, "made", name("empty"), name("full"), name("never")))
	got, err := filepath.Glob(name("*"))
	if err != nil || strings.Join(got, " ") != strings.Join([]string{name("empty.sealed"), name("full"), name("other")}, " ") {
		t.Errorf("%v, %v", got, err)
	}
}

// TestFirstIsFirst holds that nothing has run before that could connect or start a program.
func TestFirstIsFirst(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "keylint")
	if testing.Short() {
		t.Skip("skipped: it builds keylint")
	}
	if out, err := exec.Command("go", "build", "-o", binary, "../../cmd/keylint").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(binary, "version")
	cmd.Env = []string{"GODEBUG=inittrace=1"}
	// The process that is not supervised never comes beyond that package.
	before := finish(t, cmd).stderr
	for _, name := range []string{"net", "net/http", "os/exec", "database/sql", "text/template", "github.com/getsops/sops/v3/audit"} {
		if strings.Contains(before, "init "+name+" ") {
			t.Errorf("%s is initialised before", name)
		}
	}
	if n := strings.Count(before, "init "); n == 0 || n > 60 {
		t.Errorf("%d packages are initialised before:\n%s", n, before)
	}
}
