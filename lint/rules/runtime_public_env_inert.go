package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

var runtimePublicEnvInert = &lint.Rule{
	Name:     "runtime-public-env-inert",
	Summary:  "a variable that is built into the app is set where the app runs, which changes nothing",
	Severity: lint.Warning,
	Doc: `Next.js, Vite, Create React App, Expo, Gatsby and Vue CLI write the values of their public variables into the bundle when
the app is built. Setting NEXT_PUBLIC_SUPABASE_ANON_KEY in a Deployment or under environment in a compose file has no effect on what
the browser gets: after a rotation the manifest shows the new key, and the app presents the old one.

It is an information where the same key is built in, so that nothing is wrong yet. A container whose command is a script is passed
over, since some put the values into the bundle at its start; so are Nuxt's and SvelteKit's variables, which do count at run time.

Set the key where the app is built (.env.production, a build argument), and take it out here.`,
	Bad: `
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

// inlinedPrefixes are the prefixes whose values count at build time only. NUXT_PUBLIC_ and
// PUBLIC_ ($env/dynamic/public) may count at run time.
var inlinedPrefixes = []string{"NEXT_PUBLIC_", "VITE_", "REACT_APP_", "EXPO_PUBLIC_", "GATSBY_", "VUE_APP_"}

func checkRuntimePublicEnvInert(p *lint.Pass) {
	containers := map[*inventory.Carrier]*inventory.Container{}
	for _, c := range p.Containers {
		containers[c.Carrier] = c
	}
	for _, s := range p.Sites {
		c := containers[s.Carrier]
		if c == nil || c.Init || p.IsIdle(s) || c.Carrier.Backend != "" || !slices.Contains(inlinedPrefixes, s.Name.PublicPrefix) || !onlyServes(p, c) ||
			s.Unit != nil && !s.Unit.Deployed() {
			continue
		}
		f := lint.Draft{
			Place: lint.AtUse(s), Instance: p.NameOf(s), Trace: s.Trace,
			Message: fmt.Sprintf("%s has no effect on the bundle: %s variables are written into it when the app is built", s.Holder, s.Name.PublicPrefix),
			Cause:   setTooLate,
		}
		same, other := builtIn(p, c, s)
		switch {
		case same != nil:
			f.Severity = lint.Info
			f.Message += "; the same key is built in"
			f.Related = []lint.Related{{At: same.Written, Message: same.Holder + ": the same key"}}
		case other != nil:
			f.Message += ", and another key is built in"
			f.Related = []lint.Related{{At: other.Written, Message: other.Holder + ": what is built in"}}
		default:
			f.Message += ", and the repository does not say with which key"
		}
		p.Report(f)
	}
}

// builtIn finds what is built in under the name by the app that the container runs: the same
// key, or else another. Where no app is called like the container, any of the instance's
// may be it.
func builtIn(p *lint.Pass, c *inventory.Container, s *sites.Site) (same, other *sites.Site) {
	var own, all []*sites.Site
	for _, b := range p.Sites {
		if b.Carrier == nil || b.Carrier.App == "" || b.Carrier.Development || b.Variable != s.Variable || !b.Value.IsKnown() ||
			p.InstanceOf(s) != nil && p.InstanceOf(b) != nil && p.InstanceOf(b) != p.InstanceOf(s) {
			continue
		}
		all = append(all, b)
		if lint.SharedWords(path.Base(b.Carrier.App), c.Name+" "+path.Base(c.Image)) > 0 {
			own = append(own, b)
		}
	}
	if len(own) > 0 {
		all = own
	}
	for _, b := range all {
		if s.Value.Same(b.Value) {
			return b, nil
		}
	}
	if len(all) == 0 || !s.Value.IsKnown() {
		return nil, nil
	}
	return nil, all[0]
}

// onlyServes says whether a container runs what the image holds, and neither builds the app
// nor edits it: no command of its own, or one that is known to serve, and no sources that
// are mounted for development.
func onlyServes(p *lint.Pass, c *inventory.Container) bool {
	if c.MountsSource {
		return false
	}
	command := c.Command
	for _, b := range p.Builds { // of the image that compose builds, the command is known
		if len(command) == 0 && c.Object == nil && b.Service == c.Name {
			command = b.Parsed.Command
		}
	}
	if len(command) == 0 {
		return true
	}
	line := strings.Join(command, " ")
	words := strings.Fields(line)
	if len(words) == 0 || strings.ContainsAny(line, ";&|\n") {
		return false
	}
	switch program := words[0][strings.LastIndexByte(words[0], '/')+1:]; program {
	case "node", "nginx", "caddy", "httpd", "serve":
		return !strings.Contains(strings.Join(words[1:], " "), "build")
	case "npm", "yarn", "pnpm", "bun", "next":
		return slices.Equal(words[1:], []string{"start"}) || slices.Equal(words[1:], []string{"run", "start"})
	}
	return false
}
