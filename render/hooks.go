package render

import (
	"slices"
	"strings"
)

// What a hook makes is made when its time comes, and at no other. A Secret or a ConfigMap that is made for the installation alone stays as it
// was then, whatever stands here; one for a test, or for a removal, is not there while the release runs.

// Helm's own: helm.sh/docs/topics/charts_hooks. Argo CD takes them for its own (argo-cd.readthedocs.io: user-guide/helm, Helm Hooks), and makes
// at each synchronisation what Helm makes at an installation; what has no counterpart it leaves out.
const (
	helmHook = "helm.sh/hook"
	argoHook = "argocd.argoproj.io/hook"
)

var (
	// madeOnUpgrade are Helm's hooks for which an object is made again with each release.
	madeOnUpgrade = []string{"pre-upgrade", "post-upgrade"}

	// madeOnSync are those, and Argo CD's own, for which Argo CD does so.
	madeOnSync = []string{"pre-install", "post-install", "pre-upgrade", "post-upgrade", "crd-install", "PreSync", "Sync", "PostSync", "Skip"}
)

// leftByHook is the annotation by which an object is not made what it is here with each release; empty where there is none.
func leftByHook(kind string, annotations map[string]string, u *Unit) string {
	if kind != "Secret" && kind != "ConfigMap" {
		return ""
	}
	name, made := helmHook, madeOnUpgrade
	switch {
	case u.By == ArgoCD || u.By == ArgoCDPlugin:
		made = madeOnSync
		if annotations[argoHook] != "" {
			name = argoHook
		}
	case u.Kind != Release:
		return ""
	}
	if annotations[name] == "" {
		return ""
	}
	for hook := range strings.SplitSeq(annotations[name], ",") {
		if slices.Contains(made, strings.TrimSpace(hook)) {
			return ""
		}
	}
	return name + ": " + annotations[name]
}
