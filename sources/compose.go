package sources

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/mattn/go-shellwords"
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
	Mounts      []ComposeMount
	Configs     []ComposeConfig
	Command     []string // entrypoint and command, before interpolation
	WorkingDir  string

	// InsideCommand leads from a place in the command's script to its place on disk.
	InsideCommand func(line, column, endColumn int) Position
}

// ComposeConfig is a config that a service is given: a file of the host or a text that
// stands in the compose file.
type ComposeConfig struct {
	Name    string
	Target  string // where the container sees it
	Source  string // the host's path; empty for a text
	Content keys.Text
	Inside  func(line, column, endColumn int) Position
}

// ComposeMount is a bind mount: a path of the host, as it is written, and where the
// container sees it.
type ComposeMount struct{ Source, Target string }

// ComposeVariable is an entry of environment or build.args as it is written, before
// interpolation. Without a value (a bare name) it is taken from the shell.
type ComposeVariable struct {
	Name    string
	Raw     keys.Text
	HasText bool
	At      Position
	Inside  func(line, column, endColumn int) Position // leads from a place in the text to disk
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
			out = append(out, d.composeService(services.Content[i].Value, services.Content[i+1], Field(d.Root, "configs")))
		}
	}
	return out
}

func (d *Document) composeService(name string, n, configs *yaml.Node) ComposeService {
	s := ComposeService{Name: name, Image: Text(Field(n, "image"))}
	build := Field(n, "build")
	if s.Context = Text(build); s.Context == "" {
		s.Context = Text(Field(build, "context"))
	}
	if build != nil && s.Context == "" {
		s.Context = "."
	}
	if s.Dockerfile = Text(Field(build, "dockerfile")); s.Dockerfile == "" {
		s.Dockerfile = "Dockerfile"
	}
	s.Args = d.composeVariables(Field(build, "args"))
	s.Environment = d.composeVariables(Field(n, "environment"))
	envFile := Field(n, "env_file")
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
	for _, v := range Items(Field(n, "volumes")) {
		if source, target, ok := strings.Cut(Text(v), ":"); ok {
			target, _, _ = strings.Cut(target, ":")
			s.Mounts = append(s.Mounts, ComposeMount{source, target})
		} else if source := Text(Field(v, "source")); source != "" {
			s.Mounts = append(s.Mounts, ComposeMount{source, Text(Field(v, "target"))})
		}
	}
	s.WorkingDir = Text(Field(n, "working_dir"))
	s.Configs = d.composeConfigs(Field(n, "configs"), configs)
	s.InsideCommand = func(int, int, int) Position { return d.Position(n) }
	for _, field := range []string{"entrypoint", "command"} {
		part := Field(n, field)
		if part == nil {
			continue
		}
		script := part
		if text := Text(part); text != "" {
			words, err := shellwords.Parse(text) // as compose-go does
			if err != nil {
				words = []string{text}
			}
			s.Command = append(s.Command, words...)
		}
		for _, item := range Items(part) {
			s.Command = append(s.Command, Text(item))
			if len(Text(item)) > len(Text(script)) {
				script = Follow(item)
			}
		}
		s.InsideCommand = func(line, column, end int) Position { return d.Inside(script, line, column, end) }
	}
	return s
}

// composeConfigs reads the configs that a service is given, by their declaration at the
// top of the file.
func (d *Document) composeConfigs(n, declared *yaml.Node) []ComposeConfig {
	var out []ComposeConfig
	for _, item := range Items(n) {
		c := ComposeConfig{Name: Text(item)}
		if c.Name == "" {
			c.Name, c.Target = Text(Field(item, "source")), Text(Field(item, "target"))
		}
		if c.Target == "" {
			c.Target = "/" + c.Name
		}
		declaration := Field(declared, c.Name)
		c.Source = Text(Field(declaration, "file"))
		if content := Field(declaration, "content"); content != nil {
			c.Content = keys.NewText(Text(content))
			c.Inside = func(line, column, end int) Position { return d.Inside(content, line, column, end) }
		}
		if c.Source != "" || !c.Content.IsAbsent() {
			out = append(out, c)
		}
	}
	return out
}

// composeVariables reads a mapping or a list of NAME=value. What a merge key brings
// counts where the mapping does not set the name itself.
func (d *Document) composeVariables(n *yaml.Node) []ComposeVariable {
	return d.composeMerged(n, map[string]bool{}, 0)
}

func (d *Document) composeMerged(n *yaml.Node, seen map[string]bool, depth int) []ComposeVariable {
	var out []ComposeVariable
	for _, item := range Items(n) {
		name, value, has := strings.Cut(Text(item), "=")
		if name == "" {
			continue
		}
		at := d.Position(Follow(item))
		if has && at.Column > 0 {
			at.Column += len(name) + 1
		}
		out = append(out, ComposeVariable{Name: name, Raw: keys.NewText(value), HasText: has, At: at})
	}
	n = Follow(n)
	if n == nil || n.Kind != yaml.MappingNode || depth > maxMerges {
		return out
	}
	var merge *yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i].Value, Follow(n.Content[i+1])
		if name == "<<" {
			merge = value
			continue
		}
		if value == nil || value.Kind != yaml.ScalarNode || seen[name] {
			continue
		}
		seen[name] = true
		out = append(out, ComposeVariable{
			Name: name, Raw: keys.NewText(Text(value)), HasText: value.Tag != "!!null", At: d.Position(value),
			Inside: func(line, column, end int) Position { return d.Inside(value, line, column, end) },
		})
	}
	if merge != nil {
		for _, m := range merged(merge) {
			out = append(out, d.composeMerged(m, seen, depth+1)...)
		}
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
