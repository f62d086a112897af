package sources

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/template"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
)

// ComposeService is one service of a compose file, with what matters to keys.
type ComposeService struct {
	Name        string
	Image       string
	Context     string // build context relative to the compose file; empty without a build
	Dockerfile  string
	Args        []ComposeVariable
	Environment []ComposeVariable
	EnvFiles    []string
	Mounts      map[string]string // host path, as it is written → path in the container
	Script      string            // entrypoint and command
}

// ComposeVariable is an entry of environment or build.args as it is written, before
// interpolation. Without a value (a bare name) it is taken from the shell.
type ComposeVariable struct {
	Name    string
	Raw     keys.Text
	HasText bool
	At      Position
}

var composeName = regexp.MustCompile(`^(docker-)?compose([.-][\w.-]+)?\.ya?ml$`)

// IsCompose says whether the file is a compose file, by its name.
func (f *File) IsCompose() bool { return composeName.MatchString(strings.ToLower(path.Base(f.Path))) }

// ComposeServices reads the services of a compose file, in their order.
func (f *File) ComposeServices() []ComposeService {
	var out []ComposeService
	for _, d := range f.Documents() {
		services := Field(d.Root, "services")
		if services == nil || services.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(services.Content); i += 2 {
			out = append(out, d.composeService(services.Content[i].Value, services.Content[i+1]))
		}
	}
	return out
}

func (d *Document) composeService(name string, n *yaml.Node) ComposeService {
	s := ComposeService{Name: name, Image: Text(mergedField(n, "image")), Mounts: map[string]string{}}
	build := mergedField(n, "build")
	if s.Context = Text(build); s.Context == "" {
		s.Context = Text(Field(build, "context"))
	}
	if build != nil && s.Context == "" {
		s.Context = "."
	}
	if s.Dockerfile = Text(Field(build, "dockerfile")); s.Dockerfile == "" {
		s.Dockerfile = "Dockerfile"
	}
	s.Args = d.composeVariables(mergedField(build, "args"))
	s.Environment = d.composeVariables(mergedField(n, "environment"))
	envFile := mergedField(n, "env_file")
	if text := Text(envFile); text != "" {
		s.EnvFiles = []string{text}
	}
	for _, item := range Items(envFile) {
		if text := Text(item); text != "" {
			s.EnvFiles = append(s.EnvFiles, text)
		} else {
			s.EnvFiles = append(s.EnvFiles, Text(Field(item, "path")))
		}
	}
	for _, v := range Items(mergedField(n, "volumes")) {
		if source, target, ok := strings.Cut(Text(v), ":"); ok {
			target, _, _ = strings.Cut(target, ":")
			s.Mounts[source] = target
		} else if source := Text(Field(v, "source")); source != "" {
			s.Mounts[source] = Text(Field(v, "target"))
		}
	}
	var script []string
	for _, field := range []string{"entrypoint", "command"} {
		part := mergedField(n, field)
		script = append(script, Text(part))
		for _, item := range Items(part) {
			script = append(script, Text(item))
		}
	}
	s.Script = strings.ReplaceAll(strings.Join(script, "\n"), "$$", "$")
	return s
}

// mergedField is Field, with YAML's merge keys (<<: *default) followed one level.
func mergedField(n *yaml.Node, key string) *yaml.Node {
	if v := Field(n, key); v != nil {
		return v
	}
	merge := Field(n, "<<")
	if v := Field(merge, key); v != nil {
		return v
	}
	for _, m := range Items(merge) {
		if v := Field(m, key); v != nil {
			return v
		}
	}
	return nil
}

// composeVariables reads a mapping or a list of NAME=value.
func (d *Document) composeVariables(n *yaml.Node) []ComposeVariable {
	var out []ComposeVariable
	for _, item := range Items(n) {
		name, value, has := strings.Cut(Text(item), "=")
		at := d.Position(Follow(item))
		if has && at.Column > 0 {
			at.Column += len(name) + 1
		}
		out = append(out, ComposeVariable{Name: name, Raw: keys.NewText(value), HasText: has, At: at})
	}
	n = Follow(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return out
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		value := Follow(n.Content[i+1])
		if n.Content[i].Value == "<<" {
			out = append(out, d.composeVariables(value)...)
			continue
		}
		if value == nil || value.Kind != yaml.ScalarNode {
			continue
		}
		out = append(out, ComposeVariable{
			Name: n.Content[i].Value, Raw: keys.NewText(Text(value)), HasText: value.Tag != "!!null", At: d.Position(value),
		})
	}
	return out
}

// ParseComposeEnv reads a .env or env_file with compose's own parser, and finds the
// places by ours. Where compose refuses the file nothing is read.
func ParseComposeEnv(b []byte, lookup func(string) (string, bool)) []Variable {
	values, err := dotenv.ParseWithLookup(bytes.NewReader(b), lookup)
	if err != nil {
		return nil
	}
	var out []Variable
	seen := map[string]int{}
	for _, v := range ParseDotenv(b) {
		value, ok := values[v.Name]
		if !ok {
			continue
		}
		v.Value = keys.NewText(value)
		if i, again := seen[v.Name]; again {
			out[i] = v
			continue
		}
		seen[v.Name] = len(out)
		out = append(out, v)
	}
	return out
}

// Interpolate is compose's ${NAME:-default} and $$ over a value. names are the
// variables that were asked for; ok is false where compose refuses the text.
func Interpolate(raw string, lookup func(string) (string, bool)) (text string, names []string, ok bool) {
	text, err := template.SubstituteWithOptions(raw, func(name string) (string, bool) {
		names = append(names, name)
		return lookup(name)
	}, template.WithoutLogging)
	return text, names, err == nil
}
