package main

import (
	"embed"
	"errors"
	"fmt"
	"strings"
	"text/template"

	"github.com/urfave/cli/v2"
)

// completionScripts are static: what a shell offers is written into them, so that a TAB
// starts no process. They scan a command line as arrange does.
//
//go:embed completion
var completionScripts embed.FS

// shell is one for which there is a completion script.
type shell struct {
	name string
	load string // the line that loads the script
}

func shells() []shell {
	return []shell{
		{"bash", "source <(keylint completion bash)"},
		{"zsh", "source <(keylint completion zsh)"},
		{"fish", "keylint completion fish | source"},
		{"powershell", "keylint completion powershell | Out-String | Invoke-Expression"},
	}
}

func shellNames() []string {
	var names []string
	for _, s := range shells() {
		names = append(names, s.name)
	}
	return names
}

// completionHelp says how each shell loads its script.
func completionHelp() string {
	var b strings.Builder
	b.WriteString("A shell reads the script when it starts:\n")
	for _, s := range shells() {
		fmt.Fprintf(&b, "\n   %-10s   %s", s.name, s.load)
	}
	b.WriteString("\n\nIn zsh that line stands behind the one with compinit.")
	return b.String()
}

// completion prints the completion script of one shell.
func (s *session) completion(app *cli.App, args []string) (int, error) {
	all := strings.Join(shellNames(), ", ")
	if len(args) != 1 {
		return exitFailed, fmt.Errorf("completion takes the name of one shell: %s", all)
	}
	for _, sh := range shells() {
		if sh.name == args[0] {
			return exitClean, s.completionScript(app, sh)
		}
	}
	return exitFailed, fmt.Errorf("there is no completion for %q%s; there is for: %s", args[0], didYouMean(args[0], shellNames()...), all)
}

func (s *session) completionScript(app *cli.App, sh shell) error {
	spec, err := completionOf(app)
	if err != nil {
		return err
	}
	t, err := template.New(sh.name).Delims("«", "»").Funcs(template.FuncMap{
		"single": singleQuoted, "fish": fishQuoted, "powershell": powershellQuoted, "described": described, "bare": bare,
	}).ParseFS(completionScripts, "completion/"+sh.name+".tmpl")
	if err != nil {
		return err
	}
	return t.ExecuteTemplate(s.out, sh.name+".tmpl", spec)
}

// singleQuoted is a text in single quotes as bash and zsh read it.
func singleQuoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func fishQuoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}

func powershellQuoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// described is a word and what it means as zsh's _describe reads them.
func described(word, about string) string {
	if about == "" {
		return word
	}
	return word + ":" + about
}

// bare is a flag's name without its dashes.
func bare(name string) string {
	return strings.TrimLeft(name, "-")
}

// completionSpec is the command line as a shell completes it.
type completionSpec struct {
	Commands []completionCommand // linting, which has no name, comes first
	Values   []completionFlag    // the flags that take a value, each once
}

type completionCommand struct {
	Name, About string
	Flags       []completionFlag
	Args        completionValue
	Many        bool // it takes more than one argument
}

type completionFlag struct {
	Names  []string // "--help", "-h"
	About  string
	Value  completionValue
	Switch bool // it takes no value
}

// completionValue is what may stand in a place: some words, or a file.
type completionValue struct {
	Words  []completionWord
	Files  bool
	ToFile bool // a word may go on with =FILE
}

type completionWord struct{ Word, About string }

// Lint is the command without a name.
func (c completionSpec) Lint() completionCommand { return c.Commands[0] }

// Named are the commands that have one.
func (c completionSpec) Named() []completionCommand { return c.Commands[1:] }

// completionOf reads the declarations that the help is made from.
func completionOf(app *cli.App) (completionSpec, error) {
	spec := completionSpec{}
	var failed error
	add := func(name, about, args string, flags []cli.Flag) {
		c := completionCommand{Name: name, About: about}
		var err error
		c.Args, c.Many, err = argumentsOf(app, args)
		failed = errors.Join(failed, err)
		for _, f := range flags {
			flag, err := completionFlagOf(app, f)
			failed = errors.Join(failed, err)
			c.Flags = append(c.Flags, flag)
		}
		spec.Commands = append(spec.Commands, c)
	}
	add("", app.Usage, "[PATH ...]", app.Flags)
	for _, c := range app.Commands {
		add(c.Name, c.Usage, c.ArgsUsage, append(c.Flags[:len(c.Flags):len(c.Flags)], helpFlag()))
	}
	known := map[string]bool{}
	for _, c := range spec.Commands {
		for _, f := range c.Flags {
			if !f.Switch && !known[f.Names[0]] {
				known[f.Names[0]] = true
				spec.Values = append(spec.Values, f)
			}
		}
	}
	return spec, failed
}

func completionFlagOf(app *cli.App, f cli.Flag) (completionFlag, error) {
	placeholder, text := unquote(f.(cli.DocGenerationFlag).GetUsage())
	about, _, _ := strings.Cut(text, "\n")
	flag := completionFlag{About: about, Switch: !takesValue(f)}
	for _, n := range f.Names() {
		flag.Names = append(flag.Names, dashed(n))
	}
	if flag.Switch {
		return flag, nil
	}
	value, ok := valueOf(app, strings.TrimSpace(placeholder))
	if !ok {
		return flag, fmt.Errorf("completion does not know what the placeholder of %s stands for: %s", flag.Names[0], strings.TrimSpace(placeholder))
	}
	flag.Value = value
	return flag, nil
}
