package sources

import (
	"bytes"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
)

// KongConfig is a Kong declarative configuration: format versions 1.1, 2.1 and 3.0,
// YAML or JSON. Lines and columns are those of the text that was parsed.
type KongConfig struct {
	FormatVersion string
	Consumers     []KongConsumer
	Credentials   []KongCredential
}

// KongConsumer is a consumer with the ACL groups that it belongs to.
type KongConsumer struct {
	Name   string
	Groups []string
	Line   int
}

// KongCredential is one key-auth credential. Key is what stands in the file: a key, or
// a placeholder that something substitutes before Kong reads it.
type KongCredential struct {
	Consumer  string
	Key       keys.Text
	IsString  bool // false for null, a number, a list: Kong refuses these
	Line      int
	Column    int
	EndColumn int // 0 where the end is not known
}

// IsKong is a cheap test of the text, so that only a Kong configuration is parsed.
func IsKong(b []byte) bool {
	return bytes.Contains(b, []byte("_format_version")) ||
		bytes.Contains(b, []byte("keyauth_credentials")) && bytes.Contains(b, []byte("consumer"))
}

// ParseKong reads a configuration; nil where the text is none. A problem is returned
// where it looks like one and cannot be parsed.
func ParseKong(b []byte) (*KongConfig, *Problem) {
	if !IsKong(b) {
		return nil, nil
	}
	docs, problems := ParseYAML(b)
	if len(problems) > 0 {
		return nil, &problems[0]
	}
	lines := splitLines(b)
	for _, d := range docs {
		if !isKongRoot(d.Root) {
			continue
		}
		d.lines = lines
		d.File = &File{}
		return d.kong(), nil
	}
	return nil, nil
}

// isKongRoot says whether a document is a declarative configuration: it has a format
// version, or consumers or credentials in Kong's form.
func isKongRoot(n *yaml.Node) bool {
	if Field(n, "apiVersion") != nil {
		return false
	}
	if Field(n, "_format_version") != nil || Field(n, "keyauth_credentials") != nil {
		return true
	}
	for _, c := range Items(Field(n, "consumers")) {
		if Field(c, "keyauth_credentials") != nil {
			return true
		}
	}
	return false
}

func (d *Document) kong() *KongConfig {
	config := &KongConfig{FormatVersion: Text(Field(d.Root, "_format_version"))}
	groups := map[string][]string{}
	for _, a := range Items(Field(d.Root, "acls")) {
		consumer := foreignName(Field(a, "consumer"))
		groups[consumer] = append(groups[consumer], Text(Field(a, "group")))
	}
	for _, c := range Items(Field(d.Root, "consumers")) {
		name := Text(Field(c, "username"))
		for _, field := range []string{"custom_id", "id"} {
			if name == "" {
				name = Text(Field(c, field))
			}
		}
		if c = Follow(c); c == nil || name == "" {
			continue
		}
		consumer := KongConsumer{Name: name, Groups: groups[name], Line: c.Line}
		for _, a := range Items(Field(c, "acls")) {
			consumer.Groups = append(consumer.Groups, Text(Field(a, "group")))
		}
		config.Consumers = append(config.Consumers, consumer)
		for _, credential := range Items(Field(c, "keyauth_credentials")) {
			config.add(d, name, credential)
		}
	}
	for _, credential := range Items(Field(d.Root, "keyauth_credentials")) {
		config.add(d, foreignName(Field(credential, "consumer")), credential)
	}
	return config
}

// foreignName reads a reference to a consumer: its name, or a mapping that holds it.
func foreignName(n *yaml.Node) string {
	if name := Text(n); name != "" {
		return name
	}
	for _, field := range []string{"username", "custom_id", "id"} {
		if name := Text(Field(n, field)); name != "" {
			return name
		}
	}
	return ""
}

func (c *KongConfig) add(d *Document, consumer string, credential *yaml.Node) {
	key := Field(credential, "key")
	if key == nil {
		return // Kong generates one, which nobody can know
	}
	at := d.Position(key)
	c.Credentials = append(c.Credentials, KongCredential{
		Consumer: consumer,
		Key:      keys.NewText(Text(key)),
		IsString: key.Kind == yaml.ScalarNode && (key.Tag == "!!str" || strings.HasPrefix(key.Value, "$")),
		Line:     at.Line, Column: at.Column, EndColumn: at.EndColumn,
	})
}

// Consumer finds a consumer by name; nil where there is none.
func (c *KongConfig) Consumer(name string) *KongConsumer {
	for i := range c.Consumers {
		if c.Consumers[i].Name == name {
			return &c.Consumers[i]
		}
	}
	return nil
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
