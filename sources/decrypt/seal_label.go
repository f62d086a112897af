package decrypt

import "fmt"

// scope is how far a sealed value may be moved.
type scope int

const (
	strict        scope = iota // the value is bound to a namespace and name
	namespaceWide              // to a namespace
	clusterWide                // to nothing
)

// The annotations that widen the scope (pkg/apis/sealedsecrets/v1alpha1/types.go).
const (
	clusterWideAnnotation   = "sealedsecrets.bitnami.com/cluster-wide"
	namespaceWideAnnotation = "sealedsecrets.bitnami.com/namespace-wide"
)

// label is what a value was, or has to have been, sealed for. It is the label of
// RSA-OAEP: decryption under another one fails as with another key.
type label struct {
	scope           scope
	namespace, name string
}

// bytes is EncryptionLabel of the controller.
func (l label) bytes() []byte {
	switch l.scope {
	case clusterWide:
		return nil
	case namespaceWide:
		return []byte(l.namespace)
	}
	return []byte(l.namespace + "/" + l.name)
}

// String is how messages call it.
func (l label) String() string {
	namespace := l.namespace
	if namespace == "" {
		namespace = "(no namespace)"
	}
	switch l.scope {
	case clusterWide:
		return "cluster-wide"
	case namespaceWide:
		return "any name in namespace " + namespace
	}
	return namespace + "/" + l.name
}

// label is the one under which the controller will try: SecretScope goes by the
// annotations of the SealedSecret itself, and cluster-wide comes first.
func (s SealedSecret) label() label {
	l := label{scope: strict, namespace: s.Namespace, name: s.Name}
	switch {
	case s.Annotations[clusterWideAnnotation] == "true":
		l.scope = clusterWide
	case s.Annotations[namespaceWideAnnotation] == "true":
		l.scope = namespaceWide
	}
	return l
}

// otherLabels are those under which the values may have been sealed instead: with the
// names of the hints, in the namespace that kubeseal takes where none is said, or in
// another scope. The likeliest come first.
func (s SealedSecret) otherLabels(hints []Identity) []label {
	names, namespaces := []string{s.Name}, []string{s.Namespace}
	for _, h := range hints {
		names, namespaces = append(names, h.Name), append(namespaces, h.Namespace)
	}
	namespaces = append(namespaces, "default")
	rendered := s.label()
	seen := map[string]bool{string(rendered.bytes()): true}
	var labels []label
	add := func(l label) {
		if b := string(l.bytes()); !seen[b] && len(labels) < maxLabels {
			seen[b] = true
			labels = append(labels, l)
		}
	}
	for _, h := range hints {
		add(label{strict, h.Namespace, h.Name})
	}
	for _, namespace := range namespaces {
		for _, name := range names {
			if namespace != "" && name != "" {
				add(label{strict, namespace, name})
			}
		}
	}
	for _, namespace := range namespaces {
		if namespace != "" {
			add(label{namespaceWide, namespace, ""})
		}
	}
	add(label{scope: clusterWide})
	return labels
}

// maxLabels bounds how many names are tried for a value: each costs an RSA operation for
// each key.
const maxLabels = 16

// sealedElsewhere puts into words what was proven.
func sealedElsewhere(sealed, rendered label) string {
	switch annotation := missingAnnotation(sealed, rendered); {
	case sealed.scope == rendered.scope:
		return fmt.Sprintf("it was sealed as %s but is rendered as %s", sealed, rendered)
	case annotation == clusterWideAnnotation:
		return fmt.Sprintf("it was sealed cluster-wide, but the annotation %s: \"true\" is missing", annotation)
	case annotation != "":
		return fmt.Sprintf("it was sealed for %s, but the annotation %s: \"true\" is missing", sealed, annotation)
	}
	return fmt.Sprintf("it was sealed for %s, but by its annotations and namespace it is %s", sealed, rendered)
}

// missingAnnotation is the one with which what was sealed would open as it is rendered; empty
// where no annotation alone would do.
func missingAnnotation(sealed, rendered label) string {
	switch {
	case sealed.scope == clusterWide && rendered.scope != clusterWide:
		return clusterWideAnnotation
	case sealed.scope == namespaceWide && rendered.namespace == sealed.namespace && rendered.scope == strict:
		return namespaceWideAnnotation
	}
	return ""
}
