package rules

import (
	"fmt"
	"maps"
	"path"
	"slices"
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
	ByKey:    true,
	After:    []*lint.Rule{gatewayKeyMismatch, appKeyRejected, serverKeyRejected, backendKeyDrift, keyNotSignedBySecret},
	Doc: `Supabase's docker setup, its Helm chart and its CLI come with keys and a JWT secret that everybody can read. Where that secret is
in force anybody can sign a service_role key that the instance accepts. A chart whose values are not set deploys it. A published key
alone is another matter: where the instance's secret is another one it is merely not accepted, and an anon key is public anyway. The keys of
the docker setup and the chart expire on 2027-01-09.

Where the instance has a public address, and in what is called production ("prod", "production", "live" in the path), this is an error, but for an
anon key alone. Where .keylint.yaml names paths under production, these decide.

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

// checkDemoKey reports the published keys of each instance once, with all their places, and those of each file
// that belongs to none and serves more than development.
func checkDemoKey(p *lint.Pass) {
	for _, i := range p.Instances {
		if i.IsLocal() {
			continue
		}
		var group []*sites.Site
		for _, s := range sites.Sorted(i.Sites) {
			if isDemo(p, s) && !isGivenInVain(p, s) {
				group = append(group, s)
			}
		}
		if len(group) > 0 {
			reportDemo(p, i, group)
		}
	}
	alone := map[string][]*sites.Site{}
	for _, s := range p.Sites {
		if p.InstanceOf(s) == nil && !p.IsIdle(s) && !s.Carrier.Development && !sites.IsLocal(s.Hosts()) && isDemo(p, s) {
			alone[s.Written.File] = append(alone[s.Written.File], s)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(alone)) {
		reportDemo(p, nil, alone[file])
	}
}

// isDemo says whether a published key, or the secret, is written at the site or stored there, and no rule has
// told that it is refused. Whatever is wrong with a secret, it stays the published one.
func isDemo(p *lint.Pass, s *sites.Site) bool {
	return s.Value.IsKnown() && (s.Standing == sites.Stored || s.At == s.Written) && keys.Published(s.Value.Text()) != "" &&
		!(s.Standing == sites.Presented && p.Blamed(s)) && (s.Role == keys.Signing || !isUnsigned(p, s))
}

// isUnsigned says whether the instance's JWT secret is known, and is not what signed the key: of that
// key-not-signed-by-secret tells.
func isUnsigned(p *lint.Pass, s *sites.Site) bool {
	i := p.InstanceOf(s)
	return p.Explained(s) && (i == nil || p.Verifies(i, s) == lint.No)
}

// reportDemo names the place of what is worst: the secret, a server key, or else the first.
func reportDemo(p *lint.Pass, i *lint.Instance, group []*sites.Site) {
	first := group[0]
	for _, s := range group {
		if harm(s) > harm(first) || harm(s) == harm(first) && s.Written == first.Written && s.StandsAt(first) {
			first = s
		}
	}
	var here []*sites.Site // what is written there, or stored: what reads it follows from that
	for _, s := range group {
		if s.Written == first.Written && (s.Standing == sites.Stored || first.Standing != sites.Stored) {
			here = append(here, s)
		}
	}
	f := lint.Draft{
		Place: lint.AtValue(first.Written, ""), Instance: p.NameOf(first), Trace: first.Trace, Cause: publishedKey,
		Message: fmt.Sprintf("%s %s %s: %s", lint.Holders(here), hold(here), publishedHow(here), ofDemo(p, i, first)),
		Related: p.Alike(group, first.Written, func(s *sites.Site) string { return publishedHow([]*sites.Site{s}) }),
	}
	if first.IsDefault {
		f.Place = lint.AtName(first.Written, "")
		f.Message += "; nothing sets " + them(here) + ", so that the chart's default counts"
		f.Cause = chartDefault
	}
	f.Message += demoExpiry(p, group)
	if i != nil && harm(first) > 0 && isProduction(p, i, first) {
		f.Severity = lint.Error
	}
	p.Report(f)
}

// harm orders published keys: with the secret anybody signs what he likes, a server key gives all
// rights, and an anon key is public anyway.
func harm(s *sites.Site) int {
	switch {
	case s.Role == keys.Signing:
		return 2
	case s.Role == keys.Server:
		return 1
	}
	return 0
}

// ofDemo says what comes of the worst of the published keys. Who has the secret can sign; what a key alone opens
// depends on the secret that is in force.
func ofDemo(p *lint.Pass, i *lint.Instance, worst *sites.Site) string {
	_, isToken := worst.Token()
	switch {
	case worst.Role == keys.Signing && i == nil:
		return "anybody can sign keys that are accepted where it is deployed"
	case worst.Role == keys.Signing:
		return "anybody can sign keys that this instance accepts"
	case isToken && i != nil && p.Verifies(i, worst) == lint.No:
		return "the instance's JWT secret is another, and nothing that verifies it accepts it"
	case harm(worst) == 0:
		return "an anon key is public anyway, and this one is accepted only where the published JWT secret is in force"
	case isToken:
		return "everybody has it, and whether the JWT secret that is in force is the published one cannot be told"
	}
	return "everybody has it, and with it all rights where the gateway accepts it"
}

// demoExpiry tells when the first of the keys ends: a published key cannot be renewed.
func demoExpiry(p *lint.Pass, group []*sites.Site) string {
	var tokens []*sites.Site
	var first time.Time
	for _, s := range group {
		if t, ok := s.Token(); ok && !t.Expires.IsZero() {
			tokens = append(tokens, s)
			if first.IsZero() || t.Expires.Before(first) {
				first = t.Expires
			}
		}
	}
	switch {
	case len(tokens) == 0:
		return ""
	case !p.Now.Ended(first):
		return "; " + keysStop(tokens, "stops", "stop") + " working on " + first.Format(time.DateOnly)
	}
	return "; " + keysStop(tokens, "stopped", "stopped") + " working on " + first.Format(time.DateOnly)
}

// isProduction goes by the paths that the configuration names, and without them by the instance's
// address, and the words in its and the file's names.
func isProduction(p *lint.Pass, i *lint.Instance, s *sites.Site) bool {
	if len(p.Config.Production) > 0 {
		return sources.Matches(p.Config.Production, s.Written.File) || i.Unit != nil && sources.Matches(p.Config.Production, i.Unit.Path)
	}
	return i.IsPublic() || lint.IsProduction(i.Name+" "+path.Dir(s.Written.File)) || !isEnvFile(s.Written.File) && lint.IsProduction(path.Base(s.Written.File))
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

// keysStop is a subject for one key, or for the first of several, with its verb.
func keysStop(tokens []*sites.Site, one, several string) string {
	if len(tokens) == 1 {
		return "the key " + one
	}
	return "the keys " + several
}
