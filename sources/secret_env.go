package sources

import (
	"regexp"

	"github.com/keylint/keylint/keys"
)

// envReference matches what some loader takes for a reference in a value. The first group is a sign that makes it none, the second the name.
var envReference = regexp.MustCompile(`(\\)?\$\{?([\w.]+)`)

// ofSecret is why the value of a variable is not known in which a secret has a "$".
const ofSecret = `what a loader of variables makes of the "$" in it is not followed, as it is secret`

// envFiles are files as a loader reads them. A secret with a "$" in it is not known there, unless it is nothing but a reference, or names only what
// secret files define, and no other: whoever may define a variable beside it would find out what stands behind the "$".
func envFiles(files []*File, parse func([]byte) []Variable) []EnvFile {
	out := make([]EnvFile, len(files))
	secret := map[string]bool{} // by name: whether only secret files define it
	for i, f := range files {
		out[i] = EnvFile{Path: f.Path, Variables: f.dotenvBy(parse)}
		for _, v := range out[i].Variables {
			is, before := secret[v.Name]
			secret[v.Name] = f.holdsSecrets() && (is || !before)
		}
	}
	for i, f := range files {
		if !f.holdsSecrets() {
			continue
		}
		for n, v := range out[i].Variables {
			text := v.Value.Reveal()
			if keys.ReferenceName(text) != "" {
				continue
			}
			for _, m := range envReference.FindAllStringSubmatch(text, -1) {
				if m[1] == "" && !secret[m[2]] {
					out[i].Variables[n].Value = keys.NewText(f.repo.standins.Word(keys.Unknown(ofSecret)))
					break
				}
			}
		}
	}
	return out
}

// holdsSecrets says whether what stands in the file is not for everybody.
func (f *File) holdsSecrets() bool { return f.Private() || f.Decrypted() }
