// Package kustomize builds kustomizations: the repository goes in, objects come out. Who
// builds one, and with what put on top (addition.go), it does not know.
//
// Roots are kustomizations that no other one uses (graph.go). A root is rendered by
// kustomize itself, in this process and over the repository's own file system (build.go).
// Nothing is fetched and nothing is executed, and that does not rest on options: kustomize
// never sees a kustomization as it is on disk. Each is decoded into kustomize's own type,
// every path in it is judged (paths.go, plugins.go), what is remote, outside the repository
// or a foreign plugin is taken out and told, a chart becomes a file that only kustomize
// sees (charts.go), and what is left is encoded again and served by overlay.go in the place
// of the file. What was taken out is the Result's Missing: an object that is not in it may
// come from there.
//
// A root that does not build is not lost: its files are taken as they are (fallback.go),
// and a note says so. kustomize's errors quote file contents, so their text is not
// passed on; explain.go puts the common ones into words.
//
// Where a scalar of a rendered object is written is found by path, not guessed
// (locate.go): the patches that apply to the object, outermost first, then the document
// that it was made of (pairing.go), the sources of its generator (generators.go), a
// replacement's source. The text there must be the text that was rendered.
package kustomize
