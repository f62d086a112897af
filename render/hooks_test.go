package render

import "testing"

// TestLeftByHook has which hooks leave a Secret as it was, by what deploys the unit.
func TestLeftByHook(t *testing.T) {
	helm, argo := &Unit{Kind: Release}, &Unit{Kind: Application, By: ArgoCD}
	for _, c := range []struct {
		unit        *Unit
		kind        string
		annotations map[string]string
		want        string
	}{
		{helm, "Secret", map[string]string{helmHook: "pre-install"}, "helm.sh/hook: pre-install"},
		{helm, "ConfigMap", map[string]string{helmHook: "post-install, post-rollback"}, "helm.sh/hook: post-install, post-rollback"},
		{helm, "Secret", map[string]string{helmHook: "pre-install, pre-upgrade"}, ""},
		{helm, "Secret", map[string]string{helmHook: "test"}, "helm.sh/hook: test"},
		{helm, "Job", map[string]string{helmHook: "pre-install"}, ""},
		{helm, "Secret", map[string]string{argoHook: "PostDelete"}, ""},
		{helm, "Secret", nil, ""},
		{&Unit{Kind: Directory}, "Secret", map[string]string{helmHook: "pre-install"}, ""},
		{argo, "Secret", map[string]string{helmHook: "pre-install"}, ""},
		{argo, "Secret", map[string]string{helmHook: "test"}, "helm.sh/hook: test"},
		{argo, "Secret", map[string]string{helmHook: "test", argoHook: "PreSync"}, ""},
		{argo, "Secret", map[string]string{argoHook: "PostDelete"}, "argocd.argoproj.io/hook: PostDelete"},
	} {
		if got := leftByHook(c.kind, c.annotations, c.unit); got != c.want {
			t.Errorf("%s of a %s with %v: %q, want %q", c.kind, c.unit.Kind, c.annotations, got, c.want)
		}
	}
}

// TestMayLead has which paths of an Application's ignoreDifferences lead to what sets variables, or to something around it.
func TestMayLead(t *testing.T) {
	for path, want := range map[string]bool{
		"/spec": true, "/spec/template": true, "/spec/template/spec/containers": true, "/spec/template/spec/containers/0": true, "/data": true,
		".spec.template.spec.containers[0]": true, ".spec.template.spec.containers[].env": true, `.spec.template.spec.containers[] | select(.name == "web")`: true,
		"/spec/replicas": false, ".spec.template.spec.containers[].resources": false, "/spec/template/metadata/annotations": false,
		".spec.template.spec.containers[].image": false, "/webhooks/0/clientConfig/caBundle": false,
	} {
		if got := mayLead(path); got != want {
			t.Errorf("%s leads there: %v, want %v", path, got, want)
		}
	}
}
