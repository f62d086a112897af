package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// TestCompletionKnowsEveryPlaceholder fails where a flag or an argument is declared with a
// placeholder of which valueOf does not know what it stands for.
func TestCompletionKnowsEveryPlaceholder(t *testing.T) {
	s, _, _ := newSession()
	var status int
	app := s.app(&status)
	if _, err := completionOf(app); err != nil {
		t.Error(err)
	}
	app.Flags = append(app.Flags, &cli.StringFlag{Name: "moon", Usage: "lint under this `PHASE`"})
	if _, err := completionOf(app); err == nil || !strings.Contains(err.Error(), `--moon stands for: PHASE`) {
		t.Errorf("an unknown placeholder: %v", err)
	}
}

func TestArgumentsOf(t *testing.T) {
	s, _, _ := newSession()
	var status int
	app := s.app(&status)
	for _, c := range []struct {
		usage string
		words string
		files bool
		many  bool
	}{
		{"", "", false, false},
		{"[PATH ...]", "", true, true},
		{"[--jwt-secret FILE] [FILE|-]", "", true, false},
		{"[--json]", "", false, false},
		{"bash|zsh", "bash zsh", false, false},
		{"RULE ...", "acl-missing", false, true},
		{"[COMMAND]", "rules", false, false},
	} {
		v, many, err := argumentsOf(app, c.usage)
		var words []string
		for _, w := range v.Words {
			words = append(words, w.Word)
		}
		got := strings.Join(words, " ")
		if err != nil || !strings.HasPrefix(got, c.words) || (got == "") != (c.words == "") || v.Files != c.files || many != c.many {
			t.Errorf("%q: words %q, files %v, many %v, %v", c.usage, got, v.Files, many, err)
		}
	}
	if _, _, err := argumentsOf(app, "[MOON]"); err == nil {
		t.Error("an unknown placeholder is passed over")
	}
}

// TestBashCompletionIsClean lets shellcheck judge what bash will read.
func TestBashCompletionIsClean(t *testing.T) {
	if _, err := exec.LookPath("shellcheck"); err != nil {
		t.Skip("skipped: shellcheck is not installed")
	}
	cmd := exec.Command("shellcheck", "-")
	cmd.Stdin = strings.NewReader(scriptFor(t, "bash"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func scriptFor(t *testing.T, shell string) string {
	t.Helper()
	s, out, _ := newSession()
	if status, err := s.execute([]string{"completion", shell}); status != exitClean || err != nil {
		t.Fatal(status, err)
	}
	if err := s.out.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
