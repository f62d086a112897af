package sources

import (
	"regexp"
	"slices"
	"strings"
)

// caddyAsks is what a block of Caddy's asks of all that it handles (caddyserver.com/docs/caddyfile: directives/basic_auth, directives/forward_auth,
// directives/respond, matchers).
func caddyAsks(block *directive) (out demand) {
	if block.in != nil && block.wantsOther() {
		out.by = append(out.by, "the matcher "+block.arg(1))
	}
	for _, d := range block.block {
		switch d.arg(0) {
		case "basic_auth", "basicauth", "forward_auth":
			if !strings.HasPrefix(d.arg(1), "/") && !strings.HasPrefix(d.arg(1), "@") {
				out.by = append(out.by, d.arg(0))
			}
		case "import":
			out.add(d, caddyAsks(d))
		case "handle", "route":
			if slices.ContainsFunc(d.block, (*directive).refuses) && d.wantsOther() {
				out.by = append(out.by, "the matcher "+d.arg(1))
			}
		default:
			if d.refuses() && d.wantsOther() {
				out.by = append(out.by, "the matcher "+d.arg(1))
			}
		}
	}
	return out
}

// refuses says whether a directive of Caddy's answers that something is missing, or does not answer.
func (d *directive) refuses() bool {
	return d.is("abort") || (d.is("respond") || d.is("error")) && slices.ContainsFunc(d.words[1:], func(w configWord) bool { return w.text == "401" || w.text == "403" })
}

// wantsOther says whether the matcher of a directive of Caddy's looks for a credential other than the key, or tells one key from another. Other matchers tell paths,
// hosts and addresses apart.
func (d *directive) wantsOther() bool {
	name := d.arg(1)
	if !strings.HasPrefix(name, "@") {
		return false
	}
	for in := d.in; in != nil; in = in.in {
		if m := in.matcher(name); m != nil {
			return m.looksForCredential(m.words[1:])
		}
	}
	return false
}

// matcher is the one of that name in a block, or in what that imports.
func (d *directive) matcher(name string) *directive {
	for _, below := range d.block {
		if below.is(name) {
			return below
		}
		if below.brings {
			if m := below.matcher(name); m != nil {
				return m
			}
		}
	}
	return nil
}

func (d *directive) looksForCredential(words []configWord) bool {
	for len(words) > 0 && words[0].text == "not" {
		words = words[1:]
	}
	var texts []string
	for _, w := range words {
		texts = append(texts, w.text)
	}
	switch {
	case len(texts) == 0:
	case texts[0] == "header" && len(texts) > 1:
		anyValue := len(texts) == 2 || texts[2] == "*"
		return !noCaddyCredential.MatchString(texts[1]) && !(anyValue && keyHeader(strings.TrimPrefix(texts[1], "!")) != "")
	case texts[0] == "header_regexp" && len(texts) > 2:
		return !noCaddyCredential.MatchString(texts[len(texts)-2])
	case texts[0] == "expression" || strings.ContainsAny(texts[0], "{("):
		text := strings.Join(texts, " ")
		return caddyHeaderExpression.MatchString(text) && !caddyNoHeader.MatchString(text)
	}
	return slices.ContainsFunc(d.block, func(below *directive) bool { return below.looksForCredential(below.words) })
}

var (
	noCaddyCredential     = regexp.MustCompile(`(?i)^!?(?:user-agent|referer|host|origin|upgrade|connection|content-type|accept.*|x-forwarded-.*|sec-websocket-.*|access-control-.*)$`)
	caddyHeaderExpression = regexp.MustCompile(`\{(?:http\.request\.)?header\.|\bheader(?:_regexp)?\(`)
	caddyNoHeader         = regexp.MustCompile(`(?i)^(?:expression )?!?\(?\{(?:http\.request\.)?header\.(?:apikey|authorization|user-agent|referer|host|origin|upgrade|connection)\} *[!=]= *(?:""|''|null)\)?$`)
)
