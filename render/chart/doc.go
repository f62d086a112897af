// Package chart installs Helm charts: the repository, a chart in it and values go in,
// objects come out. Who installs the chart, and where the values come from, it does not
// know.
//
// A chart is rendered by Helm's own library, within bounds on what templates may do
// (engine.go, bounds.go), which reach neither the machine nor the network. Values come in
// layers, each of which knows where its nodes are written; the later ones win (layer.go).
// To find where a rendered scalar is written the chart is rendered once more, with marks in
// the place of its values, when the first place is asked for: a mark that comes out leads
// to the layer's node, and what is no value to the line of the template (origin.go).
//
// The chart of supabase-community, where it is not at hand, is the one in model/. Of another
// one that is not, the environment variables are read off its values (environment.go).
package chart
