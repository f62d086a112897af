package rules

import (
	"regexp"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var refURLMismatch = &lint.Rule{
	Name:     "ref-url-mismatch",
	Summary:  "a key, or what verifies tokens, is of another project than the URL beside it",
	Severity: lint.Error,
	ByKey:    true,
	After:    []*lint.Rule{asymmetricKeyInApp},
	Doc: `A hosted project's legacy key names the project (its claim ref), and so does the URL beside it (https://<ref>.supabase.co). Where
they differ, or a self-hosted instance's key stands beside a hosted URL, every request is refused. A test's key that reached a
production build took a site down this way (jikig-ai/soleur#3006).

What verifies the users' tokens names the project as well: by the address of its key set (SUPABASE_JWKS_URL, Hasura's jwk_url), or by
the issuer that it wants (SUPABASE_JWT_ISSUER=https://<ref>.supabase.co/auth/v1). Where all Supabase URLs of its bearer lead to
another project or instance, it refuses every user who signed in there:

    SUPABASE_URL=https://abcdefghijklmnopqrst.supabase.co
    SUPABASE_JWKS_URL=https://zyxwvutsrqponmlkjihg.supabase.co/auth/v1/.well-known/jwks.json

Take URL and key from the same project. Beside a custom domain it is a warning: which project answers there cannot be told.`,
	Bad: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://abcdefghijklmnopqrst.supabase.co
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.hosted}} # HERE
`,
	Good: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://zyxwvutsrqponmlkjihg.supabase.co
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.hosted}}
`,
	Check: checkRefURLMismatch,
}

var otherProject = lint.Cause{Name: "other-project", Advice: "Take the URL and the key from the same project%s"}

func checkRefURLMismatch(p *lint.Pass) {
	p.EachPlace(func(group []*sites.Site) {
		for _, s := range group {
			message, severity := refMismatch(p, s)
			if message == "" {
				continue
			}
			p.ReportKey([]*sites.Site{s}, severity, message, otherProject.With(afterwards(p, s)))
			if severity == lint.Error { // of a custom domain nothing is certain
				p.Explain(s)
			}
		}
	})
	checkAuthorities(p)
}

// refMismatch compares the project that the key names with the host of the URL beside it.
func refMismatch(p *lint.Pass, s *sites.Site) (message string, severity lint.Severity) {
	t, ok := s.Token()
	hosts := s.Hosts()
	if !ok || t.Role != "anon" && t.Role != "service_role" || len(hosts) != 1 || sites.IsLocal(hosts) {
		return "", ""
	}
	m := sites.HostedURL.FindStringSubmatch(hosts[0])
	switch {
	case m != nil && t.Ref == m[1]:
		return "", ""
	case m != nil && t.Ref == "":
		return "the key of %s names no hosted project, so that " + hosts[0] + ", the URL beside it, refuses it: it is a self-hosted instance's", lint.Error
	case m != nil:
		return "the key of %s is of the project " + projectName(t.Ref) + ", and the URL beside it is " + hosts[0] + ", which answers with a 401", lint.Error
	case t.Ref == "":
		return "", ""
	}
	for _, i := range p.Instances {
		if i.Ref == "" && i.Answers(hosts) {
			return "the key of %s is of the hosted project " + projectName(t.Ref) + ", and the URL beside it, " + hosts[0] + ", is that of " + i.Name + ", which answers with a 401", lint.Error
		}
	}
	return "the key of %s is of the hosted project " + projectName(t.Ref) + ", and the URL beside it is " + hosts[0] + ": unless that is the project's custom domain, the key is refused", lint.Warning
}

// projectName shows a project's reference, which is no secret, if it can be one.
func projectName(ref string) string {
	if len(ref) > 24 || !projectReference.MatchString(ref) {
		return "that it names"
	}
	return ref
}

var projectReference = regexp.MustCompile(`^[a-z0-9-]+$`)
