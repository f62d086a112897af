package sites

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// No key is passed over: what has the form of a Supabase key, in whatever text of the repository, is a site, or is counted. What no
// parser made a site of is one of the general carrier, the text itself: it presents its key to the URL that stands nearest.

// Counted is a key that stands where nothing is truth, and nothing wrong.
type Counted struct {
	At    sources.Position
	Place sources.Place
	Key   keys.Text
}

// addSwept makes sites of the keys that no parser accounts for, and counts those of documentation and the like.
func (c *Collection) addSwept() {
	known, rendered := accountOf(c.Sites), c.rendered()
	for _, in := range c.Repo.Sweep(func(f *sources.File, k sources.SweptKey) bool { return !f.Example && known.holds(k) }) {
		c.Fallbacks = append(c.Fallbacks, in.Fallbacks...)
		for _, r := range in.Requests {
			c.Requests = append(c.Requests, Request{Request: r})
		}
		place := in.File.Place()
		byHost := map[string]*inventory.Carrier{}
		var signed []signedKey
		for _, k := range in.Keys {
			switch {
			case place != "":
				c.Counted = append(c.Counted, Counted{k.At, place, k.Key})
			case k.Comment:
				c.Counted = append(c.Counted, Counted{k.At, sources.Comments, k.Key})
			default:
				name := c.Names.Of(k.Name)
				u, ok := nearestURL(c.Names, k, in)
				former := slices.ContainsFunc(keys.Words(k.Name), func(w string) bool { return slices.Contains(formerWords, w) })
				of := fmt.Sprint(u.Host, " ", name.Of, former)
				carrier := byHost[of]
				if carrier == nil {
					carrier = c.textCarrier(in.File, rendered)
					if former {
						carrier.Idle = "its name says that it is a former one"
					}
					byHost[of] = carrier
					if ok {
						u.Prefix, u.Of = name.PublicPrefix, name.Of
						carrier.URLs = []inventory.URL{u}
						carrier.Development = IsLocal([]string{u.Host})
					}
				}
				b := &inventory.Binding{Name: k.Name, Holder: strings.TrimSpace(in.File.Path + " " + k.Name), Value: keys.Known(k.Key), Where: inventory.Stands(k.At)}
				c.add(carrier, b, name, name.SlotOf(b.Value), Presented)
				signed = append(signed, signedKey{k.Key, carrier})
			}
		}
		c.addSecrets(in, signed)
	}
}

// signedKey is a key with the carrier that it is a site of.
type signedKey struct {
	key     keys.Text
	carrier *inventory.Carrier
}

// addSecrets makes sites of the JWT secrets that a text holds beside keys. Other products have JWT secrets, too: it takes a name that only
// Supabase uses, where all keys of the text are meant for one instance, or a key that the secret signed.
func (c *Collection) addSecrets(in *sources.Swept, signed []signedKey) {
	for _, secret := range in.JWTSecrets {
		var of *inventory.Carrier
		for _, s := range signed {
			if token, ok := keys.ParseJWT(s.key); ok && token.SignedBy(secret.Text) {
				of = s.carrier
				break
			}
		}
		name := c.Names.Of(secret.Name)
		if one := len(signed) > 0 && !slices.ContainsFunc(signed, func(s signedKey) bool { return s.carrier != signed[0].carrier }); of == nil && name.Strong && one && !keys.IsPlaceholder(secret.Text) {
			of = signed[0].carrier
		}
		if of != nil && of.Idle == "" {
			b := &inventory.Binding{Name: secret.Name, Holder: in.File.Path + " " + secret.Name, Value: keys.Known(secret.Text), Where: inventory.Stands(secret.At)}
			c.add(of, b, name, keys.JWTSecret, Verifying)
		}
	}
}

// formerWords are of names that keys have which are no longer in use: those that a migration leaves behind, or a list refuses. "Legacy" is what
// Supabase calls all JWTs.
var formerWords = []string{"old", "former", "previous", "prev", "revoked", "expired", "retired", "deprecated", "outdated", "stale"}

// account is where the keys stand that are sites.
type account map[line][]*Site

type line struct {
	file string
	line int
}

func accountOf(all []*Site) account {
	out := account{}
	for _, s := range all {
		places := []sources.Position{s.At, s.Written}
		for _, step := range s.Trace {
			places = append(places, step.At)
		}
		for _, at := range places {
			l := line{at.File, at.Line}
			out[l] = append(out[l], s)
		}
	}
	return out
}

// holds says whether a site accounts for a key: one on its line bears it, or stands there and is not known.
func (a account) holds(k sources.SweptKey) bool {
	return slices.ContainsFunc(a[line{k.At.File, k.At.Line}], func(s *Site) bool {
		return !s.Value.IsKnown() || keys.Bears(s.Value.Text(), k.Key)
	})
}

// textCarrier is a file that bears a key in whatever text.
func (c *Collection) textCarrier(f *sources.File, rendered map[string]bool) *inventory.Carrier {
	k := &inventory.Carrier{Kind: inventory.InText, Name: f.Path, File: f.Path, Ignored: f.Ignored}
	if rendered[f.Path] || f.Deploys() || c.isTemplate(f.Path) { // of what is taken from there sites of their own are made
		k.Idle = "nothing that is rendered is known to take it from there"
	}
	k.Made = f.IsBuildOutput()
	if k.ByHand = !k.Made && f.IsRunByHand(); !k.ByHand {
		k.App = c.appOf(f.Path)
		k.Client = f.Everybody()
	}
	return k
}

// rendered are the files that renderers read.
func (c *Collection) rendered() map[string]bool {
	out := map[string]bool{}
	for _, u := range c.Units {
		if u.Kind == render.Directory {
			continue
		}
		for _, f := range u.Inputs {
			out[f] = true
		}
	}
	return out
}

// isTemplate says whether the file is one of a chart's templates.
func (c *Collection) isTemplate(name string) bool {
	for dir := path.Dir(name); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if path.Base(dir) == "templates" && c.Repo.FileSystem().Exists(path.Join(path.Dir(dir), "Chart.yaml")) {
			return true
		}
	}
	return false
}

// appFiles are those that stand at the top of an app, in whatever language.
var appFiles = []string{
	"package.json", "pubspec.yaml", "go.mod", "Cargo.toml", "pyproject.toml", "requirements.txt", "composer.json", "Gemfile", "build.gradle", "build.gradle.kts", "pom.xml",
	"Package.swift", "mix.exs", "deno.json", "index.html",
}

// appOf is the directory of the app that a file is part of: the nearest above it at whose top a file says so; empty where none does.
func (c *Collection) appOf(name string) string {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if slices.ContainsFunc(appFiles, func(f string) bool { return c.Repo.FileSystem().Exists(path.Join(dir, f)) }) {
			return dir
		}
		if dir == "." || dir == "/" {
			return ""
		}
	}
}

// nearestURL is the address that a key in a text is presented to: that of the project which the key names, or the nearest within a few lines
// whose name fits the key's, or the only one of the text. ok is false where none of these is in sight.
func nearestURL(names keys.Names, k sources.SweptKey, in *sources.Swept) (nearest inventory.URL, ok bool) {
	beside := func(u sources.SweptURL) (inventory.URL, bool) {
		return inventory.Beside(names, u.Name, u.URL, u.At), true
	}
	if token, _ := keys.ParseJWT(k.Key); token.Ref != "" {
		for _, u := range in.URLs {
			if m := HostedURL.FindStringSubmatch(u.URL.Hostname()); m != nil && m[1] == token.Ref {
				return beside(u)
			}
		}
	}
	var best *sources.NearURL
	for i := range k.Near {
		u := &k.Near[i]
		apart := !u.Together && sharedQualifiers(k.Name, u.Name) == 0 // it is another one's, in the block beside
		if !apart && isSupabaseURL(names, u.SweptURL, u.Leads) && fits(k.Name, u.SweptURL) && (best == nil || goesBefore(k.Name, u, best)) {
			best = u
		}
	}
	if best != nil {
		return beside(best.SweptURL)
	}
	hosts := map[string]bool{}
	var only sources.SweptURL
	for _, u := range in.URLs {
		if isSupabaseURL(names, u, false) && fits(k.Name, u) {
			hosts[inventory.HostOfURL(u.URL)], only = true, u
		}
	}
	if len(hosts) == 1 && !in.Many {
		return beside(only)
	}
	return inventory.URL{}, false
}

// goesBefore says whether one address says more than another of what the key of a name is meant for: it has more of its words, or
// stands in its block, or in front of it in a call, or nearer.
func goesBefore(key string, a, b *sources.NearURL) bool {
	rank := func(u *sources.NearURL) []int {
		return []int{-sharedQualifiers(key, u.Name), number(!u.Together), number(!u.Leads), u.Lines, u.Bytes}
	}
	return slices.Compare(rank(a), rank(b)) < 0
}

func number(is bool) int {
	if is {
		return 1
	}
	return 0
}

// supabasePaths are those below which Supabase's services answer.
var supabasePaths = []string{"/rest/v1", "/auth/v1", "/storage/v1", "/functions/v1", "/realtime/v1", "/graphql/v1"}

// addressWords are of names that an address of Supabase's may have, if nothing else says that it is one; otherWords of such that lead elsewhere.
var (
	addressWords = []string{"supabase", "url", "uri", "host", "endpoint", "base", "api", "origin", "client", "address", "domain", "server", "project"}
	otherWords   = []string{"redirect", "site", "callback", "webhook", "hook", "docs", "doc", "schema", "image", "avatar", "repo", "repository", "proxy", "cdn", "homepage", "href", "src", "license", "xmlns", "ref"}
)

// isSupabaseURL says whether an address may be that of an instance: by its host, its path, its name, or as what a key follows in a call.
func isSupabaseURL(names keys.Names, u sources.SweptURL, leads bool) bool {
	if HostedURL.MatchString(u.URL.Hostname()) || names.Of(u.Name).URL || slices.ContainsFunc(supabasePaths, func(p string) bool { return strings.HasPrefix(u.URL.Path, p) }) {
		return true
	}
	words := keys.Words(u.Name)
	if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(otherWords, w) }) || strings.HasSuffix(u.URL.Hostname(), "supabase.com") {
		return false
	}
	return leads || slices.ContainsFunc(words, func(w string) bool { return slices.Contains(addressWords, w) })
}

// fits says whether a key and an address may go together by the environments that their names, or the host, tell: both tell the same one, or
// the key's name tells none, or production and the address none. A key whose name tells of another one goes with an address that tells so, or
// with the machine itself.
func fits(key string, u sources.SweptURL) bool {
	host := u.URL.Hostname()
	a, b := environmentOf(key), cmp.Or(environmentOf(u.Name), environmentOf(hostWords.Replace(host)))
	return a == "" || a == b || a == keys.Production && b == "" || a != keys.Production && IsLocal([]string{host})
}

var hostWords = strings.NewReplacer(".", "_", "-", "_")

func environmentOf(name string) string {
	for _, w := range keys.Words(name) {
		if e := keys.Environment(w); e != "" {
			return e
		}
	}
	return ""
}

// sharedQualifiers counts the words that the names have in common, but for those which every name of the kind has.
func sharedQualifiers(a, b string) int {
	n := 0
	for _, w := range keys.Words(a) {
		if w != "supabase" && w != "next" && w != "public" && w != "vite" && slices.Contains(keys.Words(b), w) {
			n++
		}
	}
	return n
}
