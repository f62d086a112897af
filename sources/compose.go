package sources

import (
	"path"
	"slices"
	"strings"

	"github.com/mattn/go-shellwords"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// ComposeService is one service of a compose project, with what matters to keys. Its
// paths are named as the repository's files are; one that begins with "/", "~" or a
// variable is left as it is written.
type ComposeService struct {
	Name        string
	Image       string
	Context     string // build context; empty without a build
	Dockerfile  string
	Target      string // the stage to build; the last where it is empty
	Args        []ComposeVariable
	Environment []ComposeVariable
	EnvFiles    []ComposeEnvFile
	Mounts      []ComposeMount
	Configs     []ComposeConfig // and secrets
	Entrypoint  ComposeCommand
	Command     ComposeCommand
	Health      ComposeCommand    // the health check's test
	Labels      []ComposeVariable // those of Traefik's that may set a header
	Routes      []ComposeVariable // labels by which a proxy leads hosts to a service
	Uses        []ComposeVariable // labels by which Traefik has requests pass middlewares on their way
	Container   string            // how the container is called, where that is not left to compose
	Networks    []ComposeNetwork  // none where it has no network of its own
	WorkingDir  string
	Profiles    []string // it is started where one of these is active; always where there is none
	Hooked      bool     // once it has started, something else is run in its container
	EnvDir      string   // of an included project: where its own .env lies; empty else

	extends composeExtends
	replace map[string]bool // fields that an override replaces or takes away, and does not merge
}

// ComposeCommand is an entrypoint or a command, before interpolation.
type ComposeCommand struct {
	Words []string // nil where it is not set

	// Inside leads from a place in the longest word, the script, to its place on disk.
	Inside func(line, column, endColumn int) Position

	// InsideWord leads from a place in a word to its place on disk.
	InsideWord func(word, line, column, endColumn int) Position
}

// IsBare says of a service of an override that it changes nothing that matters to keys.
func (s ComposeService) IsBare() bool {
	texts := s.Image + s.Context + s.Target + s.WorkingDir + s.EnvDir
	lists := len(s.Args) + len(s.Environment) + len(s.EnvFiles) + len(s.Mounts) + len(s.Configs) + len(s.Profiles) + len(s.Labels) + len(s.replace)
	return texts == "" && lists == 0 && s.Entrypoint.Words == nil && s.Command.Words == nil && s.Health.Words == nil
}

// Words are the entrypoint and the command, as the container runs them.
func (s ComposeService) Words() []string {
	return append(s.Entrypoint.Words[:len(s.Entrypoint.Words):len(s.Entrypoint.Words)], s.Command.Words...)
}

// InsideCommand leads from a place in the script to its place on disk.
func (s ComposeService) InsideCommand(line, column, endColumn int) Position {
	longest := func(words []string) int {
		n := -1
		for _, w := range words {
			n = max(n, len(w))
		}
		return n
	}
	c := s.Entrypoint
	if c.Inside == nil || longest(s.Command.Words) > longest(c.Words) {
		c = s.Command
	}
	if c.Inside == nil {
		return Position{}
	}
	return c.Inside(line, column, endColumn)
}

// ComposeEnvFile is a file with variables for a service.
type ComposeEnvFile struct {
	Path     string
	Optional bool
	At       Position
	Raw      bool // docker's dialect, which knows no quotes ("format: raw")
}

type composeExtends struct {
	file, service string
	at            Position
}

// ComposeConfig is a config or a secret that a service is given: a file of the host, a text that
// stands in the compose file, or one that Swarm has already.
type ComposeConfig struct {
	Name     string
	Target   string // where the container sees it
	Source   string // the host's path; empty for a text
	Text     ComposeText
	External string // what Swarm calls the one that it has; empty for any other
	Secret   bool
}

// ComposeText is a file whose text stands in the compose file.
type ComposeText struct {
	Content keys.Text // absent where there is none
	Inside  func(line, column, endColumn int) Position
}

// ComposeVariable is an entry of environment or build.args as it is written, before
// interpolation. Without a value (a bare name) it is taken from the shell.
type ComposeVariable struct {
	Name    string
	Raw     keys.Text
	HasText bool
	At      Position
	Inside  func(line, column, endColumn int) Position // leads from a place in the text to disk
}

// composeServices reads the services of a compose file as they are written there, in
// their order. dir is what their paths are relative to.
func (f *File) composeServices(dir string) []ComposeService {
	var out []ComposeService
	for _, d := range f.Documents() {
		services := nodes.Field(d.Root, "services")
		if services == nil || services.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(services.Content); i += 2 {
			out = append(out, d.composeService(services.Content[i].Value, services.Content[i+1], dir))
		}
	}
	return out
}

func (d *Document) composeService(name string, n *yaml.Node, dir string) ComposeService {
	s := ComposeService{Name: name, Image: nodes.Text(nodes.Field(n, "image")), replace: map[string]bool{}}
	for _, field := range []string{"environment", "env_file", "volumes", "configs", "secrets", "command", "entrypoint", "healthcheck", "build", "image", "profiles", "labels"} {
		if value := nodes.Field(n, field); value != nil && (value.Tag == "!reset" || value.Tag == "!override") {
			s.replace[field] = true
			if value.Tag == "!reset" {
				n = without(n, field)
			}
		}
	}
	build := nodes.Field(n, "build")
	context := nodes.Text(build)
	if context == "" {
		context = nodes.Text(nodes.Field(build, "context"))
	}
	if build != nil && context == "" {
		context = "."
	}
	if build != nil {
		s.Context = ComposePath(dir, context)
	}
	s.Dockerfile = nodes.Text(nodes.Field(build, "dockerfile"))
	s.Target = nodes.Text(nodes.Field(build, "target"))
	s.Args = d.composeVariables(nodes.Field(build, "args"))
	s.Environment = d.composeVariables(nodes.Field(n, "environment"))
	s.EnvFiles = d.composeEnvFiles(nodes.Field(n, "env_file"), dir)
	s.Mounts = d.composeMounts(nodes.Field(n, "volumes"), dir)
	s.WorkingDir = nodes.Text(nodes.Field(n, "working_dir"))
	s.Hooked = len(nodes.Items(nodes.Field(n, "post_start"))) > 0
	s.Profiles = composeProfiles(nodes.Field(n, "profiles"))
	s.Configs = append(d.composeConfigs(n, "configs", "/", dir), d.composeConfigs(n, "secrets", "/run/secrets/", dir)...)
	s.Entrypoint, s.Command = d.composeCommand(nodes.Field(n, "entrypoint")), d.composeCommand(nodes.Field(n, "command"))
	s.Health = d.composeTest(nodes.Field(n, "healthcheck"))
	labels := append(d.composeVariables(nodes.Field(n, "labels")), d.composeVariables(nodes.Field(n, "deploy", "labels"))...)
	s.Labels, s.Routes = slices.DeleteFunc(slices.Clone(labels), setsNoHeader), slices.DeleteFunc(slices.Clone(labels), leadsNowhere)
	s.Uses = slices.DeleteFunc(labels, usesNoMiddleware)
	s.Container, s.Networks = nodes.Text(nodes.Field(n, "container_name")), d.composeNetworks(n)
	if extends := nodes.Field(n, "extends"); extends != nil {
		s.extends = composeExtends{service: nodes.Text(extends), at: d.Position(extends)}
		if s.extends.service == "" {
			s.extends.service, s.extends.file = nodes.Text(nodes.Field(extends, "service")), nodes.Text(nodes.Field(extends, "file"))
		}
		if s.extends.file != "" {
			s.extends.file = ComposePath(dir, s.extends.file)
		}
	}
	return s
}

// without is the mapping without one of its fields.
func without(n *yaml.Node, field string) *yaml.Node {
	n = nodes.Follow(n)
	out := *n
	out.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != field {
			out.Content = append(out.Content, n.Content[i], n.Content[i+1])
		}
	}
	return &out
}

// ComposePath is the repository's name of a path that is relative to a directory.
func ComposePath(dir, name string) string {
	if name == "" || strings.ContainsAny(name[:1], "/~$") {
		return name
	}
	return path.Join(dir, name)
}

func (d *Document) composeEnvFiles(n *yaml.Node, dir string) []ComposeEnvFile {
	if text := nodes.Text(n); text != "" {
		return []ComposeEnvFile{{Path: ComposePath(dir, text), At: d.Position(n)}}
	}
	var out []ComposeEnvFile
	for _, item := range nodes.Items(n) {
		f := ComposeEnvFile{Path: nodes.Text(item), At: d.Position(nodes.Follow(item))}
		if f.Path == "" {
			f.Path, f.Optional = nodes.Text(nodes.Field(item, "path")), nodes.Text(nodes.Field(item, "required")) == "false"
			f.Raw = nodes.Text(nodes.Field(item, "format")) == "raw"
		}
		f.Path = ComposePath(dir, f.Path)
		out = append(out, f)
	}
	return out
}

func (d *Document) composeCommand(n *yaml.Node) ComposeCommand {
	if n == nil {
		return ComposeCommand{}
	}
	c := ComposeCommand{Words: []string{}}
	script, items := n, nodes.Items(n)
	if text := nodes.Text(n); text != "" {
		words, err := shellwords.Parse(text) // as compose-go does
		if err != nil {
			words = []string{text}
		}
		c.Words = append(c.Words, words...)
	}
	for _, item := range items {
		c.Words = append(c.Words, nodes.Text(item))
		if len(nodes.Text(item)) > len(nodes.Text(script)) {
			script = nodes.Follow(item)
		}
	}
	c.Inside = func(line, column, end int) Position { return d.Inside(script, line, column, end) }
	c.InsideWord = func(word, line, column, end int) Position {
		if word < len(items) {
			return d.Inside(nodes.Follow(items[word]), line, column, end)
		}
		return c.Inside(line, column, end)
	}
	return c
}

// composeTest reads what a health check runs. A text is a script for the shell.
func (d *Document) composeTest(n *yaml.Node) ComposeCommand {
	test := nodes.Field(n, "test")
	if nodes.Text(nodes.Field(n, "disable")) == "true" {
		return ComposeCommand{Words: []string{"NONE"}}
	}
	if text := nodes.Text(test); text != "" {
		inside := func(line, column, end int) Position { return d.Inside(test, line, column, end) }
		return ComposeCommand{Words: []string{HealthShell, text}, Inside: inside, InsideWord: func(_, line, column, end int) Position { return inside(line, column, end) }}
	}
	return d.composeCommand(test)
}

// HealthShell is the first word of a health check that a shell runs.
const HealthShell = "CMD-SHELL"

// composeConfigs reads the configs or secrets that a service is given, by their
// declaration at the top of the file. One from the environment is the variable's text.
func (d *Document) composeConfigs(service *yaml.Node, field, where, dir string) []ComposeConfig {
	var out []ComposeConfig
	for _, item := range nodes.Items(nodes.Field(service, field)) {
		c := ComposeConfig{Name: nodes.Text(item), Secret: field == "secrets"}
		if c.Name == "" {
			c.Name, c.Target = nodes.Text(nodes.Field(item, "source")), nodes.Text(nodes.Field(item, "target"))
		}
		switch {
		case c.Target == "":
			c.Target = where + c.Name
		case !path.IsAbs(c.Target):
			c.Target = where + c.Target
		}
		declaration := nodes.Field(d.Root, field, c.Name)
		c.Source = ComposePath(dir, nodes.Text(nodes.Field(declaration, "file")))
		if content := nodes.Field(declaration, "content"); content != nil {
			c.Text = d.composeText(content)
		} else if variable := nodes.Field(declaration, "environment"); variable != nil {
			c.Text = ComposeText{keys.NewText("${" + nodes.Text(variable) + "}"), func(int, int, int) Position { return d.Position(variable) }}
		}
		c.External = externalName(declaration, c.Name)
		if c.Source != "" || c.External != "" || !c.Text.Content.IsAbsent() {
			out = append(out, c)
		}
	}
	return out
}

// externalName is what Swarm calls a config or a secret that is there already; empty for any other
// (docs.docker.com/reference/compose-file/configs).
func externalName(declaration *yaml.Node, key string) string {
	external := nodes.Field(declaration, "external")
	switch {
	case external == nil || nodes.Text(external) == "false":
		return ""
	case nodes.Field(external, "name") != nil: // before version 3.4 of the format
		return nodes.Text(nodes.Field(external, "name"))
	case nodes.Field(declaration, "name") != nil:
		return nodes.Text(nodes.Field(declaration, "name"))
	}
	return key
}

// composeVariables reads a mapping or a list of NAME=value. What a merge key brings
// counts where the mapping does not set the name itself.
func (d *Document) composeVariables(n *yaml.Node) []ComposeVariable {
	return d.composeMerged(n, map[string]bool{}, 0)
}

func (d *Document) composeMerged(n *yaml.Node, seen map[string]bool, depth int) []ComposeVariable {
	var out []ComposeVariable
	for _, item := range nodes.Items(n) {
		name, value, has := strings.Cut(nodes.Text(item), "=")
		if name == "" {
			continue
		}
		at := d.Position(nodes.Follow(item))
		if has && at.Column > 0 {
			at.Column += len(name) + 1
		}
		out = append(out, ComposeVariable{Name: name, Raw: keys.NewText(value), HasText: has, At: at})
	}
	n = nodes.Follow(n)
	if n == nil || n.Kind != yaml.MappingNode || depth > nodes.MaxMerges {
		return out
	}
	var merge *yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i].Value, nodes.Follow(n.Content[i+1])
		if name == "<<" {
			merge = value
			continue
		}
		if value == nil || value.Kind != yaml.ScalarNode || seen[name] {
			continue
		}
		seen[name] = true
		out = append(out, ComposeVariable{
			Name: name, Raw: keys.NewText(nodes.Text(value)), HasText: value.Tag != "!!null", At: d.Position(value),
			Inside: func(line, column, end int) Position { return d.Inside(value, line, column, end) },
		})
	}
	if merge != nil {
		for _, m := range nodes.Merged(merge) {
			out = append(out, d.composeMerged(m, seen, depth+1)...)
		}
	}
	return out
}
