package sources

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"
)

// webAddress matches a URL.
var webAddress = regexp.MustCompile(`\b(?:https?|wss?)://[^\s"'<>` + "`" + `,;(){}|\\^]+`)

// foundURL is an address in a text.
type foundURL struct {
	url        *url.URL
	start, end int
}

// maxURLs bounds the addresses that are looked at in one file: a bundle holds thousands.
const maxURLs = 500

func findURLs(b []byte) []foundURL {
	var out []foundURL
	for _, at := range webAddress.FindAllIndex(b, maxURLs) {
		text := strings.TrimRight(string(b[at[0]:at[1]]), ".:!?])*")
		if u, err := url.Parse(text); err == nil && u.Hostname() != "" && !strings.ContainsAny(u.Host, "$%*[") {
			out = append(out, foundURL{u, at[0], at[0] + len(text)})
		}
	}
	return out
}

// leads says whether the address is all that stands in front of what begins at an offset in a call or a list:
// createClient("https://…", "eyJ…").
func (u foundURL) leads(b []byte, to int) bool {
	const longest = 100 // an indentation may be long
	return u.end <= to && to-u.end < longest && len(bytes.Trim(b[u.end:to], "\"'`, \t\r\n/")) == 0
}
