package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Included is a file that a proxy's configuration brings in.
type Included struct {
	Name string
	Text []byte
}

// Includes finds the files that a name, or a pattern of names, brings in; there are none where the repository has none.
type Includes func(pattern string) []Included

// included matches what brings in another file (nginx.org/en/docs/ngx_core_module.html#include), or a snippet too
// (caddyserver.com/docs/caddyfile/directives/import).
var included = regexp.MustCompile(`(?m)(?:^|[{;\s])(include|import)\s+\S`)

// BringsIn is a cheap test of the text for that.
func BringsIn(b []byte) bool { return included.Match(b) }

// What is brought in is bounded, since each file may bring in others many times over.
const (
	maxIncludeDepth = 5
	maxIncluded     = 20000 // directives,
	perDirective    = 40    // bytes of a file that count as one
)

// wholeConfig is a configuration of nginx or Caddy with what it includes.
type wholeConfig struct {
	*directive
	nginx bool
	takes bool // see takesHeaders

	includes Includes
	snippets map[string]*directive
	left     int
}

// join reads a configuration of nginx or Caddy; nil where it is neither.
func join(b []byte, includes Includes) *wholeConfig {
	j := &wholeConfig{nginx: bytes.Contains(b, []byte("proxy_pass")), takes: takesHeaders(b), includes: includes, snippets: map[string]*directive{}, left: maxIncluded}
	if !j.nginx && !bytes.Contains(b, []byte("reverse_proxy")) {
		m := included.FindSubmatch(b)
		if includes == nil || m == nil {
			return nil
		}
		j.nginx = string(m[1]) == "include"
	}
	j.directive = parseDirectives(string(b), j.nginx)
	j.bring(j.directive, 0)
	return j
}

// bring puts what is included into the block of what includes it. A snippet stands where it is imported, and not where it is defined.
func (j *wholeConfig) bring(in *directive, depth int) {
	in.block = slices.DeleteFunc(in.block, func(d *directive) bool {
		name := d.arg(0)
		snippet := !j.nginx && len(name) > 2 && name[0] == '(' && name[len(name)-1] == ')'
		if snippet {
			j.snippets[name[1:len(name)-1]] = d
		}
		return snippet
	})
	for _, d := range in.block {
		switch d.brings = len(d.words) > 1 && (j.nginx && d.is("include") || !j.nginx && d.is("import")); {
		case !d.brings:
			j.bring(d, depth)
		case depth == maxIncludeDepth || j.left <= 0:
			d.unseen = "brings in too much"
		default:
			j.fill(d)
			j.bring(d, depth+1)
		}
	}
}

func (j *wholeConfig) fill(d *directive) {
	if snippet := j.snippets[d.arg(1)]; snippet != nil && !j.nginx {
		d.block = j.copies(snippet.block, d, d.words[2:])
		return
	}
	if j.includes == nil {
		return
	}
	files := j.includes(d.arg(1))
	if len(files) == 0 {
		d.unseen = "is not in the repository"
	}
	for _, f := range files {
		j.left -= 1 + len(f.Text)/perDirective
		j.takes = j.takes || takesHeaders(f.Text)
		top := parseDirectives(string(f.Text), j.nginx)
		top.each(func(below *directive) { below.file = f.Name })
		for _, below := range top.block {
			below.in = d
		}
		d.block = append(d.block, top.block...)
	}
}

// snippetArgument matches what stands in a snippet for one of the words behind its name, and for all of them.
var snippetArgument = regexp.MustCompile(`\{args(?:\.|\[)(\d+)\]?\}`)

// copies are the directives of a snippet with the words that it is imported with.
func (j *wholeConfig) copies(block []*directive, in *directive, args []configWord) []*directive {
	var out []*directive
	for _, d := range block {
		if j.left--; j.left < 0 {
			in.unseen = "brings in too much"
			break
		}
		c := &directive{in: in, file: d.file}
		for _, w := range d.words {
			if w.text == "{args[:]}" {
				c.words = append(c.words, args...)
				continue
			}
			w.text = snippetArgument.ReplaceAllStringFunc(w.text, func(whole string) string {
				if n, err := strconv.Atoi(snippetArgument.FindStringSubmatch(whole)[1]); err == nil && n < len(args) {
					return args[n].text
				}
				return whole
			})
			c.words = append(c.words, w)
		}
		c.block = j.copies(d.block, c, args)
		out = append(out, c)
	}
	return out
}

// scope is the block that the directive is in force in: what is included is so where it is.
func (d *directive) scope() *directive {
	in := d.in
	for in.in != nil && in.brings {
		in = in.in
	}
	return in
}

// asksNothing says whether it is known of an include whose file is not in the repository that it lets pass whatever it is sent: those of nginx' packages and
// of certbot, what is called after TLS or the like, and a pattern at the top, which brings servers of their own or modules.
func (d *directive) asksNothing() bool {
	name := strings.ToLower(d.arg(1))
	if scope := d.scope(); strings.Contains(name, "*") && (scope.in == nil || scope.is("http")) {
		return true
	}
	return harmlessDirectory.MatchString(name) || harmlessInclude.MatchString(path.Base(name)) && !askingName.MatchString(path.Base(name))
}

var (
	harmlessInclude = regexp.MustCompile(`^(?:mime\.types|(?:proxy|fastcgi|uwsgi|scgi)[_-]params|fastcgi(?:-php)?\.conf|proxy\.conf|general\.conf|resolver\.conf|cloudflare.*|real_?ip.*)$` +
		`|ssl|tls|letsencrypt|acme|dhparam|gzip|brotli|websocket|cors|security[-_]?headers|access[-_]?log`)
	harmlessDirectory = regexp.MustCompile(`(?:^|/)(?:modules(?:-enabled)?|default\.d|letsencrypt|nginxconfig\.io)/[^/]*$`)
)
