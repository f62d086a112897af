package main

import (
	"fmt"
	"io"
	"strings"

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
	fmt.Fprintf(s.out, "%s\n\nusage:\n   %s\n", folded(c.Usage, ""), folded(strings.TrimSpace(programName+" "+c.Name+" "+c.ArgsUsage), "         "))
	if c.Description != "" {
		fmt.Fprintf(s.out, "\n%s\n", folded(c.Description, ""))
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
	fmt.Fprintf(w, "%s\n\nusage:\n   %s\n\n%s\n\nExit status: %s.\n\nflags:\n", folded(app.Name+" - "+app.Usage, ""),
		strings.ReplaceAll(app.UsageText, "\n", "\n   "), app.Description, strings.Join(exitStatuses(), ", "))
	helpFlags(w, app.Flags)
	fmt.Fprint(w, "\ncommands:\n")
	for _, c := range app.Commands {
		_, err := fmt.Fprintf(w, "   %s\n         %s\n", folded(strings.TrimSpace(c.Name+" "+c.ArgsUsage), "         "), folded(c.Usage, "         "))
		if err != nil {
			return err
		}
	}
	return nil
}

// helpWidth is how wide a line of the help gets, unless a word in it is wider.
const helpWidth = 100

// folded is a text whose lines are no wider than the help's, and begin with an indent from the second on. A line that is indented itself goes on further
// in, and no option is torn from its value.
func folded(text, indent string) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		own := line[:len(line)-len(strings.TrimLeft(line, " "))]
		if len(indent)+len(line) <= helpWidth {
			out = append(out, line)
			continue
		}
		row := own
		for _, word := range words(line) {
			if strings.TrimSpace(row) != "" && len(indent)+len(row)+1+len(word) > helpWidth {
				out = append(out, row)
				if row = own; own != "" {
					row += "   "
				}
			}
			if strings.TrimSpace(row) != "" {
				row += " "
			}
			row += word
		}
		out = append(out, row)
	}
	return strings.Join(out, "\n"+indent)
}

// words are those of a line; what stands in brackets is one.
func words(line string) (out []string) {
	open := false
	for _, word := range strings.Fields(line) {
		if open {
			out[len(out)-1] += " " + word
		} else {
			out = append(out, word)
		}
		open = (open || strings.HasPrefix(word, "[")) && !strings.Contains(word, "]")
	}
	return out
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
		fmt.Fprintf(w, "         %s\n", folded(text, "         "))
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
