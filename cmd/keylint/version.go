package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/keylint/keylint/internal/confine"
	"github.com/keylint/keylint/report"
)

// release is the version of a released binary, such as "1.2.3". The build of a release
// sets it, with -ldflags "-X main.release=1.2.3"; the toolchain knows a version only of
// what it fetched as a module, or of what it built in a clean checkout at a tag.
var release string

// build says which keylint this is. What was not stamped into the binary is left out.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Date     string `json:"date,omitempty"` // of the commit: that of the build would differ each time
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`

	Sandbox *report.Sandbox `json:"sandbox,omitempty"` // what confines a run here, where that was asked for
}

// version prints the version, or with --json all that is known of the binary.
func (s *session) version(c *cli.Context) (int, error) {
	if c.Args().Present() {
		return exitFailed, fmt.Errorf("the command version takes no argument, but was given %q", c.Args().First())
	}
	b := thisBuild()
	if c.Bool(flagVerbose) && s.sandbox != nil {
		// Only who tries knows what the system gives.
		if err := errors.Join(s.sandbox.Begin(confine.Auto, confine.Limits{Memory: 1 << 30}), s.sandbox.Read(nil, nil)); err != nil {
			return exitFailed, err
		}
		b.Sandbox = s.confinement()
	}
	if !c.Bool(flagJSON) {
		fmt.Fprintf(s.out, "keylint %s %s/%s\n", b.Version, b.OS, b.Arch)
		if b.Sandbox != nil {
			for _, name := range b.Sandbox.InForce {
				fmt.Fprintf(s.out, "   confined by %s\n", name)
			}
			for _, name := range b.Sandbox.Missing {
				fmt.Fprintf(s.out, "   not confined by %s\n", name)
			}
		}
		return exitClean, nil
	}
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return exitFailed, err
	}
	fmt.Fprintf(s.out, "%s\n", text)
	return exitClean, nil
}

// thisBuild is the running binary's.
func thisBuild() build {
	info, _ := debug.ReadBuildInfo()
	return describeBuild(release, info)
}

// describeBuild prefers what the release says to what the toolchain found out, which may
// be nothing.
func describeBuild(release string, info *debug.BuildInfo) build {
	b := build{Version: "(devel)", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if info != nil && info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	if release != "" {
		b.Version = release
	}
	b.Version = strings.TrimPrefix(b.Version, "v") // the module's tag has it, the release has not
	if info == nil {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}
