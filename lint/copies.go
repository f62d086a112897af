package lint

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// A Secret can be read in its own namespace only. Two controllers copy it into others, and
// say so in annotations: emberstack's reflector and mittwald's replicator.
const (
	reflector  = "reflector.v1.k8s.emberstack.com/"
	replicator = "replicator.v1.mittwald.de/"
)

// original is what an object stands for that is filled by one of them; else itself.
func (inv *inventory) original(f found) found {
	for _, annotation := range []string{reflector + "reflects", replicator + "replicate-from"} {
		namespace, name, ok := strings.Cut(annotationOf(f.object, annotation), "/")
		if !ok {
			continue
		}
		for _, u := range inv.units {
			if u.Deployed() && !u.Apart(f.unit) {
				if o := u.Find(f.object.Kind, namespace, name); o != nil && o != f.object {
					return found{object: o, unit: u, via: copiedBy(annotation, f.object.Namespace)}
				}
			}
		}
	}
	return f
}

// copied looks for an object of another namespace that is copied into this one.
func (inv *inventory) copied(from *render.Unit, kind, namespace, name string) found {
	for _, u := range inv.units {
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
				return found{object: o, unit: u, via: copiedBy(reflector, namespace)}
			case annotationOf(o, replicator+"replicate-to") != "" && listsNamespace(annotationOf(o, replicator+"replicate-to"), namespace, false):
				return found{object: o, unit: u, via: copiedBy(replicator, namespace)}
			}
		}
	}
	return found{}
}

func copiedBy(annotation, namespace string) string {
	who := "reflector"
	if strings.HasPrefix(annotation, replicator) {
		who = "replicator"
	}
	return "copied to namespace " + namespace + " by " + who
}

func annotationOf(o *render.Object, name string) string {
	return sources.Text(sources.Field(o.Root, "metadata", "annotations", name))
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
func (inv *inventory) scripted(from *render.Unit, kind, namespace, name string) *render.Object {
	if kind != "Secret" {
		return nil
	}
	if !inv.scriptsRead {
		inv.scriptsRead = true
		inv.scripts = render.ScriptSecrets(inv.repo)
	}
	for _, o := range inv.scripts {
		if o.Name == name && (o.Namespace == namespace || o.Namespace == "" || namespace == "") {
			return o
		}
	}
	return nil
}
