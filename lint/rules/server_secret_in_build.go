package rules

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

var serverSecretInBuild = &lint.Rule{
	Name:     "server-secret-in-build",
	Summary:  "a server key or a JWT secret is a build argument or a variable of an image",
	Severity: lint.Warning,
	Doc: `An ENV is a part of the image, and an ARG stands in its history ("docker history --no-trunc") and in the build's
provenance: whoever can pull the image can read the key. BuildKit warns of it too (SecretsUsedInArgOrEnv).

The command artifact finds it in what was built: in an image's environment, its history, and any of its layers. A file that a layer above
removes is still in the one below.

Give the key to the container when it runs. A build that needs it takes it as a secret: RUN --mount=type=secret,id=….`,
	Bad: `
-- apps/web/Dockerfile --
FROM node:22
# HERE
ARG SUPABASE_SERVICE_ROLE_KEY
COPY . .
RUN npm run build
`,
	Good: `
-- apps/web/Dockerfile --
FROM node:22
COPY . .
RUN --mount=type=secret,id=service_role,env=SUPABASE_SERVICE_ROLE_KEY npm run build
`,
	Check: checkServerSecretInBuild,
}

var keptInImage = lint.Cause{Name: "kept-in-image", Advice: "Give it to the container when it runs (a Secret, env_file), or to the build as a secret: RUN --mount=type=secret."}

// checkServerSecretInBuild reports each name of a Dockerfile once, whatever its value is.
func checkServerSecretInBuild(p *lint.Pass) {
	checkGivenSecrets(p)
	checkKeptSecrets(p)
	seen := map[*sources.File]bool{}
	for _, b := range p.Builds {
		if seen[b.File] {
			continue // another service builds it too
		}
		seen[b.File] = true
		told := map[string]bool{}
		for _, a := range b.Parsed.Assignments {
			name := p.Names.Of(a.Name)
			slot := name.SlotOf(keys.Known(a.Value))
			if recognized := keys.Recognize(a.Value); recognized != "" {
				slot = recognized
			} else if !name.Strong || name.AnyRole {
				continue
			}
			if !a.Arg && !a.Value.IsAbsent() && (a.Value.Len() == 0 || keys.IsPlaceholder(a.Value)) {
				continue // a dummy for the build
			}
			if name.PublicPrefix != "" || told[a.Name] || slot == keys.JWKS || slot.Role() != keys.Server && slot.Role() != keys.Signing {
				continue
			}
			told[a.Name] = true
			kind, keeps := "ENV", "the image itself"
			if a.Arg {
				kind, keeps = "ARG", "the image's history"
			}
			place := lint.AtValue(b.At(a), kind+" "+a.Name)
			if a.Value.IsAbsent() {
				place = lint.AtName(b.At(a), kind+" "+a.Name)
			}
			p.Report(lint.Draft{
				Place:   place,
				Message: fmt.Sprintf("%s %s takes a %s into %s, where everybody reads it who can pull the image", kind, a.Name, secretWord(slot), keeps),
				Cause:   keptInImage,
			})
		}
	}
}

// checkGivenSecrets reports what a CI job gives a build whose Dockerfile is not here, and cannot tell it.
func checkGivenSecrets(p *lint.Pass) {
	built := map[*inventory.Carrier]bool{}
	for _, b := range p.Builds {
		built[b.Arguments] = true
	}
	for _, s := range p.Sites {
		if !s.Carrier.Job || s.Carrier.Kind != inventory.InBuild || built[s.Carrier] || s.Name.PublicPrefix != "" || s.Slot == keys.JWKS ||
			s.Role != keys.Server && s.Role != keys.Signing || !s.Value.IsKnown() && s.Value.Source() == "" {
			continue
		}
		place := lint.AtName(s.At, s.Variable)
		if s.Value.IsKnown() {
			place = lint.AtValue(s.At, s.Variable)
		}
		p.Report(lint.Draft{
			Place: place, Instance: p.NameOf(s), Trace: s.Trace, Cause: keptInImage,
			Message: fmt.Sprintf("%s gives a %s to the build of an image as an argument, which stands in the image's history: everybody reads it who can pull the image", s.Holder, secretWord(s.Slot)),
		})
	}
}

// secretWord names a slot whose key must not be seen.
func secretWord(slot keys.Slot) string {
	if slot.Role() == keys.Signing {
		return "JWT secret"
	}
	return "server key"
}
