package render

import (
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// patchSetsDeployed says whether the templatePatch of an ApplicationSet may change what its Applications deploy. The patch is a template of YAML, which
// may set anything of an Application, and whole parts of it by one expression (argo-cd.readthedocs.io: operator-manual/applicationset/Template):
// so it is not asked what it names, but whether all that it sets is known to be no matter.
func patchSetsDeployed(patch string) bool {
	if strings.Contains(patch, "skip-reconcile") || strings.Contains(patch, "RespectIgnoreDifferences") {
		return true
	}
	docs, problems := nodes.Parse([]byte(inPatch.ReplaceAllString(ofControl.ReplaceAllString(patch, ""), someText)))
	if len(problems) > 0 {
		return true
	}
	for _, d := range docs {
		if !setsOnly(d.Root, func(key string, value *yaml.Node) bool {
			switch key {
			case "apiVersion", "kind":
				return true
			case "metadata":
				return setsOnly(value, func(key string, value *yaml.Node) bool {
					switch key {
					case "labels", "finalizers":
						return true
					case "annotations":
						return setsOnly(value, func(key string, _ *yaml.Node) bool { return !strings.Contains(key, someText) })
					}
					return false
				})
			case "spec":
				return setsOnly(value, func(key string, _ *yaml.Node) bool { return noMatter[key] })
			}
			return false
		}) {
			return true
		}
	}
	return false
}

// setsOnly says whether a part of a patch is a mapping, none of whose fields changes anything.
func setsOnly(n *yaml.Node, harmless func(key string, value *yaml.Node) bool) bool {
	only := n != nil && nodes.Follow(n).Kind == yaml.MappingNode
	nodes.Pairs(n, func(key, value *yaml.Node) { only = only && harmless(key.Value, value) })
	return only
}

// noMatter are fields of an Application on which what it deploys does not hang.
var noMatter = map[string]bool{"project": true, "syncPolicy": true, "info": true, "revisionHistoryLimit": true}

// someText stands for what an expression gives.
const someText = "expression-of-template"

var (
	// ofControl matches the statements of a template, which leave no text where they stand, and its comments.
	ofControl = regexp.MustCompile(`(?s)\{\{-?\s*(?:(?:if|else|end|range|with|break|continue)\b|/\*|\$\w+\s*:?=).*?\}\}`)
	inPatch   = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
)
