package rules_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// twoStacks are two instances, each with a gateway and its own host, a hosted project that an app is built for, and the Supabase CLI's stack.
const twoStacks = `
-- .git/HEAD --
ref: refs/heads/main
-- prod/stack.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: prod}
data:
  kong.yml: |
    _format_version: "3.0"
    consumers:
      - {username: anon, keyauth_credentials: [{key: {{anon}}}, {key: {{publishable}}}]}
      - {username: service_role, keyauth_credentials: [{key: {{service_role}}}]}
---
apiVersion: v1
kind: Secret
metadata: {name: supabase, namespace: prod}
stringData: {ANON_KEY: {{anon}}, SERVICE_ROLE_KEY: {{service_role}}, JWT_SECRET: {{jwt_secret}}, SUPABASE_PUBLIC_URL: "https://supabase.example.com"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: studio, namespace: prod}
spec: {template: {spec: {containers: [{name: studio, image: supabase/studio, env: [{name: SUPABASE_PUBLIC_URL, value: "https://supabase.example.com"}, {name: SUPABASE_ANON_KEY, valueFrom: {secretKeyRef: {name: supabase, key: ANON_KEY}}}]}]}}}
-- dev/stack.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: dev}
data:
  kong.yml: |
    _format_version: "3.0"
    consumers:
      - {username: anon, keyauth_credentials: [{key: {{anon.old}}}]}
---
apiVersion: v1
kind: Secret
metadata: {name: supabase, namespace: dev}
stringData: {ANON_KEY: {{anon.old}}, JWT_SECRET: {{jwt_secret.old}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: studio, namespace: dev}
spec: {template: {spec: {containers: [{name: studio, image: supabase/studio, env: [{name: SUPABASE_PUBLIC_URL, value: "https://supabase.dev.example.com"}, {name: SUPABASE_ANON_KEY, valueFrom: {secretKeyRef: {name: supabase, key: ANON_KEY}}}]}]}}}
-- supabase/config.toml --
[api]
port = 54321
`

// TestBuilt: what is said of a key in what was built, by what stands near it and where it lies.
func TestBuilt(t *testing.T) {
	const prod, dev = `"https://supabase.example.com"`, `"https://supabase.dev.example.com"`
	for name, c := range map[string]struct {
		file, text string
		want       []string // findings by their rules, and outcomes with their reasons
	}{
		"right":                       {"a.js", `a=` + prod + `,b="{{anon}}"`, []string{"agree"}},
		"of another kind":             {"a.js", `a=` + prod + `,b="{{publishable}}"`, []string{"agree"}},
		"the other stack's":           {"a.js", `a=` + prod + `,b="{{anon.old}}"`, []string{"app-key-rejected", "disagree"}},
		"right there":                 {"a.js", `a=` + dev + `,b="{{anon.old}}"`, []string{"agree"}},
		"each beside its own":         {"a.js", `[{u:` + prod + `,k:"{{anon}}"},` + strings.Repeat("0,", 200) + `{u:` + dev + `,k:"{{anon.old}}"}]`, []string{"agree", "agree"}},
		"between two":                 {"a.js", `[` + prod + `,"{{publishable}}",` + dev + `]`, []string{"unknown: dev and prod answer at the URL beside it, and which of them is in force is not known"}},
		"its secret signed it":        {"a.js", `a="https://react.dev",b="{{anon.expired}}"`, []string{"app-key-rejected", "disagree"}},
		"nobody's":                    {"a.js", `a="https://react.dev",b="{{anon.weak}}"`, []string{"unknown: no URL of Supabase that the repository knows stands near it in what was built, and it is the key of none of its instances"}},
		"an instance's own, no URL":   {"a.js", `b="{{anon}}"`, []string{"unknown: only its key says that it belongs to prod"}},
		"a hosted project's":          {"a.js", `a="https://zyxwvutsrqponmlkjihg.supabase.co",b="{{anon.hosted}}"`, []string{"unknown: what the hosted project accepts is not in the repository"}},
		"of another hosted project":   {"a.js", `a="https://abcdefghijklmnopqrst.supabase.co",b="{{anon.hosted}}"`, []string{"ref-url-mismatch", "disagree"}},
		"among two hosted projects":   {"a.js", `["https://abcdefghijklmnopqrst.supabase.co","{{anon.hosted}}",1,"https://zyxwvutsrqponmlkjihg.supabase.co"]`, []string{"unknown: what the hosted project accepts is not in the repository"}},
		"hosted, at the gateway":      {"a.js", `a=` + prod + `,b="{{anon.hosted}}"`, []string{"ref-url-mismatch", "disagree"}},
		"expired":                     {"a.js", `a=` + prod + `,b="{{anon.expired}}"`, []string{"app-key-rejected", "disagree"}},
		"the CLI's, locally":          {"a.js", `a="http://127.0.0.1:54321",b="{{anon.cli}}"`, nil},
		"the CLI's, at the gateway":   {"a.js", `a=` + prod + `,b="{{anon.cli}}"`, []string{"app-key-rejected", "disagree"}},
		"a package's":                 {"node_modules/x/a.js", `a=` + prod + `,b="{{anon.expired}}"`, []string{"app-key-rejected", "disagree"}}, // signed with the stack's secret: no package's
		"another package's":           {"node_modules/x/a.js", `a=` + prod + `,b="{{anon.weak}}"`, nil},
		"a test's":                    {"tests/a.js", `a=` + prod + `,b="{{anon.weak}}"`, nil},
		"of an app that is called so": {"apps/docs/.next/server/a.js", `a=` + prod + `,b="{{anon.weak}}"`, []string{"app-key-rejected", "disagree"}},
		"a user's token":              {"a.js", `a=` + prod + `,b="{{anon.session}}"`, nil},
		"a server key":                {"public/a.js", `a=` + prod + `,b="{{service_role}}"`, []string{"service-key-public", "disagree"}},
		"in the server's part":        {".next/server/a.js", `a=` + prod + `,b="{{service_role}}"`, []string{"server-secret-in-build", "agree"}},
		"stale in the server's part":  {".next/server/a.js", `a=` + prod + `,b="{{service_role.old}}"`, []string{"server-key-rejected", "server-secret-in-build", "disagree"}},
		"a demo server key":           {"public/a.js", `a="http://localhost:54321",b="{{service_role.cli}}"`, nil},
		"of another environment":      {"public/env.js", `STAGING_SUPABASE_URL:` + dev + `,STAGING_SUPABASE_ANON_KEY:"{{anon.old}}"`, []string{"agree"}},
		"by its variable":             {"public/env.js", `SUPABASE_URL:` + prod + `,SUPABASE_ANON_KEY:"{{anon}}"`, []string{"agree"}},
	} {
		if got := judgeBuilt(t, c.file, testkeys.Fill(c.text)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// judgeBuilt is what is said of a directory with one file, in the repository of two stacks.
func judgeBuilt(t *testing.T, file, text string) []string {
	t.Helper()
	repo, built := writeArchive(t, twoStacks), t.TempDir()
	name := filepath.Join(built, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	looked, err := sources.LookInto([]string{built})
	if err != nil {
		t.Fatal(err)
	}
	r, err := sources.Open(sources.Options{Paths: []string{repo}, Ledger: &keys.Ledger{}, Built: looked})
	if err != nil {
		t.Fatal(err)
	}
	result := lint.Check(lint.Group(sites.Collect(r, render.Units(r)), lint.Config{}), rules.All(), keys.At(testkeys.Now))
	var out, outcomes []string
	for _, f := range result.Findings {
		out = append(out, f.Rule)
	}
	all := result.Unplaced
	for _, i := range result.Instances {
		all = append(all, i.Sites...)
	}
	for _, j := range all {
		if j.Site.Carrier.Artifact == nil {
			continue
		}
		outcome := string(j.Outcome)
		if j.Why != "" {
			outcome += ": " + j.Why
		}
		outcomes = append(outcomes, outcome)
	}
	slices.Sort(out)
	return append(out, outcomes...)
}
