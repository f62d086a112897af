package report

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/keylint/keylint/sources"
)

// Source is where a forge shows the files of the commit that was linted.
type Source struct {
	Repository string // "https://github.com/acme/infra"
	Commit     string // 40 hex digits
	blob       string // "/blob/", as the forge has it
}

var (
	commitID = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)
	webPlace = regexp.MustCompile(`^https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~-]+)*$`)
)

// SourceFromEnvironment reads what GitHub Actions and GitLab CI say of the run that they do.
// It is the zero value elsewhere, and where what they say has not the form that it should.
//
// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
// https://docs.gitlab.com/ci/variables/predefined_variables/
func SourceFromEnvironment(env func(string) string) Source {
	for _, s := range []Source{
		{env("GITHUB_SERVER_URL") + "/" + env("GITHUB_REPOSITORY"), env("GITHUB_SHA"), "/blob/"},
		{env("CI_PROJECT_URL"), env("CI_COMMIT_SHA"), "/-/blob/"},
	} {
		if webPlace.MatchString(s.Repository) && commitID.MatchString(s.Commit) {
			return s
		}
	}
	return Source{}
}

// link is the address of a place; empty where the source is not known.
func (s Source) link(at sources.Position) string {
	if s.blob == "" || at.File == "" {
		return ""
	}
	segments := strings.Split(at.File, "/")
	for i := range segments {
		// A parenthesis would end the address of a Markdown link.
		segments[i] = strings.NewReplacer("(", "%28", ")", "%29", "'", "%27", "*", "%2A").Replace(url.PathEscape(segments[i]))
	}
	link := s.Repository + s.blob + s.Commit + "/" + strings.Join(segments, "/")
	if at.Line > 0 {
		link += fmt.Sprintf("#L%d", at.Line)
	}
	return link
}
