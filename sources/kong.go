package sources

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// KongConfig is a Kong declarative configuration: format versions 1.1, 2.1 and 3.0,
// YAML or JSON. Lines and columns are those of the text that was parsed.
type KongConfig struct {
	FormatVersion string
	VersionLine   int // where the format version stands
	Consumers     []KongConsumer
	Credentials   []KongCredential
	Routes        []KongRoute // those that ask for a key
	Open          []string    // the paths of all others, and of those that ask for it by another name than "apikey"
	Translates    bool        // a plugin may put another token in place of the client's
	Plugins       []string    // the names of those that Kong has to have loaded to take the configuration

	Dangling []KongDangling // what names a consumer that is not there
	LastACL  []KongLine     // of the list of acls at the top, in block style, its last entry

	byName map[string]int // the first of the consumers of each name

	guarded []guarded // the routes at which it matters who asks
	free    []reach   // where the others lead

	moreRoutes bool // there may be routes that are not known
}

// KongConsumer is a consumer with the ACL groups that it belongs to.
type KongConsumer struct {
	Name    string
	Groups  []string
	Line    int
	Keyless []KongKeyless
	Others  bool // it has credentials that are no keys

	shut string // why none of its requests is known to pass, whatever the route; empty where they may
}

// KongKeyless is a place at which a consumer should get a key and gets none: a credential without
// one, for which Kong makes one up, or a field that Kong does not know, with which it does not start.
type KongKeyless struct {
	Line  int
	Field string // the field; empty for a credential without a key
	Meant string // what is meant by it
}

// KongLine is a line of a configuration.
type KongLine struct {
	Line int
	Text string
}

// KongDangling is an entry of a list at the top that names a consumer which the configuration does not declare: Kong refuses all of it
// ("invalid reference", kong/db/schema/others/declarative_config.lua).
type KongDangling struct {
	Line     int
	List     string // "acls"
	Consumer string
}

// KongCredential is one key-auth credential. Key is what stands in the file: a key, or
// a placeholder that something substitutes before Kong reads it.
type KongCredential struct {
	Consumer  string
	Key       keys.Text
	IsString  bool   // false for null, a number, a list: Kong refuses these
	Kind      string // what it is where it is no string: "null", "a number", "a boolean", "a list", "a mapping"
	Lapses    bool   // Kong forgets it after some time
	Encrypted bool   // it is one of the plugin key-auth-enc, which keeps it encrypted
	Line      int
	Column    int
	EndColumn int // 0 where the end is not known
}

// IsKong is a cheap test of the text, so that only a Kong configuration is parsed.
func IsKong(b []byte) bool {
	return bytes.Contains(b, []byte("_format_version")) ||
		(bytes.Contains(b, []byte("keyauth_credentials")) || bytes.Contains(b, []byte(encrypted))) && bytes.Contains(b, []byte("consumer"))
}

// ParseKong reads a configuration; nil where the text is none. A problem is returned
// where it looks like one and cannot be parsed.
func ParseKong(b []byte) (*KongConfig, *nodes.Problem) {
	if !IsKong(b) {
		return nil, nil
	}
	docs, problems := nodes.Parse(b)
	if len(problems) > 0 {
		return nil, &problems[0]
	}
	lines := splitLines(b)
	for _, d := range docs {
		if isKongRoot(d.Root) {
			return (&Document{File: &File{}, Root: d.Root, lines: lines, lineShift: d.Shift}).kong(), nil
		}
	}
	return nil, nil
}

// KongSteered says whether a part of a configuration other than a credential's key says who is let pass: a consumer,
// a list of them, a field at the top.
func KongSteered(b []byte, by func(part string) bool) bool {
	docs, _ := nodes.Parse(b)
	for _, d := range docs {
		steered := false
		nodes.Pairs(d.Root, func(field, value *yaml.Node) {
			steered = steered || by(field.Value) || by(nodes.Text(value)) || whoPasses[field.Value] && anyPart(value, by, 0)
		})
		if steered && isKongRoot(d.Root) {
			return true
		}
	}
	return false
}

// whoPasses are the fields at the top that say who is let pass.
var whoPasses = map[string]bool{"consumers": true, "keyauth_credentials": true, encrypted: true, "acls": true}

// otherCredentials are the lists of a consumer's credentials that are no keys (docs.konghq.com: basic-auth, hmac-auth, jwt, oauth2, mtls-auth).
var otherCredentials = []string{"basicauth_credentials", "hmacauth_credentials", "jwt_secrets", "oauth2_credentials", "mtls_auth_credentials"}

// anyPart says whether a field or a value is one of those asked for, but for a credential's key and the credentials that are no keys.
func anyPart(n *yaml.Node, is func(string) bool, depth int) bool {
	if n = nodes.Follow(n); n == nil || depth > 20 {
		return false
	}
	if n.Kind == yaml.ScalarNode {
		return is(n.Value)
	}
	found := false
	for _, item := range nodes.Items(n) {
		found = found || anyPart(item, is, depth+1)
	}
	nodes.Pairs(n, func(field, value *yaml.Node) {
		found = found || is(field.Value) || field.Value != "key" && !slices.Contains(otherCredentials, field.Value) && anyPart(value, is, depth+1)
	})
	return found
}

// isKongRoot says whether a document is a declarative configuration: it has a format
// version, or consumers or credentials in Kong's form.
func isKongRoot(n *yaml.Node) bool {
	if nodes.Field(n, "apiVersion") != nil {
		return false
	}
	if nodes.Field(n, "_format_version") != nil || nodes.Field(n, "keyauth_credentials") != nil || nodes.Field(n, encrypted) != nil {
		return true
	}
	for _, c := range nodes.Items(nodes.Field(n, "consumers")) {
		if nodes.Field(c, "keyauth_credentials") != nil || nodes.Field(c, encrypted) != nil {
			return true
		}
	}
	return false
}

func (d *Document) kong() *KongConfig {
	config := &KongConfig{FormatVersion: nodes.Text(nodes.Field(d.Root, "_format_version"))}
	if n := nodes.Field(d.Root, "_format_version"); n != nil {
		config.VersionLine = n.Line
	}
	config.Translates, config.Plugins = translates(d.Root), pluginsUsed(d.Root)
	config.readRoutes(d.Root)
	groups, called := map[string][]string{}, consumersCalled(d.Root)
	for _, a := range nodes.Items(nodes.Field(d.Root, "acls")) {
		consumer := called(nodes.Field(a, "consumer"))
		groups[consumer] = append(groups[consumer], nodes.Text(nodes.Field(a, "group")))
	}
	pluginsOfConsumer := consumerPlugins(d.Root)
	for _, c := range nodes.Items(nodes.Field(d.Root, "consumers")) {
		name := foreignName(c)
		if c = nodes.Follow(c); c == nil || name == "" {
			continue
		}
		consumer := KongConsumer{Name: name, Groups: groups[name], Line: c.Line}
		for _, a := range nodes.Items(nodes.Field(c, "acls")) {
			consumer.Groups = append(consumer.Groups, nodes.Text(nodes.Field(a, "group")))
		}
		consumer.Others = slices.ContainsFunc(otherCredentials, func(list string) bool {
			return nodes.Field(c, list) != nil || slices.ContainsFunc(nodes.Items(nodes.Field(d.Root, list)), func(e *yaml.Node) bool { return foreignName(nodes.Field(e, "consumer")) == name })
		})
		consumer.shut = shutFor(pluginsOfConsumer(c, name))
		consumer.Keyless = slips(c, "keyauth_credentials")
		for _, credential := range nodes.Items(nodes.Field(c, "keyauth_credentials")) {
			if credential = nodes.Follow(credential); nodes.Field(credential, "key") == nil {
				consumer.Keyless = append(consumer.Keyless, KongKeyless{Line: credential.Line})
			}
			config.add(d, name, credential, false)
		}
		for _, credential := range nodes.Items(nodes.Field(c, encrypted)) {
			config.add(d, name, credential, true)
		}
		config.Consumers = append(config.Consumers, consumer)
	}
	for _, credential := range nodes.Items(nodes.Field(d.Root, "keyauth_credentials")) {
		config.add(d, called(nodes.Field(credential, "consumer")), credential, false)
	}
	for _, credential := range nodes.Items(nodes.Field(d.Root, encrypted)) {
		config.add(d, called(nodes.Field(credential, "consumer")), credential, true)
	}
	config.Dangling, config.LastACL = dangling(d.Root), d.lastEntry(nodes.Field(d.Root, "acls"))
	config.index()
	return config
}

// lastEntry are the lines of the last entry of a list in block style, with nothing but texts in it.
func (d *Document) lastEntry(list *yaml.Node) []KongLine {
	items := nodes.Items(list)
	if len(items) == 0 || list.Style&yaml.FlowStyle != 0 || items[len(items)-1].Kind != yaml.MappingNode {
		return nil
	}
	last := items[len(items)-1]
	end := last.Line
	for _, n := range last.Content {
		if n.Kind != yaml.ScalarNode || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			return nil
		}
		end = max(end, n.Line)
	}
	var out []KongLine
	for n := last.Line + d.lineShift; n <= end+d.lineShift && n <= len(d.lines); n++ {
		out = append(out, KongLine{n, d.lines[n-1]})
	}
	return out
}

// dangling are the entries that name a consumer which is not declared, in so many words: a placeholder may come to one that is.
func dangling(root *yaml.Node) []KongDangling {
	declared := map[string]bool{"": true}
	for _, c := range nodes.Items(nodes.Field(root, "consumers")) {
		for _, field := range []string{"username", "custom_id", "id"} {
			name := nodes.Text(nodes.Field(c, field))
			if strings.ContainsAny(name, "${%@<") {
				return nil
			}
			declared[name] = true
		}
	}
	var out []KongDangling
	for _, list := range []string{"keyauth_credentials", "acls", "basicauth_credentials"} {
		for _, e := range nodes.Items(nodes.Field(root, list)) {
			if name := foreignName(nodes.Field(e, "consumer")); !declared[name] && !strings.ContainsAny(name, "${%@<") {
				out = append(out, KongDangling{nodes.Follow(e).Line, list, name})
			}
		}
	}
	return out
}

// slips are the fields of a mapping whose names differ by a slip from the one that is meant.
func slips(n *yaml.Node, meant string) []KongKeyless {
	var out []KongKeyless
	nodes.Pairs(n, func(key, _ *yaml.Node) {
		if keys.Slip(key.Value, meant) {
			out = append(out, KongKeyless{Line: key.Line, Field: key.Value, Meant: meant})
		}
	})
	return out
}

// foreignName reads a reference to a consumer: its name, or a mapping that holds it.
func foreignName(n *yaml.Node) string {
	if name := nodes.Text(n); name != "" {
		return name
	}
	for _, field := range []string{"username", "custom_id", "id"} {
		if name := nodes.Text(nodes.Field(n, field)); name != "" {
			return name
		}
	}
	return ""
}

// consumersCalled gives the name of the consumer that a reference is to, which may be by its id.
func consumersCalled(root *yaml.Node) func(reference *yaml.Node) string {
	called := map[string]string{}
	for _, c := range nodes.Items(nodes.Field(root, "consumers")) {
		for _, name := range namesOf(c) {
			called[name] = foreignName(c)
		}
	}
	return func(reference *yaml.Node) string {
		name := foreignName(reference)
		return cmp.Or(called[name], name)
	}
}

// encrypted is the list of the credentials of key-auth-enc (developer.konghq.com/plugins/key-auth-enc).
const encrypted = "keyauth_enc_credentials"

func (c *KongConfig) add(d *Document, consumer string, credential *yaml.Node, encrypted bool) {
	key := nodes.Field(credential, "key")
	if key == nil {
		return // Kong generates one, which nobody can know
	}
	at := d.Position(key)
	text := key.Value
	if key.Kind != yaml.ScalarNode || key.Tag == "!!null" {
		text = ""
	}
	kind := kindOfNode(key)
	if template := d.template(key); template != "" { // to YAML it is a mapping
		text, kind, at.EndColumn = template, "", at.Column+len(template)
	}
	c.Credentials = append(c.Credentials, KongCredential{
		Consumer: consumer, Key: keys.NewText(text), IsString: kind == "", Kind: kind,
		Lapses: nodes.Field(credential, "ttl") != nil, Encrypted: encrypted, Line: at.Line, Column: at.Column, EndColumn: at.EndColumn,
	})
}

// template is the expression of a template engine that stands without quotes in the place of a scalar; empty where
// none does.
func (d *Document) template(n *yaml.Node) string {
	at := d.Position(n)
	if n.Kind != yaml.MappingNode || at.Column == 0 {
		return ""
	}
	rest := d.lines[at.Line-1][at.Column-1:]
	if !strings.HasPrefix(rest, "{{") {
		return ""
	}
	if in, _, ok := strings.Cut(rest, "}}"); ok {
		return in + "}}"
	}
	return ""
}

// kindOfNode names what is no string; empty for a string.
func kindOfNode(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Tag == "!!null":
		return "null"
	case n.Tag == "!!int" || n.Tag == "!!float":
		return "a number"
	case n.Tag == "!!bool":
		return "a boolean"
	}
	return "" // a date too is a string to Kong
}

// Rename calls consumers, groups and routes by other names.
func (c *KongConfig) Rename(to func(string) string) {
	all := func(names []string) {
		for i := range names {
			names[i] = to(names[i])
		}
	}
	for i := range c.Consumers {
		c.Consumers[i].Name = to(c.Consumers[i].Name)
		all(c.Consumers[i].Groups)
	}
	for i := range c.Credentials {
		c.Credentials[i].Consumer = to(c.Credentials[i].Consumer)
	}
	all(c.Plugins)
	for i := range c.Routes {
		c.Routes[i].Name = to(c.Routes[i].Name)
		all(c.Routes[i].Groups)
	}
	for i := range c.guarded {
		c.guarded[i].name = to(c.guarded[i].name)
		all(c.guarded[i].paths)
		all(c.guarded[i].hosts)
		all(c.guarded[i].allow)
		all(c.guarded[i].refuse)
	}
	for i := range c.free {
		all(c.free[i].paths)
		all(c.free[i].hosts)
	}
	c.index()
}

// Consumer finds a consumer by name; nil where there is none.
func (c *KongConfig) Consumer(name string) *KongConsumer {
	if i, ok := c.byName[name]; ok {
		return &c.Consumers[i]
	}
	return nil
}

// index finds the consumers by name.
func (c *KongConfig) index() {
	c.byName = map[string]int{}
	for i, consumer := range slices.Backward(c.Consumers) {
		c.byName[consumer.Name] = i
	}
}

// consumerRoles are the names that upstream has given the two consumers: "anon-key"
// and "service-key" in the images of 2021, "anon" and "service_role" since
// (supabase/supabase docker/volumes/api/kong.yml).
var consumerRoles = map[string]keys.Role{
	"anon": keys.Public, "anon-key": keys.Public, "anon_key": keys.Public,
	"service_role": keys.Server, "service-role": keys.Server, "service": keys.Server,
	"service-key": keys.Server, "service_key": keys.Server, "service-role-key": keys.Server,
}

// groupRoles are the ACL groups of upstream's configuration.
var groupRoles = map[string]keys.Role{"anon": keys.Public, "admin": keys.Server}

// Role is what Kong lets the holder of a consumer's key do, by the consumer's name or
// else by its ACL group; empty where neither says.
func (c *KongConfig) Role(consumer string) keys.Role {
	if role, ok := consumerRoles[strings.ToLower(consumer)]; ok {
		return role
	}
	if k := c.Consumer(consumer); k != nil {
		for _, g := range k.Groups {
			if role, ok := groupRoles[strings.ToLower(g)]; ok {
				return role
			}
		}
	}
	return ""
}
