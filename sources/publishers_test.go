package sources_test

import (
	"testing"

	"github.com/keylint/keylint/sources"
)

// TestOfPublisher says whose an address is, in the forms that kubectl and kustomize take.
func TestOfPublisher(t *testing.T) {
	for address, want := range map[string]bool{
		"https://github.com/cert-manager/cert-manager/releases/download/v1.15.0/cert-manager.yaml": true,
		"https://raw.githubusercontent.com/metallb/metallb/v0.14.5/config/manifests/native.yaml":   true,
		"github.com/kubernetes-sigs/gateway-api/config/crd?ref=v1.1.0":                             true,
		"git::https://github.com/argoproj/argo-cd//manifests/crds?ref=v2.11.0":                     true,
		"git@github.com:fluxcd/flux2//manifests/crds":                                              true,
		"https://NVIDIA.github.io/k8s-device-plugin/plugin.yml":                                    true,
		"https://github.com/somebody/cert-manager/releases/download/v1/cert-manager.yaml":          false,
		"https://example.org/cert-manager/cert-manager.yaml":                                       false,
		"https://github.com.example.org/cert-manager/x.yaml":                                       false,
		"https://github.com@example.org/cert-manager/x.yaml":                                       false,
	} {
		if got := sources.OfPublisher(address); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}
