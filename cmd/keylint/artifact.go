package main

import (
	"errors"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// artifact is the command that looks into what was built, and compares it with the repository in which it runs.
func (s *session) artifact(c *cli.Context) (int, error) {
	built := distinct(c.Args().Slice())
	switch {
	case len(built) == 0:
		return exitFailed, errors.New("artifact takes what was built: a directory such as .next or dist, a tarball, an APK or IPA, an image that docker save wrote")
	case slices.Contains(built, "-"):
		return exitFailed, errors.New("artifact reads no standard input: an archive's table of contents may stand at its end; write it to a file")
	}
	set, err := s.settings(c, []string{"."})
	if err != nil {
		return exitFailed, err
	}
	if err := checkPaths(c.App, built); err != nil {
		return exitFailed, err
	}
	set.built = built
	return s.tell(set)
}

// unread says why --strict does not take the run for proof: something of what was built could not be read, or there was nothing
// in it. It is empty otherwise.
func unread(r *lint.Result) string {
	for _, n := range r.Notes {
		switch n.Kind {
		case sources.NoteUnreadable, sources.NoteBound:
			return "not all of what was built could be read"
		case sources.NoteEmpty:
			return "nothing was found to compare in what was built"
		}
	}
	return ""
}
