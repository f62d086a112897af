package sources

import (
	"path"
	"strings"
)

// kubectlArguments are those of kubectl, however it is called: oc, microk8s kubectl, $KUBECTL.
func kubectlArguments(words []shellWord) ([]shellWord, bool) {
	if variable, unknown := words[0].isUnknown(); unknown {
		return words[1:], strings.Contains(strings.ToLower(variable), "kube")
	}
	switch path.Base(words[0].text) {
	case "kubectl", "oc", "microk8s.kubectl", "kubecolor", "k":
		return words[1:], true
	case "microk8s", "k3s", "minikube", "k0s", "rke2":
		if len(words) > 1 && words[1].text == "kubectl" {
			rest := words[2:]
			if len(rest) > 0 && rest[0].text == "--" {
				rest = rest[1:]
			}
			return rest, true
		}
	}
	return nil, false
}

// kubectlCommand is one as it is given.
type kubectlCommand struct {
	verb      string
	words     []shellWord // without flags; the verb is the first
	namespace string
	env       []string // of -e
	patches   []shellWord
	patchFile shellWord
	files     []shellWord // of -f and -k
	from      bool
	selects   bool // by labels, or all of a kind
	fromInput bool
	dry       bool
}

var kubectlFlags = map[string]bool{
	"-n": true, "--namespace": true, "-p": true, "--patch": true, "--patch-file": true, "-c": true, "--containers": true, "--type": true, "--context": true,
	"--kubeconfig": true, "-l": true, "--selector": true, "--field-selector": true, "-o": true, "--output": true, "--from": true, "--prefix": true,
	"--keys": true, "-f": true, "--filename": true, "-k": true, "--kustomize": true, "--cluster": true, "--user": true, "--token": true, "-s": true,
	"--server": true, "--as": true, "--field-manager": true, "--request-timeout": true, "--timeout": true, "--from-literal": true, "--from-file": true,
	"--from-env-file": true, "-e": true, "--env": true, "--cert": true, "--key": true, "--docker-server": true, "--docker-username": true,
	"--docker-password": true, "--docker-email": true, "--subresource": true,
}

func readKubectl(words []shellWord) *kubectlCommand {
	c := &kubectlCommand{}
	for i := 0; i < len(words); i++ {
		flag, text, has := strings.Cut(words[i].text, "=")
		if !strings.HasPrefix(flag, "-") || flag == "-" {
			c.words = append(c.words, words[i])
			continue
		}
		value := words[i]
		if value.text = text; !has && kubectlFlags[flag] && i+1 < len(words) {
			i++
			value = words[i]
		}
		switch flag {
		case "-n", "--namespace":
			if value.known() {
				c.namespace = value.text
			}
		case "-p", "--patch":
			c.patches = append(c.patches, value)
		case "--patch-file":
			c.patchFile = value
		case "--from":
			c.from = true
		case "-l", "--selector", "--all", "-A", "--all-namespaces":
			c.selects = true
		case "-e", "--env":
			name, _, _ := strings.Cut(value.text, "=")
			c.env = append(c.env, name)
		case "-f", "--filename", "-f-", "-k", "--kustomize":
			c.files = append(c.files, value)
			c.fromInput = c.fromInput || value.text == "-" || value.text == "/dev/stdin" || flag == "-f-"
		case "--dry-run":
			c.dry = text != "none"
		}
	}
	if len(c.words) > 0 {
		c.verb = c.words[0].text
	}
	return c
}

// resources are those that a command names: TYPE/NAME …, TYPE NAME …, TYPE alone. A name that is not known is none.
func (c *kubectlCommand) resources(words []shellWord) (kinds, names []string) {
	kind := ""
	for _, w := range words {
		switch k, name, has := strings.Cut(w.text, "/"); {
		case !w.known():
		case has:
			kinds, names = append(kinds, k), append(names, name)
		case kind == "":
			kind = w.text
		default:
			kinds, names = append(kinds, kind), append(names, w.text)
		}
	}
	if c.selects && len(names) == 0 && kind != "" {
		for k := range strings.SplitSeq(kind, ",") {
			kinds, names = append(kinds, k), append(names, "")
		}
	}
	return kinds, names
}

// edits are the objects that it changes.
func (c *kubectlCommand) edits(s *shell, st *shellState) []ClusterEdit {
	each := func(verb string, words []shellWord, variables []string) []ClusterEdit {
		var out []ClusterEdit
		kinds, names := c.resources(words)
		for i := range names {
			out = append(out, ClusterEdit{Verb: verb, Kind: kinds[i], Name: names[i], Namespace: c.namespace, Variables: variables})
		}
		return out
	}
	switch {
	case c.dry:
	case c.verb == "set" && len(c.words) > 2 && c.words[1].text == "env":
		var of []shellWord
		variables := c.env
		for _, w := range c.words[2:] {
			name, removed := strings.CutSuffix(w.text, "-")
			switch set, _, sets := strings.Cut(w.text, "="); {
			case sets:
				variables = append(variables, set)
			case removed && !strings.Contains(name, "/") && len(of) > 0:
				variables = append(variables, name)
			default:
				of = append(of, w)
			}
		}
		switch {
		case c.from: // any may be among what it takes
			variables = nil
		case len(variables) == 0:
			return nil
		}
		return each("kubectl set env", of, variables)
	case c.verb == "patch" && len(c.words) > 1:
		if !c.patchesData(s, st) {
			return nil
		}
		return each("kubectl patch", c.words[1:], nil)
	case c.verb == "create":
		return c.created()
	}
	return nil
}

// patchesData says whether a patch may change a variable, or data.
func (c *kubectlCommand) patchesData(s *shell, st *shellState) bool {
	text := ""
	for _, p := range c.patches {
		if !p.known() && !strings.Contains(p.text, "{") {
			return true
		}
		text += p.text
	}
	if c.patchFile.text != "" {
		name, ok := st.path(c.patchFile)
		f := s.repo.File(name)
		if !ok || f == nil {
			*s.missing++
			return true
		}
		b, err := f.Disk()
		if err != nil {
			return true
		}
		text += string(b)
	}
	return text == "" || SetsValues(text)
}

// created is the Secret or ConfigMap that it makes.
func (c *kubectlCommand) created() []ClusterEdit {
	if len(c.words) < 3 {
		return nil
	}
	kind, name := c.words[1].text, c.words[2]
	switch kind {
	case "secret":
		if len(c.words) < 4 {
			return nil
		}
		name = c.words[3] // behind its type
	case "configmap", "cm":
	default:
		return nil
	}
	if !name.known() {
		return nil
	}
	return []ClusterEdit{{Verb: "kubectl create " + kind, Kind: kind, Name: name.text, Namespace: c.namespace}}
}
