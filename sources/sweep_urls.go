package sources

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// webAddress matches a URL.
var webAddress = regexp.MustCompile(`\b(?:https?|wss?)://[^\s"'<>` + "`" + `,;(){}|\\^]+`)

// foundURL is an address in a text.
type foundURL struct {
	url        *url.URL
	start, end int
}

const (
	maxURLs   = 500   // addresses that are looked at in one file: a bundle holds thousands
	maxPaired = 2_000 // keys of one file beside which addresses are looked for
	nearLines = 5     // how far these may stand from the key
	nearBytes = 4 << 10
)

func findURLs(b []byte, most int) []foundURL {
	var out []foundURL
	for _, at := range webAddress.FindAllIndex(b, most) {
		text := strings.TrimRight(string(b[at[0]:at[1]]), ".:!?])*")
		if u, err := url.Parse(text); err == nil && u.Hostname() != "" && !strings.ContainsAny(u.Host, "$%*[") {
			out = append(out, foundURL{u, at[0], at[0] + len(text)})
		}
	}
	return out
}

// near are the addresses within a few lines of a key, in order of place.
func (a *assignments) near(k keys.Found, at func(start, end int) Position) []NearURL {
	past := a.past
	a.past = 0
	defer func() { a.past = past }()
	own, from := at(k.Start, k.End), max(k.Start-nearBytes, 0)
	var out []NearURL
	for _, u := range findURLs(a.text[from:min(k.End+nearBytes, len(a.text))], maxURLs) {
		u.start, u.end = u.start+from, u.end+from
		n := NearURL{SweptURL: SweptURL{Name: a.name(u.start, false), URL: u.url, At: at(u.start, u.end)}}
		var between []byte // nothing, where the key is a part of the address
		if end, start := min(u.end, k.End), max(u.start, k.Start); end < start {
			between = a.text[end:start]
		}
		if n.Lines = max(n.At.Line-own.Line, own.Line-n.At.Line); n.Lines <= nearLines {
			n.Bytes, n.Together = len(between), together(between)
			n.Leads = u.end <= k.Start && len(between) < 100 && len(bytes.Trim(between, "\"'`, \t\r\n/")) == 0
			out = append(out, n)
		}
	}
	return out
}

// together says of what stands between two places whether it does not lead from one block in braces into another beside it.
func together(between []byte) bool {
	depth, lowest := 0, 0
	for _, c := range between {
		switch c {
		case '{':
			depth++
		case '}':
			depth--
			lowest = min(lowest, depth)
		}
	}
	return lowest == 0 || depth == lowest
}
