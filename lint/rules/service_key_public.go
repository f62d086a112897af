package rules

import (
	"fmt"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var serviceKeyPublic = &lint.Rule{
	Name:     "service-key-public",
	Summary:  "a server key or a JWT secret is built into what the browser gets, or sent on by a proxy for whoever asks",
	Severity: lint.Error,
	After:    []*lint.Rule{valueQuoted},
	Doc: `A variable with a public prefix (NEXT_PUBLIC_, VITE_, PUBLIC_ …) is written into the bundle at build time, where
everybody can read it. So is one that begins with a text of Vite's envPrefix, and all of a .env that a Flutter app has as an asset. A service_role or sb_secret_ key bypasses row level security: whoever loads the
page owns the database. With the JWT secret in it (NEXT_PUBLIC_SUPABASE_JWT_SECRET) they sign such a key themselves, and a session of any user.

In what was built already (keylint artifact) it is looked for in the files that a browser gets, and in the whole of an app for a phone.

Move the key to a variable without the prefix that only the server reads, and rotate it; of a secret, mint all keys anew.

So does a proxy that adds such a key to every request of a public host:

    server {
      server_name api.example.com;
      location / {
        proxy_set_header apikey eyJhbGciOi…;     # service_role
        proxy_pass http://kong:8000;
      }
    }

Nobody sees the key, and everybody is an administrator. Have the proxy send the anon key, or let only those pass who show who they are. It is
not told where something in the block may do that (auth_request, allow, an include; basic_auth, forward_auth, import).`,
	Bad: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY={{service_role}} # HERE
`,
	Good: `
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.com
SUPABASE_SERVICE_ROLE_KEY={{service_role}}
`,
	Check: checkServiceKeyPublic,
}

var (
	publicPrefix = lint.Cause{Name: "public-prefix", Advice: "Move it to a variable without the prefix that only the server reads, and rotate the key: it must be taken as published."}
	clientCode   = lint.Cause{Name: "client-code", Advice: "Have a server do what needs this key (an API route, an Edge Function), give what everybody gets the anon key, and rotate this one: it must be taken as published."}
	publicPlace  = lint.Cause{Name: "public-place", Advice: "Take it out of what is built into the app, and rotate the key: it must be taken as published."}
	publicRoute  = lint.Cause{Name: "public-route", Advice: "Send the anon key, or none, and let whoever asks bring a key; or let only those pass who show who they are."}
	publicSecret = lint.Cause{Name: "public-secret", Advice: "Move it to a variable without the prefix that only the server reads, or leave it out: a client never needs it. It must be taken as published: " +
		"make a new secret (openssl rand -base64 30), mint both keys anew with it, and put all three wherever the old ones stand."}
)

func checkServiceKeyPublic(p *lint.Pass) {
	checkServedSecrets(p)
	for _, s := range p.Sites {
		if host := openAt(p, s); host != "" {
			p.Report(lint.Draft{
				Place: lint.AtValue(s.At, ""), Instance: p.NameOf(s), Trace: s.Trace,
				Message: fmt.Sprintf("%s sends the %s key for whoever asks %s, who then passes as an administrator", s.Holder, keys.Recognize(s.Value.Text()), host),
				Cause:   publicRoute,
			})
			p.Explain(s)
			continue
		}
		if !p.Explained(s) && s.Name.PublicPrefix != "" && s.BuiltIn() && namedServerKey(p, s) {
			p.Report(lint.Draft{
				Place: lint.AtName(s.Written, ""), Instance: p.NameOf(s), Trace: s.Trace, Severity: lint.Warning, Cause: publicPrefix,
				Message: fmt.Sprintf("%s takes what its source calls %s, by its name a server key, and %s variables are built into what every browser gets",
					s.Holder, keys.ShownName(sourceName(s)), strings.TrimSuffix(s.Name.PublicPrefix, "_")+"_"),
			})
			continue
		}
		if p.Explained(s) || s.Name.PublicPrefix == "" && s.Exposed == "" && s.Carrier.Client == "" || s.Withheld || !s.Value.IsKnown() {
			continue
		}
		what, cause := "", publicPrefix
		into := strings.TrimSuffix(s.Name.PublicPrefix, "_") + "_ variables are built into what every browser gets"
		if s.Exposed != "" {
			cause, into = publicPlace, s.Exposed
		}
		switch slot := keys.Recognize(s.Value.Text()); {
		case slot.Role() == keys.Server:
			what = fmt.Sprintf("the %s key", slot)
		case holdsSecret(p, s):
			what, cause = "what signs every key and every user's session", publicSecret
		default:
			continue
		}
		message := fmt.Sprintf("%s holds %s, and %s", s.Holder, what, into)
		if s.Carrier.Client != "" {
			message, cause = fmt.Sprintf("%s holds %s, in %s", s.Holder, what, s.Carrier.Client), clientCode
		}
		p.Report(lint.Draft{Place: lint.AtValue(s.At, ""), Instance: p.NameOf(s), Trace: s.Trace, Message: message, Cause: cause})
		p.Explain(s)
	}
}

// openAt is the host at which the world may have a proxy send a server key; empty where it may not, or where that is
// not told.
func openAt(p *lint.Pass, s *sites.Site) string {
	if p.SetAside(s) || !s.Value.IsKnown() || keys.Recognize(s.Value.Text()).Role() != keys.Server {
		return ""
	}
	for _, host := range s.Asks {
		if strings.Contains(host, ".") && !strings.ContainsAny(host, "{}$*") && lint.IsWorldwide(host) && !sites.IsLocal([]string{host}) {
			return host
		}
	}
	return ""
}

// holdsSecret says whether a JWT secret stands at the site, and no word that somebody was to replace.
func holdsSecret(p *lint.Pass, s *sites.Site) bool {
	text := s.Value.Text()
	return s.Slot == keys.JWTSecret && text.Len() > 0 && (!keys.LooksLikePlaceholder(text) || keys.Published(text) != "" || signs(p, s))
}
