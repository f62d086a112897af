package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/report"
)

// maxKeyFile bounds in bytes what is read as a key or a secret.
const maxKeyFile = 1 << 20

func inspectFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: flagJWTSecret, Usage: "verify the key's signature under the JWT secret, or the JWKS, in `FILE`; repeatable"},
		nowFlag(), colorFlag(),
	}
}

// inspect says what a single key is. It is read from a file or from standard input, and
// never taken from an argument: those stay in the shell's history and show in ps.
func (s *session) inspect(c *cli.Context) (int, error) {
	name := "-"
	switch args := c.Args().Slice(); {
	case len(args) > 1:
		return exitFailed, errors.New("inspect looks at one key: one FILE, or - for standard input")
	case len(args) == 1:
		name = args[0]
	}
	now, err := clock(c.String(flagNow))
	if err != nil {
		return exitFailed, err
	}
	color, err := s.colors(c.String(flagColor), s.outTerminal)
	if err != nil {
		return exitFailed, err
	}
	if slices.Contains(c.StringSlice(flagJWTSecret), "-") {
		return exitFailed, fmt.Errorf("--%s takes a file; standard input is for the key", flagJWTSecret)
	}
	var names keys.Names
	var secrets []keys.NamedSecret
	for _, file := range c.StringSlice(flagJWTSecret) {
		secret, err := s.readKey(file)
		if err != nil {
			return exitFailed, err
		}
		_, secret = names.Assignment(secret)
		secrets = append(secrets, keys.NamedSecret{Name: file, Text: secret})
	}
	key, err := s.readKey(name)
	if err != nil {
		return exitFailed, err
	}
	variable, key := names.Assignment(key)
	i := keys.Inspect(key, now, secrets)
	if role := names.Of(variable).Role(); role != "" && i.Slot != "" && i.Slot.Role() != role {
		i.Faults = append(i.Faults, fmt.Sprintf("it stands in %s, which is for a %s key, and it is a %s key", variable, role, i.Slot.Role()))
	}
	if err := report.Inspection(s.out, i, report.Options{Color: color}); err != nil {
		return exitFailed, err
	}
	if len(i.Faults) > 0 {
		return exitFindings, nil
	}
	return exitClean, nil
}

// readKey reads a file that holds one key, or standard input for "-".
func (s *session) readKey(name string) (keys.Text, error) {
	shownAs, in := name, s.stdin
	if name == "-" {
		shownAs = "standard input"
	} else {
		f, err := os.Open(name)
		switch {
		case err != nil && (len(name) >= 16 && !strings.ContainsAny(name, "/.\\") || keys.ScrubShapes(name) != name || keys.LooksRandom(name)):
			return keys.Text{}, errors.New("that is no file; if it is a key or a secret, it now stands in the shell's history. Give it in a file, or on standard input: keylint inspect -")
		case errors.Is(err, fs.ErrNotExist):
			return keys.Text{}, fmt.Errorf("no such file: %s; a key is read from a file or from standard input", name)
		case err != nil:
			return keys.Text{}, fmt.Errorf("cannot read %s: %w", name, withoutPath(err))
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxKeyFile+1))
	if err != nil {
		return keys.Text{}, fmt.Errorf("cannot read %s: %w", shownAs, withoutPath(err))
	}
	if len(b) > maxKeyFile {
		return keys.Text{}, fmt.Errorf("%s is larger than %d MiB, and no key is", shownAs, maxKeyFile>>20)
	}
	t := keys.NewText(string(b))
	s.ledger.Add(keys.Trim(t))
	return t, nil
}
