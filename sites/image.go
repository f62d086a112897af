package sites

import (
	"path"
	"slices"

	"github.com/keylint/keylint/sources"
)

// Delivery is how an app comes to run: who builds its image, and which workloads run that.
type Delivery struct {
	By  []string // ".github/workflows/web.yml job build", "docker-compose.yml service web"
	Run []string // "Deployment web/web"

	context, dockerfile string
}

// findDeliveries puts the builds of images together with the workloads that run what they are called.
func (c *Collection) findDeliveries() {
	add := func(by, context, dockerfile string, tags ...string) {
		d := Delivery{By: []string{by}, context: context, dockerfile: dockerfile}
		for _, tag := range tags {
			name := sources.ImageName(tag)
			for _, k := range c.Containers {
				if sources.IsImage(name, k.Image) && k.Object != nil {
					d.Run = append(d.Run, k.Carrier.Name)
				}
			}
		}
		c.deliveries = append(c.deliveries, d)
	}
	for _, b := range c.ciBuilds {
		if b.Idle == "" {
			add(b.By, b.Image.Context, b.Image.Dockerfile, b.Tags...)
		}
	}
	for _, b := range c.ComposeBuilds {
		add(b.Carrier.File+" service "+b.Service, b.Context, b.Dockerfile, b.Image)
	}
}

// DeliveryOf says who builds the app in a directory, which is the context or holds the Dockerfile, and what runs the images that are built there,
// by the names of these. Nothing is said of an image whose name is not known.
func (c *Collection) DeliveryOf(app string) Delivery {
	var all Delivery
	add := func(to *[]string, names []string) {
		for _, n := range names {
			if !slices.Contains(*to, n) {
				*to = append(*to, n)
			}
		}
	}
	for _, d := range c.deliveries {
		if app != "" && (path.Clean(d.context) == path.Clean(app) || path.Dir(d.dockerfile) == path.Clean(app)) {
			add(&all.By, d.By)
			add(&all.Run, d.Run)
		}
	}
	return all
}
