package rules

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var valueQuoted = &lint.Rule{
	Name:     "value-quoted",
	Summary:  "quotes are part of a key",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{valueWhitespace},
	Doc: `Who reads an env file decides what quotes mean: dotenv and compose take them off; kustomize's envs:, kubectl create secret
--from-env-file, docker run --env-file and compose's format: raw keep them, and the key then begins and ends with a quote. In a Secret, quotes inside the
base64 are kept too.

Take the quotes off where the value is written.`,
	Bad: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
  JWT_SECRET: '"{{jwt_secret}}"' # HERE
`,
	Good: `
-- k8s/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: {{anon}}
  JWT_SECRET: "{{jwt_secret}}"
`,
	Check: checkValueQuoted,
}

var (
	readerKeepsQuotes = lint.Cause{Name: "reader-keeps-quotes", Advice: "Take the quotes off: kustomize's envs:, kubectl's --from-env-file, docker's --env-file and compose's format: raw keep them, other than dotenv and compose's own format."}
	quotesInValue     = lint.Cause{Name: "quotes-in-value", Advice: "Take the quotes off the value itself: those that YAML needs stand round it once."}
)

func checkValueQuoted(p *lint.Pass) {
	p.EachPlace(func(group []*sites.Site) {
		var wrong []*sites.Site
		for _, s := range group {
			if keys.Quoted(s.Value.Text()) {
				wrong = append(wrong, s)
			}
		}
		if len(wrong) == 0 {
			return
		}
		p.ReportKey(wrong, severityOfRim(p, wrong), whatItIs(wrong)+" of %s has quotes that are part of the value"+whoTrims(p, wrong, "them"), whyQuoted(p, wrong[0]))
		p.Explain(wrong...)
	})
}

// whyQuoted names the reader that keeps the quotes.
func whyQuoted(p *lint.Pass, s *sites.Site) lint.Cause {
	if f := p.Repo.File(s.Written.File); f != nil && f.IsDotenv() {
		return readerKeepsQuotes
	}
	return quotesInValue
}
