package kustomize

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// plugin is one generator or transformer configuration that keylint understands.
type plugin struct {
	sheet manifest.Sheet
	root  *yaml.Node
}

// builtinPlugins are kustomize's own, which run in this process. The Helm inflator is
// one of them and runs helm.
var builtinPlugins = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range krusty.GetBuiltinPluginNames() {
		names[name] = name != "HelmChartInflationGenerator"
	}
	return names
}()

// readPlugins replaces generators, transformers and validators, which may be files or
// inline, by inline ones that were checked. ksops turns into what it would generate.
// Everything else is a program that kustomize would run, and is taken out.
func (k *kustomization) readPlugins(spec *types.Kustomization) {
	spec.Generators = k.readPluginList(spec, "generators", spec.Generators)
	spec.Transformers = k.readPluginList(spec, "transformers", spec.Transformers)
	spec.Validators = k.readPluginList(spec, "validators", spec.Validators)
}

func (k *kustomization) readPluginList(spec *types.Kustomization, field string, list []string) []string {
	var kept []string
	for _, text := range list {
		dir, entries := k.openPlugin(field, text)
		for _, p := range entries {
			switch apiVersion := nodes.Text(nodes.Field(p.root, "apiVersion")); {
			case apiVersion == "viaduct.ai/v1" && strings.EqualFold(nodes.Text(nodes.Field(p.root, "kind")), "ksops"):
				k.readKsops(spec, dir, p)
			case apiVersion == "builtin":
				if config, ok := k.builtin(field, text, p); ok {
					kept = append(kept, config)
					k.plugins = append(k.plugins, p)
				}
			default:
				kind := nodes.Text(nodes.Field(p.root, "kind"))
				k.loss(sources.NoteRenderFailed, k.entry(field, text), "the plugin %s (%s) was not run: keylint executes nothing", sources.Shown(kind), sources.Shown(apiVersion))
			}
		}
	}
	return kept
}

// openPlugin reads the configurations of one entry, and says which directory their
// paths start from.
func (k *kustomization) openPlugin(field, text string) (string, []plugin) {
	if isInline(text) {
		return k.dir, k.inlinePlugins(field, text)
	}
	r := judge(k.repo, k.dir, field, text)
	k.accept(r, k.entry(field, text))
	switch r.verdict {
	case isDirectory:
		k.loss(sources.NoteRenderFailed, k.entry(field, text), "the %s in the directory %s were not applied: keylint reads plugins from files only", field, r.name)
	case isFile:
		var out []plugin
		f := k.repo.File(r.name)
		for _, d := range f.Documents() {
			out = append(out, plugin{manifest.Sheet{Doc: d}, d.Root})
		}
		if len(out) == 0 {
			k.fault(k.entry(field, text), "%s holds no plugin configuration", r.name)
		}
		return f.Dir(), out
	}
	return "", nil
}

func (k *kustomization) inlinePlugins(field, text string) []plugin {
	if nodes.ExpandsTooFar([]byte(text)) {
		k.fault(k.entry(field, text), "the aliases of an inline plugin expand to %s", nodes.TooFar)
		return nil
	}
	s := manifest.Sheet{}
	if d := k.document(); d != nil {
		outer := findScalar(nodes.Field(d.Root, field), func(s string) bool { return s == text })
		s = manifest.NestedSheet(d, outer)
	}
	var out []plugin
	docs, _ := nodes.Parse([]byte(text))
	for _, d := range docs {
		out = append(out, plugin{s, d.Root})
	}
	return out
}

// pathFields are the fields at the top of a builtin plugin's configuration that hold
// paths. kustomize reads them whatever their case.
var pathFields = map[string]bool{"path": true, "paths": true, "files": true, "env": true, "envs": true, "targetfilepath": true}

// builtin checks the configuration of one of kustomize's own plugins, and encodes it
// again: what was checked is what is used.
func (k *kustomization) builtin(field, text string, p plugin) (string, bool) {
	kind := nodes.Text(nodes.Field(p.root, "kind"))
	if !builtinPlugins[kind] {
		k.loss(sources.NoteRenderFailed, k.entry(field, text), "the plugin %s was not run: keylint executes nothing", sources.Shown(kind))
		return "", false
	}
	config := map[string]any{}
	if err := p.root.Decode(&config); err != nil {
		k.fault(k.entry(field, text), "the configuration of the plugin %s cannot be read", kind)
		return "", false
	}
	allowed := k.checkPaths(field, p, config)
	for name, value := range config {
		if list, ok := value.([]any); ok && strings.EqualFold(name, "replacements") {
			for _, item := range list {
				if m, ok := item.(map[string]any); ok {
					allowed = k.checkPaths(field, p, m) && allowed
				}
			}
		}
	}
	safe, err := json.Marshal(config)
	if err != nil || !allowed {
		k.loss(sources.NoteRenderFailed, k.entry(field, text), "the plugin %s was not applied, because of a path in it", kind)
		return "", false
	}
	return string(safe), true
}

// checkPaths judges the paths of one level of a configuration. None of them may be
// remote or outside.
func (k *kustomization) checkPaths(field string, from plugin, config map[string]any) bool {
	allowed := true
	check := func(value any) any {
		text, ok := value.(string)
		if !ok || isInline(text) {
			return value
		}
		key, p, isPair := "", text, false
		if i := strings.IndexByte(text, '='); i >= 0 {
			key, p, isPair = text[:i], text[i+1:], true
		}
		at := k.entry(field, p)
		if n := findScalar(from.root, naming(p, false)); n != nil && from.sheet.Doc != nil {
			at = func() sources.Position { return from.sheet.Place(n).At }
		}
		p, ok = k.accept(judge(k.repo, k.dir, field, p), at)
		allowed = allowed && ok
		if isPair {
			return key + "=" + p
		}
		return p
	}
	for _, name := range slices.Sorted(maps.Keys(config)) {
		if !pathFields[strings.ToLower(name)] {
			continue
		}
		if list, ok := config[name].([]any); ok {
			for i := range list {
				list[i] = check(list[i])
			}
			continue
		}
		config[name] = check(config[name])
	}
	return allowed
}
