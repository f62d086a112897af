package decrypt

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/keyservice"

	"github.com/keylint/keylint/sources/nodes"
)

// OpensSOPS says whether there is a key at hand that may open what SOPS encrypted.
func (k *Keyring) OpensSOPS() bool {
	return k != nil && (len(k.keys().age) > 0 || len(k.keys().pgp) > 0)
}

// DecryptSOPS decrypts a file as "sops --decrypt" does, with the keys of the ring alone,
// and verifies its MAC.
//
// It is put together from sops' parts, as sops' decrypt package is, but with a key service
// of keylint's own: sops' would run gpg and whatever SOPS_AGE_KEY_CMD names, and would call
// the cloud or Vault address that the file names, with the credentials of whoever lints.
//
// words gives what renderers get in the place of each text that was encrypted; nil where none will.
func (k *Keyring) DecryptSOPS(name string, b []byte, words hide) (opened Opened, locked *Locked) {
	defer func() {
		if recover() != nil { // the value may quote the file, and is dropped
			opened, locked = Opened{}, damaged("its metadata or a value is not what SOPS writes")
		}
	}()
	format, ok := detect(name, b)
	if !ok {
		return Opened{}, damaged("it has no SOPS metadata")
	}
	if l := boundText(format, b); l != nil {
		return Opened{}, l
	}
	if format == formatYAML {
		return k.decryptYAML(b, words)
	}
	return k.decryptTree(format, b, words)
}

// damaged is for what no key can open.
func damaged(format string, args ...any) *Locked {
	return &Locked{Kind: Damaged, Reason: "encrypted with SOPS, and damaged: " + fmt.Sprintf(format, args...)}
}

// decryptTree decrypts what has one metadata.
func (k *Keyring) decryptTree(format fileFormat, b []byte, words hide) (Opened, *Locked) {
	s := storeFor(format)
	tree, err := s.LoadEncryptedFile(b)
	if err != nil {
		return Opened{}, loadProblem(format, b, err)
	}
	if l := boundTree(&tree, format, len(b)); l != nil {
		return Opened{}, l
	}
	dataKey, l := k.dataKey(&tree.Metadata)
	if l != nil {
		return Opened{}, l
	}
	cipher := newCipher()
	mac, err := tree.Decrypt(dataKey, cipher)
	if err != nil {
		return Opened{}, treeProblem(b, cipher.failed)
	}
	if l := checkMAC(&tree.Metadata, mac, dataKey, cipher); l != nil {
		l.Line = lineOf(b, tree.Metadata.MessageAuthenticationCode)
		return Opened{}, l
	}
	opened := Opened{}
	if opened.Plain, err = s.EmitPlainFile(tree.Branches); err == nil && words != nil {
		hideBranches(tree.Branches, cipher.opened, words)
		opened.Hidden, err = s.EmitPlainFile(tree.Branches)
	}
	if err != nil {
		return Opened{}, damaged("its decrypted content cannot be written as %s", format)
	}
	return opened, nil
}

// spendDataKeys takes so many tries of private keys from those of the run. It is false where there are none left. A Keyring that is nil opens nothing.
func (k *Keyring) spendDataKeys(n int) bool {
	if k == nil {
		return true
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.opened+n > maxDataKeys {
		return false
	}
	k.opened += n
	return true
}

// dataKey asks for the key that all values are encrypted with.
func (k *Keyring) dataKey(m *sops.Metadata) ([]byte, *Locked) {
	service := &keyService{held: k.keys(), spend: k.spendDataKeys}
	dataKey, err := m.GetDataKeyWithKeyServices([]keyservice.KeyServiceClient{service}, sops.DefaultDecryptionOrder)
	if err != nil && slices.Contains(slices.Collect(maps.Values(service.outcomes)), errNotTried) {
		return nil, &Locked{Kind: NotTried, Reason: "encrypted with SOPS, and not decrypted: there are more copies of data keys than keylint tries to open"}
	}
	if err != nil {
		return nil, k.explain(m, service)
	}
	if len(dataKey) != 32 {
		return nil, damaged("its data key has %d bytes in place of 32", len(dataKey))
	}
	return dataKey, nil
}

// checkMAC compares the MAC of the decrypted tree with the one in the metadata
// (cmd/sops/common.DecryptTree of sops).
func checkMAC(m *sops.Metadata, mac string, dataKey []byte, cipher sops.Cipher) *Locked {
	bad := func(why string) *Locked {
		return &Locked{Kind: BadMAC, Reason: "encrypted with SOPS, and its MAC does not match: " + why}
	}
	if m.MessageAuthenticationCode == "" {
		return bad("the file has none")
	}
	stored, err := cipher.Decrypt(m.MessageAuthenticationCode, dataKey, m.LastModified.Format(time.RFC3339))
	switch {
	case err != nil:
		return bad("the mac itself does not decrypt, so mac or lastmodified was edited or merged")
	case stored == mac:
		return nil
	case m.MACOnlyEncrypted:
		return bad("every value decrypts, so an encrypted value was removed, added or moved after encryption")
	}
	return bad("every value decrypts, so something was added, removed, moved or, where it is not encrypted, edited after encryption")
}

// treeProblem says where a value does not decrypt under the right data key.
func treeProblem(b []byte, failed *failedValue) *Locked {
	if failed == nil {
		return damaged("a number, boolean or null stands where an encrypted value belongs")
	}
	var l *Locked
	at := showPath(failed.path)
	switch text := strings.TrimSpace(failed.text); {
	case !EncryptedLeaf(text):
		l = damaged("%s is not encrypted and should be: it was edited without sops", at)
	case !strings.HasSuffix(text, "]") || !strings.Contains(text, ",tag:"):
		l = damaged("the value of %s was cut", at)
	default:
		l = damaged("the value of %s was changed, or moved from another place", at)
	}
	l.Line = lineOf(b, failed.text)
	if l.Line == 0 {
		l.Line = lineOfKey(b, failed.path)
	}
	return l
}

// loadProblem says why a file cannot be read as what it is. The store's own error may
// quote the file, so that only the line is taken from it.
func loadProblem(format fileFormat, b []byte, err error) *Locked {
	if line := conflictLine(b); line > 0 {
		l := damaged("git's conflict markers stand in it")
		l.Line = line
		return l
	}
	switch {
	case err == sops.MetadataNotFound:
		return damaged("it has no SOPS metadata")
	case strings.Contains(err.Error(), "No keys found in file"):
		return damaged("its metadata names no key that it is encrypted for")
	}
	if format == formatYAML {
		if _, problems := nodes.Parse(b); len(problems) > 0 {
			l := damaged("it is not YAML")
			l.Line = problems[0].Line
			return l
		}
	}
	return damaged("its metadata is incomplete or it is not %s", format)
}

// showPath makes "stringData.ANON_KEY" of the path that SOPS authenticates.
func showPath(path string) string {
	return printable(strings.ReplaceAll(strings.TrimSuffix(path, ":"), ":", "."))
}

// printable makes text from a file fit for a message.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	if len(s) > 120 {
		return s[:117] + "..."
	}
	return s
}

// lineOf is the line of the only occurrence of text; 0 where there is none or more.
func lineOf(b []byte, text string) int {
	t := []byte(text)
	if len(t) < 8 || bytes.ContainsAny(t, "\n\r") || bytes.Count(b, t) != 1 {
		return 0
	}
	return 1 + bytes.Count(b[:bytes.Index(b, t)], []byte("\n"))
}

// lineOfKey is the only line that begins with the last part of the path; 0 where there
// is none or more.
func lineOfKey(b []byte, path string) int {
	parts := strings.Split(strings.TrimSuffix(path, ":"), ":")
	name := parts[len(parts)-1]
	found := 0
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimLeft(line, " \t-\"'")
		rest, ok := strings.CutPrefix(line, name)
		if !ok || name == "" || !strings.ContainsAny(strings.TrimLeft(rest, " \"'")+" ", ":=") {
			continue
		}
		if rest = strings.TrimLeft(rest, " \"'"); rest == "" || rest[0] != ':' && rest[0] != '=' {
			continue
		}
		if found > 0 {
			return 0
		}
		found = i + 1
	}
	return found
}

// conflictLine is where git left the first mark of a merge conflict; 0 where it did not.
func conflictLine(b []byte) int {
	for i, line := range bytes.Split(b, []byte("\n")) {
		if bytes.HasPrefix(line, []byte("<<<<<<< ")) {
			return i + 1
		}
	}
	return 0
}
