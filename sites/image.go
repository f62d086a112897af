package sites

import (
	"path"
	"slices"

	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// Delivery is how an app comes to run: who builds its image, and which workloads run that.
type Delivery struct {
	By  []string // ".github/workflows/web.yml job build", "docker-compose.yml service web"
	Run []string // "Deployment web/web"

	context, dockerfile string
	runs                []*inventory.Container
}

// isOf says whether the image is built of the app in a directory, which is the context or holds the Dockerfile.
func (d Delivery) isOf(app string) bool {
	return app != "" && (path.Clean(d.context) == path.Clean(app) || path.Dir(d.dockerfile) == path.Clean(app))
}

// findDeliveries puts the builds of images together with the workloads that run what they are called.
func (c *Collection) findDeliveries() {
	made := func(by, context, dockerfile string, tags ...string) Delivery {
		d := Delivery{By: []string{by}, context: context, dockerfile: dockerfile}
		for _, tag := range tags {
			name := sources.ImageName(tag)
			for _, k := range c.Containers {
				if sources.IsImage(name, k.Image) && k.Object != nil {
					d.Run, d.runs = append(d.Run, k.Carrier.Name), append(d.runs, k)
				}
			}
		}
		return d
	}
	for _, b := range c.ciBuilds {
		if b.Idle == "" {
			c.deliveries = append(c.deliveries, made(b.By, b.Image.Context, b.Image.Dockerfile, b.Tags...))
		}
	}
	for _, b := range c.ComposeBuilds {
		d := made(b.Carrier.File+" service "+b.Service, b.Context, b.Dockerfile, b.Image)
		for _, k := range c.Containers { // which compose starts itself
			if k.Object == nil && k.Name == b.Service && k.Unit.Compose == b.Project {
				d.runs = append(d.runs, k)
			}
		}
		c.deliveries = append(c.deliveries, d)
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
		if d.isOf(app) {
			add(&all.By, d.By)
			add(&all.Run, d.Run)
		}
	}
	return all
}

// RunnersOf are the containers that run an image which is built of the app in a directory, each once; none that only prepares for another one.
func (c *Collection) RunnersOf(app string) (out []*inventory.Container) {
	for _, d := range c.deliveries {
		for _, k := range d.runs {
			if d.isOf(app) && !k.Init && !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

// AppCarriers are what bears variables of the app in a directory: its files of variables, its Dockerfile, what jobs and compose give its build.
func (c *Collection) AppCarriers(app string) (out []*inventory.Carrier) {
	for _, k := range slices.Concat(c.apps.carriers, c.Composed) {
		if k.App != "" && path.Clean(k.App) == path.Clean(app) {
			out = append(out, k)
		}
	}
	return out
}
