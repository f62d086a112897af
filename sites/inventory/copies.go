package inventory

import (
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// A Secret can be read in its own namespace only. Two controllers copy it into others, and
// say so in annotations: emberstack's reflector and mittwald's replicator.
const (
	reflector  = "reflector.v1.k8s.emberstack.com/"
	replicator = "replicator.v1.mittwald.de/"
)

// original is what an object stands for that is filled by one of them; else itself. from is the unit
// that reads it.
func (inv *Inventory) original(from *render.Unit, f Found, depth int) Found {
	for _, annotation := range []string{reflector + "reflects", replicator + "replicate-from"} {
		namespace, name, ok := strings.Cut(annotationOf(f.Object, annotation), "/")
		if !ok {
			continue
		}
		copy := copiedBy(f.Object, annotation, f.Object.Namespace)
		for _, u := range inv.Units {
			if u.Deployed() && !u.Apart(f.Unit) {
				if o := u.Find(f.Object.Kind, namespace, name); o != nil && o != f.Object {
					return Found{Object: o, Unit: u, copy: copy}
				}
			}
		}
		if depth > maxCopies {
			return Found{Why: Label(f.Object) + " is copied in a circle"}
		}
		source := inv.find(from, f.Object.Kind, namespace, name, depth+1)
		if source.Object == nil {
			label := ObjectName(f.Object.Kind, namespace, name)
			return Found{Why: label + ", which is " + copy.by + ", is not in the repository", Outside: true, name: label}
		}
		source.copy = copy
		return source
	}
	return f
}

// maxCopies bounds how often a copy is made of a copy.
const maxCopies = 10

// copied looks for an object of another namespace that is copied into this one.
func (inv *Inventory) copied(from *render.Unit, kind, namespace, name string) Found {
	for _, u := range inv.Units {
		if !u.Deployed() || u.Apart(from) {
			continue
		}
		for _, o := range u.Objects {
			if o.Kind != kind || o.Name != name || o.Namespace == namespace {
				continue
			}
			switch {
			case annotationOf(o, reflector+"reflection-allowed") == "true" && annotationOf(o, reflector+"reflection-auto-enabled") == "true" &&
				listsNamespace(annotationOf(o, reflector+"reflection-auto-namespaces"), namespace, true) &&
				listsNamespace(annotationOf(o, reflector+"reflection-allowed-namespaces"), namespace, true):
				return Found{Object: o, Unit: u, copy: copiedBy(o, reflector+"reflection-auto-enabled", namespace)}
			case annotationOf(o, replicator+"replicate-to") != "" && listsNamespace(annotationOf(o, replicator+"replicate-to"), namespace, false):
				return Found{Object: o, Unit: u, copy: copiedBy(o, replicator+"replicate-to", namespace)}
			}
		}
	}
	return Found{}
}

// IsOffered says whether an object may be copied to other namespaces, also by what the repository
// does not hold.
func IsOffered(o *manifest.Object) bool {
	return annotationOf(o, reflector+"reflection-allowed") == "true" || annotationOf(o, replicator+"replicate-to") != "" ||
		annotationOf(o, replicator+"replicate-to-matching") != "" || annotationOf(o, replicator+"replication-allowed") == "true"
}

// copied is an object of another namespace that a controller copies into this one.
type copied struct {
	by   string                  // in words of a trace; empty of what is read where it lies
	said func() sources.Position // where the annotation stands that says so
}

func copiedBy(o *manifest.Object, annotation, namespace string) copied {
	who := "reflector"
	if strings.HasPrefix(annotation, replicator) {
		who = "replicator"
	}
	return copied{
		by:   "copied to namespace " + namespace + " by " + who,
		said: func() sources.Position { return o.Locate(nodes.Field(o.Root, "metadata", "annotations", annotation)) },
	}
}

func annotationOf(o *manifest.Object, name string) string {
	return nodes.Text(nodes.Field(o.Root, "metadata", "annotations", name))
}

// listsNamespace says whether one of the patterns, regular expressions between commas, is
// the namespace.
func listsNamespace(patterns, namespace string, ifEmpty bool) bool {
	if patterns == "" {
		return ifEmpty
	}
	for _, p := range strings.Split(patterns, ",") {
		if re, err := regexp.Compile("^(?:" + strings.TrimSpace(p) + ")$"); err == nil && re.MatchString(namespace) {
			return true
		}
	}
	return false
}

// scripted is the Secret that a script of the repository makes with kubectl, asked for
// where no manifest makes it.
func (inv *Inventory) scripted(kind, namespace, name string) *manifest.Object {
	for _, o := range inv.scriptSecrets(kind) {
		if o.Name == name && (o.Namespace == namespace || o.Namespace == "" || namespace == "") {
			return o
		}
	}
	return nil
}

func (inv *Inventory) scriptSecrets(kind string) []*manifest.Object {
	if kind != "Secret" {
		return nil
	}
	if !inv.scriptsRead {
		inv.scriptsRead = true
		inv.scripts = stores.ScriptSecrets(inv.Repo)
	}
	return inv.scripts
}

// scriptedElsewhere is a Secret of that name which a script makes in a namespace in which nothing of
// the repository lies that could read it.
func (inv *Inventory) scriptedElsewhere(kind, name string) *manifest.Object {
	for _, o := range inv.scriptSecrets(kind) {
		if o.Name == name && o.Namespace != "" && !slices.ContainsFunc(inv.Units, func(u *render.Unit) bool {
			return slices.ContainsFunc(u.Objects, func(in *manifest.Object) bool { return in.Namespace == o.Namespace })
		}) {
			return o
		}
	}
	return nil
}
