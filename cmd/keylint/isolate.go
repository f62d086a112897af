package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/keylint/keylint/internal/confine/first"
)

// isolate cuts the process off from the world before any library runs, and returns
// the three streams, which only run may use. Behind what the code promises (no output
// past the guards, no network, no subprocess) it puts what the process can enforce:
//
//   - whoever holds os.Stdout or os.Stderr, a logger that was made in an init function
//     included, writes to the null device, for the File behind the pointer is replaced;
//   - the runtime's report of a crash, which prints a panic's value, goes there too where
//     the system allows it (see muteRuntime), or to a supervisor that passes nothing of it on;
//   - the default HTTP transport and the default resolver refuse;
//   - the environment is empty: no PATH to find a program in, and no cloud credential,
//     proxy or SOPS_GPG_EXEC for a library to pick up.
func isolate() (stdin io.Reader, stdout, stderr io.Writer, err error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("the null device is needed and missing: %w", err)
	}
	realIn, realOut, realErr := *os.Stdin, *os.Stdout, *os.Stderr
	stdin, stdout, stderr = &realIn, &realOut, &realErr
	if own := first.Stderr(); own != nil {
		stderr = own
	} else if own, err := muteRuntime(null); err == nil {
		stderr = own
	}
	ignoreBrokenPipe()
	*os.Stdin, *os.Stdout, *os.Stderr = *null, *null, *null
	log.SetOutput(io.Discard)
	http.DefaultTransport = refusal{}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errOffline
	}}
	os.Clearenv()
	return stdin, stdout, stderr, nil
}

var errOffline = errors.New("keylint does not use the network")

// refusal is an HTTP transport that goes nowhere.
type refusal struct{}

func (refusal) RoundTrip(*http.Request) (*http.Response, error) { return nil, errOffline }
