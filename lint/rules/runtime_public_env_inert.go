package rules

import (
	"fmt"
	"path"
	"slices"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

var runtimePublicEnvInert = &lint.Rule{
	Name:     "runtime-public-env-inert",
	Summary:  "a variable that is built into the app is set where the app runs, which changes nothing",
	Severity: lint.Warning,
	After:    []*lint.Rule{buildArgUnused},
	Doc: `Next.js, Vite, Create React App, Expo, Gatsby and Vue CLI write the values of their public variables into the bundle when
the app is built. Setting NEXT_PUBLIC_SUPABASE_ANON_KEY in a Deployment or under environment in a compose file has no effect on what
the browser gets: after a rotation the manifest shows the new key, and the app presents the old one.

It is an information where the same key is built in, so that nothing is wrong yet. What has no effect is not compared with what the
gateway accepts.

A container whose command is a script is passed over, since some put the values into the bundle at its start. So is an app that takes them
there by a package (next-runtime-env, @beam-australia/react-env, @import-meta-env, vite-envs, runtime-env-cra), by the templates or the
start scripts of the nginx image, or by a file such as env-config.js; and Nuxt's and SvelteKit's variables, which do count at run time.

Nuxt's server takes NUXT_PUBLIC_SUPABASE_KEY, NUXT_SUPABASE_SECRET_KEY and NUXT_SUPABASE_SERVICE_KEY when it starts. The other names that
@nuxtjs/supabase knows, such as SUPABASE_KEY, count where the app is built; they are told where the app has no code of its own that names
them. Where nuxt generate made static pages, none of them has an effect.

Of an image that nothing in the repository builds it is not told: what is inside cannot be seen.

Set the key where the app is built (.env.production, a build argument), and take it out here.`,
	Bad: `
-- apps/web/package.json --
{"scripts": {"build": "next build"}, "dependencies": {"next": "15.3.0"}}
-- k8s/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: web}
spec:
  template:
    spec:
      containers:
        - name: web
          image: ghcr.io/example/web:1.4.0
          env:
            - {name: NEXT_PUBLIC_SUPABASE_URL, value: https://supabase.example.com}
            - {name: NEXT_PUBLIC_SUPABASE_ANON_KEY, value: {{anon}}} # HERE
`,
	Good: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon}}
-- k8s/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: web}
spec:
  template:
    spec:
      containers:
        - {name: web, image: "ghcr.io/example/web:1.4.0"}
`,
	Check: checkRuntimePublicEnvInert,
}

var setTooLate = lint.Cause{Name: "set-too-late", Advice: "Set it where the app is built (.env.production, a build argument), rebuild, and take it out here."}

var nuxtName = lint.Cause{Name: "nuxt-name", Advice: "Call it %s here."}

// nuxtPrefix is that of the variables which Nuxt's server takes when it starts. Of an app that was
// made static pages there is none.
const nuxtPrefix = "NUXT_PUBLIC_"

// inlinedPrefixes are the prefixes whose values count at build time only. NUXT_PUBLIC_ and
// PUBLIC_ ($env/dynamic/public) may count at run time.
var inlinedPrefixes = []string{"NEXT_PUBLIC_", "VITE_", "REACT_APP_", "EXPO_PUBLIC_", "GATSBY_", "VUE_APP_"}

func checkRuntimePublicEnvInert(p *lint.Pass) {
	containers := map[*inventory.Carrier]*inventory.Container{}
	for _, c := range p.Containers {
		containers[c.Carrier] = c
	}
	apps, builds := newRuntimeApps(p), newBuilds(p)
	for _, s := range p.Sites {
		c := containers[s.Carrier]
		if c == nil || c.Init || p.IsIdle(s) || c.Carrier.Backend != "" || !onlyServes(c) || s.Unit != nil && !s.Unit.Deployed() {
			continue
		}
		prefix := s.Name.PublicPrefix
		if instead := apps.nuxtAtRunTime(c, s.Variable); instead != "" && !apps.isStatic(c) {
			if !c.Env[instead].IsSet() {
				reportNuxt(p, s, instead)
			}
			p.Idle(fmt.Sprintf("@nuxtjs/supabase reads it when the app is built, and where it runs %s", instead), s)
			continue
		}
		if !(slices.Contains(inlinedPrefixes, prefix) || prefix == nuxtPrefix && apps.isStatic(c)) || apps.readsAtRunTime(c, prefix) {
			continue
		}
		f := lint.Draft{
			Place: lint.AtUse(s), Instance: p.NameOf(s), Trace: s.Trace,
			Message: fmt.Sprintf("%s has no effect on the bundle: %s variables are written into it when the app is built", s.Holder, s.Name.PublicPrefix),
			Cause:   setTooLate,
		}
		same, other := builds.under(p, c, s)
		switch {
		case same != nil:
			f.Severity = lint.Info
			f.Message += "; the same key is built in"
			f.Related = []lint.Related{{At: same.Written, Holder: same.Holder, Says: "the same key"}}
		case other != nil:
			f.Message += ", and another key is built in"
			f.Related = []lint.Related{{At: other.Written, Holder: other.Holder, Says: "what is built in"}}
		case !apps.buildIsHere(c):
			p.Idle(fmt.Sprintf("%s variables are built into an app, and nothing here builds the image of %s, which may put them in when it starts", prefix, c.Carrier.Name), s)
			continue
		default:
			f.Message += ", and the repository does not say with which key"
		}
		p.Report(f)
		p.Idle(fmt.Sprintf("%s variables are built into the app, so what is set where it runs has no effect", s.Name.PublicPrefix), s)
	}
}

// reportNuxt reports a variable of @nuxtjs/supabase that counts only where the app is built.
func reportNuxt(p *lint.Pass, s *sites.Site, instead string) {
	p.Report(lint.Draft{
		Place: lint.AtUse(s), Instance: p.NameOf(s), Trace: s.Trace, Cause: nuxtName.With(instead),
		Message: fmt.Sprintf("%s has no effect: @nuxtjs/supabase reads it when the app is built, and where it runs %s, which is not set", s.Holder, instead),
	})
}

// builds are the sites that apps have built in, by the name of their variable.
type builds map[string]*namedBuilds

// namedBuilds are those of one name: all, and by each word that their app is called by.
type namedBuilds struct {
	all    []*sites.Site
	byWord map[string][]*sites.Site
}

func newBuilds(p *lint.Pass) builds {
	out := builds{}
	for _, b := range p.Sites {
		if b.Carrier == nil || b.Carrier.App == "" || b.Carrier.Development || p.IsIdle(b) || !b.Value.IsKnown() {
			continue
		}
		named := out[b.Variable]
		if named == nil {
			named = &namedBuilds{byWord: map[string][]*sites.Site{}}
			out[b.Variable] = named
		}
		named.all = append(named.all, b)
		for _, w := range lint.Words(path.Base(b.Carrier.App)) {
			named.byWord[w] = append(named.byWord[w], b)
		}
	}
	return out
}

// under finds what is built in under the name by the app that the container runs: the same
// key, or else another. Where no app is called like the container, any of the instance's
// may be it.
func (all builds) under(p *lint.Pass, c *inventory.Container, s *sites.Site) (same, other *sites.Site) {
	named := all[s.Variable]
	if named == nil {
		return nil, nil
	}
	var own []*sites.Site
	for _, w := range lint.Words(c.Name + " " + path.Base(c.Image)) {
		own = append(own, ofInstance(p, named.byWord[w], s)...)
	}
	if len(own) == 0 {
		own = ofInstance(p, named.all, s)
	}
	for _, b := range own {
		if s.Value.Same(b.Value) {
			return b, nil
		}
	}
	if len(own) == 0 || !s.Value.IsKnown() {
		return nil, nil
	}
	return nil, own[0]
}

// ofInstance are those that may be of the site's instance.
func ofInstance(p *lint.Pass, group []*sites.Site, s *sites.Site) []*sites.Site {
	var out []*sites.Site
	for _, b := range group {
		if p.InstanceOf(s) == nil || p.InstanceOf(b) == nil || p.InstanceOf(b) == p.InstanceOf(s) {
			out = append(out, b)
		}
	}
	return out
}
