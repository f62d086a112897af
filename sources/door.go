package sources

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// What a stranger's change may name is what everybody sees who has the repository, and no more. On a runner there lies more in
// the work tree: git's own files, with the token that fetched them; what git ignores, such as a key that the build put there; and
// private keys. This is the one door to it: File, FileSystem and the walk ask here.

// closed says why nothing reads a file of the tree, and lists no directory, whoever names it; empty where it may be read. Of what
// git ignores the user may name a directory himself, and files of variables have a reader of their own; a renderer gets them as it
// gets what was decrypted (Handed), or not at all.
func (r *Repository) closed(t *tree, rel string) string {
	real, info := t.behind(rel)
	if info == nil {
		return ""
	}
	for _, part := range append(components(path.Clean(rel)), components(real)...) {
		if strings.EqualFold(part, ".git") {
			return "it is git's own"
		}
	}
	switch {
	case info.IsDir():
		return ""
	case !info.Mode().IsRegular():
		return errIrregular.Error()
	case keyFileName.MatchString(path.Base(real)):
		return errPrivateKey.Error()
	}
	if by := t.ignoredBy(real); by != "" && kindOf(real) != dotenvFile && !r.named(path.Join(t.mount, by)) {
		return errIgnored.Error()
	}
	return ""
}

var (
	errPrivateKey = errors.New("it is a private key")
	errIgnored    = errors.New("git ignores it")
)

// behind is the name in the tree of what a name leads to, without links, and what lies there; nil where nothing does, or it lies
// outside.
func (t *tree) behind(rel string) (string, fs.FileInfo) {
	info, err := t.root.Stat(filepath.FromSlash(rel))
	if err != nil {
		return "", nil
	}
	real, err := filepath.EvalSymlinks(filepath.Join(t.dir, filepath.FromSlash(rel)))
	if err != nil {
		return "", nil
	}
	if real, err = filepath.Rel(t.dir, real); err != nil || !filepath.IsLocal(real) {
		return "", nil
	}
	return filepath.ToSlash(real), info
}

// ignoredBy is the directory on the way to a file, or the file itself, that a .gitignore names; empty where none does, or where git
// holds the file in spite of it.
func (t *tree) ignoredBy(rel string) string {
	parts := components(rel)
	for i := range parts {
		dir := path.Join(parts[:i]...)
		patterns := t.patternsOf(path.Join(".", dir))
		if len(patterns) > 0 && gitignore.NewMatcher(patterns).Match(parts[:i+1], i+1 < len(parts)) {
			if t.holds(rel) {
				return ""
			}
			return path.Join(dir, parts[i])
		}
	}
	return ""
}

// patternsOf are those of the .gitignore files in a directory and above it.
func (t *tree) patternsOf(dir string) []gitignore.Pattern {
	if known, ok := t.patterns.Load(dir); ok {
		return known.([]gitignore.Pattern)
	}
	var patterns []gitignore.Pattern
	if dir == "." {
		patterns = t.ignoreFile(excludeFile, nil, nil)
	} else {
		patterns = t.patternsOf(path.Dir(dir))
	}
	patterns = t.ignoreFile(path.Join(dir, ignoreName), components(dir), patterns)
	t.patterns.Store(dir, patterns)
	return patterns
}

const ignoreName, excludeFile = ".gitignore", ".git/info/exclude"

// Private says that the file is the user's own, and none of the repository's: git ignores it, and the user named neither it nor its
// directory.
func (f *File) Private() bool { return f.Ignored && !f.chosen }

// Withheld says why File gives no file of this name, though there is one; empty where it gives one, or there is none.
func (r *Repository) Withheld(name string) string {
	name = path.Clean(name)
	if r.File(name) != nil {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.shut[name]
}

// keyFileName matches what files of private keys are called that are not known by what stands in them.
var keyFileName = regexp.MustCompile(`(?i)^(?:id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|.*\.agekey|secring\.(?:gpg|pgp)|.*\.(?:p12|pfx|jks|ppk))$`)

var (
	privateKey = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY`)
	sealingKey = []byte("sealedsecrets.bitnami.com/sealed-secrets-key")
	base64PEM  = []byte("LS0tLS1CRUdJTi") // "-----BEGIN "
)

// isPrivateKey says of the beginning of a file whether it is one of private keys: age identities behind comments, PEM and armored
// PGP, and what kubectl prints of the keys of the SealedSecrets controller. A manifest in which such a key stands among others is
// none.
func isPrivateKey(b []byte) bool {
	first := b
	for {
		first = bytes.TrimLeft(first, "\ufeff \t\r\n")
		if !bytes.HasPrefix(first, []byte("#")) {
			break
		}
		end := bytes.IndexByte(first, '\n')
		if end < 0 {
			return false
		}
		first = first[end:]
	}
	return bytes.HasPrefix(first, []byte("AGE-SECRET-KEY-")) ||
		bytes.HasPrefix(first, []byte("-----BEGIN ")) && privateKey.Match(first) ||
		bytes.Contains(b, sealingKey) && bytes.Contains(b, []byte("tls.key")) && (bytes.Contains(b, base64PEM) || privateKey.Match(b))
}
