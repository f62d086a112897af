package sources

import (
	"path"
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// imageBuild is a command that builds an image: docker build, docker buildx build, podman build, buildah bud, kaniko's executor.
type imageBuild struct {
	part  string   // "docker build --build-arg"
	image *CIImage // nil where it is not known what is built
	tags  []string // what that is called, as it is written
	args  []imageArg
	open  bool // there may be more of them
}

// imageArg is one argument that the command gives.
type imageArg struct {
	name  string
	value shellWord // of one that is given by its name alone, where that stands
	given bool      // else it is what the environment has
}

// buildsByCommand are the programs that build an image behind the word "build", or "bud"; onlyBuilders do nothing else, and are told
// the context by a flag.
var (
	buildsByCommand = map[string]bool{"docker": true, "podman": true, "nerdctl": true, "buildah": true, "depot": true}
	onlyBuilders    = map[string]bool{"executor": true, "kaniko": true}
)

// looksInContext are the programs that look for the Dockerfile in the context where it is not where the command is given, and of which some
// have a context without being told (buildah: docs/buildah-build.1.md; kaniko: cmd/executor/cmd/root.go, resolveDockerfilePath).
var looksInContext = map[string]bool{"podman": true, "buildah": true, "executor": true, "kaniko": true}

// buildArguments are what stands behind a command that builds an image; false where the words are none.
func buildArguments(words []shellWord) ([]shellWord, bool) {
	program := path.Base(words[0].text)
	if onlyBuilders[program] {
		return words[1:], true
	}
	if !buildsByCommand[program] {
		return nil, false
	}
	for i, w := range words[1:] {
		switch w.text {
		case "buildx", "image", "builder":
			continue
		case "build", "bud":
			return words[i+2:], true
		}
		return nil, false
	}
	return nil, false
}

// buildFlags are those of "docker build", and of its kin, that have a value.
var buildFlags = map[string]bool{
	"--build-arg": true, "-f": true, "--file": true, "--dockerfile": true, "--context": true, "--context-sub-path": true, "-c": true, "--target": true, "--destination": true,
	"-t": true, "--tag": true, "--label": true, "--platform": true, "--cache-from": true, "--cache-to": true, "--secret": true, "--ssh": true, "-o": true,
	"--output": true, "--progress": true, "--network": true, "--add-host": true, "--build-context": true, "--builder": true, "--iidfile": true, "--metadata-file": true,
	"--provenance": true, "--sbom": true, "--attest": true, "--annotation": true, "--allow": true, "--shm-size": true, "--ulimit": true, "-m": true, "--memory": true,
	"--no-cache-filter": true, "--cgroup-parent": true, "--call": true, "--project": true, "--layers": true,
}

// imageBuild reads a command, if it builds an image.
func (s *shell) imageBuild(st *shellState, words []shellWord) *imageBuild {
	rest, ok := buildArguments(words)
	if !ok {
		return nil
	}
	b := &imageBuild{part: "docker build --build-arg"}
	program := path.Base(words[0].text)
	var context, below, dockerfile, target shellWord
	for i := 0; i < len(rest); i++ {
		flag, text, has := strings.Cut(rest[i].text, "=")
		value := shellWord{text: text, at: rest[i].at, of: rest[i].of}
		if buildFlags[flag] && !has && i+1 < len(rest) {
			i++
			value = rest[i]
		}
		switch {
		case flag == "--build-arg":
			b.add(value)
		case flag == "-t", flag == "--tag", flag == "--destination":
			b.tags = append(b.tags, marked.ReplaceAllString(value.text, "$${x}"))
		case flag == "-f", flag == "--file", flag == "--dockerfile":
			dockerfile = value
		case flag == "--target":
			target = value
		case flag == "--context-sub-path":
			below = value
		case flag == "--context", flag == "-c" && onlyBuilders[program]:
			context = value
			context.text = strings.TrimPrefix(context.text, "dir://")
		case buildFlags[flag]:
		case strings.HasPrefix(rest[i].text, "-") && rest[i].text != "-":
			b.open = b.open || strings.ContainsAny(flag, " \t\n") // several flags, of which something is not known
		default:
			b.open = b.open || !context.known()
			context = rest[i]
		}
	}
	if context.text == "" && looksInContext[program] && !onlyBuilders[program] {
		context.text = "."
	}
	if below.text != "" {
		context.text = path.Join(context.text, below.text)
	}
	b.image = s.imageOf(st, program, context, dockerfile, target)
	return b
}

// imageOf is what a command builds; nil where that is not known.
func (s *shell) imageOf(st *shellState, program string, context, dockerfile, target shellWord) *CIImage {
	dir, ok := st.path(context)
	if !ok || !target.known() || context.text == "-" || dockerfile.text == "-" { // "-" is what the command reads
		return nil
	}
	image := &CIImage{Context: dir, Dockerfile: path.Join(dir, "Dockerfile"), Target: target.text}
	here, known := st.path(dockerfile)
	inContext := looksInContext[program] && dockerfile.known() && !path.IsAbs(dockerfile.text) && !strings.HasPrefix(dockerfile.text, inRepository)
	switch {
	case dockerfile.text == "":
		if other := path.Join(dir, "Containerfile"); looksInContext[program] && !onlyBuilders[program] && s.repo.File(image.Dockerfile) == nil && s.repo.File(other) != nil {
			image.Dockerfile = other
		}
	case known && (!inContext || s.repo.File(here) != nil):
		image.Dockerfile = here
	case inContext:
		image.Dockerfile = path.Join(dir, dockerfile.text)
	default:
		return nil
	}
	if s.repo.File(image.Dockerfile) == nil {
		*s.missing++
	}
	return image
}

// isArgument says whether a text is the name of a build argument, and no key that was pasted there by mistake.
func isArgument(name string) bool {
	return argumentName.MatchString(name) && keys.ShownName(name) == name
}

var argumentName = regexp.MustCompile(`^[A-Za-z_][\w.-]*$`)

// add takes up one argument. What follows a name that is not known, or none, may be any.
func (b *imageBuild) add(w shellWord) {
	name, text, given := strings.Cut(w.text, "=")
	if !isArgument(name) {
		b.open = true
		return
	}
	arg := imageArg{name: name, value: w, given: given}
	arg.value.text = text
	b.args = append(b.args, arg)
}
