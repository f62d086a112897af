package fix

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
)

// EnvPlan is what an app needs, and what a file of variables is going to hold for that.
type EnvPlan struct {
	*lint.AppEnv
	Lines   []lint.AppLine // in the order of the app's variables; none where no file is named
	File    string
	Is, Was []byte   // what the file is to hold, and what it holds; nil where there is none yet
	Against []string // what stands in the way; nothing may be written then
	Mended  bool     // and would not, once keylint fix has mended the repository
}

// Changes says whether anything is to be written.
func (p *EnvPlan) Changes() bool { return !bytes.Equal(p.Is, p.Was) }

// MakeEnv plans what a file of variables has to hold for an app, and proves it: the repository is linted as it would be then. named gives the file's name
// in the repository; where that is empty, the plan says what the app needs.
func MakeEnv(look Linter, named func(*sources.Repository) (string, error), seal Sealer) (*EnvPlan, error) {
	p, err := makeEnv(look, named, seal)
	if err != nil || len(p.Against) == 0 {
		return p, err
	}
	mended, err := Make(look, Options{Sealer: seal})
	if err != nil || len(mended.Files) == 0 || len(mended.Against) > 0 {
		return p, nil
	}
	then, err := makeEnv(func(edited Files) (*lint.Result, *sources.Repository, error) {
		all := maps.Clone(mended.Files)
		maps.Copy(all, edited)
		return look(all)
	}, named, seal)
	p.Mended = err == nil && len(then.Against) == 0
	return p, nil
}

func makeEnv(look Linter, named func(*sources.Repository) (string, error), seal Sealer) (*EnvPlan, error) {
	before, repo, err := look(nil)
	if err != nil {
		return nil, err
	}
	file, err := named(repo)
	if err == nil {
		err = before.NoApp
	}
	if err != nil {
		return nil, err
	}
	p := &EnvPlan{AppEnv: before.App, File: file}
	if file == "" {
		return p, nil
	}
	if !p.App.Reads(file) {
		return nil, fmt.Errorf("what builds %s does not read %s: name %s", p.App.Dir, file, p.App.EnvFile())
	}
	if err := p.edit(repo, seal); err != nil {
		return nil, err
	}
	after := before // where the file holds it all, another one may still go before it
	if p.Changes() {
		if after, _, err = look(Files{file: p.Is}); err != nil {
			return nil, err
		}
	}
	p.Against = (&Plan{Before: before, After: after}).against()
	for _, v := range after.App.Variables {
		switch {
		case v.Outcome == lint.Disagree && v.At.File != file:
			p.Against = append(p.Against, fmt.Sprintf("%s: %s would not be right all the same: %s sets it, too", file, v.Name, v.At))
		case v.Outcome == lint.Disagree:
			p.Against = append(p.Against, fmt.Sprintf("%s: %s would be the instance's key, and another place of the instance refuses it or holds another one", file, v.Name))
		case v.Outcome == "":
			p.Against = append(p.Against, fmt.Sprintf("%s: %s would not be right all the same: another place may set it", file, v.Name))
		case v.Outcome == lint.CannotTell && !(p.Unproven && v.At.File == file):
			p.Against = append(p.Against, fmt.Sprintf("%s: whether %s would be right cannot be told: %s", file, v.Name, v.Unclear))
		}
	}
	return p, nil
}

// inVariables matches a text that means the same in a file of variables, quoted or not, however it is read.
var inVariables = regexp.MustCompile(`^[A-Za-z0-9_/+.:@=~%,-]+$`)

// edit makes the file's new text.
func (p *EnvPlan) edit(repo *sources.Repository, seal Sealer) error {
	for _, v := range p.Variables {
		if !inVariables.MatchString(v.Value.Reveal()) {
			return fmt.Errorf("%s: %w", v.Name, errMeaning)
		}
	}
	f := repo.File(p.File)
	if f == nil {
		var out bytes.Buffer
		for _, v := range p.Variables {
			fmt.Fprintf(&out, "%s=%s\n", v.Name, v.Value.Reveal())
			p.Lines = append(p.Lines, lint.AppLine{AppVariable: v})
		}
		p.Is = out.Bytes()
		return nil
	}
	disk, err := f.Disk()
	if err != nil {
		return err
	}
	if l := f.Locked(); l != nil {
		return fmt.Errorf("%s cannot be decrypted: %s", p.File, l.Reason)
	}
	p.Was = disk
	last := map[string]sources.Variable{}
	for _, v := range f.Dotenv() {
		last[v.Name] = v
	}
	var plain []edit
	var sealed []decrypt.Change
	var added []string
	for _, v := range p.Variables {
		is, set := last[v.Name]
		p.Lines = append(p.Lines, lint.AppLine{AppVariable: v, Was: is.Value, Kept: set && is.Value.Equal(v.Value)})
		switch {
		case !set:
			added = append(added, v.Name+"="+v.Value.Reveal())
			continue
		case is.Value.Equal(v.Value):
			continue
		}
		from, ok := f.Offset(is.Line, is.Column)
		to, also := f.Offset(is.Line, is.EndColumn)
		if !ok || !also || to < from {
			return fmt.Errorf("%s:%d: %w", p.File, is.Line, errElsewhere)
		}
		if from == to && from < len(disk) && (disk[from] == '=' || disk[from] == ':') { // which assigns nothing
			from, to = from+1, to+1
		}
		switch text := string(disk[from:to]); {
		case decrypt.EncryptedLeaf(text):
			sealed = append(sealed, decrypt.Change{Ciphertext: text, To: v.Value})
		case text != is.Value.Reveal():
			return fmt.Errorf("%s:%d: %w", p.File, is.Line, errElsewhere)
		default:
			plain = append(plain, edit{from, to, v.Value.Reveal()})
		}
	}
	switch {
	case f.Encrypted() && len(added) > 0:
		return fmt.Errorf("%s is encrypted, and keylint adds no variables to such a file: add %s with sops edit %s, with any value, and run this again", p.File, namesOf(added), lint.InShell(p.File))
	case len(sealed) > 0:
		p.Is, err = repo.Keyring().EditSOPS(p.File, disk, sealed, seal.Now)
		return err
	}
	p.Is = withLines(replaced(disk, plain), added)
	return nil
}

func namesOf(lines []string) string {
	var names []string
	for _, l := range lines {
		name, _, _ := strings.Cut(l, "=")
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// withLines is a file with lines behind the others, which end as they do.
func withLines(b []byte, lines []string) []byte {
	end := "\n"
	if bytes.Contains(b, []byte("\r\n")) {
		end = "\r\n"
	}
	out := slices.Clone(b)
	for _, l := range lines {
		if len(out) > 0 && !bytes.HasSuffix(out, []byte("\n")) {
			out = append(out, end...)
		}
		out = append(append(out, l...), end...)
	}
	return out
}
