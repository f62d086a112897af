package sources_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/keylint/keylint/internal/testrepo"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// dockerCases are Dockerfiles with the target and the arguments of a build. unknown are the variables of which keylint does not say what
// they hold: the base image may set what they are made of, or who builds. In each an app is built; BUILD stands for that.
var dockerCases = []struct{ name, target, args, unknown, text string }{
	{name: "an ARG with a default", text: "FROM node\nARG VITE_A=one\nBUILD"},
	{name: "one that is given", args: "VITE_A=two", text: "FROM node\nARG VITE_A=one\nBUILD"},
	{name: "one that is given nothing", args: "VITE_A=", text: "FROM node\nARG VITE_A=one\nENV VITE_B=${VITE_A:-empty} VITE_C=${VITE_A-unset}\nBUILD"},
	{name: "without a default", text: "FROM node\nARG VITE_A\nBUILD"},
	{name: "without a default, and given", args: "VITE_A=two", text: "FROM node\nARG VITE_A\nBUILD"},
	{name: "given and not declared", args: "VITE_A=two", text: "FROM node\nBUILD"},
	{name: "several in a line", args: "VITE_B=three", text: "FROM node\nARG VITE_A=one VITE_B=two VITE_C=$VITE_B VITE_D\nBUILD"},
	{name: "declared before FROM only", text: "ARG VITE_A=one\nFROM node\nBUILD"},
	{name: "before FROM and again", text: "ARG VITE_A=one\nFROM node\nARG VITE_A\nBUILD"},
	{name: "again, with another default", text: "ARG VITE_A=one\nFROM node\nARG VITE_A=two\nBUILD"},
	{name: "before FROM and given", args: "VITE_A=two", text: "ARG VITE_A=one\nFROM node\nARG VITE_A\nBUILD"},
	{name: "before FROM, of another", text: "ARG HOST=h\nARG VITE_A=https://$HOST/\nFROM node\nARG VITE_A\nBUILD"},
	{name: "a default of another ARG", args: "HOST=example.org", text: "FROM node\nARG HOST=h\nARG VITE_A=https://${HOST}/x\nBUILD"},
	{name: "a default of an ENV", text: "FROM node\nENV HOST=h\nARG VITE_A=$HOST\nBUILD"},
	{name: "an ARG behind the command", text: "FROM node\nARG VITE_A=one\nBUILD\nARG VITE_A=two\nENV VITE_B=three"},
	{name: "twice", text: "FROM node\nARG VITE_A=one\nARG VITE_A=two\nBUILD"},
	{name: "twice, the second without a default", text: "FROM node\nARG VITE_A=one\nARG VITE_A\nBUILD"},

	{name: "an ENV from an ARG", args: "VITE_A=two", text: "FROM node\nARG VITE_A=one\nENV VITE_A=$VITE_A VITE_B=${VITE_A}\nBUILD"},
	{name: "an ENV over an ARG", args: "VITE_A=two", text: "FROM node\nARG VITE_A=one\nENV VITE_A=three\nBUILD"},
	{name: "an ARG over an ENV", text: "FROM node\nENV VITE_A=three\nARG VITE_A=one\nBUILD"},
	{name: "an ARG over an ENV, given", args: "VITE_A=two", text: "FROM node\nENV VITE_A=three\nARG VITE_A\nBUILD"},
	{name: "an ARG that leaves an ENV", text: "FROM node\nENV VITE_A=three\nARG VITE_A\nENV VITE_B=$VITE_A\nBUILD"},
	{name: "an ENV from an ARG of another name", args: "KEY=two", text: "FROM node\nARG KEY\nENV VITE_A=$KEY\nENV VITE_B=$VITE_A\nBUILD"},
	{name: "an ENV from an ARG that nothing gives", unknown: "VITE_A VITE_B", text: "FROM node\nARG KEY\nARG VITE_A=one\nENV VITE_A=$KEY\nENV VITE_B=$VITE_A\nBUILD"},
	{name: "an ENV with a part of one", unknown: "VITE_A", text: "FROM node\nARG HOST\nENV VITE_A=https://$HOST/\nBUILD"},
	{name: "an ENV of what the image may set", unknown: "VITE_A", text: "FROM node\nENV VITE_A=$HOSTNAME\nBUILD"},
	{name: "pairs that do not see each other", text: "FROM node\nENV VITE_A=one\nENV VITE_A=two VITE_B=$VITE_A\nENV VITE_C=$VITE_A\nBUILD"},
	{name: "the same name twice in a line", text: "FROM node\nENV VITE_A=one VITE_A=two\nBUILD"},
	{name: "the old form", text: "FROM node\nENV X y\nENV VITE_A one  two $X \nENV VITE_B \"quoted\" 'too'\nENV VITE_C a=b\nBUILD"},
	{name: "an empty ENV", text: "FROM node\nENV VITE_A=one\nENV VITE_A= VITE_B=\"\"\nBUILD"},

	{name: "quotes", text: "FROM node\nENV X=y VITE_A=\"one two\" VITE_B='$X'\nENV VITE_C=\"$X\" VITE_D='$X' VITE_E=a\"b c\"d VITE_F=\"it's\" VITE_G=''$X\"\"\nBUILD"},
	{name: "quotes of an ARG", text: "FROM node\nARG X=y\nARG VITE_A=\"one $X\" VITE_B='one $X' VITE_C=one\\ two\nBUILD"},
	{name: "escapes", text: "FROM node\nENV X=y\nENV VITE_A=\\$X VITE_B=one\\ two VITE_C=\"a\\\"b\" VITE_D=a\\\\b VITE_E=\"\\$X\" VITE_F=\"a\\nb\" VITE_G='a\\nb'\nBUILD"},
	{name: "values with spaces, handed on", args: "VITE_A=one  two", text: "FROM node\nARG VITE_A\nENV VITE_B=$VITE_A VITE_C=\"$VITE_A\"\nBUILD"},
	{name: "an argument that looks like more", args: "VITE_A=$X \"y\" 'z' \\", text: "FROM node\nARG X=1\nARG VITE_A\nENV VITE_B=$VITE_A\nBUILD"},
	{name: "a dollar alone", text: "FROM node\nENV VITE_A=a$ VITE_B=$$ VITE_C=a$/b\nBUILD", unknown: "VITE_B"},
	{name: "a number", text: "FROM node\nENV VITE_A=$1\nBUILD", unknown: "VITE_A"},
	{name: "an equals sign and a hash", text: "FROM node\nENV VITE_A=a=b==\nENV VITE_B=a#b VITE_C=\"#\"\n# ENV VITE_A=no\nBUILD"},
	{name: "spaces round the pairs", text: "FROM node\n  ENV   VITE_A=one\t VITE_B=two  \n\tARG \tVITE_C=three \nBUILD"},
	{name: "lines that go on", text: "FROM node\nENV VITE_A=one \\\n  # a comment\n  VITE_B=two \\\n\n  VITE_C=th\\\nree\nARG VITE_D=\\\nfour\nRUN npm ci && \\\n    npm run build"},
	{name: "a backtick", text: "# escape=`\nFROM node\nENV X=y\nENV VITE_A=one `\n  VITE_B=c:\\$X VITE_C=`$X VITE_D=a` b\nBUILD"},
	{name: "a byte order mark and CRLF", text: "\ufeffFROM node\r\nARG VITE_A=one\r\nENV VITE_B=\"two\"\r\nBUILD\r\n"},
	{name: "lower case", args: "VITE_A=two", text: "from node as build\narg VITE_A=one\nenv VITE_B=$VITE_A\nrun npm run build"},
	{name: "names in two cases", text: "FROM node\nENV x=y\nENV VITE_A=$X VITE_B=$x\nBUILD", unknown: "VITE_A"},

	{name: "defaults", text: "FROM node\nARG UNSET\nENV EMPTY= X=y\nENV VITE_A=${UNSET:-d} VITE_B=${UNSET-d} VITE_C=${EMPTY:-d} VITE_D=${EMPTY-d} VITE_E=${X:-d} VITE_F=${UNSET:-} VITE_G=${UNSET:-$X} VITE_H=${UNSET:-${EMPTY:-deep}}\nBUILD"},
	{name: "a default of what is not known", unknown: "VITE_A", text: "FROM node\nARG UNSET\nARG OTHER\nENV X=y\nENV VITE_A=${UNSET:-$OTHER} VITE_B=${X:-$OTHER}\nBUILD"},
	{name: "defaults in quotes", text: "FROM node\nENV VITE_A=\"${X:-one two}\" VITE_B=${X:-'one two'} VITE_C=\"${X:-\"in\"}\"\nBUILD"},
	{name: "a default that is given", args: "KEY=two", text: "FROM node\nARG KEY\nENV VITE_A=${KEY:-d} VITE_B=${KEY-d}\nBUILD"},
	{name: "alternatives", text: "FROM node\nENV X=y EMPTY=\nENV VITE_A=${X:+d} VITE_B=${EMPTY:+d} VITE_C=${EMPTY+d} VITE_D=${UNSET:+d}\nBUILD", unknown: "VITE_D"},
	{name: "demands", text: "FROM node\nENV X=y\nENV VITE_A=${X:?no} VITE_B=${X?no}\nBUILD"},
	{name: "prefixes and suffixes", text: "FROM node\nENV X=a.b.c\nENV VITE_A=${X#*.} VITE_B=${X##*.} VITE_C=${X%.*} VITE_D=${X%%.*} VITE_E=${X#z}\nBUILD"},
	{name: "what is replaced", text: "FROM node\nENV X=a.b.c\nENV VITE_A=${X/./-} VITE_B=${X//./-} VITE_C=${X//b/}\nBUILD"},
	{name: "what is cut from what is not known", unknown: "VITE_A VITE_B", text: "FROM node\nARG X\nENV VITE_A=${X#a} VITE_B=${X//a/b}\nBUILD"},

	{name: "a stage that is FROM another", args: "VITE_B=given", text: "FROM node AS base\nARG VITE_A=one\nENV VITE_B=two\nARG VITE_B\nFROM base\nENV VITE_C=$VITE_A$VITE_B\nBUILD"},
	{name: "an ARG over an ENV, in the stage that this one is FROM", text: "FROM node AS one\nENV VITE_A=one VITE_B=$VITE_A-\nFROM one AS two\nARG VITE_A=two\nENV VITE_C=$VITE_A\nFROM two\nENV VITE_D=$VITE_A\nBUILD", unknown: "VITE_B"},
	{name: "a stage that is FROM one FROM another", text: "FROM node AS one\nARG VITE_A=one\nFROM one AS two\nENV VITE_A=two\nFROM two\nARG VITE_A\nBUILD"},
	{name: "an ARG of another stage", unknown: "VITE_C", text: "FROM node AS deps\nARG VITE_A=one\nENV VITE_B=two\nRUN npm ci\nFROM node\nARG VITE_A\nCOPY --from=deps /x /x\nENV VITE_C=$VITE_B\nBUILD"},
	{name: "what a stage sets behind FROM", text: "FROM node AS base\nARG VITE_A=one\nFROM base AS build\nBUILD\nFROM base\nENV VITE_A=two\nCOPY --from=build /x /x"},
	{name: "a target", target: "staging", text: "FROM node AS base\nENV VITE_A=base\nFROM base AS staging\nENV VITE_A=staging\nBUILD\nFROM base AS production\nENV VITE_A=production\nBUILD"},
	{name: "a target in another case", target: "STAGING", text: "FROM node AS Staging\nENV VITE_A=staging\nBUILD\nFROM node AS production\nENV VITE_A=production\nBUILD"},
	{name: "a stage that nothing takes from", text: "FROM node AS app\nENV VITE_A=app\nBUILD\nFROM node AS storybook\nENV VITE_A=storybook\nRUN npm run build\nFROM nginx\nCOPY --from=app /x /x"},
	{name: "a stage by its number", text: "FROM node\nENV VITE_A=app\nBUILD\nFROM node\nENV VITE_A=other\nBUILD\nFROM nginx\nCOPY --from=0 /x /x"},
	{name: "a stage that is mounted", text: "FROM node AS app\nENV VITE_A=app\nBUILD\nFROM nginx\nRUN --mount=from=app,target=/x cp /x /y"},
	{name: "two stages of a name", text: "FROM node AS base\nENV VITE_A=one\nFROM node AS base\nENV VITE_A=two\nFROM base\nBUILD"},
	{name: "FROM a stage by an ARG", text: "ARG BASE=two\nFROM node AS one\nENV VITE_A=one\nFROM node AS two\nENV VITE_A=two\nFROM $BASE\nBUILD"},
	{name: "FROM a stage by an argument", args: "KIND=one", text: "ARG KIND=two\nFROM node AS base-one\nENV VITE_A=one\nFROM node AS base-two\nENV VITE_A=two\nFROM base-${KIND}\nBUILD"},
	{name: "a stage chosen twice over", args: "MODE=dev", text: "ARG MODE=prod\nFROM node AS build-dev\nENV VITE_A=dev\nBUILD\nFROM node AS build-prod\nENV VITE_A=prod\nBUILD\nFROM build-$MODE AS build\nFROM nginx\nCOPY --from=build /x /x"},

	{name: "a here-document", text: "FROM node\nARG VITE_A=one\nRUN <<EOF\nexport VITE_B=no\nnpm run build\nEOF\nENV VITE_A=two"},
	{name: "two here-documents", text: "FROM node\nENV VITE_A=one\nRUN <<A sh && <<B sh\nENV VITE_A=no\nA\nnpm run build\nB"},
	{name: "a copied here-document", text: "FROM node\nCOPY <<EOF /app/.env\nENV VITE_A=no\nARG VITE_A=no\nEOF\nENV VITE_A=one\nBUILD"},
	{name: "the exec form", text: "FROM node\nENV VITE_A=one\nRUN [\"npm\", \"run\", \"build\"]"},
	{name: "a mount before the command", text: "FROM node\nARG VITE_A=one\nRUN --mount=type=cache,target=/root/.npm npm run build"},
	{name: "another shell", text: "FROM node\nSHELL [\"bash\", \"-c\"]\nENV VITE_A=one\nBUILD"},
	{name: "what BuildKit gives itself", text: "ARG TARGETARCH\nFROM node\nARG TARGETARCH\nARG TARGETSTAGE\nENV VITE_A=$TARGETARCH VITE_B=${TARGETSTAGE:-x} VITE_C=${BUILDARCH:-x}\nBUILD", unknown: "VITE_A VITE_B"},
	{name: "the platform in FROM", text: "FROM --platform=$BUILDPLATFORM node\nARG VITE_A=one\nBUILD"},
	{name: "the image by an ARG", text: "ARG NODE=22\nFROM node:${NODE}-alpine\nARG NODE\nENV VITE_A=$NODE\nBUILD"},
	{name: "a proxy", args: "HTTP_PROXY=http://p", text: "FROM node\nENV VITE_A=${HTTP_PROXY:-none}\nBUILD"},
	{name: "several commands that build", text: "FROM node\nENV VITE_A=one\nRUN npm run build:lib\nENV VITE_A=two\nBUILD\nENV VITE_A=three"},
	{name: "a name from a variable", text: "FROM node\nENV NAME=VITE_A\nENV $NAME=one \"VITE_B\"=two\nBUILD"},
}

// TestDockerfilesAgree compares what keylint says that a command which builds an app sees, and what the image sets, with BuildKit's frontend.
func TestDockerfilesAgree(t *testing.T) {
	program := testrepo.Oracle(t, "buildkit")
	for _, test := range dockerCases {
		t.Run(test.name, func(t *testing.T) {
			text := strings.ReplaceAll(test.text, "\nBUILD", "\nRUN npm run build")
			var args []string
			if test.args != "" {
				args = []string{test.args}
			}
			if !dockerfileAgrees(t, program, text, test.target, args, strings.Fields(test.unknown)) {
				t.Error("keylint finds no command that builds an app, or BuildKit refuses the file")
			}
		})
	}
}

// TestRepositoriesDockerfilesAgree does the same for the Dockerfiles in the tests' repositories, each with what its ARGs may be given and without.
func TestRepositoriesDockerfilesAgree(t *testing.T) {
	program := testrepo.Oracle(t, "buildkit")
	compared := 0
	check := func(name string, text []byte) {
		d, err := sources.ParseDockerfile(text)
		if err != nil || !strings.Contains(filepath.Base(name), "Dockerfile") {
			return
		}
		t.Run(name, func(t *testing.T) {
			var all []string
			for _, a := range d.Assignments {
				if a.Arg {
					all = append(all, a.Name+"=given")
				}
			}
			targets := []string{""}
			for _, s := range d.Stages {
				targets = append(targets, s.Name)
			}
			for _, target := range targets {
				for _, args := range [][]string{nil, all} {
					if dockerfileAgrees(t, program, string(text), target, args, nil) {
						compared++
					}
				}
			}
		})
	}
	for _, pattern := range []string{"../testdata/fixtures/*/Dockerfile*", "../testdata/fixtures/*/*/Dockerfile*", "../testdata/fixtures/*/*/*/Dockerfile*", "../lint/rules/testdata/scenarios/*.txtar"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			check(filepath.Base(filepath.Dir(name))+"/"+filepath.Base(name), text)
			for _, f := range txtar.Parse(text).Files {
				check(filepath.Base(name)+"/"+f.Name, f.Data)
			}
		}
	}
	if compared < 20 {
		t.Errorf("%d builds were compared only", compared)
	}
}

// dockerfileAgrees compares a build. It is false where BuildKit refuses it, or keylint finds no command in it that builds an app.
func dockerfileAgrees(t *testing.T, program, text, target string, args, unknown []string) bool {
	t.Helper()
	name := filepath.Join(t.TempDir(), "Dockerfile")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	flags := []string{"-target", target}
	given := map[string]keys.Value{}
	for _, arg := range args {
		flags = append(flags, "-build-arg", arg)
		name, value, _ := strings.Cut(arg, "=")
		given[name] = keys.Known(keys.NewText(value))
	}
	var stdout, stderr bytes.Buffer
	command := exec.Command(program, append(flags, name)...)
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Logf("BuildKit refuses it: %s", stderr.Bytes())
		return false
	}
	var theirs struct {
		Runs []struct {
			Line int
			Env  []string
		}
		Env []string
	}
	if err := json.Unmarshal(stdout.Bytes(), &theirs); err != nil {
		t.Fatal(err)
	}
	parsed, err := sources.ParseDockerfile([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	d := parsed.With(given, nil)
	image, _ := d.Image(target)
	compareVariables(t, "the image", image.Env, theirs.Env, unknown)
	_, line, ok := d.Builder(target)
	if !ok {
		return false
	}
	for _, run := range theirs.Runs {
		if run.Line == line {
			compareVariables(t, "the command that builds", d.AppBuild(target), run.Env, unknown)
			return true
		}
	}
	t.Errorf("keylint says that line %d builds the app, and BuildKit leaves that out", line)
	return true
}

// compareVariables compares the public variables.
func compareVariables(t *testing.T, what string, ours []sources.Assignment, theirs, unknown []string) {
	t.Helper()
	public := func(name string) bool { return (keys.Names{}).Of(name).PublicPrefix != "" }
	want := map[string]string{}
	for _, pair := range theirs {
		if name, value, _ := strings.Cut(pair, "="); public(name) {
			want[name] = value
		}
	}
	last := map[string]sources.Assignment{}
	for _, a := range ours {
		last[a.Name] = a
	}
	for name, a := range last {
		value, set := want[name]
		delete(want, name)
		switch open := a.Value.IsAbsent() && !(a.Arg && a.From == ""); {
		case !public(name):
		case open != slices.Contains(unknown, name) && unknown != nil, open && unknown == nil && value != "":
			t.Errorf("%s: what %s holds is not known (%s), or should not be; BuildKit: %q", what, name, a.Unknown, value)
		case !open && (value != a.Value.Reveal() || set == a.Value.IsAbsent()):
			t.Errorf("%s: %s is %q here and %q by BuildKit (set: %t)", what, name, a.Value.Reveal(), value, set)
		}
	}
	for name, value := range want {
		t.Errorf("%s: BuildKit sets %s to %q", what, name, value)
	}
}
