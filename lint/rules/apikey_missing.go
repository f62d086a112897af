package rules

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

var apikeyMissing = &lint.Rule{
	Name:     "apikey-missing",
	Summary:  "a request that bears its key in Authorization alone, or as apikey behind the word Bearer, where the gateway wants it as apikey",
	Severity: lint.Warning,
	Doc: `Supabase's gateway lets a request for /rest/v1, /graphql/v1 or /auth/v1 pass that has a key in the header apikey, or in the parameter of that
name. It does not look at Authorization: that is PostgREST's and GoTrue's. A request with the service_role key there alone gets a 401, "No API
key found in request", whatever the key may do (raphiniert-com/ra-data-postgrest#51).

The whole of apikey has to be the key: "apikey: Bearer <key>" gets a 401 as well, "Invalid authentication credentials". That is told of a proxy's
headers, of probes and of health checks too.

It is told of curl and wget in scripts, Makefiles, CI jobs and the commands of containers, where all that the command sends is known: not
where a variable may hold further headers, where a file does, or where what follows expects the 401. It is an error where what is deployed gives the command, and a
gateway of the repository, or a hosted project, refuses it. It is not told where a gateway of the repository asks for no key there, or by
another name (key_names), or cannot be read; nor of the stack that the Supabase CLI starts.

Send the key as apikey as well: -H "apikey: $SUPABASE_SERVICE_ROLE_KEY".`,
	Bad: `
-- .github/workflows/nightly.yml --
on: {schedule: [{cron: "0 3 * * *"}]}
jobs:
  tidy:
    runs-on: ubuntu-latest
    steps:
      - run: |
          curl -X POST "$SUPABASE_URL/rest/v1/rpc/tidy" -H "Authorization: Bearer ${{ secrets.SUPABASE_SERVICE_ROLE_KEY }}" # HERE
`,
	Good: `
-- .github/workflows/nightly.yml --
on: {schedule: [{cron: "0 3 * * *"}]}
jobs:
  tidy:
    runs-on: ubuntu-latest
    steps:
      - run: |
          curl -X POST "$SUPABASE_URL/rest/v1/rpc/tidy" \
            -H "apikey: ${{ secrets.SUPABASE_SERVICE_ROLE_KEY }}" \
            -H "Authorization: Bearer ${{ secrets.SUPABASE_SERVICE_ROLE_KEY }}"
`,
	Check: checkAPIKeyMissing,
}

var behindScheme = lint.Cause{Name: "behind-scheme", Advice: `Take the word Bearer off: "apikey: <key>". It belongs in Authorization alone.`}

var onlyAuthorization = lint.Cause{Name: "only-authorization", Advice: `Send the key as apikey as well: -H "apikey: …".`}

func checkAPIKeyMissing(p *lint.Pass) {
	for _, r := range p.Requests {
		guarded, usual := p.IsGuarded(r)
		if !guarded && !usual {
			continue
		}
		draft := lint.Draft{
			Place: lint.AtName(r.At, fmt.Sprintf("%s %s %s", r.At.File, r.Program, r.Path)), Cause: onlyAuthorization,
			Message: fmt.Sprintf("%s asks %s with %s in Authorization alone: the gateway wants a key as apikey, and answers 401 \"No API key found in request\"", r.Program, sources.Shown(r.Path), keys.ShownName(r.Key)),
		}
		if r.Scheme {
			draft.Cause = behindScheme
			draft.Message = fmt.Sprintf("%s sends %s %s", r.Program, keys.ShownName(r.Key), schemeRefused)
		}
		if c := r.By; c != nil {
			if c.Carrier.Idle != "" || !c.Unit.Deployed() {
				continue
			}
			draft.Instance = p.NameIn(c.Unit, c.Namespace)
			draft.Message = c.Label() + ": " + draft.Message
			if guarded {
				draft.Severity = lint.Error
			}
		}
		p.Report(draft)
	}
	told := map[sources.Position]bool{}
	for _, r := range p.Requests {
		told[sources.Position{File: r.At.File, Line: r.At.Line}] = r.Scheme
	}
	p.EachPlaceOf(func(s *sites.Site) bool { return s.Scheme && !p.IsIdle(s) && meetsGateway(p, s) }, func(group []*sites.Site) {
		for _, s := range group {
			if p.Explain(s); !told[sources.Position{File: s.At.File, Line: s.At.Line}] {
				p.Report(lint.Draft{Place: lint.AtUse(s), Instance: p.NameOf(s), Severity: lint.Error, Cause: behindScheme, Message: s.Holder + " sends its key " + schemeRefused})
			}
		}
	})
}

// meetsGateway says whether what sends the site's key asks a gateway, for all that is known: some ask a service behind it, which does not look at apikey.
func meetsGateway(p *lint.Pass, s *sites.Site) bool {
	switch i := p.InstanceOf(s); {
	case s.SentTo == "" || sites.HostedURL.MatchString(s.SentTo):
		return true
	case s.SentTo == "localhost" || s.SentTo == "127.0.0.1":
		return s.Carrier.Backend == "Kong" || s.Carrier.Backend == "Envoy"
	default:
		return i != nil && i.Answers([]string{s.SentTo})
	}
}

const schemeRefused = `as apikey, behind the word Bearer: the gateway compares the whole of it with its keys, and answers 401 "Invalid authentication credentials"`
