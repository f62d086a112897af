// Package render turns a repository into units: what gets deployed together, as objects
// whose every scalar leads back to the place on disk where a person would edit it.
//
// A unit is what is deployed together: by hand a kustomization root, a directory of plain
// manifests, a chart or a compose project; by a controller what one Flux Kustomization,
// HelmRelease or Argo CD Application deploys. The planner (deploy.go, units.go) starts from
// what is applied by hand, and carries out the orders for controllers that it finds there
// (flux.go, helmrelease.go, argo.go), which may lead to further ones. Roots are
// kustomizations that no other one uses (graph.go). Only that is rendered of whose files
// at least one can bear a key, so that a thousand overlays cost no more than reading them.
//
// A chart is rendered by Helm's own library (chart_engine.go), within bounds, and once more
// with marks in the place of its values, which lead each rendered scalar back to the values
// file (release.go, values.go). The chart of supabase-community, where it is not at hand, is
// the one in model/. What an operator makes of a store elsewhere is a Secret of unknown
// values that know where they lie (store.go).
//
// A root is rendered by kustomize itself, in this process and over the repository's
// own file system (kustomize.go). Nothing is fetched and nothing is executed, and that
// does not rest on options: kustomize never sees a kustomization as it is on disk. Each
// is decoded into kustomize's own type, every path in it is judged (paths.go, plugins.go),
// what is remote, outside the repository or a foreign plugin is taken out and told, a chart
// becomes a file that only kustomize sees, and what is left is encoded again and served by overlay.go in the place of
// the file. What was taken out is the unit's Missing: an object that is not in the unit
// may come from there.
//
// A root that does not build is not lost: its files are taken as they are (fallback.go),
// and a note says so. kustomize's errors quote file contents, so their text is not
// passed on; explain.go puts the common ones into words.
//
// Where a scalar of a rendered object is written is found by path, not guessed
// (locate.go): the patches that apply to the object, outermost first, then the document
// that it was made of, the sources of its generator (carriers.go), a replacement's
// source. The text there must be the text that was rendered. Where nothing fits, the
// answer is the file with line 0: never a line that was made up.
package render
