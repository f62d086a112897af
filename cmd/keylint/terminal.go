package main

import (
	"fmt"
	"io"
	"os"
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
