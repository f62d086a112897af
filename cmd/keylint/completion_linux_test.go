package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// completions are what every shell must offer: for the word at the end of the line, and
// in a directory that holds what completionFiles names.
var completions = []struct {
	line   string
	want   string
	except string // the shell that cannot
}{
	// Flags: of linting, of a command, of nothing behind "--".
	{line: "--form", want: "--format"},
	{line: "--ver", want: "--verbose --version"},
	{line: "--strict --form", want: "--format"},
	{line: "k8s --form", want: "--format"},
	{line: "--format json k8s --fail", want: "--fail-on"},
	{line: "inspect --jw", want: "--jwt-secret"},
	{line: "inspect --form", want: ""},
	{line: "inspect key.txt --no", want: "--now"},
	{line: "--jwt-secret key.txt inspect --co", want: "--color"},
	{line: "rules --", want: "--help"},
	{line: "version --j", want: "--json"},
	{line: "-- --form", want: ""},

	// A flag's values.
	{line: "--format js", want: "json"},
	{line: "--format=js", want: "json"},
	{line: "-format=js", want: "json", except: "fish"}, // it takes a single dash for short flags,
	{line: "k8s --format js", want: "json"},
	{line: "--format json=out.j", want: "out.json"},
	{line: "--format=json=out.j", want: "out.json"},
	{line: "--fail-on w", want: "warning"},
	{line: "--fail-on ", want: "error info warning"},
	{line: "--fail-on=", want: "error info warning"},
	{line: "--color a", want: "always auto"},
	{line: "inspect --color n", want: "never"},
	{line: "--config out", want: "out.json"},
	{line: "--config=out", want: "out.json"},
	{line: "--config my", want: "my file.yaml"},
	{line: "--now k", want: ""},

	// Commands and their arguments.
	{line: "expl", want: "explain"},
	{line: "--color never insp", want: "inspect"},
	{line: "--strict expl", want: ""},
	{line: "k8s expl", want: ""},
	{line: "-- expl", want: ""},
	{line: "explain key-ex", want: "key-expired key-expires-soon"},
	{line: "explain role-swap key-exp", want: "key-expired key-expires-soon"},
	{line: "--color never explain key-exp", want: "key-expired key-expires-soon"},
	{line: "help insp", want: "inspect"},
	{line: "help inspect expl", want: ""},
	{line: "completion b", want: "bash"},
	{line: "completion bash z", want: ""},
	{line: "rules k", want: ""},

	// Files: a PATH, and what inspect reads.
	{line: "k", want: "k8s key.txt"},
	{line: "re", want: "release.yaml"},
	{line: "ru", want: "ruins.txt rules"},
	{line: "k8s ke", want: "key.txt"},
	{line: "k8s/b", want: "k8s/base"},
	{line: "inspect k", want: "k8s key.txt"},
	{line: "inspect key.txt k", want: ""},
	{line: "-- k", want: "k8s key.txt"},
}

var completionFiles = []string{"k8s/base/a.yaml", "key.txt", "out.json", "my file.yaml", "release.yaml", "ruins.txt"}

// TestCompletion lets the shells themselves complete. Bash and zsh run on a terminal, on
// which the line is typed and then the key that inserts all that could be meant; the
// command itself only shows with what it was called.
func TestCompletion(t *testing.T) {
	for _, sh := range []struct {
		name string
		ask  func(t *testing.T, script, dir string) func(line string) []string
	}{
		{"bash", askBash}, {"zsh", askZsh}, {"fish", askFish},
	} {
		t.Run(sh.name, func(t *testing.T) {
			if _, err := exec.LookPath(sh.name); err != nil {
				t.Skipf("skipped: %s is not installed", sh.name)
			}
			ask := sh.ask(t, scriptFor(t, sh.name), directoryOf(t, completionFiles))
			for _, c := range completions {
				if c.except == sh.name {
					continue
				}
				var got []string
				for _, word := range ask(c.line) {
					// Shells differ in how much of FLAG=VALUE a candidate repeats, and in whether
					// a directory ends with a slash.
					word = word[strings.LastIndex(word, "=")+1:]
					got = append(got, strings.TrimSuffix(word, "/"))
				}
				slices.Sort(got)
				if text := strings.Join(got, " "); text != c.want {
					t.Errorf("keylint %s:\n got %s\nwant %s", c.line, text, c.want)
				}
			}
		})
	}
}

func directoryOf(t *testing.T, names []string) string {
	t.Helper()
	dir := t.TempDir()
	for _, n := range names {
		writeFile(t, filepath.Join(dir, n), "")
	}
	return dir
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// showArguments is keylint's stand-in in a shell on a terminal.
const showArguments = `
keylint() { printf '\nCALLED'; printf '<%s>' "$@"; printf 'END\n'; }
`

func askBash(t *testing.T, script, dir string) func(string) []string {
	home := t.TempDir()
	writeFile(t, filepath.Join(home, "rc"), script+showArguments+`
PS1=
bind 'set enable-bracketed-paste off'
bind '"\C-t": insert-completions'
`)
	cmd := exec.Command("bash", "--noprofile", "--rcfile", filepath.Join(home, "rc"), "-i")
	return askOnTerminal(t, cmd, dir, home)
}

func askZsh(t *testing.T, script, dir string) func(string) []string {
	home := t.TempDir()
	writeFile(t, filepath.Join(home, ".zshrc"), `
PS1=
unsetopt prompt_sp prompt_cr
autoload -Uz compinit
compinit -u -d "$HOME/dump"
`+script+showArguments+`
zle -C all-matches complete-word _generic
bindkey '^T' all-matches
zstyle ':completion:all-matches:*' insert yes
zstyle ':completion:all-matches::::' completer _all_matches _complete
`)
	return askOnTerminal(t, exec.Command("zsh", "-d", "-i"), dir, home)
}

// askOnTerminal types a line and the key that inserts all matches. The words that stand in
// place of the last one are the answer, and none if that one is still there.
func askOnTerminal(t *testing.T, cmd *exec.Cmd, dir, home string) func(string) []string {
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+home, "ZDOTDIR="+home, "TERM=dumb", "HISTFILE=", "INPUTRC=/dev/null")
	terminal := startOnTerminal(t, cmd)
	screen := bufio.NewReader(terminal)
	return func(line string) []string {
		t.Helper()
		if _, err := fmt.Fprintf(terminal, "keylint %s\x14\n", line); err != nil {
			t.Fatal(err)
		}
		for {
			text, err := screen.ReadString('\n')
			if err != nil {
				t.Fatalf("keylint %s: the shell went away: %v", line, err)
			}
			_, call, found := strings.Cut(strings.TrimSpace(text), "CALLED<")
			call, found2 := strings.CutSuffix(call, ">END")
			if !found || !found2 {
				continue
			}
			got := strings.Split(call, "><")
			typed := strings.Split(line, " ")
			last := typed[len(typed)-1]
			before := len(typed) - 1
			if len(got) < before || len(got) == before+1 && got[before] == last {
				return nil
			}
			return got[before:]
		}
	}
}

func askFish(t *testing.T, script, dir string) func(string) []string {
	home := t.TempDir()
	file := filepath.Join(home, "keylint.fish")
	writeFile(t, file, script)
	return func(line string) []string {
		t.Helper()
		cmd := exec.Command("fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", file, "keylint "+line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+home)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("keylint %s: %v\n%s", line, err, out)
		}
		var words []string
		for _, l := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			if word, _, _ := strings.Cut(l, "\t"); word != "" {
				words = append(words, word)
			}
		}
		return words
	}
}
