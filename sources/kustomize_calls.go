package sources

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// KustomizeCall is a command of the repository that builds a kustomization.
type KustomizeCall struct {
	At   Position
	Dir  string
	Free bool // it lets kustomizations load files from anywhere
}

// LoadsAnywhere is the flag of "kustomize build" and "kubectl kustomize" for that.
const LoadsAnywhere = "--load-restrictor LoadRestrictionsNone"

// KustomizeCalls finds the commands in scripts, Makefiles and workflows, in order of place. kubectl's "apply -k" has no
// flag for the restrictor (kubernetes-sigs/kustomize api/krusty: Options).
func (r *Repository) KustomizeCalls() []KustomizeCall {
	var out []KustomizeCall
	for _, f := range r.callers() {
		b, err := f.peek()
		if err != nil || !bytes.Contains(b, []byte("kustomize")) && !bytes.Contains(b, []byte("kubectl")) {
			continue
		}
		for _, word := range []string{"kustomize", "kubectl"} {
			for _, p := range r.pieces(f, b, word) {
				starts := follow(r, f, p, kustomizeCall)
				if len(starts) > 0 {
					out = append(out, starts[len(starts)-1].found...)
				}
			}
		}
	}
	return out
}

// kustomizeCall reads a command, if it builds a kustomization.
func kustomizeCall(s *shell, st *shellState, words []shellWord) []KustomizeCall {
	call := KustomizeCall{At: Position{File: s.file, Line: words[0].at.Line}}
	rest, target := words[1:], -1
	switch program := path.Base(words[0].text); {
	case program == "kustomize" && len(rest) > 0 && rest[0].text == "build", program == "kubectl" && len(rest) > 0 && rest[0].text == "kustomize":
		for i := 1; i < len(rest); i++ {
			switch flag, _, has := strings.Cut(rest[i].text, "="); {
			case strings.HasPrefix(flag, "-"):
				if !has && slices.Contains([]string{"--load-restrictor", "-o", "--output", "--env", "-e", "--helm-command", "--mount"}, flag) {
					i++
				}
			case target < 0:
				target = i
			}
		}
	case program == "kubectl" && slices.ContainsFunc(rest, func(w shellWord) bool { return w.text == "apply" || w.text == "create" || w.text == "replace" }):
		for i, w := range rest {
			if (w.text == "-k" || w.text == "--kustomize") && i+1 < len(rest) {
				target = i + 1
			}
		}
	}
	if target < 0 {
		return nil
	}
	dir, known := st.path(rest[target])
	if !known || !s.repo.hasDir(dir) {
		*s.missing++
		return nil
	}
	call.Dir = dir
	// A word that is not known may be the flag.
	call.Free = slices.ContainsFunc(rest, func(w shellWord) bool {
		return !w.known() || strings.Contains(w.text, "LoadRestrictionsNone") || strings.Contains(w.text, "load_restrictor")
	})
	return []KustomizeCall{call}
}
