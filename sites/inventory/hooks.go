package inventory

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
	"github.com/keylint/keylint/substitute"
)

// changesNothing says of what is run in a container once it has started that it changes nothing there: it waits, prints, or asks Kong how it is.
func changesNothing(hook *yaml.Node) bool {
	if nodes.Field(hook, "sleep") != nil {
		return true
	}
	words := nodes.List(nodes.Field(hook, "exec", "command"))
	if len(words) == 0 {
		return false
	}
	if len(words) == 3 && strings.HasSuffix(path.Base(words[0]), "sh") && strings.HasPrefix(words[1], "-") && strings.HasSuffix(words[1], "c") {
		return onlyWaits(words[2])
	}
	return waits(words)
}

// onlyWaits says that of every command of a script.
func onlyWaits(script string) bool {
	file, err := substitute.ParseShell("", script)
	if err != nil {
		return false
	}
	ok := true
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Redirect:
			to := n.Word.Lit()
			ok = ok && (to == "/dev/null" || to == "/proc/1/fd/1" || n.Op == syntax.DplOut)
		case *syntax.CallExpr:
			var words []string
			for _, w := range n.Args {
				words = append(words, w.Lit())
			}
			ok = ok && (len(words) == 0 || waits(words))
		}
		return ok
	})
	return ok
}

// waits says it of a command.
func waits(words []string) bool {
	switch path.Base(words[0]) {
	case "kong":
		return len(words) > 1 && slices.Contains([]string{"health", "version", "check"}, words[1])
	case "sleep", "true", "false", ":", "echo", "date", "nc", "test", "[", "exit":
		return true
	}
	return false
}
