package sites

import (
	"maps"
	"path/filepath"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/artifact"
)

// Of the keys in what was built only those are sites that something presents from there, and server keys wherever they lie. The
// others are counted: everybody's demo keys and those of packages, which came along, and public keys that are in no container.

// builtSites makes sites of what stands in what was built.
type builtSites struct {
	*Collection
	hosts   map[string]bool   // at which the repository says that Supabase is
	known   map[[32]byte]bool // the keys that stand in the repository
	secrets []keys.Text       // and what signs them
}

func (c *Collection) addBuilt() {
	if len(c.Repo.Built()) == 0 {
		return
	}
	w := &builtSites{Collection: c, hosts: c.supabaseHosts(), known: map[[32]byte]bool{}}
	for _, s := range c.Sites {
		if s.Value.IsKnown() {
			w.known[s.Value.Text().Sum()] = true
		}
		if s.Value.IsKnown() && s.Slot == keys.JWTSecret {
			w.secrets = append(w.secrets, s.Value.Text())
		}
	}
	for _, b := range c.Repo.Built() {
		for _, i := range b.Images {
			w.addImage(b, i)
		}
		for _, k := range b.Keys {
			w.addKey(b, k)
		}
	}
}

// supabaseHosts are the hosts of all URLs that the repository knows as Supabase's.
func (c *Collection) supabaseHosts() map[string]bool {
	hosts := maps.Clone(c.hosts)
	for _, s := range c.Sites { // of a text, whose carrier no parser made
		for _, u := range s.Carrier.URLs {
			hosts[u.Host] = true
		}
	}
	for _, r := range c.Routes() {
		if slices.ContainsFunc(r.To, func(k *inventory.Container) bool { return k.Carrier.Backend == "Kong" || k.Carrier.Backend == "Envoy" }) {
			hosts[r.Host] = true
		}
	}
	for _, l := range c.Locals {
		hosts[l.Host] = true
	}
	for _, h := range c.Repo.Hosts() {
		hosts[h] = true
	}
	return hosts
}

// addKey makes a site of a key, or counts it.
func (w *builtSites) addKey(b *artifact.Built, k artifact.Key) {
	at := sources.Position{File: k.File, Line: k.Line, Column: k.Column, EndColumn: k.EndColumn}
	slot := keys.Recognize(k.Text)
	urls := w.urls(k, at)
	if place := w.placeOf(k, slot, urls); place != "" {
		w.Counted = append(w.Counted, Counted{at, place, k.Text})
		return
	}
	name := w.Names.Of(k.Name)
	if name.Slot == "" || slot.Role() != name.Slot.Role() { // what a bundler calls it says nothing
		k.Name, name = "", w.Names.Of("")
	}
	for i := range urls {
		urls[i].Prefix, urls[i].Of = name.PublicPrefix, name.Of
	}
	holder := k.File
	if k.Name != "" {
		holder += " " + k.Name
	}
	of := &inventory.Carrier{
		Kind: inventory.InArtifact, Name: k.File, File: k.File, URLs: urls,
		Artifact: &inventory.Artifact{Name: b.Name, Served: k.Served()},
	}
	if filepath.IsLocal(filepath.FromSlash(b.Name)) { // it lies where it was built
		of.App = w.appOf(b.Name)
	}
	switch {
	case k.Attested && k.Line > 0 && k.Path == "history":
		of.Artifact.Kept = "the image's history"
	case k.Attested:
		of.Artifact.Kept = "what is attested of the image's build"
	case k.Loose:
		of.Artifact.Kept = "a layer of an image whose manifest is missing"
	case k.Hidden != "":
		of.Artifact.Kept = "a layer of the image, of which " + k.Hidden + " hides the file"
	}
	switch token, _ := keys.ParseJWT(k.Text); {
	case of.Artifact.Kept == "" && len(urls) == 0 && token.Ref == "" && !w.isKnown(k):
		of.Idle = "no URL of Supabase that the repository knows stands near it in what was built, and it is the key of none of its instances"
	case of.Artifact.Kept != "":
		of.Idle = "it stands in " + of.Artifact.Kept + ", and nothing presents it from there"
	}
	w.add(of, &inventory.Binding{Name: k.Name, Holder: holder, Value: keys.Known(k.Text), Where: inventory.Stands(at)}, name, slot, Presented)
}

// isKnown says whether the key stands in the repository, or was signed with what stands there.
func (w *builtSites) isKnown(k artifact.Key) bool {
	token, ok := keys.ParseJWT(k.Text)
	return w.known[k.Text.Sum()] || ok && slices.ContainsFunc(w.secrets, token.SignedBy)
}

// placeOf is the kind of place that a key stands in whose keys are counted; empty where the key is a site.
func (w *builtSites) placeOf(k artifact.Key, slot keys.Slot, urls []inventory.URL) sources.Place {
	known := w.isKnown(k)
	remote := slices.ContainsFunc(urls, func(u inventory.URL) bool { return !IsLocal([]string{u.Host}) })
	place := sources.BuiltPlace(k)
	switch {
	case slot.Role() != keys.Public && slot.Role() != keys.Server:
		return sources.OtherToken
	case place != "" && (!known || place == sources.Caches):
		return place
	case !remote && !known && keys.Published(k.Text) != "":
		return sources.OwnMachine
	case slot.Role() == keys.Server:
		return ""
	case k.Loose:
		return sources.LooseLayer
	case k.Hidden != "":
		return sources.HiddenFile
	case k.Attested:
		return sources.PastStep
	}
	return ""
}

// urls are the URLs that say where the key is presented: the project's that it names, or else the nearest of those at which the
// repository says that Supabase is, and those that are about as near, between which it cannot be told.
func (w *builtSites) urls(k artifact.Key, at sources.Position) []inventory.URL {
	token, _ := keys.ParseJWT(k.Text)
	var all, own []inventory.URL
	var distances []int
	for _, n := range k.URLs {
		u, ok := inventory.BuiltURL(n.URL, at)
		m := HostedURL.FindStringSubmatch(u.Host)
		switch {
		case !ok || m == nil && !w.hosts[u.Host]:
			continue
		case m != nil && token.Ref == m[1]:
			return []inventory.URL{u}
		case m == nil:
			own = append(own, u)
		}
		all = append(all, u)
		distances = append(distances, n.Distance)
	}
	switch {
	case len(all) < 2:
		return all
	case token.Ref != "":
		return nil // there are several, and none is the project's
	case token.Role != "" && len(own) == 1:
		return own // a key that names no project is none of a hosted one's
	}
	nearest := abs(distances[0])
	var out []inventory.URL
	for i, u := range all {
		if abs(distances[i]) <= 2*nearest+slack && (i == 0 || (distances[i] < 0) != (distances[0] < 0)) {
			out = append(out, u)
		}
	}
	return out
}

// slack is how many bytes further one of two URLs may be that stand on either side of a key, for a name and an assignment.
const slack = 64

func abs(n int) int { return max(n, -n) }

// addImage makes sites of what an image's configuration sets.
func (w *builtSites) addImage(b *artifact.Built, i artifact.Image) {
	of := &inventory.Carrier{Kind: inventory.InArtifact, Name: i.File, File: i.File, Artifact: &inventory.Artifact{Name: b.Name}}
	set := map[[32]byte]bool{}
	for _, e := range i.Env {
		set[e.Value.Sum()] = true
		of.Bindings = append(of.Bindings, setting(b.Name+" ENV ", i.File, e))
	}
	of.URLs = w.URLs(of.Bindings)
	for _, binding := range of.Bindings {
		markPlaceholder(binding, w.Names.Of(binding.Name))
	}
	w.addSites(of)
	past := &inventory.Carrier{
		Kind: inventory.InArtifact, Name: i.History, File: i.History, Artifact: &inventory.Artifact{Name: b.Name, Kept: "the image's history"},
		Idle: "it stands in the image's history, and nothing presents it from there",
	}
	for _, g := range i.Given {
		name := w.Names.Of(g.Name)
		if keys.Recognize(g.Value) == "" && name.Strong && name.Slot.Role() == keys.Signing && !set[g.Value.Sum()] && !keys.IsPlaceholder(g.Value) {
			past.Bindings = append(past.Bindings, setting(b.Name+" build argument ", i.History, g))
		}
	}
	w.addSites(past)
}

func setting(what, file string, s artifact.Setting) *inventory.Binding {
	return &inventory.Binding{Name: s.Name, Holder: what + s.Name, Value: keys.Known(s.Value), Where: inventory.Stands(sources.Position{File: file, Line: s.Line})}
}
