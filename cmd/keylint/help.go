package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"
)

// help prints the usage of keylint, or of one command.
func (s *session) help(app *cli.App, args []string) (int, error) {
	if len(args) == 0 {
		return exitClean, usage(s.out, app)
	}
	c := app.Command(args[0])
	if c == nil || len(args) > 1 {
		return exitFailed, fmt.Errorf("no such command: %s%s", strings.Join(args, " "), didYouMean(args[0], commandNames(app)...))
	}
	fmt.Fprintf(s.out, "%s\n\nusage:\n   %s\n", c.Usage, strings.TrimSpace(programName+" "+c.Name+" "+c.ArgsUsage))
	if c.Description != "" {
		fmt.Fprintf(s.out, "\n%s\n", c.Description)
	}
	if len(c.Flags) > 0 {
		fmt.Fprint(s.out, "\nflags:\n")
		helpFlags(s.out, c.Flags)
	}
	return exitClean, nil
}

// usage is keylint's own and not urfave/cli's, whose columns grow with the longest
// flag and which tells a "(default: false)" of every switch.
func usage(w io.Writer, app *cli.App) error {
	fmt.Fprintf(w, "%s - %s\n\nusage:\n   %s\n\n%s\n\nExit status: %s.\n\nflags:\n", app.Name, app.Usage,
		strings.ReplaceAll(app.UsageText, "\n", "\n   "), app.Description, strings.Join(exitStatuses(), ", "))
	helpFlags(w, app.Flags)
	fmt.Fprint(w, "\ncommands:\n")
	t := tabwriter.NewWriter(w, 0, 8, 3, ' ', 0)
	for _, c := range app.Commands {
		fmt.Fprintf(t, "   %s\t%s\n", strings.TrimSpace(c.Name+" "+c.ArgsUsage), c.Usage)
	}
	return t.Flush()
}

func helpFlags(w io.Writer, flags []cli.Flag) {
	for _, f := range flags {
		var names []string
		for _, n := range f.Names() {
			names = append(names, dashed(n))
		}
		about := f.(cli.DocGenerationFlag)
		placeholder, text := unquote(about.GetUsage())
		fmt.Fprintf(w, "   %s%s\n", strings.Join(names, ", "), placeholder)
		fmt.Fprintf(w, "         %s\n", strings.ReplaceAll(text, "\n", "\n         "))
	}
}

// unquote takes the value's placeholder, which stands in backquotes, out of a usage.
func unquote(text string) (placeholder, plain string) {
	before, rest, ok := strings.Cut(text, "`")
	name, after, closed := strings.Cut(rest, "`")
	if !ok || !closed {
		return "", text
	}
	return " " + name, before + name + after
}

func commandNames(app *cli.App) []string {
	var names []string
	for _, c := range app.Commands {
		names = append(names, c.Name)
	}
	return names
}

// exitStatuses say what each exit status means.
func exitStatuses() []string {
	return []string{
		fmt.Sprintf("%d nothing at or above --%s", exitClean, flagFailOn),
		fmt.Sprintf("%d findings", exitFindings),
		fmt.Sprintf("%d keylint could not do its job", exitFailed),
	}
}
