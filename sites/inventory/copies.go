package inventory

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/render/stores"
	"github.com/keylint/keylint/sources/nodes"
)

// A Secret can be read in its own namespace only. Two controllers copy it into others, and
// say so in annotations: emberstack's reflector and mittwald's replicator.
const (
	reflector  = "reflector.v1.k8s.emberstack.com/"
	replicator = "replicator.v1.mittwald.de/"
)

// original is what an object stands for that is filled by one of them; else itself.
func (inv *Inventory) original(f Found) Found {
	for _, annotation := range []string{reflector + "reflects", replicator + "replicate-from"} {
		namespace, name, ok := strings.Cut(annotationOf(f.Object, annotation), "/")
		if !ok {
			continue
		}
		for _, u := range inv.Units {
			if u.Deployed() && !u.Apart(f.Unit) {
				if o := u.Find(f.Object.Kind, namespace, name); o != nil && o != f.Object {
					return Found{Object: o, Unit: u, via: copiedBy(annotation, f.Object.Namespace)}
				}
			}
		}
	}
	return f
}

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
				return Found{Object: o, Unit: u, via: copiedBy(reflector, namespace)}
			case annotationOf(o, replicator+"replicate-to") != "" && listsNamespace(annotationOf(o, replicator+"replicate-to"), namespace, false):
				return Found{Object: o, Unit: u, via: copiedBy(replicator, namespace)}
			}
		}
	}
	return Found{}
}

// IsOffered says whether an object may be copied to other namespaces, also by what the repository
// does not hold.
func IsOffered(o *manifest.Object) bool {
	return annotationOf(o, reflector+"reflection-allowed") == "true" || annotationOf(o, replicator+"replicate-to") != "" ||
		annotationOf(o, replicator+"replication-allowed") == "true"
}

func copiedBy(annotation, namespace string) string {
	who := "reflector"
	if strings.HasPrefix(annotation, replicator) {
		who = "replicator"
	}
	return "copied to namespace " + namespace + " by " + who
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
func (inv *Inventory) scripted(from *render.Unit, kind, namespace, name string) *manifest.Object {
	if kind != "Secret" {
		return nil
	}
	if !inv.scriptsRead {
		inv.scriptsRead = true
		inv.scripts = stores.ScriptSecrets(inv.Repo)
	}
	for _, o := range inv.scripts {
		if o.Name == name && (o.Namespace == namespace || o.Namespace == "" || namespace == "") {
			return o
		}
	}
	return nil
}
