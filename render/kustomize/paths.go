package kustomize

import (
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// verdict is what is to be done with a path that a kustomization names.
type verdict int

const (
	isFile verdict = iota
	isDirectory
	isMissing
	isRemote  // kustomize would fetch it
	isOutside // it leaves the repository
	isClosed  // it is not read, whoever names it
)

// ref is one path of a kustomization.
type ref struct {
	field   string // "resources", "patches", …
	text    string // as it is written
	name    string // in the repository; empty for what is remote or outside
	verdict verdict
}

// judge resolves a path against the directory of the kustomization that names it.
func judge(repo *sources.Repository, dir, field, text string) ref {
	r := ref{field: field, text: text}
	if isURL(text) {
		r.verdict = isRemote
		return r
	}
	name := path.Join(dir, text)
	if path.IsAbs(text) || name == ".." || strings.HasPrefix(name, "../") || !repo.SameTree(dir, name) || repo.LeadsOut(name) {
		r.verdict = isOutside
		if isRepository(text) {
			r.verdict = isRemote
		}
		return r
	}
	switch {
	case repo.Withheld(name) != "":
		r.name, r.verdict = name, isClosed
	case repo.File(name) != nil:
		r.name, r.verdict = name, isFile
	case isRepository(text):
		r.verdict = isRemote
	case repo.FileSystem().IsDir("/" + name):
		r.name, r.verdict = name, isDirectory
	case looksLikeRepository(text):
		r.verdict = isRemote
	default:
		r.name, r.verdict = name, isMissing
	}
	return r
}

// isURL says whether kustomize reads the path over HTTP wherever it stands
// (api/internal/loader: IsRemoteFile).
func isURL(text string) bool {
	scheme, _, found := strings.Cut(strings.ToLower(strings.TrimSpace(text)), ":")
	return found && (scheme == "http" || scheme == "https")
}

var userAtHost = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]*@`)

// isRepository says whether kustomize would clone the path as a git repository. It is
// a little wider than api/internal/git: NewRepoSpecFromURL, which it stands in for:
// what is taken for a repository in error is told, what is not would be fetched.
func isRepository(text string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	text = strings.TrimPrefix(text, "git::")
	for _, prefix := range []string{"ssh://", "https://", "http://", "file://", "github.com/", "github.com:"} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return userAtHost.MatchString(text)
}

// looksLikeRepository recognises what older versions of kustomize fetch, in a path
// that leads nowhere on disk.
func looksLikeRepository(text string) bool {
	return strings.Contains(text, "?ref=") || strings.Contains(text, "?version=") || strings.Contains(text, "::") ||
		strings.Contains(text, ".git/") || strings.HasSuffix(text, ".git")
}

// local is the path as it is handed to kustomize. A file that is called like a
// repository ("github.com/a/b") would be cloned as soon as it does not parse; behind
// "./" it is a path and nothing else.
func (r ref) local() string {
	if isRepository(r.text) {
		return "./" + r.text
	}
	return r.text
}

// eachPath visits every path of a kustomization but those of generators, transformers
// and validators, which may be inline (plugins.go). What decide returns takes the
// path's place; without its consent the entry is taken out.
func eachPath(k *types.Kustomization, decide func(field, text string) (string, bool)) {
	k.Resources = keepPaths("resources", k.Resources, decide)
	k.Components = keepPaths("components", k.Components, decide)
	k.Crds = keepPaths("crds", k.Crds, decide)
	k.Configurations = keepPaths("configurations", k.Configurations, decide)
	if p, ok := k.OpenAPI["path"]; ok {
		if p, ok = decide("openapi", p); ok {
			k.OpenAPI["path"] = p
		} else {
			delete(k.OpenAPI, "path")
		}
	}
	k.Patches = keepPatches("patches", k.Patches, decide)
	//lint:ignore SA1019 users still write the deprecated field
	k.PatchesJson6902 = keepPatches("patchesJson6902", k.PatchesJson6902, decide)
	var merges []types.PatchStrategicMerge
	//lint:ignore SA1019 users still write the deprecated field
	for _, m := range k.PatchesStrategicMerge {
		if isInline(string(m)) {
			merges = append(merges, m)
		} else if p, ok := decide("patchesStrategicMerge", string(m)); ok {
			merges = append(merges, types.PatchStrategicMerge(p))
		}
	}
	//lint:ignore SA1019 users still write the deprecated field
	k.PatchesStrategicMerge = merges
	var replacements []types.ReplacementField
	for _, r := range k.Replacements {
		ok := true
		if r.Path != "" {
			r.Path, ok = decide("replacements", r.Path)
		}
		if ok {
			replacements = append(replacements, r)
		}
	}
	k.Replacements = replacements
	for i := range k.ConfigMapGenerator {
		keepSources("configMapGenerator", &k.ConfigMapGenerator[i].KvPairSources, decide)
	}
	for i := range k.SecretGenerator {
		keepSources("secretGenerator", &k.SecretGenerator[i].KvPairSources, decide)
	}
}

func keepPaths(field string, paths []string, decide func(field, text string) (string, bool)) []string {
	var kept []string
	for _, p := range paths {
		if p, ok := decide(field, p); ok {
			kept = append(kept, p)
		}
	}
	return kept
}

func keepPatches(field string, patches []types.Patch, decide func(field, text string) (string, bool)) []types.Patch {
	var kept []types.Patch
	for _, p := range patches {
		ok := true
		if p.Path != "" {
			p.Path, ok = decide(field, p.Path)
		}
		if ok {
			kept = append(kept, p)
		}
	}
	return kept
}

func keepSources(field string, s *types.KvPairSources, decide func(field, text string) (string, bool)) {
	if s.EnvSource != "" {
		s.EnvSources = append(s.EnvSources, s.EnvSource)
		s.EnvSource = ""
	}
	s.EnvSources = keepPaths(field, s.EnvSources, decide)
	var files []string
	for _, f := range s.FileSources {
		key, p := splitFileSource(f)
		if p, ok := decide(field, p); ok {
			files = append(files, key+"="+p)
		}
	}
	s.FileSources = files
}

// splitFileSource reads "key=path" or "path", whose last part is then the key
// (api/internal/generators: ParseFileSource).
func splitFileSource(source string) (key, file string) {
	if key, file, ok := strings.Cut(source, "="); ok {
		return key, file
	}
	return path.Base(source), source
}

// isInline says whether an entry that may be a path or a document is the latter.
func isInline(text string) bool {
	if isURL(text) {
		return false
	}
	docs, _ := nodes.Parse([]byte(text))
	for _, d := range docs {
		if nodes.Field(d.Root, "kind") != nil {
			return true
		}
	}
	return strings.Contains(text, "\n")
}
