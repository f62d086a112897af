package inventory

import (
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/substitute"
)

// mayWrite takes up a volume that the container mounts.
func (c *Container) mayWrite(volume string, readOnly bool) {
	if readOnly {
		return
	}
	if c.writes == nil {
		c.writes = map[string]bool{}
	}
	c.writes[volume] = true
}

// MountOf is the mount under which the container finds a path; nil where it is none of a mount.
func (c *Container) MountOf(name string) *substitute.Mount { return substitute.MountOf(c.Mounts, name) }

// Overwrites says whether the container may write into a volume of its pod. One that shows a ConfigMap or a Secret can only be read.
func (p *Pod) Overwrites(c *Container, name string) bool {
	return c.writes[name] && !slices.ContainsFunc(p.volumes, func(v volume) bool { return v.name == name && len(v.parts) > 0 })
}

// Writer is a container that may put another file in the place of one that a container of the pod reads, at any time: it runs beside
// it and shares the volume, or is a service of the same project that is shown the same place and whose command names the file. It
// is nil where there is none.
func (inv *Inventory) Writer(p *Pod, c *Container, name string) *Container {
	m := c.MountOf(name)
	if m == nil {
		return nil
	}
	for _, other := range p.Containers {
		if other != c && (!other.Init || other.Sidecar) && p.Overwrites(other, m.Volume) {
			return other
		}
	}
	shown := p.path(m.Volume)
	if p.Object != nil || shown == "" {
		return nil
	}
	for _, beside := range inv.Pods {
		if beside == p || beside.Object != nil || beside.Unit != p.Unit {
			continue
		}
		for _, other := range beside.Containers {
			names := slices.ContainsFunc(other.Command, func(word string) bool { return strings.Contains(word, path.Base(name)) })
			if names && slices.ContainsFunc(other.Mounts, func(m substitute.Mount) bool { return other.writes[m.Volume] && beside.path(m.Volume) == shown }) {
				return other
			}
		}
	}
	return nil
}

// path is the file or directory of the repository that a volume of a service's shows; empty where it shows another thing.
func (p *Pod) path(name string) string {
	for _, v := range p.volumes {
		if v.name == name && len(v.parts) == 1 && v.parts[0].kind == "path" {
			return v.parts[0].name
		}
	}
	return ""
}
