package rules

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

var demoKey = &lint.Rule{
	Name:     "demo-key",
	Summary:  "a published demo key is deployed",
	Severity: lint.Warning,
	After:    []*lint.Rule{gatewayKeyMismatch, appKeyRejected, serverKeyRejected, backendKeyDrift},
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

var (
	publishedKey = lint.Cause{Name: "published-key", Advice: "Make a JWT secret and keys of your own, and put them here."}
	chartDefault = lint.Cause{Name: "chart-default", Advice: "Set secret.jwt.anonKey, serviceKey and secret in the values, or let secret.jwt.secretRef name a Secret that holds them."}
)

// checkDemoKey reports each place where published keys are written once: the defaults of
// a chart are three at a time.
func checkDemoKey(p *lint.Pass) {
	for _, i := range p.Instances {
		if i.IsLocal() {
			continue
		}
		byPlace := map[sources.Position][]*sites.Site{}
		var order []sources.Position
		for _, s := range sites.Sorted(i.Sites) {
			if !s.Value.IsKnown() || s.Standing != sites.Stored && s.At != s.Written || keys.Published(s.Value.Text()) == "" || isGivenInVain(p, s) || s.Standing == sites.Presented && p.Blamed(s) {
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

func reportDemo(p *lint.Pass, i *lint.Instance, group []*sites.Site) {
	var stored []*sites.Site
	for _, s := range group {
		if s.Standing == sites.Stored {
			stored = append(stored, s)
		}
	}
	if len(stored) > 0 { // what reads it follows from that
		group = stored
	}
	first := group[0]
	f := lint.Draft{
		Place: lint.AtValue(first.Written, ""), Instance: i.Name, Trace: first.Trace,
		Message: fmt.Sprintf("%s %s %s: anybody can sign keys that this instance accepts", lint.Holders(group), hold(group), publishedHow(group)),
		Cause:   publishedKey,
	}
	if first.IsDefault {
		f.Place = lint.AtName(first.Written, "")
		f.Message += "; nothing sets " + them(group) + ", so that the chart's default counts"
		f.Cause = chartDefault
	}
	f.Message += demoExpiry(p, group)
	if isProduction(p, i, first) {
		f.Severity = lint.Error
	}
	p.Report(f)
}

// demoExpiry tells when the first of the keys ends: a published key cannot be renewed.
func demoExpiry(p *lint.Pass, group []*sites.Site) string {
	for _, s := range group {
		if t, ok := s.Token(); ok && !t.Expires.IsZero() {
			if t.Expires.After(p.Now) {
				return "; " + it(group) + " " + stops(group, "stop") + " working on " + t.Expires.Format(time.DateOnly)
			}
			return "; " + it(group) + " stopped working on " + t.Expires.Format(time.DateOnly)
		}
	}
	return ""
}

// isProduction goes by the paths that the configuration names, and without them by the
// words in the instance's and the file's names.
func isProduction(p *lint.Pass, i *lint.Instance, s *sites.Site) bool {
	if len(p.Config.Production) > 0 {
		return lint.Matches(p.Config.Production, s.Written.File) || i.Unit != nil && lint.Matches(p.Config.Production, i.Unit.Path)
	}
	return lint.IsProduction(i.Name+" "+path.Dir(s.Written.File)) || !isEnvFile(s.Written.File) && lint.IsProduction(path.Base(s.Written.File))
}

// publishedHow says whether the text itself is everybody's, or the secret that signed it.
func publishedHow(group []*sites.Site) string {
	s := group[0]
	origin := keys.Published(s.Value.Text())
	if _, ok := s.Token(); ok && len(group) == 1 {
		return "a key of the JWT secret that is published by " + origin
	}
	if len(group) == 1 {
		return "what is published by " + origin
	}
	return "keys that are published by " + origin
}

// isEnvFile says whether "production" in a file's name is a mode of the build, and no place.
func isEnvFile(file string) bool { return strings.HasPrefix(path.Base(file), ".env") }

// it is the pronoun for a key or several.
func it(group []*sites.Site) string {
	if len(group) == 1 {
		return "it"
	}
	return "they"
}

// stops is a verb for a key or several.
func stops(group []*sites.Site, verb string) string {
	if len(group) == 1 {
		return verb + "s"
	}
	return verb
}
