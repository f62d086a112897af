package decrypt

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/getsops/sops/v3"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources/nodes"
)

// Change is a value that is encrypted anew: its ciphertext as it stands in the file, and the text that it holds from then on.
type Change struct {
	Ciphertext string
	To         keys.Text
}

// EditSOPS encrypts values of a file anew, under the file's own data key, as "sops set" does. Of the file's bytes nothing differs but the
// ciphertext of these, the MAC and lastmodified: sops' own writer would lay out the whole file in its way.
//
// It is an error where a key that is at hand does not open the file, or where its bytes are not what sops writes.
func (k *Keyring) EditSOPS(name string, b []byte, changes []Change, now time.Time) (out []byte, err error) {
	defer func() {
		if recover() != nil { // the value may quote the file, and is dropped
			out, err = nil, errors.New("what SOPS wrote there is damaged")
		}
	}()
	format, ok := detect(name, b)
	if !ok {
		return nil, errors.New("it is not encrypted with SOPS")
	}
	if l := boundText(format, b); l != nil {
		return nil, errors.New(l.Reason)
	}
	if format != formatYAML || !areApart(nodes.Decode(b)) {
		return k.editTree(format, b, changes, now)
	}
	var all [][]byte
	for _, c := range nodes.Split(b) {
		text := c.Text
		if of := slices.DeleteFunc(slices.Clone(changes), func(ch Change) bool { return !bytes.Contains(text, []byte(ch.Ciphertext)) }); len(of) > 0 {
			if text, err = k.editTree(format, text, of, now); err != nil {
				return nil, err
			}
		}
		all = append(all, text)
	}
	return bytes.Join(all, nil), nil
}

// editTree edits what has one metadata.
func (k *Keyring) editTree(format fileFormat, b []byte, changes []Change, now time.Time) ([]byte, error) {
	tree, err := storeFor(format).LoadEncryptedFile(b)
	if err != nil {
		return nil, errors.New(loadProblem(format, b, err).Reason)
	}
	if l := boundTree(&tree, format, len(b)); l != nil {
		return nil, errors.New(l.Reason)
	}
	dataKey, l := k.dataKey(&tree.Metadata)
	if l != nil {
		return nil, errors.New(l.Reason)
	}
	leaves := map[string][]leaf{}
	for i := range tree.Branches {
		findLeaves(tree.Branches[i], leaves)
	}
	cipher := newCipher() // one for both ways: what does not change keeps its ciphertext
	mac, err := tree.Decrypt(dataKey, cipher)
	if err != nil {
		return nil, errors.New(treeProblem(b, cipher.failed).Reason)
	}
	if l := checkMAC(&tree.Metadata, mac, dataKey, cipher); l != nil {
		return nil, errors.New(l.Reason)
	}
	var changed []leaf
	for _, c := range changes {
		at := leaves[c.Ciphertext]
		if len(at) != 1 {
			return nil, fmt.Errorf("the encrypted value stands in it %d times", len(at))
		}
		at[0].set(c.To.Reveal())
		changed = append(changed, at[0])
	}
	was := tree.Metadata
	tree.Metadata.LastModified = now.UTC().Truncate(time.Second)
	if mac, err = tree.Encrypt(dataKey, cipher); err != nil {
		return nil, errors.New("sops does not encrypt it anew")
	}
	tree.Metadata.MessageAuthenticationCode, err = cipher.Encrypt(mac, dataKey, tree.Metadata.LastModified.Format(time.RFC3339))
	if err != nil {
		return nil, errors.New("sops does not encrypt its MAC anew")
	}
	for i, c := range changes {
		text, _ := changed[i].get().(string)
		if bytes.Count(b, []byte(c.Ciphertext)) != 1 || text == "" {
			return nil, errors.New("the encrypted value is written in another way than sops writes it")
		}
		b = bytes.Replace(b, []byte(c.Ciphertext), []byte(text), 1)
	}
	return replaceMetadata(b, &was, &tree.Metadata)
}

// lastModified matches the field in each of the formats, up to its value.
var lastModified = regexp.MustCompile(`lastmodified["']?\s*[:=]\s*["']?`)

// replaceMetadata writes the new MAC and date over the old ones, in each of the file's documents.
func replaceMetadata(b []byte, was, is *sops.Metadata) ([]byte, error) {
	oldMAC, date := []byte(was.MessageAuthenticationCode), []byte(was.LastModified.Format(time.RFC3339))
	places := bytes.Count(b, oldMAC)
	var out bytes.Buffer
	dates, last := 0, 0
	for _, at := range lastModified.FindAllIndex(b, -1) {
		if bytes.HasPrefix(b[at[1]:], date) {
			out.Write(b[last:at[1]])
			out.WriteString(is.LastModified.Format(time.RFC3339))
			last = at[1] + len(date)
			dates++
		}
	}
	out.Write(b[last:])
	if len(oldMAC) == 0 || places == 0 || places != dates {
		return nil, errors.New("its metadata is written in another way than sops writes it")
	}
	return bytes.ReplaceAll(out.Bytes(), oldMAC, []byte(is.MessageAuthenticationCode)), nil
}

// leaf is one value of a tree, where it stands in it.
type leaf struct {
	set func(any)
	get func() any
}

// findLeaves finds the encrypted values of a tree by their ciphertext.
func findLeaves(v any, out map[string][]leaf) {
	add := func(text string, l leaf) {
		if EncryptedLeaf(text) {
			out[text] = append(out[text], l)
		}
	}
	switch v := v.(type) {
	case sops.TreeBranch:
		for i := range v {
			if text, ok := v[i].Value.(string); ok {
				add(text, leaf{func(to any) { v[i].Value = to }, func() any { return v[i].Value }})
			}
			findLeaves(v[i].Value, out)
		}
	case []any:
		for i := range v {
			if text, ok := v[i].(string); ok {
				add(text, leaf{func(to any) { v[i] = to }, func() any { return v[i] }})
			}
			findLeaves(v[i], out)
		}
	}
}
