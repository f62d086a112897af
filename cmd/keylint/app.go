package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/keylint/keylint/report"
)

const programName = "keylint"

// The names of the flags.
const (
	flagFormat           = "format"
	flagAgeKey           = "age-key"
	flagPGPKey           = "pgp-key"
	flagSealedSecretsKey = "sealed-secrets-key"
	flagStrict           = "strict"
	flagFailOn           = "fail-on"
	flagEnvFile          = "env-file"
	flagConfig           = "config"
	flagBaseline         = "baseline"
	flagNoBaseline       = "no-baseline"
	flagPrune            = "prune"
	flagArtifact         = "artifact"
	flagNow              = "now"
	flagJWTSecret        = "jwt-secret"
	flagColor            = "color"
	flagQuiet            = "quiet"
	flagVerbose          = "verbose"
	flagVersion          = "version"
	flagHelp             = "help"
	flagJSON             = "json"
	flagTimeout          = "timeout"
	flagMaxMemory        = "max-memory"
	flagSandbox          = "sandbox"
	flagWrite            = "write"
	flagOnly             = "only"
	flagSafe             = "safe"
	flagSealCertificate  = "sealed-secrets-cert"
	flagFrom             = "from"
	flagMint             = "mint"
	flagServer           = "server"
	flagCheck            = "check"
	flagInstance         = "instance"
	flagURL              = "url"
)

// execute runs a command line and gives its exit status. An error means that the
// command could not do its job.
func (s *session) execute(args []string) (int, error) {
	var status int
	app := s.app(&status)
	a, err := arrange(app, args)
	if err != nil {
		return exitFailed, err
	}
	a = a.asked(app)
	if err := a.check(app); err != nil {
		return exitFailed, err
	}
	if err := app.Run(a.line(app)); err != nil {
		return exitFailed, err
	}
	return status, nil
}

// asked turns --help and --version, wherever they stand, into the commands that they
// are short for: "keylint rules --help" is "keylint help rules".
func (a arranged) asked(app *cli.App) arranged {
	for i, n := range a.names {
		off := strings.HasSuffix(a.flags[i], "=false")
		switch {
		case off:
		case n == flagHelp && a.command == "help":
			return arranged{command: "help", rest: a.rest}
		case n == flagHelp && a.command != "":
			return arranged{command: "help", rest: []string{a.command}}
		case n == flagHelp:
			return arranged{command: "help"}
		case n == flagVersion:
			return a.version(app)
		}
	}
	return a
}

// version is the command "version" with those flags that it has.
func (a arranged) version(app *cli.App) arranged {
	v := arranged{command: "version"}
	for i, n := range a.names {
		if has(app.Command(v.command).Flags, n) {
			v.flags, v.names = append(v.flags, a.flags[i]), append(v.names, n)
		}
	}
	return v
}

// check refuses a flag that would be ignored: each belongs to linting or to a command.
func (a arranged) check(app *cli.App) error {
	for _, name := range a.names {
		if a.command != "" && !has(app.Command(a.command).Flags, name) {
			return fmt.Errorf("%s has no meaning with the command %q (a path of that name is ./%s)", dashed(name), a.command, a.command)
		}
		owner := slices.IndexFunc(app.Commands, func(c *cli.Command) bool { return has(c.Flags, name) })
		if a.command == "" && !has(app.Flags, name) && owner >= 0 {
			return fmt.Errorf("%s belongs to the command keylint %s", dashed(name), app.Commands[owner].Name)
		}
	}
	return nil
}

func has(flags []cli.Flag, name string) bool {
	return slices.ContainsFunc(flags, func(f cli.Flag) bool { return f.Names()[0] == name })
}

// app describes the command line. Help and version are keylint's own: those of
// urfave/cli exit with a status of their own and print where they like.
func (s *session) app(status *int) *cli.App {
	command := func(name, usage, argsUsage string, action func(c *cli.Context) (int, error), flags ...cli.Flag) *cli.Command {
		return &cli.Command{
			Name: name, Usage: usage, ArgsUsage: argsUsage, Flags: flags, HideHelp: true,
			Action: func(c *cli.Context) (err error) {
				*status, err = action(c)
				return err
			},
			OnUsageError: plainUsageError,
		}
	}
	app := &cli.App{
		Name: programName, HelpName: programName,
		Usage:     "will every Supabase key that something presents be accepted by everything that checks it?",
		UsageText: "keylint [flags] [PATH ...]\nkeylint COMMAND [argument ...]",
		Description: `keylint reads a GitOps repository offline and compares the Supabase keys in it: those that are
stored, those that the gateway accepts, those that apps and services present, and the secrets they
are verified with. PATH is a directory or a file, "." by default, "-" for manifests on standard
input. The whole git work tree is read; a finding is told when one of its places lies under a PATH.
A path that is called like a command is written ./rules.`,
		Flags:     lintFlags(),
		HideHelp:  true,
		Writer:    s.out,
		ErrWriter: s.err,
		Reader:    s.stdin,

		HideVersion:               true,
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              plainUsageError,
	}
	completion := command("completion", "print the script by which a shell completes keylint's command line", strings.Join(shellNames(), "|"),
		func(c *cli.Context) (int, error) { return s.completion(app, c.Args().Slice()) })
	completion.Description = completionHelp()
	app.Commands = []*cli.Command{
		command("rules", "list the rules with their severities", "", s.rules),
		command("explain", "say why a rule matters and how to mend what it finds, with an example", "RULE ...", s.explain),
		command("inspect", "say what a single key is, without printing it", "[--jwt-secret FILE] [FILE|-]", s.inspect, inspectFlags()...),
		command("baseline", "take today's findings for known: later runs report only what is new", "[--prune] [--artifact PATH] [PATH ...]", s.writeBaseline, baselineFlags()...),
		command("artifact", "look into what was built (a directory, a tarball, an APK or IPA, an image), and compare its keys with this repository", "PATH ...", s.artifact, artifactFlags()...),
		command("fix", "mend what is found: put the keys right where they are written, and prove it; without --write, say what that changes", "[--write] [--only RULE] [--safe] [--from FILE] [--mint] [--sealed-secrets-cert FILE] [PATH ...]", s.fix, fixFlags()...),
		command("env", "say what an app needs to reach the instance, write that into a file of variables, or say whether the app has it", "[--write FILE | --check] [--server] [--instance NAME] [--url URL] [--from FILE] APP", s.appEnv, envFlags()...),
		completion,
		command("man", "print keylint's manual page", "", func(c *cli.Context) (int, error) {
			return s.man(app, c.Args().Slice())
		}),
		command("version", "print keylint's version", "[--json] [--verbose]", s.version,
			&cli.BoolFlag{Name: flagVerbose, Usage: "say also by what the system confines a run"},
			&cli.BoolFlag{Name: flagJSON, Usage: "print it, the commit, the Go version and the platform as JSON"}),
		command("help", "print how keylint, or one of its commands, is used", "[COMMAND]", func(c *cli.Context) (int, error) {
			return s.help(app, c.Args().Slice())
		}),
	}
	app.Action = func(c *cli.Context) (err error) {
		*status, err = s.lint(c)
		return err
	}
	return app
}

func lintFlags() []cli.Flag {
	return append(artifactFlags(),
		&cli.BoolFlag{Name: flagVersion, Usage: "print keylint's version"},
		helpFlag(),
	)
}

// artifactFlags are those of every command that reports what it found.
func artifactFlags() []cli.Flag {
	flags := []cli.Flag{
		&cli.StringSliceFlag{Name: flagFormat, Usage: "report in this `FORMAT` on standard output, or in a file with FORMAT=FILE; repeatable\n" + formatHelp()},
	}
	return append(append(flags, readFlags()...),
		&cli.BoolFlag{Name: flagNoBaseline, Usage: "report what the baseline knows, too"},
		&cli.BoolFlag{Name: flagStrict, Usage: "exit with 1 also when something could not be told, or nothing was found to compare"},
		&cli.StringFlag{Name: flagFailOn, Value: "error", Usage: "exit with 1 from this `SEVERITY` on: error (default), warning or info"},
	)
}

func baselineFlags() []cli.Flag {
	return append(readFlags(),
		&cli.StringSliceFlag{Name: flagArtifact, Usage: "take for known what keylint artifact finds in `PATH`; repeatable\n" +
			"in a baseline of its own, which --" + flagBaseline + " names: linting knows nothing of what was built"},
		&cli.BoolFlag{Name: flagPrune, Usage: "only take out what is found no more"},
	)
}

func fixFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.BoolFlag{Name: flagWrite, Usage: "write what is shown without it"},
		&cli.StringSliceFlag{Name: flagOnly, Usage: "mend only what this `RULE` finds; repeatable"},
		&cli.BoolFlag{Name: flagSafe, Usage: "change only how keys, placeholders and references are written, such as white space round them, and put no other key anywhere"},
		&cli.StringSliceFlag{Name: flagFrom, Usage: "take the keys for right that stand in `FILE[:NAME]`, under this name where one is given; repeatable"},
		&cli.BoolFlag{Name: flagMint, Usage: "where the JWT secret was changed and no key is right any more, issue anon and service_role anew under it"},
		&cli.StringFlag{Name: flagSealCertificate, Usage: "seal what SealedSecrets hold with the controller's certificate in `FILE`, which kubeseal --fetch-cert prints\n" +
			"without it, that of the newest private key"},
	}, readFlags()...)
}

func envFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: flagWrite, Usage: "write the variables into this `FILE`, a new one or one that is there, in which nothing else changes"},
		&cli.BoolFlag{Name: flagCheck, Usage: "say whether the app has what it needs; exit with 1 where something is wrong or missing"},
		&cli.BoolFlag{Name: flagServer, Usage: "for what runs on a server: with the key that may do everything, under names that no build takes into what it makes"},
		&cli.StringFlag{Name: flagInstance, Usage: "take address and key of the instance `NAME`, where there are several"},
		&cli.StringFlag{Name: flagURL, Usage: "give the app this `URL`, where the repository does not say at which one the instance is reached"},
		&cli.StringSliceFlag{Name: flagFrom, Usage: "take the keys for right that stand in `FILE[:NAME]`, under this name where one is given; repeatable"},
		&cli.BoolFlag{Name: flagStrict, Usage: "with --check, exit with 1 also when something could not be told"},
	}, readFlags()...)
}

// readFlags are those of every command that reads a repository.
func readFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringSliceFlag{Name: flagAgeKey, Usage: "read age identities for SOPS from `FILE`; repeatable\n" +
			"SOPS_AGE_KEY, SOPS_AGE_KEY_FILE and sops' own default place are read too"},
		&cli.StringSliceFlag{Name: flagPGPKey, Usage: "read an exported, armored PGP private key for SOPS from `FILE`; repeatable"},
		&cli.StringSliceFlag{Name: flagSealedSecretsKey, Usage: "read private keys of the SealedSecrets controller from `FILE`; repeatable\n" +
			"PEM, or what this prints: kubectl get secret -n kube-system -o yaml \\\n" +
			"   -l sealedsecrets.bitnami.com/sealed-secrets-key"},
		&cli.StringSliceFlag{Name: flagEnvFile, Usage: "take compose's variables from `[PROJECT=]FILE`, as docker compose --env-file does; repeatable\n" +
			"PROJECT is a compose file or its directory; of several files the later wins"},
		&cli.StringFlag{Name: flagConfig, Usage: "read this `FILE` and not the .keylint.yaml at the root of the repository"},
		&cli.StringFlag{Name: flagBaseline, Usage: "go by the known findings in this `FILE` and not by the " + baselineName + " beside the configuration"},
		nowFlag(), colorFlag(),
		&cli.BoolFlag{Name: flagQuiet, Usage: "print no notes on standard error"},
		&cli.BoolFlag{Name: flagVerbose, Usage: "show every instance as a table, and what was left out on purpose"},
	}, boundFlags()...)
}

func helpFlag() cli.Flag {
	return &cli.BoolFlag{Name: flagHelp, Aliases: []string{"h"}, Usage: "print this"}
}

func nowFlag() cli.Flag {
	return &cli.StringFlag{Name: flagNow, Usage: "compare dates with the whole day `DATE`, such as 2026-12-31, and not with the present"}
}

func colorFlag() cli.Flag {
	return &cli.StringFlag{Name: flagColor, Value: "auto", Usage: "use colours `WHEN`: auto (default), always or never; NO_COLOR is respected"}
}

// formatHelp lists the formats for --help.
func formatHelp() string {
	var lines []string
	for _, f := range report.Formats() {
		lines = append(lines, fmt.Sprintf("   %-8s %s", f.Name, f.Summary))
	}
	return strings.Join(lines, "\n")
}

// plainUsageError leaves it to run to print the error, once and on standard error.
func plainUsageError(_ *cli.Context, err error, _ bool) error {
	text := strings.Replace(strings.TrimSuffix(err.Error(), ": parse error"), " for -", " for --", 1)
	return fmt.Errorf("%s; keylint --help lists the flags", text)
}
