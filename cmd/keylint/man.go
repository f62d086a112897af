package main

import (
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v2"
)

// entry is a term and what is to be known of it.
type entry struct{ term, about string }

// environmentVariables are those that keylint reads; a test holds them to the code.
func environmentVariables() []entry {
	return []entry{
		{"SOPS_AGE_KEY", "Age identities for SOPS."},
		{"SOPS_AGE_KEY_FILE", "A file of age identities for SOPS."},
		{"SOPS_AGE_SSH_PRIVATE_KEY_FILE", "A file of an SSH private key that is an age identity for SOPS."},
		{"XDG_CONFIG_HOME, HOME, AppData, USERPROFILE", "Where the default place of sops' age keys is looked for: sops/age/keys.txt in the user's configuration directory."},
		{"NO_COLOR", "If set, no colours are used unless --color always asks for them."},
		{"FORCE_HYPERLINK", "If 1, places are links to their files on a terminal; if 0, they are none."},
		{"TERM_PROGRAM, VTE_VERSION, WT_SESSION, KITTY_WINDOW_ID, KONSOLE_VERSION, DOMTERM", "What terminals set that show such links."},
		{"TERM", "If it is dumb, no colours are used unless --color always asks for them."},
		{"GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_SHA", "Set by GitHub Actions: what a report's links to the places of a finding are made of."},
		{"CI_PROJECT_URL, CI_COMMIT_SHA", "Set by GitLab CI: the same."},
		{"CI", "If set, a run that takes long does not say on standard error what it is at."},
	}
}

// files are those that keylint looks for by their name.
func files() []entry {
	return []entry{
		{configName, "The configuration, at the root of the repository."},
		{".keylint-baseline.json", "Findings that are known and not told again, beside the configuration."},
	}
}

// examples are command lines, each with what it is for; a test holds them to the flags.
func examples() []entry {
	return []entry{
		{"keylint ./k8s", "Lint a repository, and tell what concerns the directory k8s."},
		{"keylint --age-key age.txt --strict", "Decrypt what SOPS encrypted, and fail also where something could not be told."},
		{"keylint --format json=report.json", "Write a report for programs into a file, and one for people on standard output."},
		{"kubectl get secret,configmap,deploy -A -o yaml | keylint -", "Lint what runs in a cluster."},
		{"keylint artifact web.tar apps/web/.next", "Look into an image and a bundle, and compare their keys with this repository."},
		{"keylint explain app-key-rejected", "Say why a rule matters and how to mend what it finds."},
		{"keylint inspect --jwt-secret secret.txt key.txt", "Say what a key is, and whether that secret signed it."},
	}
}

// man prints the manual page.
func (s *session) man(app *cli.App, args []string) (int, error) {
	if len(args) > 0 {
		return exitFailed, fmt.Errorf("the command man takes no argument, but was given %q", args[0])
	}
	info, _ := debug.ReadBuildInfo()
	return exitClean, manual(s.out, app, describeBuild(release, info))
}

// manual writes the page in roff, made from the declarations that the help is made from.
// Its date is the commit's, so that the same source gives the same page.
func manual(w io.Writer, app *cli.App, b build) error {
	date, _, _ := strings.Cut(b.Date, "T")
	var r roff
	r.line(`.TH KEYLINT 1 "%s" "keylint %s" "User Commands"`, date, escapeRoff(b.Version))
	r.section("NAME")
	r.text(programName + " - " + app.Usage)
	r.section("SYNOPSIS")
	for i, l := range strings.Split(app.UsageText, "\n") {
		if i > 0 {
			r.line(".br")
		}
		r.text(l)
	}
	r.section("DESCRIPTION")
	r.text(app.Description)
	r.section("OPTIONS")
	r.flags(app.Flags)
	r.section("COMMANDS")
	for _, c := range app.Commands {
		r.line(".SS %s", escapeRoff(strings.TrimSpace(programName+" "+c.Name+" "+c.ArgsUsage)))
		r.text(sentence(c.Usage))
		if c.Description != "" {
			r.text("\n" + c.Description)
		}
		r.flags(c.Flags)
	}
	r.section("EXIT STATUS")
	for _, e := range exitStatuses() {
		status, about, _ := strings.Cut(e, " ")
		r.entry(bold(status), sentence(about))
	}
	r.section("ENVIRONMENT")
	r.entries(environmentVariables())
	r.section("FILES")
	r.entries(files())
	r.section("EXAMPLES")
	var all []string
	for _, e := range examples() {
		all = append(all, e.about+"\n   "+e.term)
	}
	r.text(strings.Join(all, "\n\n"))
	r.section("SEE ALSO")
	r.line(`.BR age (1),`)
	r.line(`.BR kubectl (1),`)
	r.line(`.BR sops (1)`)
	r.text("\nhttps://github.com/keylint/keylint")
	_, err := io.WriteString(w, r.b.String())
	return err
}

// roff builds a page of the man macros.
type roff struct{ b strings.Builder }

func (r *roff) line(format string, args ...any) {
	fmt.Fprintf(&r.b, format+"\n", args...)
}

func (r *roff) section(title string) { r.line(".SH %s", title) }

// text writes paragraphs, which are filled.
func (r *roff) text(text string) { r.block(text, 4, false) }

// block writes a text; indented lines keep their form. With breaks the others are not
// run together.
func (r *roff) block(text string, indent int, breaks bool) {
	verbatim := false
	for i, l := range strings.Split(text, "\n") {
		indented := strings.HasPrefix(l, "   ")
		switch {
		case indented && !verbatim:
			r.line(".RS %d\n.nf", indent)
		case !indented && verbatim:
			r.line(".fi\n.RE")
		case !indented && breaks && i > 0:
			r.line(".br")
		}
		if verbatim = indented; l == "" {
			r.line(".PP")
			continue
		}
		r.line("%s", escapeRoff(strings.TrimPrefix(l, "   ")))
	}
	if verbatim {
		r.line(".fi\n.RE")
	}
}

// entry writes a term, which is roff already, and what is to be known of it.
func (r *roff) entry(term, about string) {
	r.line(".TP\n%s", term)
	r.block(about, 11, true)
}

func (r *roff) entries(all []entry) {
	for _, e := range all {
		r.entry(bold(e.term), e.about)
	}
}

func (r *roff) flags(flags []cli.Flag) {
	for _, f := range flags {
		placeholder, text := unquote(f.(cli.DocGenerationFlag).GetUsage())
		var names []string
		for _, n := range f.Names() {
			names = append(names, bold(dashed(n)))
		}
		term := strings.Join(names, ", ")
		if placeholder != "" {
			term += ` \fI` + escapeRoff(strings.TrimSpace(placeholder)) + `\fR`
		}
		r.entry(term, text)
	}
}

func bold(text string) string { return `\fB` + escapeRoff(text) + `\fR` }

// escapeRoff keeps a text from being read as a request or an escape, and its dashes from
// becoming hyphens, which nobody could paste into a shell.
func escapeRoff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}

// sentence is a phrase of the help as a sentence.
func sentence(phrase string) string {
	if strings.HasPrefix(phrase, programName) {
		return phrase + "."
	}
	return strings.ToUpper(phrase[:1]) + phrase[1:] + "."
}
