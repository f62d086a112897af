package rules

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var valueInterpolated = &lint.Rule{
	Name:     "value-interpolated",
	Summary:  "a part of a key is taken for a variable or a comment",
	Severity: lint.Warning,
	ByKey:    true,
	After:    []*lint.Rule{valueDoubleBase64},
	Doc: `In a .env file that compose or Next.js reads, $name and ${name} are replaced, by nothing where no such variable is; an unquoted
# begins a comment. API keys hold neither character, a JWT secret may. What arrives is another secret than the one that is written.

"docker stack deploy" knows no variable within a default: of ${JWKS:-${JWT_SECRET}}, which compose reads as one may hope, it makes
the text ${JWT_SECRET} where JWKS is not set, and puts a "}" behind the value where it is. That is an error.

Put the value in single quotes, in a compose file write $$ for $, or make a secret without either character.`,
	Bad: `
-- .env --
JWT_SECRET=a-secret-for$tests-with-at-least-32-characters-in-it # HERE
ANON_KEY={{anon}}
SERVICE_ROLE_KEY={{service_role}}
-- docker-compose.yml --
services:
  auth:
    image: supabase/gotrue:v2.170.0
    environment:
      GOTRUE_JWT_SECRET: ${JWT_SECRET}
`,
	Good: `
-- .env --
JWT_SECRET={{jwt_secret}}
ANON_KEY={{anon}}
SERVICE_ROLE_KEY={{service_role}}
-- docker-compose.yml --
services:
  auth:
    image: supabase/gotrue:v2.170.0
    environment:
      GOTRUE_JWT_SECRET: ${JWT_SECRET}
`,
	Check: checkValueInterpolated,
}

var dollarExpanded = lint.Cause{Name: "interpolated", Advice: "Put the value in single quotes (in a compose file, write $$ for $), or make a secret without that character: openssl rand -hex 32."}

func checkValueInterpolated(p *lint.Pass) {
	checkSwarmDefaults(p)
	p.EachPlace(func(group []*sites.Site) {
		first := group[0]
		why := interpolated(p, first)
		if why == "" {
			return
		}
		p.ReportKey(group, "", whatItIs(group)+" of %s is not what is written there: "+why,
			dollarExpanded)
		if first.Slot == keys.JWTSecret {
			p.Explain(group...)
		}
	})
}

var variableInText = regexp.MustCompile(`\$[A-Za-z_]`)

// interpolated says what of a value's text on disk its reader takes for something else.
func interpolated(p *lint.Pass, s *sites.Site) string {
	f := p.Repo.File(s.Written.File)
	if f == nil || f.Encrypted() || s.Written.Column < 2 || !f.IsDotenv() && (s.Unit == nil || s.Unit.Compose == nil) {
		return ""
	}
	line := f.Line(s.Written.Line)
	end := s.Written.EndColumn - 1
	if end <= 0 || end > len(line) || s.Written.Column-1 > end {
		return ""
	}
	written, rest := line[s.Written.Column-1:end], line[end:]
	plain := strings.ReplaceAll(written, `\$`, "$")
	if s.Unit != nil && s.Unit.Compose != nil {
		plain = strings.ReplaceAll(written, "$$", "$")
	}
	switch {
	case s.Value.Text().Equal(keys.NewText(plain)) && plain != written:
		return "" // every $ is escaped
	case keys.ReferenceName(written) != "" || s.Value.Text().Equal(keys.NewText(written)) && !strings.HasPrefix(rest, "#"):
		return ""
	case f.IsDotenv() && strings.HasPrefix(rest, "#") && !strings.ContainsRune("'\"`", rune(line[s.Written.Column-2])):
		return "from the # on it is taken for a comment"
	case variableInText.MatchString(written):
		return "what follows the $ is taken for the name of a variable, and replaced by its value or by nothing"
	}
	return ""
}
