package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// arranged is a command line put in the order that urfave/cli expects, which takes
// every flag behind the first PATH for a PATH: the command, then flags, each with its value in one
// word, then what is left.
type arranged struct {
	flags   []string // "--format=json"
	names   []string // of the flags, in the same order
	command string   // "", "rules", "inspect"
	rest    []string // paths, or the command's arguments
}

// arrange sorts args by the flags and commands that the app has. "--" ends the flags,
// "-" is a path, and a path behind "--" is never a command.
func arrange(app *cli.App, args []string) (arranged, error) {
	a, err := arrangeBy(flagTable(app, nil), app, args)
	if a.command == "" {
		return a, err
	}
	return arrangeBy(flagTable(app, app.Command(a.command)), app, args)
}

// arrangeBy sorts args by flags.
func arrangeBy(flags map[string]cli.Flag, app *cli.App, args []string) (arranged, error) {
	var a arranged
	first := true
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			a.rest = append(a.rest, args...)
			return a, nil
		case len(arg) > 1 && arg[0] == '-':
			name, value, hasValue := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
			f, ok := flags[name]
			if !ok {
				return a, fmt.Errorf("unknown flag %s%s; keylint --help lists the flags", dashed(name), didYouMean(name, flagNames(app)...))
			}
			if takesValue(f) && !hasValue {
				if len(args) == 0 || isFlag(flags, args[0]) {
					return a, fmt.Errorf("%s needs a value", dashed(name))
				}
				value, hasValue = args[0], true
				args = args[1:]
			}
			word := "--" + f.Names()[0]
			if hasValue {
				word += "=" + value
			}
			a.flags, a.names = append(a.flags, word), append(a.names, f.Names()[0])
		case first && app.Command(arg) != nil:
			a.command, first = arg, false
		default:
			a.rest, first = append(a.rest, arg), false
		}
	}
	return a, nil
}

// line is the command line for urfave/cli. A path that is called like a command is
// written so that it is not taken for one.
func (a arranged) line(app *cli.App) []string {
	words := []string{programName}
	if a.command != "" {
		words = append(words, a.command)
	}
	words = append(append(words, a.flags...), "--")
	for i, r := range a.rest {
		if i == 0 && a.command == "" && app.Command(r) != nil {
			r = "./" + r
		}
		words = append(words, r)
	}
	return words
}

// flagTable are all flags by their names. One that several commands have is that of the command, or as long as that is not known, the one that takes no value.
func flagTable(app *cli.App, command *cli.Command) map[string]cli.Flag {
	table := map[string]cli.Flag{}
	add := func(flags []cli.Flag, goesBefore func(f cli.Flag) bool) {
		for _, f := range flags {
			for _, n := range f.Names() {
				if table[n] == nil || goesBefore(f) {
					table[n] = f
				}
			}
		}
	}
	add(allFlags(app), func(f cli.Flag) bool { return !takesValue(f) })
	if command != nil {
		add(command.Flags, func(cli.Flag) bool { return true })
	}
	return table
}

func flagNames(app *cli.App) []string {
	var names []string
	for _, f := range allFlags(app) {
		names = append(names, "--"+f.Names()[0])
	}
	return names
}

// allFlags are those of linting and of the commands.
func allFlags(app *cli.App) []cli.Flag {
	flags := slices.Clone(app.Flags)
	for _, c := range app.Commands {
		flags = append(flags, c.Flags...)
	}
	return flags
}

func takesValue(f cli.Flag) bool {
	d, ok := f.(cli.DocGenerationFlag)
	return ok && d.TakesValue()
}

// isFlag says that the word is one of the app's own flags, and so not a flag's value.
func isFlag(flags map[string]cli.Flag, word string) bool {
	if len(word) < 2 || word[0] != '-' {
		return false
	}
	name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
	return flags[name] != nil || word == "--"
}

// dashed is the flag as people write it.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}
