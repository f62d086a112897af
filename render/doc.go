// Package render turns a repository into units: what gets deployed together, as objects
// whose every scalar leads back to the place on disk where a person would edit it.
//
// A unit is what is deployed together: by hand a kustomization root, a directory of plain
// manifests, a chart or a compose project; by a controller what one Flux Kustomization,
// HelmRelease or Argo CD Application deploys. The planner (deploy.go, units.go) starts from
// what is applied by hand, and carries out the orders for controllers that it finds there
// (flux.go, helmrelease.go, argo.go), which may lead to further ones.
//
// Only that is rendered to which a mark leads: a text that can bear a Supabase key by itself
// (sources/marks.go), or what hangs together with it by name (reach.go, links.go). Where no file
// of the repository has a mark nothing is decoded at all, so that charts and clusters of other
// products cost no more than reading them.
//
// What is rendered is not the planner's affair. Four rooms lie below it, each importing
// those before it: manifest has the objects, stores the Secrets that controllers make of
// them, chart installs charts, and kustomize builds kustomizations, the charts in them
// included. What any of them is given of a value that was decrypted or is not known it gets
// through sources' Repository.Hand.
package render
