package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/keylint/keylint/internal/testkeys"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"keylint":  main,
		"isolated": isolated,
	})
}

// TestScript runs the files in testdata/script. A "{{anon}}" in one of their files
// becomes a key, so that none stands in the scripts: see package testkeys.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			ageKey, err := filepath.Abs("../../testdata/keys/age.txt")
			if err != nil {
				return err
			}
			e.Setenv("AGE_KEY", ageKey)
			return testkeys.FillDir(e.WorkDir)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": status,
			"pack":   pack,
		},
	})
}

// status runs keylint and compares its exit status: "status 2 keylint --bogus". The
// output goes where "stdout" and "stderr" look for it.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N PROGRAM [ARG ...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := err.(*exec.ExitError); ok {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if want := args[0]; fmt.Sprint(got) != want {
		ts.Fatalf("exit status %d, want %s", got, want)
	}
}

// isolated is a program that does, behind isolate, what no library may.
func isolated() {
	logger := log.New(os.Stderr, "", 0) // made before, as in an init function
	stderr := os.Stderr
	env := environment(os.Environ())
	_, out, _, err := isolate()
	if err != nil {
		panic(err)
	}
	fmt.Println("ESCAPED by fmt")
	log.Println("ESCAPED by log")
	logger.Println("ESCAPED by a logger")
	fmt.Fprintln(stderr, "ESCAPED by a kept stream")
	println("ESCAPED by the runtime")
	if _, err := http.Get("http://192.0.2.1/"); err == nil || !strings.Contains(err.Error(), errOffline.Error()) {
		fmt.Fprintf(out, "HTTP was not refused: %v\n", err)
	}
	if file, err := exec.LookPath("sh"); err == nil {
		fmt.Fprintf(out, "found %s\n", file)
	}
	if n := len(os.Environ()); n > 0 {
		fmt.Fprintf(out, "%d variables are left in the environment\n", n)
	}
	if env("PATH") == "" {
		fmt.Fprintln(out, "run does not see the environment")
	}
	fmt.Fprintln(out, "done")
	if env("CRASH") != "" {
		done := make(chan bool)
		go func() { panic("ESCAPED by a crash") }()
		<-done
	}
}
