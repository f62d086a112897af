// Command fluxsub substitutes variables in a manifest with Flux' own library. keylint's
// tests compare with it.
//
//	fluxsub KUSTOMIZATION.yaml MANIFEST.yaml
package main

import (
	"context"
	"fmt"
	"os"

	fluxkustomize "github.com/fluxcd/pkg/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(kustomization, manifest string) error {
	b, err := os.ReadFile(kustomization)
	if err != nil {
		return err
	}
	var k unstructured.Unstructured
	if err := yaml.Unmarshal(b, &k.Object); err != nil {
		return err
	}
	if b, err = os.ReadFile(manifest); err != nil {
		return err
	}
	res, err := provider.NewDefaultDepProvider().GetResourceFactory().FromBytes(b)
	if err != nil {
		return err
	}
	out, err := fluxkustomize.SubstituteVariables(context.Background(), nil, k, res, fluxkustomize.SubstituteWithDryRun(true))
	if err != nil {
		return err
	}
	if out == nil { // it is left as it is
		out = res
	}
	text, err := out.AsYAML()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}
