package sources

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

var (
	// haproxyHeader matches a rule that sets a header, whose value may be quoted in several ways
	// (docs.haproxy.org: configuration, "http-request set-header").
	haproxyHeader   = regexp.MustCompile(`^\s*http-request\s+(?:set|add)-header\s+(\S+)\s+(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|((?:[^\s\\"'#]|\\.)+))`)
	haproxySection  = regexp.MustCompile(`^(global|defaults|frontend|backend|listen)\b`)
	haproxyServer   = regexp.MustCompile(`^\s+server(?:-template\s+\S+)?\s+\S+\s+(\S+)`)
	haproxyVariable = regexp.MustCompile(`^"?\$\{?([A-Za-z_]\w*)\}?"?$|^%\[env\(([A-Za-z_]\w*)\)\]$`)
	haproxyKeys     = regexp.MustCompile(`(?i)\b(?:req\.)?(?:hdr|fhdr)\(apikey\)`)
)

// haproxyHeaders finds the keys that HAProxy sets, with the server of the same section.
func haproxyHeaders(text string) []ProxyHeader {
	var out []ProxyHeader
	section := 0 // where in out the headers of the section begin
	var to []*url.URL
	end := func() {
		for i := section; i < len(out) && len(to) == 1; i++ {
			out[i].Upstream = to[0]
		}
		section, to = len(out), nil
	}
	for n, line := range strings.Split(text, "\n") {
		if haproxySection.MatchString(line) {
			end()
		}
		if m := haproxyServer.FindStringSubmatch(line); m != nil {
			if u := upstream(m[1], nil); u != nil {
				to = append(to, u)
			}
		}
		m := haproxyHeader.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		name := line[m[2]:m[3]]
		from, till := m[4], m[5]
		for _, group := range []int{6, 8} {
			if from < 0 {
				from, till = m[group], m[group+1]
			}
		}
		value := strings.ReplaceAll(line[from:till], `\ `, " ")
		key, ok := keys.InHeader(name, value)
		if !ok {
			continue
		}
		from += key.Offset + strings.Count(line[from:till], `\ `)
		h := ProxyHeader{Directive: "http-request set-header " + name, Scheme: key.Scheme, Key: key.Text, Line: n + 1, Column: from + 1, EndColumn: till + 1}
		if v := haproxyVariable.FindStringSubmatch(key.Reveal()); v != nil {
			h.Variable = v[1] + v[2]
		} else if strings.ContainsAny(key.Reveal(), "%$") { // a sample of what was sent
			continue
		}
		out = append(out, h)
	}
	end()
	return out
}

// haproxyChecks finds where HAProxy looks at the header apikey, to let pass only some.
func haproxyChecks(text string) (check KeyCheck) {
	for n, l := range strings.Split(text, "\n") {
		if m := haproxyServer.FindStringSubmatch(l); m != nil {
			if u := upstream(m[1], nil); u != nil {
				check.Hosts = append(check.Hosts, u.Hostname())
			}
		}
		fields := strings.Fields(l)
		if len(fields) > 1 && (fields[0] == "acl" || fields[0] == "http-request" && fields[1] == "deny") && haproxyKeys.MatchString(l) && !strings.Contains(l, "-m found") && check.Line == 0 {
			check.Line = n + 1
		}
	}
	return check
}
