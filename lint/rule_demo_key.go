package lint

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

var demoKey = &Rule{
	Name:     "demo-key",
	Summary:  "a published demo key is deployed",
	Severity: Warning,
	Doc: `Supabase's docker setup, its Helm chart and its CLI come with keys and a JWT secret that everybody can read. With them
anybody can sign a service_role key that this instance accepts. A chart whose values are not set deploys them. The keys of the
docker setup and the chart expire on 2027-01-09.

In what is called production ("prod", "production", "live" in the path, or below the paths under production in .keylint.yaml) this
is an error.

Make a JWT secret and keys of your own, and set them in the values (secret.jwt.anonKey, serviceKey and secret) or name a Secret
that holds them (secret.jwt.secretRef).`,
	Bad: `
-- clusters/home/supabase.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: supabase, namespace: supabase}
spec:
  chart:
    spec:
      chart: supabase # HERE
      sourceRef: {kind: HelmRepository, name: supabase-community}
  values:
    ingress:
      kong: {enabled: true, hosts: [{host: api.example.org}]}
`,
	Good: `
-- clusters/home/supabase.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: supabase, namespace: supabase}
spec:
  chart:
    spec:
      chart: supabase
      sourceRef: {kind: HelmRepository, name: supabase-community}
  values:
    secret:
      jwt:
        anonKey: {{anon}}
        serviceKey: {{service_role}}
        secret: {{jwt_secret}}
`,
	Check: checkDemoKey,
}

var productionWord = regexp.MustCompile(`(?i)(^|[^a-z])(prod|production|live)([^a-z]|$)`)

// checkDemoKey reports each place where published keys are written once: the defaults of
// a chart are three at a time.
func checkDemoKey(p *Pass) {
	for _, i := range p.instances {
		byPlace := map[sources.Position][]*Site{}
		var order []sources.Position
		for _, s := range sortedSites(i.sites) {
			if !s.Value.IsKnown() || s.Standing != Stored && s.At != s.Written || keys.Published(s.Value.Text()) == "" {
				continue
			}
			if byPlace[s.Written] == nil {
				order = append(order, s.Written)
			}
			byPlace[s.Written] = append(byPlace[s.Written], s)
		}
		for _, at := range order {
			reportDemo(p, i, byPlace[at])
		}
	}
}

func reportDemo(p *Pass, i *instance, sites []*Site) {
	var stored []*Site
	for _, s := range sites {
		if s.Standing == Stored {
			stored = append(stored, s)
		}
	}
	if len(stored) > 0 { // what reads it follows from that
		sites = stored
	}
	first := sites[0]
	f := Finding{
		At: first.Written, Instance: i.name, Trace: first.Trace,
		Message: fmt.Sprintf("%s %s %s: anybody can sign keys that this instance accepts", holders(sites), are(sites), publishedHow(sites)),
		Help:    "Make a JWT secret and keys of your own, and put them here.",
	}
	if first.isDefault() {
		f.atName = true
		f.Message += "; it is the chart's default, because nothing sets it"
		f.Help = "Set secret.jwt.anonKey, serviceKey and secret in the values, or let secret.jwt.secretRef name a Secret that holds them."
	}
	f.Message += demoExpiry(p, sites)
	if isProduction(p, i, first) {
		f.Severity = Error
	}
	p.report(f)
}

// demoExpiry tells when the first of the keys ends: a published key cannot be renewed.
func demoExpiry(p *Pass, sites []*Site) string {
	for _, s := range sites {
		if t, ok := s.token(); ok && !t.Expires.IsZero() {
			if t.Expires.After(p.now) {
				return "; they stop working on " + t.Expires.Format(time.DateOnly)
			}
			return "; they stopped working on " + t.Expires.Format(time.DateOnly)
		}
	}
	return ""
}

// isProduction goes by the paths that the configuration names, and without them by the
// words in the instance's and the file's names.
func isProduction(p *Pass, i *instance, s *Site) bool {
	if len(p.config.Production) > 0 {
		return matches(p.config.Production, s.Written.File) || i.unit != nil && matches(p.config.Production, i.unit.Path)
	}
	return productionWord.MatchString(i.name+" "+path.Dir(s.Written.File)) || !isEnvFile(s.Written.File) && productionWord.MatchString(path.Base(s.Written.File))
}

// publishedHow says whether the text itself is everybody's, or the secret that signed it.
func publishedHow(sites []*Site) string {
	s := sites[0]
	origin := keys.Published(s.Value.Text())
	if _, ok := s.token(); ok && len(sites) == 1 {
		return "signed with the JWT secret that " + origin + " publishes"
	}
	return "published by " + origin
}

// isEnvFile says whether "production" in a file's name is a mode of the build, and no place.
func isEnvFile(file string) bool { return strings.HasPrefix(path.Base(file), ".env") }

func are(sites []*Site) string {
	if len(sites) == 1 {
		return "is"
	}
	return "are"
}
