package inventory

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

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
		permitted := func(source Found) Found {
			switch who, is := inv.permits(annotation, source.Object, f.Object.Namespace); is {
			case perhaps:
				return Found{Why: "whether " + Label(source.Object) + " lets " + who + " copy it to namespace " + f.Object.Namespace + " is said by what was decrypted"}
			case no:
				return Found{Why: Label(source.Object) + " does not let " + who + " copy it to namespace " + f.Object.Namespace + ", by its annotations"}
			}
			source.copy = copy
			return source
		}
		for _, u := range inv.Units {
			if u.Deployed() && !u.Apart(f.Unit) {
				if o := u.Find(f.Object.Kind, namespace, name); o != nil && o != f.Object {
					return permitted(Found{Object: o, Unit: u})
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
		return permitted(source)
	}
	return f
}

// maxCopies bounds how often a copy is made of a copy.
const maxCopies = 10

// copied looks for an object of another namespace that is copied into this one. Where that cannot be told
// it has no Object, and says why.
func (inv *Inventory) copied(from *render.Unit, kind, namespace, name string) (found Found) {
	for _, u := range inv.Units {
		if !u.Deployed() || u.Apart(from) {
			continue
		}
		for _, o := range u.Objects {
			if o.Kind != kind || o.Name != name || o.Namespace == namespace {
				continue
			}
			switch annotation, is := inv.offers(from, o, namespace); is {
			case yes:
				return Found{Object: o, Unit: u, copy: copiedBy(o, annotation, namespace)}
			case perhaps:
				found.Why = Label(o) + " is copied to namespaces by their labels, and what labels " + namespace + " has is not in the repository"
				if inv.decrypted(namespace) || inv.saysDecrypted(o) {
					found.Why = "to which namespaces " + Label(o) + " is copied is said by what was decrypted"
				}
			}
		}
	}
	return found
}

// certainty is what is known of a condition.
type certainty int

const (
	no certainty = iota
	perhaps
	yes
)

func certain(is bool) certainty {
	if is {
		return yes
	}
	return no
}

// offers says whether an object is copied into a namespace without one there that asks for it, and by which annotation
// (kubernetes-reflector: MirroringPropertiesExtensions; kubernetes-replicator: replicate/common, ResourceAdded).
func (inv *Inventory) offers(from *render.Unit, o *manifest.Object, namespace string) (annotation string, is certainty) {
	selected := func(annotation string) certainty { return inv.selects(from, annotationOf(o, annotation), namespace) }
	listed := func(annotation string) certainty {
		patterns, selector := annotationOf(o, annotation), annotation+"-selector"
		if annotationOf(o, selector) == "" {
			return inv.listsNamespace(patterns, namespace, true)
		}
		return max(inv.listsNamespace(patterns, namespace, false), selected(selector))
	}
	if annotationOf(o, reflector+"reflection-allowed") == "true" && annotationOf(o, reflector+"reflection-auto-enabled") == "true" {
		is = min(listed(reflector+"reflection-auto-namespaces"), listed(reflector+"reflection-allowed-namespaces"))
		annotation = reflector + "reflection-auto-enabled"
	}
	if by := inv.listsNamespace(annotationOf(o, replicator+"replicate-to"), namespace, false); by > is {
		annotation, is = replicator+"replicate-to", by
	}
	if matching := replicator + "replicate-to-matching"; is < yes && annotationOf(o, matching) != "" {
		if by := selected(matching); by > is {
			return matching, by
		}
	}
	return annotation, is
}

// selects says whether a namespace has the labels that a selector asks for. That one of its labels is its name
// is known of any (kubernetes.io: well-known labels).
func (inv *Inventory) selects(from *render.Unit, selector, namespace string) certainty {
	if inv.decrypted(selector) {
		return perhaps
	}
	parsed, err := labels.Parse(selector)
	if err != nil || selector == "" {
		return no
	}
	has, known := labels.Set{}, false
	for _, u := range inv.Units {
		if o := u.Find("Namespace", "", namespace); o != nil && u.Deployed() && !u.Apart(from) {
			has, known = nodes.Texts(nodes.Field(o.Root, "metadata", "labels")), true
		}
	}
	const nameLabel = "kubernetes.io/metadata.name"
	has = labels.Merge(has, labels.Set{nameLabel: namespace})
	is := yes
	requirements, _ := parsed.Requirements()
	for _, r := range requirements {
		switch {
		case inv.decrypted(has[r.Key()]):
			is = perhaps
		case r.Matches(has) && (known || r.Key() == nameLabel):
		case known || r.Key() == nameLabel:
			return no
		default:
			is = perhaps
		}
	}
	return is
}

// permits says whether a controller copies an object into a namespace where another asks for it, and which one. A Secret that is made by
// something else may be given the annotations by it, too.
func (inv *Inventory) permits(annotation string, source *manifest.Object, namespace string) (who string, is certainty) {
	if source == nil || source.Derived() {
		return "", yes
	}
	if strings.HasPrefix(annotation, reflector) {
		is = certain(annotationOf(source, reflector+"reflection-allowed") == "true")
		if annotationOf(source, reflector+"reflection-allowed-namespaces-selector") == "" {
			is = min(is, inv.listsNamespace(annotationOf(source, reflector+"reflection-allowed-namespaces"), namespace, true))
		}
		return "reflector", is
	}
	allowed, _ := strconv.ParseBool(annotationOf(source, replicator+"replication-allowed"))
	return "replicator", min(certain(allowed), inv.listsNamespace(annotationOf(source, replicator+"replication-allowed-namespaces"), namespace, false))
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

// saysDecrypted says whether something that was decrypted stands in an object's annotations.
func (inv *Inventory) saysDecrypted(o *manifest.Object) bool {
	for _, text := range nodes.Texts(nodes.Field(o.Root, "metadata", "annotations")) {
		if inv.decrypted(text) {
			return true
		}
	}
	return false
}

func annotationOf(o *manifest.Object, name string) string {
	return nodes.Text(nodes.Field(o.Root, "metadata", "annotations", name))
}

// listsNamespace says whether one of the patterns, regular expressions between commas, is
// the namespace.
func (inv *Inventory) listsNamespace(patterns, namespace string, ifEmpty bool) certainty {
	switch {
	case patterns == "":
		return certain(ifEmpty)
	case inv.decrypted(patterns) || inv.decrypted(namespace):
		return perhaps
	}
	for p := range strings.SplitSeq(patterns, ",") {
		if !inv.Repo.Spend(filterCost) {
			inv.Repo.Note(sources.NoteBound, sources.Position{}, "to which namespaces objects are copied is "+sources.TooMuch)
			return perhaps
		}
		if re := inv.pattern(p); re != nil && re.MatchString(namespace) {
			return yes
		}
	}
	return no
}

// pattern is a regular expression of a whole namespace, which is made once; nil where it is none.
func (inv *Inventory) pattern(text string) *regexp.Regexp {
	re, known := inv.patterns[text]
	if !known {
		re, _ = regexp.Compile("^(?:" + strings.TrimSpace(text) + ")$")
		inv.patterns[text] = re
	}
	return re
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
