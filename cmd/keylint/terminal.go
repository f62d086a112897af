package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/term"

	"github.com/keylint/keylint/report"
	"github.com/keylint/keylint/sources"
)

// isTerminal says whether w is a character device, as a terminal is.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// width is that of the terminal that w leads to; 0 where that cannot be told.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok && isTerminal(w) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 0
}

// colors decides by --color for a stream. NO_COLOR (https://no-color.org) and a dumb
// terminal speak against it only while nobody asked for colour by the flag.
func (s *session) colors(when string, terminal bool) (bool, error) {
	switch when {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		return terminal && s.env("NO_COLOR") == "" && s.env("TERM") != "dumb", nil
	}
	return false, fmt.Errorf("--color is auto, always or never, not %q%s", when, didYouMean(when, "auto", "always", "never"))
}

// shownOn is the terminal that standard output leads to, with the repository whose files a report names.
func (s *session) shownOn(repo *sources.Repository) report.Terminal {
	if !s.outTerminal {
		return report.Terminal{}
	}
	on := report.Terminal{Width: s.outWidth}
	if s.linksFiles() {
		host, _ := os.Hostname()
		on.Link = func(file string) string {
			path, ok := repo.OnDisk(file)
			if !ok {
				return ""
			}
			return (&url.URL{Scheme: "file", Host: host, Path: filepath.ToSlash(path)}).String()
		}
	}
	return on
}

// linksFiles says whether the terminal tells by its variables that it shows links (OSC 8), as those do
// that https://github.com/chalk/supports-hyperlinks knows. FORCE_HYPERLINK decides where it is set.
func (s *session) linksFiles() bool {
	if force := s.env("FORCE_HYPERLINK"); force != "" {
		return force != "0"
	}
	if s.env("TERM") == "dumb" || s.env("CI") != "" {
		return false
	}
	if vte, err := strconv.Atoi(s.env("VTE_VERSION")); err == nil {
		return vte >= 5000
	}
	switch s.env("TERM_PROGRAM") {
	case "iTerm.app", "WezTerm", "vscode", "ghostty", "zed", "Hyper":
		return true
	}
	return s.env("WT_SESSION") != "" || s.env("KITTY_WINDOW_ID") != "" || s.env("KONSOLE_VERSION") != "" || s.env("DOMTERM") != ""
}
