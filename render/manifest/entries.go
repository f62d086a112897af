package manifest

import (
	"encoding/base64"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
	"github.com/keylint/keylint/sources/nodes"
)

// Entry is one data key of a Secret or ConfigMap, as a container would see it: decoded
// once, unsealed, or unknown with the reason.
type Entry struct {
	Key   string
	Value keys.Value
	At    sources.Position // where a person would edit it
	Via   []string         // what it went through on its way, nearest first ("SealedSecret supabase/keys", "SOPS file x.enc.yaml")

	SOPS        bool            // it stands in a file that SOPS encrypted
	Sealed      bool            // it comes out of a SealedSecret
	Locked      *decrypt.Locked // why it could not be decrypted or unsealed; nil where it could
	Placeholder bool            // a word stands there, below data, in place of what somebody or something is to put there
	NotBase64   bool            // it cannot be decoded, so that the API server refuses the object

	Place Place // where its text is written, of an entry that is written somewhere

	Remote *Remote // of a Secret that a controller fills from a store, which store that is; nil where it does something to the value
}

// Remote is a value of a store that an object of the cluster describes.
type Remote struct {
	Kind, Namespace, Store string // the object: "SecretStore", or "ClusterSecretStore" without a namespace
	Key, Property          string
}

// Entries are the data keys of a Secret or ConfigMap in the order in which they are
// written; none for any other kind. Decrypted values are entered in the run's ledger.
func (o *Object) Entries() []Entry {
	entries := o.entries()
	if o.Doubt != "" {
		entries = slices.Clone(entries)
		for i := range entries {
			entries[i].Value = keys.Unknown(o.Doubt)
		}
	}
	return entries
}

func (o *Object) entries() []Entry {
	var list EntryList
	switch {
	case o.Maker != nil:
		return o.Maker.Entries()
	case o.Kind == "Secret":
		o.readData(&list, "data", true)
		o.readData(&list, "stringData", false) // the API server lets it win over data
	case o.Kind == "ConfigMap":
		o.readData(&list, "data", false)
		o.readData(&list, "binaryData", true)
	}
	return list.Entries
}

// Inside leads from a place in the entry's text (line and byte column from 1) to its
// place on disk, for a document within it.
func (e Entry) Inside(line, column, endColumn int) sources.Position {
	if e.Place.Inside == nil {
		return e.At
	}
	return e.Place.Inside(line, column, endColumn)
}

// EntryList keeps one entry for each key: the last one counts.
type EntryList struct {
	Entries []Entry
	index   map[string]int
}

// Add takes up an entry, in the place of an earlier one with its key.
func (l *EntryList) Add(e Entry) {
	if l.index == nil {
		l.index = map[string]int{}
	}
	if i, ok := l.index[e.Key]; ok {
		l.Entries[i] = e
		return
	}
	l.index[e.Key] = len(l.Entries)
	l.Entries = append(l.Entries, e)
}

func (o *Object) readData(list *EntryList, field string, encoded bool) {
	nodes.Pairs(nodes.Field(o.Root, field), func(key, value *yaml.Node) {
		if key == nil || value == nil || value.Kind != yaml.ScalarNode {
			return
		}
		if o.Repo.Standins().IsMadeOf(key.Value) {
			o.Repo.Note(sources.NoteRefused, sources.Position{File: o.File}, "a data key of "+Label(o.Kind, o.Namespace, o.Name)+" is called by what was decrypted, and is not read: "+hidden)
			return
		}
		list.Add(o.entry(key.Value, value, encoded))
	})
}

func (o *Object) entry(key string, value *yaml.Node, encoded bool) Entry {
	p := o.Place(value)
	e := Entry{Key: key, At: p.At, Via: p.Via, Place: p}
	text := nodes.Text(value)
	var locked *decrypt.Locked
	if p.File != nil {
		locked = p.File.Locked()
	}
	if p.File != nil && p.File.Encrypted() {
		e.SOPS = true
		e.Via = append(e.Via[:len(e.Via):len(e.Via)], "decrypted with SOPS")
	}
	if v, ok := o.inVault(text); ok {
		if e.Value = v; encoded { // the API server decodes what the plugin put there
			e.Value = v.Decoded()
		}
		return e
	}
	if encoded && !decrypt.EncryptedLeaf(text) {
		plain, err := base64.StdEncoding.DecodeString(text)
		if err != nil && keys.LooksLikePlaceholder(keys.NewText(text)) {
			e.Placeholder = !keys.IsReference(keys.NewText(text))
			e.Value = keys.Unknown("a placeholder stands there, and what takes its place is not known")
			return e
		}
		if err != nil {
			e.NotBase64 = true
			e.Value = keys.Unknown("it stands in " + field(o.Kind) + ", and is not base64, so the API server refuses it")
			return e
		}
		text = string(plain)
		if v, ok := o.inVault(text); ok {
			e.Value = v
			return e
		}
		if !p.Whole {
			e.Place.Inside = nil // the text is not there as it is
		}
	}
	switch {
	case decrypt.EncryptedLeaf(text) && locked == nil:
		locked = &decrypt.Locked{Kind: decrypt.Damaged, Line: p.At.Line,
			Reason: "it is SOPS ciphertext in a file without SOPS metadata, so nothing can decrypt it"}
		fallthrough
	case locked != nil && (p.Whole || decrypt.EncryptedLeaf(text)):
		e.Locked = locked
		e.Value = keys.Unknown(locked.Reason)
		if n, ok := decrypt.EncryptedLength(text); ok && !p.Whole {
			e.Value = ofLength(locked.Reason, n, encoded)
		}
		return e
	}
	e.Value = o.Repo.Standins().Resolve(keys.NewText(text))
	if sources.IsKong([]byte(text)) { // of which the rest is known: what is not is told credential by credential
		e.Value = keys.Known(keys.NewText(text))
	}
	if p.File != nil && p.File.Encrypted() {
		o.Repo.Ledger().AddDecrypted(e.Value.Text())
	}
	return e
}

// inVault is the value of a placeholder that argocd-vault-plugin fills in, in base64 or
// not, before the object reaches the API server.
func (o *Object) inVault(text string) (keys.Value, bool) {
	t := keys.NewText(text)
	if v := o.Repo.Standins().Resolve(t); v.Source() != "" {
		return v, true
	}
	return keys.VaultPlaceholder(nodes.Text(nodes.Field(o.Root, "metadata", "annotations", "avp.kubernetes.io/path")), t)
}

// ofLength is a locked value whose ciphertext is n bytes long: the text itself, or its
// base64, whose last three bytes may be padding.
func ofLength(reason string, n int, encoded bool) keys.Value {
	switch {
	case !encoded:
		return keys.UnknownOfLength(reason, n, n)
	case n%4 == 0 && n > 0:
		return keys.UnknownOfLength(reason, n/4*3-2, n/4*3)
	}
	return keys.Unknown(reason)
}

// field is where an object of that kind keeps what is base64.
func field(kind string) string {
	if kind == "ConfigMap" {
		return "binaryData"
	}
	return "data"
}
