package stores

import (
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources/decrypt"
	"github.com/keylint/keylint/sources/nodes"
)

// sealed is what the SealedSecrets controller makes a Secret of. Unsealing costs an RSA
// decryption an entry, so it waits until somebody asks.
type sealed struct {
	from *manifest.Object
	once sync.Once
	out  map[string]decrypt.Unsealed
}

// unsealed is the Secret that the controller will make of a SealedSecret, nil for any
// other object. Its name and namespace are the SealedSecret's, whatever the template
// says; type, labels and annotations are the template's
// (sealed-secrets pkg/apis/sealedsecrets/v1alpha1: SealedSecret.Unseal).
func unsealed(from *manifest.Object) *manifest.Object {
	if from.Kind != "SealedSecret" || !strings.HasPrefix(from.APIVersion, "bitnami.com/") {
		return nil
	}
	template := nodes.Field(from.Root, "spec", "template")
	metadata := nodes.Mapping(
		"name", nodes.Field(from.Root, "metadata", "name"),
		"namespace", nodes.Field(from.Root, "metadata", "namespace"),
		"labels", nodes.Field(template, "metadata", "labels"),
		"annotations", nodes.Field(template, "metadata", "annotations"),
	)
	return &manifest.Object{
		APIVersion: "v1", Kind: "Secret", Name: from.Name, Namespace: from.Namespace, File: from.File,
		Root: nodes.Mapping("apiVersion", nodes.Scalar("v1"), "kind", nodes.Scalar("Secret"), "metadata", metadata,
			"type", nodes.Field(template, "type")),
		OriginalName: from.OriginalName, OriginalNamespace: from.OriginalNamespace,
		Repo: from.Repo, Origin: fromSealed{from}, Maker: &sealed{from: from},
	}
}

// fromSealed is the origin of such a Secret: its nodes are the SealedSecret's own.
type fromSealed struct{ from *manifest.Object }

// Find implements manifest.Origin.
func (s fromSealed) Find(_ *manifest.Object, n *yaml.Node) (manifest.Place, bool) {
	if s.from.Origin == nil || n.Line == 0 {
		return manifest.Place{}, false
	}
	return s.from.Origin.Find(s.from, n)
}

// Open says that there are no other entries than those that are sealed.
func (s *sealed) Open() string { return "" }

// Undeclared is never asked for.
func (s *sealed) Undeclared(string) manifest.Entry { return manifest.Entry{} }

// Entries unseals what is sealed, and fills in the template.
func (s *sealed) Entries() []manifest.Entry {
	s.once.Do(s.unseal)
	var list manifest.EntryList
	read := func(n *yaml.Node, ciphertext bool) {
		nodes.Pairs(n, func(key, value *yaml.Node) {
			u, ok := s.out[key.Value]
			if value == nil {
				return
			}
			if !ok {
				u.Value = keys.Unknown("the SealedSecret could not be read")
			}
			if n, measured := decrypt.SealedLength(nodes.Text(value)); ciphertext && measured && !u.Value.IsKnown() {
				u.Value = keys.UnknownOfLength(u.Value.Reason(), n, n)
			}
			p := s.from.Place(value)
			e := manifest.Entry{Key: key.Value, Value: u.Value, At: p.At, Locked: u.Err, Sealed: true,
				Via: []string{"SealedSecret " + strings.TrimPrefix(s.from.Namespace+"/"+s.from.Name, "/")}}
			if e.Value.IsKnown() {
				s.from.Repo.Ledger().AddDecrypted(e.Value.Text())
				if ciphertext {
					s.from.Repo.HandSecret(e.Value.Text()) // from here on no renderer gets it
				} else {
					s.from.Repo.HandMade(e.Value.Text(), u.Handed)
				}
			}
			list.Add(e)
		})
	}
	read(nodes.Field(s.from.Root, "spec", "encryptedData"), true)
	read(nodes.Field(s.from.Root, "spec", "template", "data"), false)
	return list.Entries
}

// unseal tries the rendered name first, and that of the file too: a SealedSecret that
// a prefix renamed opens with the latter, which explains why the controller refuses it.
// One that was copied to another overlay opens with the namespace of that one.
func (s *sealed) unseal() {
	root := s.from.Root
	secret := decrypt.SealedSecret{
		Name: s.from.Name, Namespace: s.from.Namespace,
		Annotations:   nodes.Texts(nodes.Field(root, "metadata", "annotations")),
		EncryptedData: nodes.Texts(nodes.Field(root, "spec", "encryptedData")),
		TemplateData:  nodes.Texts(nodes.Field(root, "spec", "template", "data")),
		Hand:          s.from.Repo.HandSecret,
	}
	ring := s.from.Repo.Keyring()
	s.out = ring.Unseal(secret, decrypt.Identity{Name: s.from.OriginalName, Namespace: s.from.OriginalNamespace})
	for _, u := range s.out {
		if u.Err != nil && u.Err.Kind == decrypt.WrongKey {
			s.out = ring.Unseal(secret, otherNamespaces(s.from)...)
			return
		}
	}
}

// maxNamespaces bounds how many namespaces are tried: each costs an RSA operation for
// each of the controller's keys.
const maxNamespaces = 16

// otherNamespaces are the object's names in the namespaces that the repository's
// kustomizations set.
func otherNamespaces(o *manifest.Object) []decrypt.Identity {
	seen := map[string]bool{o.Namespace: true}
	var hints []decrypt.Identity
	for _, f := range o.Repo.Files() {
		if !f.IsKustomization() || len(hints) == maxNamespaces {
			continue
		}
		for _, d := range f.Documents() {
			if ns := nodes.Text(nodes.Field(d.Root, "namespace")); ns != "" && !seen[ns] {
				seen[ns] = true
				hints = append(hints, decrypt.Identity{Name: o.OriginalName, Namespace: ns})
			}
		}
	}
	return hints
}
