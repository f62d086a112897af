package sources

import (
	"strings"
	"testing"
)

// withObjects is a repository of one manifest.
func withObjects(b []byte) *Repository {
	r := openWith("build.yaml", b)
	r.File("build.yaml").object = true
	return r
}

func FuzzClusterBuilds(f *testing.F) {
	f.Add([]byte("kind: Job\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: k, image: gcr.io/kaniko-project/executor:v1, env: [{name: A, value: x}, {name: B, valueFrom: {}}], args: [--context=dir:///x, " +
		"--build-arg=SUPABASE_ANON_KEY=$(A)$(B), --build-arg, SUPABASE_KEY]}]}}}\n"))
	f.Add([]byte("kind: TaskRun\nmetadata: {generateName: a-}\nspec:\n  params: [{name: k, value: x}]\n  taskSpec:\n    params: [{name: k, default: y}, {name: l, default: $(params.k)}]\n    steps:\n" +
		"    - {name: s, image: quay.io/buildah/stable, workingDir: $(workspaces.source.path)/a, script: \"#!/bin/sh\\nbuildah bud --build-arg SUPABASE_ANON_KEY=$(params.k) --build-arg A=$(params[\\\"l\\\"]) .\"}\n" +
		"    - {image: b, command: [sh, -c], args: ['docker build --build-arg SUPABASE_ANON_KEY=$$(A)$(params.m) $(workspaces.source.path)']}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range withObjects(b).ClusterBuilds() {
			for _, of := range v.Variables {
				if of.Value.IsAbsent() || of.At.File == "" {
					t.Errorf("%s has no value, or no place", of.Name)
				}
			}
		}
	})
}

// TestParametersWithoutEnd: parameters that double each other are put together up to a bound.
func TestParametersWithoutEnd(t *testing.T) {
	var b strings.Builder
	b.WriteString("kind: TaskRun\nmetadata: {name: a}\nspec:\n")
	blank := "  "
	b.WriteString(blank + "params: [{name: k, value: 0123456789}]\n")
	for range 12 {
		b.WriteString(blank + "a:\n")
		blank += " "
		b.WriteString(blank + "params: [{name: k, value: \"" + strings.Repeat("$(params.k)", 2000) + "\"}]\n")
	}
	b.WriteString(blank + "steps: [{image: gcr.io/kaniko-project/executor, args: ['--build-arg=SUPABASE_ANON_KEY=$(params.k)']}]\n")
	for _, v := range withObjects([]byte(b.String())).ClusterBuilds() {
		if v.Variables[0].Value.IsKnown() && v.Variables[0].Value.Text().Len() > maxCIText {
			t.Errorf("%d bytes", v.Variables[0].Value.Text().Len())
		}
	}
}
