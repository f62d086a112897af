package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
)

// A configuration is described once, by its fields: they decode the file, with the line of
// whatever is wrong, and the JSON Schema that editors read is made of them (schema_test.go).

// field is one key of a mapping.
type field struct {
	name, about string
	schema      map[string]any
	set         func(c *config, n *yaml.Node) error
}

// lineError is an error at a line of the configuration.
type lineError struct {
	line int
	text string
}

func (e lineError) Error() string { return e.text }

func at(n *yaml.Node, format string, args ...any) error {
	return lineError{n.Line, fmt.Sprintf(format, args...)}
}

// slots that a configuration may give further names to.
var namedSlots = []string{"anon", "service_role", "publishable", "secret", "jwt_secret", "jwt_keys", "jwks"}

var severities = []string{"off", "info", "warning", "error"}

func texts(about string) map[string]any {
	return map[string]any{"type": "array", "items": map[string]any{"type": "string", "minLength": 1, "description": about}}
}

// configFields are the keys of .keylint.yaml.
func configFields() []field {
	var ruleNames []string
	ruleSchemas := map[string]any{}
	for _, r := range rules.All() {
		ruleNames = append(ruleNames, r.Name)
		ruleSchemas[r.Name] = map[string]any{"enum": severities, "description": r.Summary + " (" + string(r.Severity) + ")"}
	}
	object := func(properties map[string]any) map[string]any {
		return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	}
	each := func(names []string, of map[string]any) map[string]any {
		properties := map[string]any{}
		for _, n := range names {
			properties[n] = of
		}
		return object(properties)
	}
	return []field{
		{"fail-on", "the lowest severity that makes the exit status 1", map[string]any{"enum": severities[1:]}, func(c *config, n *yaml.Node) (err error) {
			c.failOn, err = severity("fail-on", n.Value)
			return err
		}},
		{"strict", "exit with 1 also when something could not be told", map[string]any{"type": "boolean"}, func(c *config, n *yaml.Node) error {
			if n.Kind != yaml.ScalarNode || n.Decode(&c.strict) != nil {
				return errors.New("strict is true or false")
			}
			return nil
		}},
		{"rules", "the severity of a rule, or off", object(ruleSchemas), func(c *config, n *yaml.Node) error {
			c.rules.Severities = map[string]lint.Severity{}
			return pairsOf("rules", n, ruleNames, func(name string, value *yaml.Node) error {
				if !slices.Contains(severities, value.Value) {
					return at(value, "the severity of %s is off, info, warning or error, not %q%s", name, keys.ScrubShapes(value.Value), didYouMean(value.Value, severities...))
				}
				c.rules.Severities[name] = lint.Severity(value.Value)
				return nil
			})
		}},
		{"ignore", "paths whose findings are not reported; a pattern of path.Match, or a directory", texts("a path or pattern, from the repository's root"), func(c *config, n *yaml.Node) error {
			return patterns("ignore", n, &c.rules.Ignore)
		}},
		{"examples", "paths whose keys are never truth and never wrong, besides docs, tests and the like; behind a \"!\", paths whose keys are", texts("a path or pattern, from the repository's root"), func(c *config, n *yaml.Node) error {
			return patterns("examples", n, &c.examples)
		}},
		{"production", "paths that production is deployed from, where a demo key is an error", texts("a path or pattern, from the repository's root"), func(c *config, n *yaml.Node) error {
			return patterns("production", n, &c.rules.Production)
		}},
		{"expiry-window", "days before a key's end from which key-expires-soon warns (90)", map[string]any{"type": "integer", "minimum": 1, "maximum": maxWindow}, func(c *config, n *yaml.Node) error {
			days, err := strconv.Atoi(n.Value)
			if n.Kind != yaml.ScalarNode || err != nil || days < 1 || days > maxWindow {
				return fmt.Errorf("expiry-window is a number of days from 1 to %d", maxWindow)
			}
			c.rules.ExpiryWindow = days
			return nil
		}},
		{"names", "further names of variables and data keys, by the slot that they hold", each(namedSlots, texts("a name as it is written")), func(c *config, n *yaml.Node) error {
			c.names = map[string]keys.Slot{}
			return pairsOf("names", n, namedSlots, func(slot string, value *yaml.Node) error {
				var names []string
				if err := list("names."+slot, value, &names); err != nil {
					return err
				}
				for i, name := range names {
					if other, ok := c.names[name]; ok {
						return at(value.Content[i], "the name %s stands for %s already", keys.ScrubShapes(name), other)
					}
					c.names[name] = keys.Slot(slot)
				}
				return nil
			})
		}},
		{"instances", "which paths and hosts belong to one Supabase instance", map[string]any{"type": "array", "items": func() map[string]any {
			paths := texts("a path or pattern")
			paths["minItems"] = 1
			hosts := texts("a host of the instance's URL")
			hosts["items"].(map[string]any)["pattern"] = "^[^/ ]*$"
			o := object(map[string]any{"name": map[string]any{"type": "string", "minLength": 1}, "paths": paths, "hosts": hosts})
			o["required"] = []string{"name", "paths"}
			return o
		}()}, setInstances},
		{"keys", "private keys, beside those that flags name; within the repository, unless --config names this file",
			each([]string{"age", "pgp", "sealed-secrets"}, texts("a file, from this file's directory")), func(c *config, n *yaml.Node) error {
				lists := map[string]*[]string{"age": &c.keys.Age, "pgp": &c.keys.PGP, "sealed-secrets": &c.keys.SealedSecrets}
				return pairsOf("keys", n, []string{"age", "pgp", "sealed-secrets"}, func(name string, value *yaml.Node) error {
					return list("keys."+name, value, lists[name])
				})
			}},
	}
}

// maxWindow bounds the expiry window in days: ten years.
const maxWindow = 3650

func setInstances(c *config, n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return at(n, "instances is a list of mappings with name, paths and hosts")
	}
	for _, item := range n.Content {
		var i lint.DeclaredInstance
		err := pairsOf("an instance", item, []string{"name", "paths", "hosts"}, func(name string, value *yaml.Node) error {
			switch name {
			case "paths":
				return patterns("paths", value, &i.Paths)
			case "hosts":
				if err := list("hosts", value, &i.Hosts); err != nil {
					return err
				}
				for n, host := range i.Hosts {
					if strings.ContainsAny(host, "/ ") {
						return at(value.Content[n], "a host is a name such as api.example.org, without scheme and path")
					}
				}
				return nil
			}
			i.Name = value.Value
			return nil
		})
		if err != nil {
			return err
		}
		if i.Name == "" || len(i.Paths) == 0 {
			return at(item, "an instance has a name and paths")
		}
		c.rules.Instances = append(c.rules.Instances, i)
	}
	return nil
}

// parseConfig reads a configuration. The line is that of the error, 0 where it is not
// known. What an error quotes has no key shape in it.
func parseConfig(b []byte) (c config, line int, err error) {
	var doc yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(b))
	if err := documents.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return c, 0, errors.New(keys.ScrubShapes(strings.TrimPrefix(err.Error(), "yaml: ")))
	}
	var second yaml.Node
	if err := documents.Decode(&second); err == nil {
		return c, second.Line, errors.New("a second document begins here; a configuration is one")
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return c, 0, nil
	}
	fields := configFields()
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	err = pairsOf("a configuration", doc.Content[0], names, func(name string, value *yaml.Node) error {
		err := fields[slices.Index(names, name)].set(&c, value)
		if _, ok := err.(lineError); err != nil && !ok {
			return at(value, "%s", err)
		}
		return err
	})
	var where lineError
	if errors.As(err, &where) {
		return config{}, where.line, err
	}
	return c, 0, err
}

// pairsOf visits the pairs of a mapping, each key once and known.
func pairsOf(what string, n *yaml.Node, known []string, visit func(name string, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode && len(known) > 12 {
		return at(n, "%s is a mapping of a rule's name and its severity", what)
	}
	if n.Kind != yaml.MappingNode {
		return at(n, "%s is a mapping of %s", what, strings.Join(known, ", "))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case seen[key.Value]:
			return at(key, "the key %s stands here a second time", keys.ScrubShapes(key.Value))
		case !slices.Contains(known, key.Value) && len(known) > 12:
			return at(key, "unknown key %q%s", keys.ScrubShapes(key.Value), didYouMean(key.Value, known...))
		case !slices.Contains(known, key.Value):
			return at(key, "unknown key %q%s; there are: %s", keys.ScrubShapes(key.Value), didYouMean(key.Value, known...), strings.Join(known, ", "))
		}
		seen[key.Value] = true
		if err := visit(key.Value, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func list(what string, n *yaml.Node, into *[]string) error {
	if n.Kind != yaml.SequenceNode {
		return at(n, "%s is a list", what)
	}
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode || item.Value == "" {
			return at(item, "%s is a list of texts", what)
		}
		*into = append(*into, item.Value)
	}
	return nil
}

// patterns reads a list of path.Match patterns.
func patterns(what string, n *yaml.Node, into *[]string) error {
	if err := list(what, n, into); err != nil {
		return err
	}
	for i, item := range n.Content {
		pattern := (*into)[i]
		if _, err := path.Match(pattern, ""); err != nil {
			return at(item, "%s: the pattern is malformed", what)
		}
		if strings.Contains(strings.TrimSuffix(pattern, "/**"), "**") {
			return at(item, "%s: a pattern may have ** at its end only; one without a slash matches at any depth", what)
		}
	}
	return nil
}
