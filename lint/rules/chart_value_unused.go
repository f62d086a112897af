package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/chart"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

var chartValueUnused = &lint.Rule{
	Name:     "chart-value-unused",
	Summary:  "a key, or the name of a Secret, is given to a chart as a value that it does not know",
	Severity: lint.Warning,
	Doc: `Helm drops a value that no template reads without a word: one that is misspelt, that has moved with another version of the
chart, or that stands outside of the subchart that it is meant for. What the chart has of its own is then deployed. Where these are
Supabase's published demo keys, with which anybody can sign, it is an error.

A value is told of where the chart is in the repository with all that it depends on, and neither its templates nor its values.yaml or
its schema name it. What a template hands on as a whole (range, with, toYaml, index, tpl) counts as read with all that is below it. The value
has no effect, so it is not compared either.

Give the value under the name that the chart reads.`,
	Bad: chartExample + `
-- clusters/home/supabase.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: supabase, namespace: supabase}
spec:
  chart:
    spec:
      chart: ./charts/keys
      sourceRef: {kind: GitRepository, name: flux-system}
  values:
    auth:
      existingSecret: supabase-keys # HERE
`,
	Good: chartExample + `
-- clusters/home/supabase.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: supabase, namespace: supabase}
spec:
  chart:
    spec:
      chart: ./charts/keys
      sourceRef: {kind: GitRepository, name: flux-system}
  values:
    jwt:
      existingSecret: supabase-keys
`,
	Check: checkChartValueUnused,
}

// chartExample is the chart of the rule's examples.
const chartExample = `
-- charts/keys/Chart.yaml --
apiVersion: v2
name: keys
version: 1.0.0
-- charts/keys/values.yaml --
jwt: {existingSecret: ""}
-- charts/keys/templates/auth.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: auth
spec:
  template:
    spec:
      containers:
        - name: auth
          image: supabase/gotrue:v2.177.0
          env:
            - name: GOTRUE_JWT_SECRET
              valueFrom: {secretKeyRef: {name: '{{ .Values.jwt.existingSecret | default "keys" }}', key: secret}}
`

var valueUnknown = lint.Cause{Name: "value-unknown-to-chart", Advice: "%s"}

// checkChartValueUnused reports what is given in vain below one value in one release once, since
// it most often is one block.
func checkChartValueUnused(p *lint.Pass) {
	for _, u := range p.Units {
		groups := map[string][]chart.Unread{}
		var order []string
		for _, v := range toldUnread(p, u) {
			key := v.Release + "\x00" + strings.TrimSuffix(v.Path, v.Name())
			if groups[key] == nil {
				order = append(order, key)
			}
			groups[key] = append(groups[key], v)
		}
		for _, key := range order {
			reportUnread(p, u, groups[key])
		}
	}
}

// toldUnread are the values that a unit's charts are given in vain, as far as they are Supabase's.
func toldUnread(p *lint.Pass, u *render.Unit) []chart.Unread {
	var told []chart.Unread
	for _, v := range u.Unread {
		if v.IsReference() && p.RunsSupabase(u) || !v.IsReference() && unreadSite(p, u, v) != nil {
			told = append(told, v)
		}
	}
	return told
}

// unreadSite is the site of a key that is given in vain; nil where it is none of Supabase's.
func unreadSite(p *lint.Pass, u *render.Unit, v chart.Unread) *sites.Site {
	for _, s := range p.Sites {
		if s.Unit == u && s.At == v.Place.At && s.Holder == inventory.UnreadHolder(v) {
			return s
		}
	}
	return nil
}

func reportUnread(p *lint.Pass, u *render.Unit, group []chart.Unread) {
	first := group[0]
	f := lint.Draft{
		Place: placeOfUnread(first), Instance: p.NameIn(u, first.Namespace),
		Message: fmt.Sprintf("%s has no effect: %s does not know it%s, and Helm drops it without a word", inventory.UnreadHolder(first), first.Chart, meant(first)),
		Cause:   valueUnknown.With(adviceForUnread(first)),
	}
	for _, v := range group[1:] {
		f.Related = append(f.Related, lint.Related{At: v.Place.At, Holder: v.Path, Says: "no effect either" + meant(v), AtName: v.IsReference()})
	}
	if live := published(p, u, group); len(live) > 0 {
		f.Severity = lint.Error
		f.Message += fmt.Sprintf("; in force is the chart's own, which is published by %s", keys.Published(live[0].Value.Text()))
		f.Related = append(f.Related, p.Related(live, f.Place.Position(), func(s *sites.Site) string { return "what is in force" })...)
	}
	p.Report(f)
}

func placeOfUnread(v chart.Unread) lint.Place {
	if v.IsReference() {
		return lint.AtName(v.Place.At, inventory.UnreadHolder(v))
	}
	return lint.AtValue(v.Place.At, inventory.UnreadHolder(v)).As(v.Slot)
}

// meant names what was perhaps meant, for the middle of a sentence.
func meant(v chart.Unread) string {
	if v.Meant == "" || !v.Slip {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", v.Meant)
}

func adviceForUnread(v chart.Unread) string {
	switch {
	case v.Meant == "":
		return fmt.Sprintf("Look up in the values.yaml of %s under which name it takes this, and give it there.", v.Chart)
	case v.Slip:
		return fmt.Sprintf("Give it as %s.", v.Meant)
	}
	return fmt.Sprintf("The chart takes such a value as %s; give it there.", v.Meant)
}

// published are the published keys that are deployed in place of what is given in vain.
func published(p *lint.Pass, u *render.Unit, group []chart.Unread) []*sites.Site {
	var live []*sites.Site
	for _, s := range p.Sites {
		if s.Unit == u && s.Standing == sites.Stored && inForceFor(p, s, group) {
			live = append(live, s)
		}
	}
	return live
}

// opaqueKeys matches the way to the name of a Secret with the opaque keys, which nobody publishes.
var opaqueKeys = regexp.MustCompile(`(?i)api_?key`)

// inForceFor says whether a published key is deployed where one of the values was to be.
func inForceFor(p *lint.Pass, s *sites.Site, group []chart.Unread) bool {
	return s.Value.IsKnown() && !p.IsIdle(s) && keys.Published(s.Value.Text()) != "" && slices.ContainsFunc(group, func(v chart.Unread) bool {
		return v.Slot == s.Slot || v.IsReference() && !opaqueKeys.MatchString(v.Path)
	})
}

// isGivenInVain says whether a published key is deployed because a value is not known to its chart,
// of which chart-value-unused tells.
func isGivenInVain(p *lint.Pass, s *sites.Site) bool {
	return s.Unit != nil && !p.IsOff(chartValueUnused.Name) && inForceFor(p, s, toldUnread(p, s.Unit))
}
