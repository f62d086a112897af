package sources

import "strings"

// publishers are owners on GitHub of what clusters run beside their apps. What they publish goes to namespaces of its own, or to none: none of
// it has to do with the keys of an app.
var publishers = map[string]bool{
	"argoproj": true, "bitnami-labs": true, "cert-manager": true, "cilium": true, "cloudnative-pg": true, "emberstack": true, "external-secrets": true,
	"flannel-io": true, "fluxcd": true, "grafana": true, "istio": true, "jetstack": true, "k3s-io": true, "kedacore": true, "knative": true,
	"kubernetes": true, "kubernetes-csi": true, "kubernetes-sigs": true, "kubevirt": true, "kyverno": true, "longhorn": true, "metallb": true,
	"nvidia": true, "open-telemetry": true, "projectcalico": true, "projectcontour": true, "prometheus-community": true,
	"prometheus-operator": true, "rancher": true, "rook": true, "stakater": true, "tektoncd": true, "traefik": true, "vmware-tanzu": true,
}

// OfPublisher says whether an address, as kubectl or kustomize takes it, is one of theirs.
func OfPublisher(address string) bool {
	address = strings.TrimPrefix(address, "git::")
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	address = strings.Replace(strings.TrimPrefix(address, "git@"), ":", "/", 1)
	host, rest, _ := strings.Cut(address, "/")
	owner, _, _ := strings.Cut(rest, "/")
	if of, ok := strings.CutSuffix(host, ".github.io"); ok {
		owner, host = of, "github.com"
	}
	return (host == "github.com" || host == "raw.githubusercontent.com") && publishers[strings.ToLower(owner)]
}
