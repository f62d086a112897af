package inventory

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// ProxyCarriers are the keys that a reverse proxy in front of the gateway, or of a hosted project, sends
// on in the place of whoever asks: in the files that it is shown, in Traefik's middlewares, and in files
// of which nothing says who reads them.
func (inv *Inventory) ProxyCarriers() []*Carrier {
	var out []*Carrier
	read := map[string]bool{} // files of the repository that a proxy is shown
	for _, p := range inv.Pods {
		for _, c := range p.Containers {
			if isProxyImage(c.Image) {
				for _, f := range inv.ShownTo(p, c) {
					read[f.Source] = true
					out = append(out, inv.proxyFile(f, c)...)
				}
			}
		}
	}
	for _, u := range inv.Units {
		for _, o := range u.Objects {
			out = append(out, inv.proxyObject(u, o)...)
		}
	}
	for _, f := range inv.Repo.Files() {
		if f.Example || !f.BearsKeys() || read[f.Path] || inv.Inputs[f.Path] || !f.IsProxy() && !f.IsManifest() {
			continue
		}
		if b, err := f.Plain(); err == nil {
			out = append(out, inv.proxyFile(PodFile{Source: f.Path, Value: keys.Known(keys.NewText(string(b))), Inside: f.Inside}, nil)...)
		}
	}
	return out
}

// isProxyImage says whether an image is one of the proxies whose configuration is read.
func isProxyImage(image string) bool {
	base := path.Base(strings.ToLower(image))
	return IsNginx(image) || strings.Contains(base, "caddy") || strings.Contains(base, "traefik") || strings.Contains(base, "cloudflared") || IsHAProxy(image)
}

// IsNginx says whether an image is nginx, under whatever registry.
func IsNginx(image string) bool {
	base := path.Base(strings.ToLower(image))
	return strings.Contains(base, "nginx") || strings.Contains(base, "openresty")
}

// IsHAProxy says whether an image is HAProxy, under whatever registry.
func IsHAProxy(image string) bool {
	return strings.Contains(path.Base(strings.ToLower(image)), "haproxy")
}

// ShownTo are the files of the pod's volumes that the container mounts.
func (inv *Inventory) ShownTo(p *Pod, c *Container) []PodFile {
	files := inv.FilesOf(p)
	if !inv.Repo.Spend(lookCost * len(files)) {
		inv.Repo.Note(sources.NoteBound, sources.Position{File: c.Carrier.File}, "to look for the files that containers find is "+sources.TooMuch)
		return nil
	}
	mounted := map[string]bool{}
	for _, m := range c.Mounts {
		mounted[m.Volume] = true
	}
	return slices.DeleteFunc(slices.Clone(files), func(f PodFile) bool { return !mounted[f.Volume] })
}

// proxyCost is what a byte of a proxy's configuration costs, which thousands of them may be shown.
const proxyCost = 100

// proxyFile makes carriers of the keys in a proxy's configuration, one for each place that they are sent
// to. by is the proxy; nil where it is not known.
func (inv *Inventory) proxyFile(f PodFile, by *Container) []*Carrier {
	var out []*Carrier
	byHost := map[string]*Carrier{}
	text := inv.Readable(f.Value)
	var headers []sources.ProxyHeader
	enough := inv.Repo.Spend(proxyCost * len(text))
	if enough {
		headers = sources.ParseProxy(text)
		enough = inv.Repo.Spend(keyCost * len(headers))
	}
	if !enough {
		inv.Repo.Note(sources.NoteBound, f.Inside(1, 0, 0), "to read what proxies send on is "+sources.TooMuch)
		return nil
	}
	for _, h := range headers {
		at := f.Inside(h.Line, h.Column, h.EndColumn)
		b := inv.sentOn(f.Source+" "+h.Directive, h.Key, h.Variable, at, by)
		if b == nil {
			continue
		}
		b.Scheme = h.Scheme
		for _, host := range h.Hosts {
			if by != nil {
				host = by.filled(host)
			}
			if !h.Guarded {
				b.Asks = append(b.Asks, host)
			}
		}
		host := ""
		if h.Upstream != nil {
			host = h.Upstream.Host
		}
		c := byHost[host]
		if c == nil {
			c = &Carrier{Kind: InGateway, Name: f.Source, File: at.File}
			if by != nil {
				c.Unit, c.Namespace, c.Idle, c.Doubt = by.Unit, by.Namespace, by.Carrier.Idle, by.Carrier.Doubt
			}
			c.URLs = upstreamURLs(h.Upstream, b)
			byHost[host] = c
			out = append(out, c)
		}
		c.Bindings = append(c.Bindings, b)
	}
	return out
}

// upstreamURLs is the address that a proxy sends keys to, where it says which instance that is. The
// proxy's own machine may be the one that the instance runs on.
func upstreamURLs(to *url.URL, b *Binding) []URL {
	if to == nil || strings.HasPrefix(HostOfURL(to), "localhost:") {
		return nil
	}
	return []URL{{Base: baseOf(to), Host: HostOfURL(to), At: b.At}}
}

// sentOn is a key that a proxy sends on: the one that is written there, or that its environment has. It
// is nil where that has none.
func (inv *Inventory) sentOn(holder string, key keys.Text, variable string, at sources.Position, by *Container) *Binding {
	asked := inv.Names.Of(variable).Slot
	switch {
	case variable == "":
		return &Binding{Holder: holder, Value: keys.Known(key), Where: Stands(at)}
	case by == nil:
		why := "a proxy's environment has it as " + keys.ShownVariable(variable) + ", and nothing in the repository says which that is"
		return &Binding{Name: variable, Holder: holder, Asked: asked, Value: keys.Unknown(why), Where: Stands(at)}
	}
	v := by.Env[variable]
	if v == nil {
		if open := by.fromOpen(variable); !open.IsAbsent() {
			return &Binding{Name: variable, Holder: holder, Asked: asked, Value: open, Where: Stands(at)}
		}
		return nil
	}
	b := *v
	b.Holder, b.Asked, b.Inside, b.locate = holder, asked, nil, func() Placement {
		here := sources.Step{At: at, Text: keys.ShownVariable(variable)}
		return Placement{at: at, Written: v.Written(), Trace: append([]sources.Step{here}, v.Trace()...)}
	}
	return &b
}
