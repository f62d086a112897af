package render

import (
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestArgoDestinations compares the clusters of two destinations: the address and the name of one
// cluster are the same only by the Secret that registers it.
func TestArgoDestinations(t *testing.T) {
	p := &planner{clusterNames: func() map[string]string { return map[string]string{"https://10.0.0.1:6443": "live"} }}
	unit := func(destination string) *Unit {
		return &Unit{Cluster: p.argoCluster(yaml.MustParse("destination: "+destination).YNode(), "the cluster")}
	}
	for _, test := range []struct {
		a, b                     string
		apart, together, perhaps bool
	}{
		{a: `{server: "https://kubernetes.default.svc"}`, b: "{name: in-cluster}", together: true},
		{a: "{namespace: web}", b: "{name: in-cluster}", together: true},
		{a: `{server: "https://10.0.0.1:6443/"}`, b: "{name: live}", together: true},
		{a: `{server: "https://10.0.0.2:6443"}`, b: "{name: live}", perhaps: true},
		{a: "{name: trial}", b: `{server: "https://10.0.0.2:6443"}`, perhaps: true},
		{a: "{name: trial}", b: "{name: live}", apart: true},
		{a: "{name: trial}", b: `{server: "https://10.0.0.1:6443"}`, apart: true},
		{a: `{server: "https://10.0.0.2:6443"}`, b: `{server: "https://10.0.0.3:6443"}`, apart: true},
		{a: "{name: live}", b: "{name: in-cluster}", apart: true},
	} {
		a, b := unit(test.a), unit(test.b)
		if a.Apart(b) != test.apart || a.Together(b) != test.together || a.Perhaps(b) != test.perhaps {
			t.Errorf("%s and %s: apart %t, together %t, perhaps %t", test.a, test.b, a.Apart(b), a.Together(b), a.Perhaps(b))
		}
	}
}
