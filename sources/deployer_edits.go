package sources

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// deployerEdits are what a command of Argo CD's or Flux' own program changes of what they deploy, whatever stands in the repository.
func deployerEdits(words []shellWord) []ClusterEdit {
	var plain []shellWord
	var told []string // the flags by which something else is deployed, with what is given to them
	for i := 1; i < len(words); i++ {
		flag, value, has := strings.Cut(words[i].text, "=")
		if !strings.HasPrefix(flag, "-") {
			plain = append(plain, words[i])
			continue
		}
		if flag == "--export" {
			return nil
		}
		if deployerFlags.MatchString(flag) {
			if !has && i+1 < len(words) {
				i++
				value = words[i].text
			}
			told = append(told, flag+" "+value)
		} else if !has && i+1 < len(words) && !strings.HasPrefix(words[i+1].text, "-") && len(plain) > 2 {
			i++ // what is given to another one
		}
	}
	if len(plain) < 3 {
		return nil
	}
	verb := path.Base(words[0].text) + " " + plain[0].text + " " + plain[1].text
	e := ClusterEdit{Verb: verb, deployer: true, Name: plain[2].text}
	switch verb {
	case "argocd app set", "argocd app unset", "argocd app patch", "argocd app create":
		e.Kind = "Application"
		if len(told) == 0 {
			return nil
		}
		e.touches = func(r *Repository, _ string) bool {
			return slices.ContainsFunc(told, func(given string) bool {
				flag, value, _ := strings.Cut(given, " ")
				return !onePlace.MatchString(flag) || strings.Contains(value, unknownBegin) || r.tellsOfKey(value)
			})
		}
	case "flux create helmrelease", "flux create kustomization", "flux create hr", "flux create ks", "flux suspend helmrelease", "flux suspend kustomization", "flux suspend hr", "flux suspend ks":
		e.Kind = map[byte]string{'h': "HelmRelease", 'k': "Kustomization"}[plain[1].text[0]]
	default:
		return nil
	}
	if !plain[2].known() {
		e.Name = ""
	}
	return []ClusterEdit{e}
}

var (
	// deployerFlags matches the flags of "argocd app" that change what an Application deploys, onePlace those that set one value of it
	// (argo-cd.readthedocs.io: user-guide/commands/argocd_app_set).
	deployerFlags = regexp.MustCompile(`^(?:-p|--parameter|--patch|--helm-set(?:-string|-file)?|--values(?:-literal-file)?|--revision|--repo|--path|--plugin-env|--config-management-plugin|--kustomize-(?:replica|common|version|patch).*|--jsonnet-.*|--source-position)$`)
	onePlace      = regexp.MustCompile(`^(?:-p|--parameter|--helm-set(?:-string|-file)?|--plugin-env|--source-position)$`)
)

// adminEdits is that a command tells a Kong, through its admin API, what it accepts.
func adminEdits(s *shell, st *shellState, words []shellWord) []ClusterEdit {
	program := path.Base(words[0].text)
	e := []ClusterEdit{{Verb: program, gateway: true}}
	switch program {
	case "curl", "wget", "http", "https", "xh":
		address, writes := false, false
		for _, w := range words[1:] {
			text := marked.ReplaceAllString(w.text, "$1")
			if adminAddress.MatchString(text) {
				address = true
			} else {
				writes = writes || sendsData.MatchString(text)
			}
		}
		if address && writes {
			return e
		}
	case "deck":
		if !slices.ContainsFunc(words[1:], func(w shellWord) bool { return w.text == "sync" || w.text == "apply" || w.text == "reset" }) {
			return nil
		}
		for _, w := range words[1:] {
			if name, ok := st.path(w); ok && s.repo.File(name) != nil && !strings.HasPrefix(w.text, "-") {
				return nil // what stands there is what is accepted
			}
		}
		return e
	}
	return nil
}

var (
	// adminAddress matches what of Kong's admin API bears on who is let pass (kong/api/routes).
	adminAddress = regexp.MustCompile(`(?i)(?::(?:8001|8444)|KONG_?ADMIN\w*|kong-admin[\w.-]*)(?::\d+)?/(?:[\w-]+/)?(?:config|consumers|key-auths|acls)\b`)
	sendsData    = regexp.MustCompile(`^(?:-X|--request=?|--method=?)?(?:POST|PUT|PATCH|DELETE)$|^(?:-d|--data\S*|-F|--form\S*|-T|--upload-file|--json|--post-(?:data|file)\S*|--body-(?:data|file)\S*)`)
)

// MayEdit is a cheap test of a text that something runs: a command may stand in it that changes what is deployed, or what a gateway accepts.
func MayEdit(text string) bool { return deployWords.MatchString(text) }
