package rules

import (
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
)

var sopsIntegrity = &lint.Rule{
	Name:     "sops-integrity",
	Summary:  "a SOPS file was changed after it was encrypted, or is damaged",
	Severity: lint.Error,
	Doc: `SOPS seals the whole file with a message authentication code (MAC). A file that was edited by hand, merged by git, or
cut short does not decrypt any more: ksops and "sops -d" refuse it with "MAC mismatch", and the last good
state stays in the cluster. Flux does not check the MAC unless it is told to, and deploys what the file
then holds.

Check out the last good version and edit it with "sops FILE", never with an editor.`,
	Check: checkSOPSIntegrity,
}

var changedAfterEncryption = lint.Cause{Name: "changed-after-encryption", Advice: `Check out the last version that decrypts, and edit it with "sops" only.`}

func checkSOPSIntegrity(p *lint.Pass) {
	for _, f := range p.Repo.Files() {
		if f.Example || !f.BearsKeys() {
			continue
		}
		locked := f.Locked()
		if locked == nil || locked.Kind != decrypt.BadMAC && locked.Kind != decrypt.Damaged {
			continue
		}
		p.Report(lint.Draft{
			Place:   lint.AtValue(sources.Position{File: f.Path, Line: locked.Line}, ""),
			Message: locked.Reason,
			Cause:   changedAfterEncryption,
		})
	}
}
