package sources

import (
	"bytes"
	"encoding/base64"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/keylint/keylint/internal/current"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/decrypt"
)

// MaxFileSize is the size in bytes above which a file is not read.
const MaxFileSize = 16 << 20

// kind is what a file's name says of it.
type kind int

const (
	otherFile kind = iota
	manifestFile
	dotenvFile
	dockerfileFile
	kustomizationFile
	cliConfigFile
	proxyFile
	sqlFile
	terraformFile
	settingsFile
	bakeFile
)

// File is one file of the repository. Its bytes are read once and kept only where
// they can bear a key.
type File struct {
	Path    string
	Example bool   // never truth: .env.example, docs/, tests
	TestDir string // the directory by whose name alone ("test") it is taken for an example
	Ignored bool   // git ignores it

	repo   *Repository
	tree   *tree
	rel    string // path within the tree
	size   int64
	kind   kind
	linked bool // it is a link, which may lead to another directory of the tree
	chosen bool // git ignores it, and the user named it, or a directory in what is ignored
	marked bool // a mark stands in it
	tested bool // its bytes were tested for marks, and
	swept  bool // a mark of the sweep stands in it
	hidden bool // it is ciphertext, in which none can be seen, and a mark stands in its path
	led    bool // something that has one leads to it
	object bool // it may hold an object of Kubernetes
	mutate bool // and one that says what is changed as it reaches the cluster
	deploy bool // and one that makes a controller deploy something

	services     bool // it may have the shape of a compose file
	routes       bool // it may lead hosts somewhere, as a proxy's configuration does
	takes        bool // it may take headers away from what is sent, or set them
	shapeOnce    sync.Once
	composeShape bool

	readOnce sync.Once
	disk     []byte
	readErr  error

	plainOnce sync.Once
	plain     []byte
	handed    []byte // of what was decrypted, what renderers get
	encrypted bool
	locked    *decrypt.Locked

	docsOnce sync.Once
	docs     []*Document
	problems bool // some document of it cannot be parsed

	linesOnce sync.Once
	text      string // of the disk, and
	lines     []int  // where each line of it begins, in bytes from the start
}

// IsManifest says that the file's name is one of YAML, JSON or a template of them.
func (f *File) IsManifest() bool { return f.kind == manifestFile }

// templateNames are the ends of the names of templates, outerNames all that may stand behind what
// a file's name says that it is.
var (
	templateNames = []string{".template", ".tmpl", ".tpl"}
	outerNames    = slices.Concat(templateNames, []string{".enc", ".sops"})
)

// IsTemplate says of a manifest that by its name it is a template of one.
func (f *File) IsTemplate() bool {
	lower := strings.ToLower(f.Path)
	return slices.ContainsFunc(templateNames, func(end string) bool {
		return strings.HasSuffix(lower, end) || strings.HasSuffix(strings.TrimSuffix(lower, path.Ext(lower)), end)
	})
}

// InChart says whether the file is a template of a Helm chart. Many of them are YAML, and still are not what is deployed: that is what the chart
// makes of them.
func (f *File) InChart() bool {
	for dir := f.Dir(); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if path.Base(dir) == "templates" && f.repo.File(path.Join(path.Dir(dir), "Chart.yaml")) != nil {
			return true
		}
	}
	return false
}

// IsDotenv says that the file is called .env, .env.<something> or <something>.env, like an environment
// (env.production), or as direnv and wrangler call theirs.
func (f *File) IsDotenv() bool { return f.kind == dotenvFile }

// IsDockerfile says that the file is called like a Dockerfile.
func (f *File) IsDockerfile() bool { return f.kind == dockerfileFile }

// IsKustomization says that the file is the kustomization of its directory.
func (f *File) IsKustomization() bool { return f.kind == kustomizationFile }

// IsCLIConfig says that the file is the Supabase CLI's supabase/config.toml.
func (f *File) IsCLIConfig() bool { return f.kind == cliConfigFile }

// IsProxy says that the file is called like a configuration of Caddy, or of nginx, HAProxy, Traefik and many others.
func (f *File) IsProxy() bool { return f.kind == proxyFile }

// IsSQL says that the file is one of those that make the database, or change it: a migration, what is put
// into it for development, or what its container runs once.
func (f *File) IsSQL() bool { return f.kind == sqlFile }

// IsTerraform says that the file is part of a module of Terraform or OpenTofu, or sets variables of one.
func (f *File) IsTerraform() bool { return f.kind == terraformFile }

// keySetName matches what a file of JSON Web Keys is called, as "supabase gen signing-key" and other tools do.
var keySetName = regexp.MustCompile(`(?i)(jwks?|signing[-_]?keys?)[^/]*\.json$`)

// IsKeySet says that by its name the file holds JSON Web Keys.
func (f *File) IsKeySet() bool { return f.kind == manifestFile && keySetName.MatchString(f.Path) }

// IsServedSettings says that the file holds an app's settings, by its name, and that a browser gets it as it is.
func (f *File) IsServedSettings() bool {
	return f.kind == settingsFile || f.kind == manifestFile && path.Ext(f.Path) == ".json" && isServedSettings(f.Path)
}

// FromStdin says that this is what came from standard input: it is in no directory.
func (f *File) FromStdin() bool { return f.Path == stdinName }

// IsMarked says whether something stands in the file that can bear a Supabase key by itself,
// or is one: a name that only Supabase uses, the beginning of a key, a gateway's credentials;
// or a name that the user configured. Of ciphertext the path decides as well.
func (f *File) IsMarked() bool { return f.marked || f.hidden }

// BearsKeys says whether the file may have to do with a Supabase key: it is marked, or what is
// marked leads to it (LeadTo). A file of which neither is true is not parsed.
func (f *File) BearsKeys() bool { return f.IsMarked() || f.led }

// LeadTo says that something that may have to do with a Supabase key leads to the file.
func (f *File) LeadTo() { f.led = true }

// HoldsObjects says whether the file may hold an object of Kubernetes.
func (f *File) HoldsObjects() bool { return f.object || f.FromStdin() }

// Mutates says whether the file may hold an object that changes others as they reach the cluster.
func (f *File) Mutates() bool { return f.object && f.mutate }

// Deploys says whether the file may hold an object of Flux or Argo CD.
func (f *File) Deploys() bool { return f.deploy }

// Mentions says whether the word stands in the file as it is on disk: a cheap test
// before it is parsed.
func (f *File) Mentions(word string) bool {
	b, err := f.Disk()
	return err == nil && bytes.Contains(b, []byte(word))
}

// Shows says whether the text stands in the file as it is on disk, plain or as base64, for
// everybody to read who has the file.
func (f *File) Shows(t keys.Text) bool {
	b, err := f.Disk()
	if err != nil || t.Len() == 0 {
		return false
	}
	plain := []byte(t.Reveal())
	return bytes.Contains(b, plain) || bytes.Contains(b, []byte(base64.StdEncoding.EncodeToString(plain)))
}

// Committed says whether git holds the file, or will: it lies in a work tree, and git does
// not ignore it.
func (f *File) Committed() bool { return f.tree != nil && f.tree.git && !f.Ignored }

// Size is the file's length in bytes.
func (f *File) Size() int64 { return f.size }

// Dir is the directory's name, "." for the root.
func (f *File) Dir() string { return path.Dir(f.Path) }

// Inside is a place in the file.
func (f *File) Inside(line, column, endColumn int) Position {
	return Position{File: f.Path, Line: line, Column: column, EndColumn: endColumn}
}

// At is the file as a whole.
func (f *File) At() Position { return Position{File: f.Path} }

// Disk is the file's bytes as they are. They are read at most once more after the walk.
func (f *File) Disk() ([]byte, error) {
	f.readOnce.Do(func() {
		if f.disk != nil {
			return
		}
		f.disk, f.readErr = f.read()
	})
	return f.disk, f.readErr
}

func (f *File) read() ([]byte, error) {
	file, err := f.bounded(f.openRegular)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	buf := bytes.NewBuffer(make([]byte, 0, f.size+bytes.MinRead))
	if _, err := buf.ReadFrom(io.LimitReader(file, MaxFileSize+1)); err != nil {
		return nil, reason(err)
	}
	if buf.Len() > MaxFileSize {
		return nil, errTooLarge
	}
	if isPrivateKey(buf.Bytes()) {
		return nil, errPrivateKey
	}
	return buf.Bytes(), nil
}

// Plain is the file's bytes, decrypted where SOPS encrypted it and a key is at hand.
// A file that could not be decrypted, or that another tool encrypted, is returned as it is, and Locked
// says why.
func (f *File) Plain() ([]byte, error) {
	disk, err := f.Disk()
	if err != nil {
		return nil, err
	}
	f.plainOnce.Do(func() {
		f.plain = disk
		if tool := keys.WholeFileBy(disk); tool != "" {
			f.locked = &decrypt.Locked{Kind: decrypt.NotTried, Reason: "it is encrypted by " + string(tool) + ", which keylint does not open"}
			f.repo.Note(NoteLocked, f.At(), f.locked.Reason)
			return
		}
		f.encrypted = decrypt.IsSOPS(f.Path, disk)
		if !f.encrypted {
			if f.Private() {
				f.repo.handLines(disk) // from here on no program that is followed gets its values
			}
			return
		}
		defer current.Begin("decrypting", f.Path)()
		opened, locked := f.repo.keyring.DecryptSOPS(f.Path, disk, f.repo.hide)
		if locked != nil {
			f.locked = locked
			f.repo.Note(NoteLocked, Position{File: f.Path, Line: f.locked.Line}, f.locked.Reason)
			return
		}
		f.plain, f.handed = opened.Plain, opened.Hidden
	})
	return f.plain, nil
}

// Encrypted says that SOPS encrypted the file.
func (f *File) Encrypted() bool {
	_, _ = f.Plain()
	return f.encrypted
}

// Locked says why an encrypted file could not be decrypted; nil where it could.
func (f *File) Locked() *decrypt.Locked {
	_, _ = f.Plain()
	return f.locked
}

// kustomizationNames are the names that kustomize recognises
// (kustomize api/konfig: RecognizedKustomizationFileNames).
var kustomizationNames = map[string]bool{"kustomization.yaml": true, "kustomization.yml": true, "Kustomization": true}

// isScript says whether a file may deploy something, by its name. Scripts are read only
// where somebody asks who renders a file.
func isScript(name string) bool {
	switch base := strings.ToLower(path.Base(name)); {
	case base == "makefile", base == "justfile", isTaskfile(base):
		return true
	}
	switch path.Ext(name) {
	case ".sh", ".bash", ".py", ".mk", ".ps1", ".rb":
		return true
	}
	return false
}

// isDotenvName says whether a name, in small letters, is that of a file of variables.
func isDotenvName(lower string) bool {
	mode, ok := strings.CutPrefix(lower, "env.")
	return lower == ".env" || strings.HasPrefix(lower, ".env.") || strings.HasSuffix(lower, ".env") || ok && keys.Environment(mode) != "" ||
		lower == ".envrc" || IsDevVars(lower)
}

// IsDevVars says whether the file is one that nothing but "wrangler dev" reads.
func IsDevVars(name string) bool {
	base := path.Base(name)
	return base == ".dev.vars" || strings.HasPrefix(base, ".dev.vars.")
}

// isDatabaseDir says whether the SQL of a directory is run by something: by "supabase db push" or another tool
// for migrations, or by the container of the database when that is made, as in upstream's stack.
func isDatabaseDir(dir string) bool {
	switch path.Base(dir) {
	case "migrations", "seeds", "supabase", "docker-entrypoint-initdb.d", "initdb.d", "initdb", "init-scripts":
		return true
	}
	return strings.Contains("/"+dir+"/", "/volumes/db/")
}

// servedDirs are those whose files a web server hands out as they are, by the word of the tools that make them.
var servedDirs = map[string]bool{"public": true, "static": true, "assets": true, "wwwroot": true, "www": true, "html": true}

// settingsName matches what the file of an app's settings is called: env.js, runtime-config.js, config.prod.json.
var settingsName = regexp.MustCompile(`(?i)^(?:.*[-_.])?(?:env|config|settings|appsettings)(?:[-_.].*)?\.js(?:on)?$`)

func isServedSettings(name string) bool {
	return ServedBy(name) != "" && settingsName.MatchString(path.Base(name))
}

// ServedBy is the directory of the app that hands out a file as it is; empty where none does.
func ServedBy(name string) string {
	for dir := path.Dir(name); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if served := path.Dir(dir); servedDirs[path.Base(dir)] && !servedDirs[path.Base(served)] {
			if path.Base(served) == "src" {
				served = path.Dir(served)
			}
			return served
		}
	}
	return ""
}

// kindOf reads the kind off the name.
func kindOf(name string) kind {
	base := path.Base(name)
	lower := strings.ToLower(base)
	switch {
	case kustomizationNames[base]:
		return kustomizationFile
	case base == "config.toml" && path.Base(path.Dir(name)) == "supabase":
		return cliConfigFile
	case isDotenvName(lower):
		return dotenvFile
	case strings.HasSuffix(lower, ".sql") && isDatabaseDir(path.Dir(name)):
		return sqlFile
	case lower == "dockerfile" || strings.HasPrefix(lower, "dockerfile.") || strings.HasSuffix(lower, ".dockerfile") ||
		lower == "containerfile" || strings.HasPrefix(lower, "containerfile."):
		return dockerfileFile
	}
	if isHelmfileTemplate(name) {
		return manifestFile
	}
	for _, ext := range outerNames {
		lower = strings.TrimSuffix(lower, ext)
	}
	if strings.HasSuffix(lower, ".hcl") && bakeName.MatchString(lower) {
		return bakeFile
	}
	switch path.Ext(lower) {
	case ".yaml", ".yml", ".json":
		return manifestFile
	case ".conf", ".cfg", ".toml", ".caddy", ".caddyfile":
		return proxyFile
	case ".tf", ".tofu", ".tfvars":
		return terraformFile
	case ".js":
		if isServedSettings(name) {
			return settingsFile
		}
	}
	if lower == "caddyfile" || strings.HasPrefix(lower, "caddyfile.") {
		return proxyFile
	}
	return otherFile
}
