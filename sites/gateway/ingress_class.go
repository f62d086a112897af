package gateway

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources/nodes"
)

// classAnnotation binds a KongConsumer or a KongClusterPlugin to an Ingress Controller: they have
// no field for it. Without one the controller drops them, and says nothing, unless an
// IngressClass of its own is the default one (Kong/kubernetes-ingress-controller
// internal/controllers/utils/ingress_predicates.go; the flag to take them all the same is gone
// since 2.0).
const classAnnotation = "kubernetes.io/ingress.class"

// classOf is the class of the object.
func classOf(o *manifest.Object) string {
	return nodes.Text(nodes.Field(o.Root, "metadata", "annotations", classAnnotation))
}

// isClassless says whether the controller drops the object for want of a class. One of Konnect's names its
// control plane instead.
func isClassless(o *manifest.Object) bool {
	return classOf(o) == "" && nodes.Field(o.Root, "spec", "controlPlaneRef") == nil
}

// otherClass is the class of the controllers that may serve the unit, where the object has another one;
// empty where it has theirs, or none, or that of one of them is not known.
func (f *Found) otherClass(u *render.Unit, o *manifest.Object) string {
	class, own := classOf(o), ""
	if class == "" {
		return ""
	}
	for _, c := range f.Containers {
		if !controllerImage.MatchString(c.Image) || c.Unit.Apart(u) || !c.Unit.Deployed() {
			continue
		}
		own = controllerClass(c)
		if own == "" || own == class {
			return ""
		}
	}
	return own
}

// controllerClass is the class that a controller serves, "kong" where nothing gives it another
// (Kong/kubernetes-ingress-controller internal/manager/config.go); empty where it is not known.
func controllerClass(c *inventory.Container) string {
	for i, word := range c.Command {
		if class, ok := strings.CutPrefix(word, "--ingress-class="); ok {
			return class
		}
		if word == "--ingress-class" && i+1 < len(c.Command) {
			return c.Command[i+1]
		}
	}
	switch v := c.Env["CONTROLLER_INGRESS_CLASS"]; {
	case v != nil && v.Value.IsKnown():
		return v.Value.Text().Reveal()
	case v != nil || len(c.OpenEnv) > 0:
		return ""
	}
	return "kong"
}

// guards says whether the object is a plugin of the whole cluster that lets only some pass.
func guards(o *manifest.Object) bool {
	plugin := nodes.Text(nodes.Field(o.Root, "plugin"))
	return o.Kind == "KongClusterPlugin" && (plugin == "key-auth" || plugin == "acl")
}

// defaultClass matches where an IngressClass is, or may be, made the default one; the group
// holds the words by which it is not.
var defaultClass = regexp.MustCompile(`ingressclass\.kubernetes\.io(?:/|~1)is-default-class(["']?\s*[:=]\s*["']?false)?`)

// defaultClassInSight says whether the controller's IngressClass may be the default one: a manifest
// says so, or the values of a chart. Of a manifest of another controller's class it is certain
// that it does not count.
func (f *Found) defaultClassInSight() bool {
	for _, file := range f.Repo.Files() {
		if !file.Mentions("is-default-class") || file.Mentions("kind: IngressClass") && !file.Mentions("konghq.com/kong") {
			continue
		}
		text, _ := file.Disk()
		for _, m := range defaultClass.FindAllSubmatch(text, -1) {
			if len(m[1]) == 0 {
				return true
			}
		}
	}
	return false
}

// controllerImage matches the image of Kong's Ingress Controller with its version.
var controllerImage = regexp.MustCompile(`kubernetes-ingress-controller(:v?\d+\.\d+)`)

// controllerVersion is the version of the Ingress Controller that serves the unit, the nearest in
// sight; nil where there is none, or where several are equally near and differ.
func (f *Found) controllerVersion(u *render.Unit) *inventory.Version {
	var found *inventory.Version
	nearest := -1
	for _, c := range f.Containers {
		m := controllerImage.FindStringSubmatch(c.Image)
		if m == nil || c.Unit.Apart(u) || !c.Unit.Deployed() {
			continue
		}
		v := inventory.VersionOf(m[1])
		switch near := inventory.Nearness(u, c.Unit); {
		case near > nearest:
			found, nearest = v, near
		case near == nearest && found != nil && *found != *v:
			found = nil
		}
	}
	return found
}
