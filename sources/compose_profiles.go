package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// composeProfiles reads a list of profiles, or a single one.
func composeProfiles(n *yaml.Node) []string {
	if text := nodes.Text(n); text != "" {
		return []string{text}
	}
	var out []string
	for _, item := range nodes.Items(n) {
		out = append(out, nodes.Text(item))
	}
	return out
}

// ComposeStarts is what the repository says that compose is to start: which profiles something
// activates, and which services it names, whose own profiles are then active
// (compose-go types.Project: WithProfiles, WithServicesEnabled).
type ComposeStarts struct {
	profiles map[string]bool
	services map[string]bool
	beside   map[string][]string // by directory, the profiles that its .env activates there
}

// allProfiles stands for every profile: compose's own word for it, and what is activated where
// a variable names the profile.
const allProfiles = "*"

// ComposeStarts reads all that may call compose: scripts, workflows and other manifests, the
// scripts of a package.json, .env files, and what a README tells people to call. Whoever mentions
// a profile is taken to activate it, in a comment as well: that a service does not run must be
// certain.
func (r *Repository) ComposeStarts() *ComposeStarts {
	s := &ComposeStarts{profiles: map[string]bool{}, services: map[string]bool{}, beside: map[string][]string{}}
	callers := slices.Concat(r.prose, r.scripts)
	for _, f := range r.Files() {
		if f.IsManifest() || f.IsDotenv() {
			callers = append(callers, f)
		}
	}
	texts := make([][]byte, len(callers))
	onAllCores(len(callers), func(i int) {
		if b, err := callers[i].peek(); err == nil && callsCompose(b) {
			texts[i] = b
		}
	})
	for i, f := range callers {
		switch profiles := variableProfiles(texts[i]); {
		case path.Base(f.Path) == ".env":
			s.beside[f.Dir()] = profiles
		default:
			s.read(texts[i], profiles, i < len(r.prose))
		}
	}
	return s
}

// callsCompose is a cheap test before a text is read line by line.
func callsCompose(b []byte) bool {
	return bytes.Contains(b, []byte("compose")) || bytes.Contains(b, []byte("COMPOSE_PROFILES"))
}

var (
	continued       = regexp.MustCompile(`\\\r?\n`)
	profileFlag     = regexp.MustCompile(`--profile["']?[=,\s]+["'` + "`" + `]?([^\s"',;&|)\]` + "`" + `]+)`)
	profileVariable = regexp.MustCompile(`COMPOSE_PROFILES["']?\s*[:=][ \t]*("[^"\n]*"|'[^'\n]*'|[^\s"'` + "`" + `;&|#]*)`)
	composeUp       = regexp.MustCompile(`(?i)(?:compose|\$).*?\b(?:up|run|create)\b([^;&|\n]*)`)
)

// variableProfiles lists the profiles that a text sets COMPOSE_PROFILES to.
func variableProfiles(b []byte) []string {
	var out []string
	for _, m := range profileVariable.FindAllSubmatch(b, -1) {
		for name := range strings.SplitSeq(strings.Trim(string(m[1]), `"'`), ",") {
			out = append(out, profileNamed(strings.TrimSpace(name)))
		}
	}
	return out
}

// profileNamed is the profile of a word; all of them where a variable or a ciphertext stands
// for it.
func profileNamed(word string) string {
	if strings.ContainsAny(word, "${[") {
		return allProfiles
	}
	return word
}

// read adds what a text tells compose to start. In prose any word may stand behind a "run", so of
// it the profiles count only.
func (s *ComposeStarts) read(b []byte, profiles []string, prose bool) {
	for _, name := range profiles {
		s.profiles[name] = true
	}
	b = continued.ReplaceAll(b, []byte(" "))
	for _, m := range profileFlag.FindAllSubmatch(b, -1) {
		s.profiles[profileNamed(string(m[1]))] = true
	}
	if prose {
		return
	}
	for _, m := range composeUp.FindAllSubmatch(b, -1) {
		for _, word := range strings.FieldsFunc(string(m[1]), func(c rune) bool { return strings.ContainsRune(" \t\r\"',[]()", c) }) {
			s.services[word] = true
		}
	}
}

// Starts says whether something starts the service. dirs are those whose .env compose reads.
func (s *ComposeStarts) Starts(p *ComposeProject, service ComposeService, dirs ...string) bool {
	if len(service.Profiles) == 0 || s.profiles[allProfiles] {
		return true
	}
	for _, profile := range service.Profiles {
		if s.profiles[profile] || strings.Contains(profile, "$") {
			return true
		}
		for _, dir := range dirs {
			if slices.Contains(s.beside[dir], profile) || slices.Contains(s.beside[dir], allProfiles) {
				return true
			}
		}
		for _, other := range p.Services {
			if s.services[other.Name] && slices.Contains(other.Profiles, profile) {
				return true
			}
		}
	}
	return false
}
