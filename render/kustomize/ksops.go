package kustomize

import (
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// readKsops turns a ksops generator (github.com/viaduct-ai/kustomize-sops) into what
// it generates. The SOPS files that it lists are resources, which the repository's file
// system decrypts; secretFrom makes Secrets of files, as a secretGenerator does, under
// names that carry no hash unless an annotation asks for one.
func (k *kustomization) readKsops(spec *types.Kustomization, dir string, p plugin) {
	k.plugins = append(k.plugins, p)
	for _, item := range nodes.Items(nodes.Field(p.root, "files")) {
		if name, ok := k.ksopsFile(dir, p, item, nodes.Text(item)); ok {
			spec.Resources = append(spec.Resources, name)
		}
	}
	for _, from := range nodes.Items(nodes.Field(p.root, "secretFrom")) {
		annotations := nodes.Texts(nodes.Field(from, "metadata", "annotations"))
		args := types.SecretArgs{Type: nodes.Text(nodes.Field(from, "type"))}
		args.Name = nodes.Text(nodes.Field(from, "metadata", "name"))
		args.Namespace = nodes.Text(nodes.Field(from, "metadata", "namespace"))
		args.Options = &types.GeneratorOptions{
			Labels: nodes.Texts(nodes.Field(from, "metadata", "labels")), Annotations: annotations,
			DisableNameSuffixHash: annotations["kustomize.config.k8s.io/needs-hash"] != "true",
		}
		for _, item := range append(nodes.Items(nodes.Field(from, "files")), nodes.Items(nodes.Field(from, "binaryFiles"))...) {
			key, text := splitFileSource(nodes.Text(item))
			if name, ok := k.ksopsFile(dir, p, item, text); ok {
				args.FileSources = append(args.FileSources, key+"="+name)
			}
		}
		for _, item := range nodes.Items(nodes.Field(from, "envs")) {
			if name, ok := k.ksopsFile(dir, p, item, nodes.Text(item)); ok {
				args.EnvSources = append(args.EnvSources, name)
			}
		}
		spec.SecretGenerator = append(spec.SecretGenerator, args)
	}
}

// ksopsFile resolves a path that starts from the generator's directory, or where there
// is no such file from the kustomization's, and returns it as the latter would write it.
func (k *kustomization) ksopsFile(dir string, p plugin, item *yaml.Node, text string) (string, bool) {
	r := judge(k.repo, dir, "ksops", text)
	if r.verdict == isMissing && dir != k.dir {
		if other := judge(k.repo, k.dir, "ksops", text); other.verdict == isFile {
			r = other
		}
	}
	_, ok := k.accept(r, func() sources.Position { return p.sheet.Place(item).At })
	if ok && r.verdict == isFile {
		k.opened = append(k.opened, r.name)
	}
	return relative(k.dir, r.name), ok && r.verdict == isFile
}
