// Package manifest is a Kubernetes object whose every scalar leads back to the place on
// disk where a person would edit it.
//
// An Object's tree says what reaches the cluster. Where its nodes are written its Origin
// knows: the document itself, or what a room above remembers of kustomize, a chart or a
// substitution that made the object of something else. A Place is what it finds; what
// stands in a scalar of another document has its place there (sheet.go). The text at a
// place is the text of the node. Where nothing fits, the answer is the file with line 0:
// never a line that was made up.
//
// The data keys of a Secret or ConfigMap are its Entries, as a container would see them. A
// Secret that a controller makes in the cluster is written nowhere: its Maker gives them.
package manifest
