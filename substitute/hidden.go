package substitute

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// What was decrypted is in no script and no file, whoever wrote these: a program could turn it into a name, a path, a message. It goes
// as marks, of which nothing tells what they stand for, and nothing is decided by it but what is the same for every secret.

// secretRun matches what of a secret makes a mark: what no program treats in a special way. The first group makes a reference or an escape of it.
var secretRun = regexp.MustCompile("([\\\\$`]|[$][{(])?[A-Za-z0-9\\x{80}-\\x{10FFFF}][A-Za-z0-9_.\\x{80}-\\x{10FFFF}-]*")

// maxSigns is how many signs of a secret may stand in the open between its marks, where a program may trip over them.
const maxSigns = 16

// secret marks a text that was decrypted.
func (m *marks) secret(from Use, text string) string {
	if notAString(text) {
		return m.unknown(from, "what programs make of a number that was decrypted is not followed")
	}
	runs := secretRun.FindAllStringSubmatch(text, -1)
	signs := len(text)
	for _, run := range runs {
		if signs -= len(run[0]); run[1] != "" {
			return m.unknown(from, "what stands behind a \"$\" or a \"\\\" in its value is not followed")
		}
	}
	if signs > maxSigns || 2*signs > len(text) {
		return m.unknown(from, "what programs make of so many signs in a decrypted value is not followed")
	}
	if len(runs) == 1 && runs[0][0] == text {
		return m.add(piece{use: from, text: keys.NewText(text), secret: true})
	}
	within := new(string) // a run of it is worth nothing without the others
	*within = secretRun.ReplaceAllStringFunc(text, func(run string) string {
		return m.add(piece{use: from, text: keys.NewText(run), secret: true, within: within})
	})
	return *within
}

// named matches such a text of which the names are names for certain, and not the beginnings of something in base64.
var named = regexp.MustCompile(`^(\s*(export\s+)?([A-Z]+(_[A-Z0-9]+)*=[^=\n][^\n]*|[A-Z]+(_[A-Z0-9]+)+=)?(\n|$))+$`)

// variables are the lines of a file of variables, which a script may source; none of any other text.
func (m *marks) variables(v keys.Value) []string {
	text := v.Text().Reveal()
	if !v.IsKnown() || !assignments.MatchString(text) {
		return nil
	}
	if s := m.standins.Stretches(text); len(s) > 0 && s[0].Secret && !named.MatchString(text) {
		return nil
	}
	return strings.SplitAfter(text, "\n")
}

// document marks what was decrypted in a text of which the rest is a configuration or a script; unknown says why nothing of it can be told.
func (m *marks) document(source, text string) (out, unknown string) {
	stretches := m.standins.Stretches(text)
	for _, s := range stretches {
		switch {
		case !s.Secret || !strings.Contains(strings.TrimSpace(s.Text), "\n"):
		case strings.Contains(text, "_format_version"):
			return m.decryptedKong(text), ""
		default:
			return "", "what programs make of " + source + ", which was decrypted, is not followed"
		}
	}
	var b strings.Builder
	for _, s := range stretches {
		switch {
		case !s.Secret:
			b.WriteString(s.Text)
		case strings.ContainsAny(last(b.String()), "\\$`"):
			return "", "what a sign makes of the decrypted part of " + source + " is not followed"
		default:
			b.WriteString(m.secret(Use{}, s.Text))
		}
	}
	return b.String(), ""
}

// decryptedKong marks a whole configuration of Kong that was decrypted, but for what every one of them holds, and references. One word has one
// mark: what is called by it is found by it.
func (m *marks) decryptedKong(text string) string {
	marked := map[string]string{}
	return kongWord.ReplaceAllStringFunc(text, func(word string) string {
		switch {
		case kongWords[word], isReference(word):
			return word
		case notAString(word), strings.ContainsAny(word, "$\\`"):
			return m.unknown(Use{}, "what programs make of this part of a decrypted configuration is not followed")
		}
		if marked[word] == "" {
			marked[word] = m.add(piece{text: keys.NewText(word), secret: true, alone: true})
		}
		return marked[word]
	})
}

var (
	// kongWord matches a word of a configuration, or a row of signs that is no YAML.
	kongWord = regexp.MustCompile("[$`\\\\]*[{(]?[A-Za-z0-9_\\x{80}-\\x{10FFFF}](?:[A-Za-z0-9_\\x{80}-\\x{10FFFF}-]|[.][A-Za-z0-9])*|[!@#%^&*+=~;<>?|/\\\\$`]{4,}")

	// kongReference matches what is filled in, or to be.
	kongReference = regexp.MustCompile(`^[$][{(]?[A-Z_][A-Z0-9_]*$|^_*[A-Z]+(_+[A-Z0-9]+)+_*$`)
)

func isReference(word string) bool { return kongReference.MatchString(word) }

// kongWords are the fields and the plugins of Kong (kong/db/schema/entities, kong/plugins), and what Supabase's own configuration
// holds (supabase/supabase docker/volumes/api/kong.yml).
var kongWords = words(`_format_version _transform 1.1 2.1 3.0 1 2 3 true false null on off yes no
	services routes consumers plugins upstreams targets certificates snis ca_certificates vaults keys key_sets consumer_groups
	name url protocol host port path retries connect_timeout write_timeout read_timeout tags enabled id client_certificate tls_verify
	paths methods hosts headers strip_path preserve_host protocols regex_priority path_handling https_redirect_status_code
	request_buffering response_buffering http https grpc grpcs tcp tls ws wss GET POST PUT PATCH DELETE HEAD OPTIONS
	username custom_id consumer service route group groups key ttl secret algorithm rsa_public_key
	keyauth_credentials basicauth_credentials hmacauth_credentials jwt_secrets oauth2_credentials acls
	key-auth basic-auth hmac-auth jwt acl oauth2 cors ip-restriction rate-limiting request-size-limiting response-ratelimiting bot-detection
	request-termination request-transformer response-transformer request-transformer-advanced correlation-id pre-function post-function
	prometheus file-log http-log tcp-log udp-log syslog statsd zipkin opentelemetry proxy-cache session
	config key_names key_in_header key_in_query key_in_body hide_credentials anonymous run_on_preflight realm allow deny whitelist blacklist
	hide_groups_header always_use_authenticated_groups origins credentials exposed_headers max_age access body_filter header_filter log
	add append remove rename replace body querystring uri http_method minute hour second day policy local limit_by
	apikey Authorization authorization Bearer headers.apikey headers.authorization or
	anon service_role anon-key service-key anon_key service_key admin dashboard DASHBOARD
	auth rest storage realtime realtime-dev.supabase-realtime functions analytics meta studio kong graphql pg mcp api v1 verify callback authorize
	auth-v1 auth-v1-open auth-v1-open-callback auth-v1-open-authorize rest-v1 graphql-v1 realtime-v1 realtime-v1-ws realtime-v1-rest storage-v1
	functions-v1 analytics-v1 auth-v1-all rest-v1-all graphql-v1-all realtime-v1-all storage-v1-all functions-v1-all analytics-v1-all
	supabase svc cluster local socket rpc 80 443 3000 4000 5000 8000 8080 8443 9000 9999`)

func words(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

// holdsSecret says whether something that was decrypted stands in a text.
func (m *marks) holdsSecret(text string) bool {
	for _, at := range valueMark.FindAllStringSubmatch(text, -1) {
		if p, ok := m.piece(at[1]); ok && p.secret {
			return true
		}
	}
	return false
}

// equal says whether two texts with marks are the same, and whether that can be told. Of what was decrypted only whole values are
// compared, and with one another: a script may hold any number of guesses.
func (m *marks) equal(a, b string) (equal, told bool) {
	if a == b {
		return true, true
	}
	if m.holdsSecret(a) || m.holdsSecret(b) {
		whole := func(text string) bool {
			at := wholeMark.FindStringSubmatch(text)
			if at == nil {
				return false
			}
			p, ok := m.piece(at[1])
			return ok && p.secret && p.within == nil && !p.alone
		}
		short := func(text string) bool { return len(text) < keys.MinHidden && !strings.ContainsAny(text, markRunes) }
		switch {
		case a == "", b == "": // what was decrypted is not
			return false, true
		case whole(a) && short(b), whole(b) && short(a):
			return false, true
		case !whole(a) || !whole(b):
			return false, false
		}
	}
	x, _ := m.resolve(a)
	y, _ := m.resolve(b)
	return x.Equal(y), x.IsKnown() && y.IsKnown()
}

// finds says whether an expression matches in a line with marks. What was decrypted can hold no sign that a script puts round a
// placeholder: that such a one is there can be told.
func (m *marks) finds(expr *regexp.Regexp, line string) status {
	if !m.holdsSecret(line) {
		v, _ := m.resolve(line)
		if !v.IsKnown() {
			return unclear
		}
		return is(expr.MatchString(v.Text().Reveal()))
	}
	text, whole := expr.LiteralPrefix()
	begin := strings.IndexAny(text, "${}%<>@")
	if !whole || begin < 0 {
		return unclear
	}
	if strings.Contains(line, text) {
		return success
	}
	if sign := text[begin : begin+1]; !strings.Contains(line, sign) {
		return failure
	}
	return unclear
}
