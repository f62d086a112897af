package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
)

// dotenvxRuns are the command that decrypts a .env file for what it starts, and its library, which does so
// in the process that loads it (dotenvx.com/docs).
var dotenvxRuns = regexp.MustCompile(`\bdotenvx["',\s]+(?:-\S+\s+)*(?:run|decrypt|get)\b|@dotenvx/dotenvx/config\b|(?:require\(|from |import )\s*["']@dotenvx/`)

// buildConfigs are the files in which an app's build may load it, without the extension that their
// language gives them.
var buildConfigs = []string{"next.config", "vite.config", "nuxt.config", "astro.config", "svelte.config", "app.config", "remix.config"}

// argoPlugins are the words for a plugin of Argo CD that makes manifests
// (argo-cd.readthedocs.io: operator-manual/config-management-plugins).
var argoPlugins = [][]byte{[]byte("ConfigManagementPlugin"), []byte("configManagementPlugins")}

// openers is what the repository has that may open what is sealed in it. Each file is read once for all of it.
type openers struct {
	dotenvx    []running // who runs it
	argoPlugin bool
	webhooks   map[keys.Form]bool // of which a manifest tells
	commands   []command          // of commandWords, in order of file and line
	decrypted  []decrypted
	applied    []applied
}

// command is a line of a script, a Makefile or a workflow. One that is continued is one line.
type command struct {
	file *File
	line int // from 1
	text []byte
}

func (r *Repository) readOpeners() {
	r.openers.webhooks = map[keys.Form]bool{}
	for _, f := range slices.Concat(r.scripts, r.Files()) {
		b, err := f.peek()
		if err != nil {
			continue
		}
		has := func(word []byte) bool { return bytes.Contains(b, word) }
		r.openers.argoPlugin = r.openers.argoPlugin || f.IsManifest() && slices.ContainsFunc(argoPlugins, has)
		for form, words := range webhooks {
			if f.IsManifest() && slices.ContainsFunc(words, has) {
				r.openers.webhooks[form] = true
			}
		}
		if f.Example || f.kind == dotenvFile {
			continue
		}
		r.openers.decrypted = append(r.openers.decrypted, decryptedBy(f, b)...)
		if dotenvxRuns.Match(b) {
			r.openers.dotenvx = append(r.openers.dotenvx, running{f.Path, r.packageOf(f.Dir()), b})
		}
		if slices.ContainsFunc(commandWords, has) {
			r.openers.commands = append(r.openers.commands, commandsIn(f, b)...)
		}
	}
	for _, c := range r.openers.commands {
		r.openers.applied = append(r.openers.applied, c.applies()...)
	}
}

// commandWords are the programs whose commands are kept.
var commandWords = [][]byte{[]byte("sops"), []byte("kubectl"), []byte("vals "), []byte("argocd-vault-plugin"), []byte("op run"), []byte("op inject")}

// webhooks are the words that tell of a webhook in the cluster which resolves a form: the annotation of the pods that
// it is for, or its chart (developer.1password.com/docs/k8s/injector, bank-vaults.dev/docs/mutating-webhook).
var webhooks = map[keys.Form][][]byte{
	keys.OfOnePassword: {[]byte("operator.1password.io/inject")},
	keys.OfBankVaults:  {[]byte("vault.security.banzaicloud.io/"), []byte("secrets-webhook.security.bank-vaults.io/"), []byte("vault-secrets-webhook")},
}

// openingCommands are the commands that make keys of what is written in a form.
var openingCommands = map[keys.Form]*regexp.Regexp{
	keys.OfVals:        regexp.MustCompile(`\bvals\s+(?:eval|exec|env|flatten)\b`),
	keys.OfVaultPlugin: regexp.MustCompile(`\bargocd-vault-plugin\s+generate\b`),
	keys.OfOnePassword: regexp.MustCompile(`\bop\s+(?:run|inject)\b`),
}

func commandsIn(f *File, text []byte) []command {
	var out []command
	n := 1
	for line := range bytes.SplitSeq(bytes.ReplaceAll(text, []byte("\\\n"), []byte("\v")), []byte("\n")) {
		if slices.ContainsFunc(commandWords, func(word []byte) bool { return bytes.Contains(line, word) }) {
			out = append(out, command{f, n, bytes.ReplaceAll(line, []byte("\v"), []byte(" "))})
		}
		n += 1 + bytes.Count(line, []byte("\v"))
	}
	return out
}

func (r *Repository) theOpeners() *openers {
	r.openersOnce.Do(r.readOpeners)
	return &r.openers
}

// HasArgoPlugin says whether Argo CD has a plugin that makes manifests, which may find its applications by
// itself, as far as the repository tells.
func (r *Repository) HasArgoPlugin() bool { return r.theOpeners().argoPlugin }

// running is a file that runs something, and the directory of the app that it is of.
type running struct {
	name string
	app  string
	text []byte
}

// RunsDotenvx says whether something decrypts with dotenvx what stands in an app's env files: a command of the app's own, or of
// a file that names its directory, or the configuration of its build.
func (r *Repository) RunsDotenvx(app string) bool {
	of := r.packageOf(app)
	word := path.Base(of)
	for _, f := range r.theOpeners().dotenvx {
		if f.app == of || of != "." && wordIn(f.text, word) >= 0 {
			return true
		}
	}
	return slices.ContainsFunc(r.buildConfigs(app), (*File).runsDotenvx)
}

// buildConfigs are the files that configure the build of the app in a directory.
func (r *Repository) buildConfigs(app string) []*File {
	return r.filesCalled(app, buildConfigs, ".js", ".mjs", ".ts", ".mts")
}

// MayRunDotenvx says whether a container may decrypt with dotenvx what it is given: its command does, or it has none of its own
// and something in the repository does, which may be what its image starts.
func (r *Repository) MayRunDotenvx(command []string) bool {
	if len(command) == 0 {
		return len(r.theOpeners().dotenvx) > 0
	}
	line := strings.Join(command, " ")
	return dotenvxRuns.MatchString(line) || strings.Contains(line, ".sh") && len(r.theOpeners().dotenvx) > 0
}

// packageOf is the directory of the app that a directory is part of: the nearest with a package.json or a Dockerfile, or else
// itself.
func (r *Repository) packageOf(dir string) string {
	for at := dir; ; at = path.Dir(at) {
		if r.File(path.Join(at, "package.json")) != nil || r.File(path.Join(at, "Dockerfile")) != nil {
			return at
		}
		if at == "." || at == "/" || at == r.rootOf(dir) {
			return dir
		}
	}
}

func (f *File) runsDotenvx() bool {
	b, err := f.peek()
	return err == nil && dotenvxRuns.Match(b)
}

// Opens says whether the repository tells of something that makes keys of what is written in a form in the file: a
// command in a script, a Makefile or a workflow, a webhook, or what deploys compose projects from the repository.
func (r *Repository) Opens(form keys.Form, file string) bool {
	o := r.theOpeners()
	if form == keys.BySOPS {
		base := []byte(path.Base(file))
		return slices.ContainsFunc(o.commands, func(c command) bool { return sopsDecrypts.Match(c.text) && bytes.Contains(c.text, base) }) ||
			slices.ContainsFunc(o.decrypted, func(d decrypted) bool { return d.has(file) })
	}
	opens := openingCommands[form]
	return o.webhooks[form] || opens != nil && slices.ContainsFunc(o.commands, func(c command) bool { return opens.Match(c.text) })
}

var sopsDecrypts = regexp.MustCompile(`\bsops["',]?(?:\s.*)?\s["']?(?:-d|--decrypt|decrypt|exec-env|exec-file)\b`)

// applied is what a command gives to kubectl, which decrypts nothing: apply -f, apply -k, or what kustomize makes of it.
type applied struct {
	names [2]string // as it is called from the root, and from where the command stands
	deep  bool      // with the directories below
	at    Position
}

// KubectlApplies is the first command that gives a directory or a file to kubectl. ok is false where none does.
func (r *Repository) KubectlApplies(name string) (at Position, ok bool) {
	for _, a := range r.theOpeners().applied {
		for _, given := range a.names {
			if given == name || a.deep && within(name, given) {
				return a.at, true
			}
		}
	}
	return Position{}, false
}

func (c command) applies() (out []applied) {
	for _, m := range kubectlApplies.FindAllSubmatch(c.text, -1) {
		given := string(m[1]) + string(m[2])
		out = append(out, applied{[2]string{path.Clean(given), path.Join(c.file.Dir(), given)}, appliesDeep.Match(c.text), Position{File: c.file.Path, Line: c.line}})
	}
	return out
}

// appliesDeep matches the flag by which kubectl goes into the directories below.
var appliesDeep = regexp.MustCompile(`\s(?:-R|--recursive)\b`)

var kubectlApplies = regexp.MustCompile(`\bkubectl\b[^|;&]*\bapply\b[^|;&]*?\s(?:-k|--kustomize|-f|--filename)[ =]?["']?([^\s"'|;&]+)|\bkustomize\s+build\s+["']?([^\s"'|;&]+)["']?\s*\|\s*kubectl\b`)
