package sources

import (
	"bytes"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// decrypted is what a program that deploys compose projects from a repository decrypts with SOPS before.
type decrypted struct {
	dir  string // all that its projects read, which lies in this directory; "." is the repository
	file string // or this one file
}

func (d decrypted) has(file string) bool {
	return file == d.file || d.dir == "." || d.dir != "" && strings.HasPrefix(file, d.dir+"/")
}

// decryptedBy is what the configuration of such a program asks for.
//
//   - doco-cd decrypts all that a project reads, of those that .doco-cd.yml names by their working_dir
//     (kimdre/doco-cd: wiki/docs/Advanced/Encryption.md, Deploy-Settings.md).
//   - SwarmCD decrypts the sops_files that a stack lists in its stacks.yaml, and no env file that is not listed
//     (m-adawi/swarm-cd: README.md; with sops_secrets_discovery those below secrets: alone).
func decryptedBy(f *File, text []byte) []decrypted {
	base := path.Base(f.Path)
	switch {
	case f.Dir() == "." && strings.HasPrefix(base, ".doco-cd.") && f.isYAML():
		return docoProjects(text)
	case (base == "stacks.yaml" || base == "config.yaml") && bytes.Contains(text, []byte("sops_files")):
		return swarmFiles(text)
	}
	return nil
}

func docoProjects(text []byte) []decrypted {
	var out []decrypted
	for _, doc := range nodes.Decode(text) {
		d := doc.Root
		if nodes.Field(d, "repository_url") != nil {
			continue // it deploys another repository
		}
		out = append(out, decrypted{dir: path.Clean(nodes.Text(nodes.Field(d, "working_dir")))})
	}
	return out
}

func swarmFiles(text []byte) []decrypted {
	var out []decrypted
	for _, doc := range nodes.Decode(text) {
		d := doc.Root
		if stacks := nodes.Field(d, "stacks"); stacks != nil {
			d = stacks
		}
		nodes.Pairs(d, func(_, stack *yaml.Node) {
			for _, file := range nodes.List(nodes.Field(stack, "sops_files")) {
				out = append(out, decrypted{file: path.Clean(file)})
			}
		})
	}
	return out
}
