package fix

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
)

// Files are what files are to hold, by their names in reports.
type Files map[string][]byte

// Sealer seals what SealedSecrets hold; Certificate is nil for that of the newest private key.
type Sealer struct {
	Certificate *decrypt.Certificate
	Now         time.Time
}

// failedEdit is an edit that cannot be made.
type failedEdit struct {
	lint.Edit
	why error
}

func (f failedEdit) unmended() lint.Unmended {
	return lint.Unmended{At: f.At, Holder: f.Holder, Why: f.why.Error()}
}

// Apply makes fixes in memory. It returns what changes, the fixes that were made, and the places that were left. A key is put into all places that
// need it or into none.
func Apply(repo *sources.Repository, fixes []lint.Fix, seal Sealer) (files Files, made []lint.Fix, left []lint.Unmended) {
	for {
		var edits []lint.Edit
		for _, f := range fixes {
			edits = append(edits, f.Edits...)
		}
		files, failed := apply(repo, edits, seal)
		if len(failed) == 0 {
			return files, fixes, left
		}
		cannot := func(f lint.Fix) bool {
			return slices.ContainsFunc(failed, func(e failedEdit) bool { return e.At == f.Edits[0].At })
		}
		for _, e := range failed {
			left = append(left, e.unmended())
		}
		fixes = slices.DeleteFunc(slices.Clone(fixes), func(f lint.Fix) bool {
			if cannot(f) {
				return true
			}
			i := slices.IndexFunc(failed, func(e failedEdit) bool { return e.Slot == f.Edits[0].Slot && e.To.Equal(f.Edits[0].To) })
			if i < 0 || f.Kind == lint.SafeFix {
				return false
			}
			left = append(left, lint.Waiting(f.Edits[0], failed[i].Holder))
			return true
		})
	}
}

// apply makes the edits that can be made.
func apply(repo *sources.Repository, edits []lint.Edit, seal Sealer) (Files, []failedEdit) {
	files, by := Files{}, map[string][]lint.Edit{}
	var order []string
	for _, e := range edits {
		if by[e.At.File] == nil {
			order = append(order, e.At.File)
		}
		by[e.At.File] = append(by[e.At.File], e)
	}
	var left []failedEdit
	for _, name := range order {
		b, failed := inFile(repo, name, by[name], seal)
		left = append(left, failed...)
		if b != nil {
			files[name] = b
		}
	}
	return files, left
}

// edit is bytes in the place of others.
type edit struct {
	from, to int // offsets in the file
	text     string
}

// inFile makes the edits of one file; nil where none can be made.
func inFile(repo *sources.Repository, name string, edits []lint.Edit, seal Sealer) (b []byte, left []failedEdit) {
	fail := func(e lint.Edit, err error) {
		left = append(left, failedEdit{e, err})
	}
	f := repo.File(name)
	if f == nil || f.FromStdin() {
		for _, e := range edits {
			fail(e, errors.New("it is in no file of the repository"))
		}
		return nil, left
	}
	disk, err := f.Disk()
	if err != nil {
		for _, e := range edits {
			fail(e, err)
		}
		return nil, left
	}
	var plain []edit
	var sealed []decrypt.Change
	for _, e := range edits {
		from, ok := f.Offset(e.At.Line, e.At.Column)
		to, also := f.Offset(e.At.Line, e.At.EndColumn)
		if !ok || !also || to < from {
			fail(e, errElsewhere)
			continue
		}
		text := string(disk[from:to])
		switch _, isSealed := decrypt.SealedLength(text); {
		case decrypt.EncryptedLeaf(text):
			sealed = append(sealed, decrypt.Change{Ciphertext: text, To: e.To})
		case f.Encrypted():
			fail(e, errElsewhere)
		case isSealed:
			text, err := seal.anew(repo, text, e)
			if err != nil {
				fail(e, err)
				continue
			}
			plain = append(plain, edit{from, to, text})
		default:
			if at, ok := chomp(f, e); ok && text == e.To.Reveal() {
				plain = append(plain, at)
				continue
			}
			text, err := rewrite(text, e)
			if err == nil && e.Open == nil && !f.IsDotenv() && !f.IsDockerfile() && !quoted(disk, from, to) && !isYAMLText(text) {
				err = errMeaning
			}
			if err != nil {
				fail(e, err)
				continue
			}
			plain = append(plain, edit{from, to, text})
		}
	}
	if len(sealed) > 0 {
		if disk, err = repo.Keyring().EditSOPS(name, disk, sealed, seal.Now); err != nil {
			for _, e := range edits {
				fail(e, fmt.Errorf("%w; sops edit %s changes it", err, lint.InShell(name)))
			}
			return nil, left
		}
		return disk, left
	}
	if len(plain) == 0 {
		return nil, left
	}
	return replaced(disk, plain), left
}

// anew seals an edit's text.
func (s Sealer) anew(repo *sources.Repository, ciphertext string, e lint.Edit) (string, error) {
	with, err := s.Certificate, error(nil)
	if with == nil {
		with, err = repo.Keyring().NewestCertificate()
	}
	if err == nil {
		err = with.Seals(s.Now)
	}
	if err != nil {
		return "", fmt.Errorf("it cannot be sealed: %w; give the controller's with --sealed-secrets-cert FILE", err)
	}
	return repo.Keyring().Reseal(ciphertext, e.To, with)
}

// replaced is a file with edits, which do not overlap.
func replaced(b []byte, edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var out []byte
	last := 0
	for _, e := range edits {
		out = append(append(out, b[last:e.from]...), e.text...)
		last = e.to
	}
	return append(out, b[last:]...)
}
