package sources

import (
	"bytes"
	"regexp"
	"strings"
)

// ClusterEdit is a command that changes an object in the cluster, whatever the repository says of it.
type ClusterEdit struct {
	Verb      string // "kubectl set env", for reports
	Kind      string // as the command has it: "deploy", "secrets"; empty of a pipe
	Name      string
	Namespace string   // empty where the command does not say
	Variables []string // that it sets; none where it may set any
	Dir       string   // of a pipe, what it builds
	Line      int      // of the text, from 1
}

var (
	kubectlWord = regexp.MustCompile(`(?:^|[\s;&|("'` + "`" + `])kubectl\s+([^;&|\n]*)`)

	// builtPiped matches what builds manifests, has a program change them, and applies what comes out.
	builtPiped = regexp.MustCompile(`\b(?:kustomize\s+build|kubectl\s+kustomize|helm\s+template)\b([^|\n]*)\|[^\n]*\b(sed|perl|awk|yq|jq|python3?)\b[^\n]*\|\s*kubectl\s+(?:[^|\n]*\s)?(?:apply|create|replace)\b`)
)

// setsData matches what a patch has to say to change a variable, or what a Secret or ConfigMap holds.
var setsData = regexp.MustCompile(`\b(?:env|envFrom|command|args|data|stringData)\b`)

// EditsIn finds the commands in the text of a script.
func EditsIn(text string) []ClusterEdit {
	var out []ClusterEdit
	n := 0
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", "\v")) {
		n++
		at := n
		n += strings.Count(line, "\v")
		line = strings.ReplaceAll(line, "\v", " ")
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		if m := builtPiped.FindStringSubmatch(line); m != nil {
			for _, word := range strings.Fields(m[1]) {
				if !strings.HasPrefix(word, "-") {
					out = append(out, ClusterEdit{Verb: m[2], Dir: strings.Trim(word, `"'`), Line: at})
					break
				}
			}
		}
		for _, m := range kubectlWord.FindAllStringSubmatch(line, -1) {
			if e, ok := editOf(m[1]); ok {
				e.Line = at
				out = append(out, e)
			}
		}
	}
	return out
}

// editOf reads what stands behind kubectl.
func editOf(text string) (ClusterEdit, bool) {
	var e ClusterEdit
	var words []string
	fields := strings.Fields(text)
	from := false
	for i := 0; i < len(fields); i++ {
		word := strings.Trim(fields[i], `"'`)
		flag, value, has := strings.Cut(word, "=")
		switch {
		case !strings.HasPrefix(word, "-"):
			words = append(words, word)
		case flag == "-n" || flag == "--namespace":
			if !has && i+1 < len(fields) {
				i++
				value = strings.Trim(fields[i], `"'`)
			}
			if !strings.Contains(value, "$") {
				e.Namespace = value
			}
		case flag == "--from":
			from = true
		case !has && (flag == "-p" || flag == "--patch" || flag == "-c" || flag == "--containers" || flag == "--type" || flag == "--context"):
			i++
		}
	}
	take := func(verb string, words []string) (rest []string, ok bool) {
		e.Verb = verb
		if len(words) == 0 {
			return nil, false
		}
		if kind, name, ok := strings.Cut(words[0], "/"); ok {
			e.Kind, e.Name = kind, name
			return words[1:], true
		}
		if len(words) < 2 {
			return nil, false
		}
		e.Kind, e.Name = words[0], words[1]
		return words[2:], true
	}
	switch {
	case len(words) > 2 && words[0] == "set" && words[1] == "env":
		rest, ok := take("kubectl set env", words[2:])
		for _, word := range rest {
			if name, _, ok := strings.Cut(word, "="); ok && !from {
				e.Variables = append(e.Variables, name)
			}
		}
		return e, ok && (from || len(e.Variables) > 0)
	case len(words) > 1 && words[0] == "patch":
		_, ok := take("kubectl patch", words[1:])
		return e, ok && (setsData.MatchString(text) || !strings.Contains(text, "{"))
	case len(words) > 2 && words[0] == "create" && (words[1] == "secret" || words[1] == "configmap"):
		e.Verb, e.Kind, e.Name = "kubectl create "+words[1], words[1], words[2]
		if words[1] == "secret" && len(words) > 3 { // behind its type
			e.Name = words[3]
		}
		return e, true
	}
	return e, false
}

// ClusterEdits visits the commands that change what is deployed, of scripts, Makefiles, manifests and workflows, in order of place. A Secret that
// one of them creates is read as what it is.
func (r *Repository) ClusterEdits(visit func(f *File, e ClusterEdit)) {
	for _, f := range r.callers() {
		b, err := f.peek()
		if err != nil || !bytes.Contains(b, []byte("kubectl")) {
			continue
		}
		for _, e := range EditsIn(string(b)) {
			if !strings.HasPrefix(e.Verb, "kubectl create") {
				visit(f, e)
			}
		}
	}
}
