package rules

import (
	"fmt"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources/decrypt"
)

var sealedSecretUnsealable = &lint.Rule{
	Name:     "sealed-secret-unsealable",
	Summary:  "the controller will not be able to unseal a SealedSecret as it is rendered",
	Severity: lint.Error,
	Doc: `A SealedSecret of strict scope is bound to its name and namespace. A kustomize namePrefix, nameSuffix or namespace
that changes either after sealing makes the controller answer "no key could decrypt secret", and the Secret
is never made or keeps its old value. The same happens with ciphertext that was cut, or where a template's
placeholder was never replaced by ciphertext.

Seal again for the name and namespace that are rendered, or with --scope namespace-wide or cluster-wide.`,
	Check: checkSealedSecretUnsealable,
}

var sealedForAnother = lint.Cause{Name: "sealed-for-another", Advice: "Seal it again with kubeseal for the name and namespace that are rendered, or with a wider --scope."}

var annotationMissing = lint.Cause{Name: "annotation-missing", Advice: "Put the annotation %s: \"true\" into the metadata of the SealedSecret itself (kubeseal --raw does not write it). What is sealed can stay."}

func checkSealedSecretUnsealable(p *lint.Pass) {
	for _, u := range p.Units {
		if !u.Deployed() {
			continue // a template that nothing lists, say
		}
		for _, o := range u.Objects {
			if o.Kind != "Secret" {
				continue
			}
			var f *lint.Draft
			var broken []string
			annotation := ""
			for _, e := range p.Entries(o) {
				if e.Locked == nil || !certain(e.Locked.Kind) || !e.Sealed {
					continue
				}
				broken = append(broken, e.Key)
				if f == nil {
					annotation = e.Locked.Annotation
					f = &lint.Draft{Place: lint.AtValue(e.At, inventory.ObjectName("SealedSecret", o.Namespace, o.ShownName())+" "+e.Key), Message: e.Locked.Reason}
					continue
				}
				f.Related = append(f.Related, lint.Related{At: e.At, Holder: e.Key, Says: e.Locked.Reason, Alike: inventory.ObjectName("SealedSecret", o.Namespace, o.ShownName()) + " " + e.Key})
			}
			if f == nil {
				continue
			}
			f.Message = fmt.Sprintf("SealedSecret %s cannot be unsealed (%s): %s",
				strings.TrimPrefix(inventory.ObjectName("", o.Namespace, o.ShownName()), " "), strings.Join(broken, ", "), f.Message)
			f.Cause = sealedForAnother
			if annotation != "" {
				f.Cause = annotationMissing.With(annotation)
			}
			p.Report(*f)
		}
	}
}

// certain says whether the controller is bound to fail. That none of the keys given
// here opens the secret proves nothing: they may be another cluster's.
func certain(kind decrypt.LockKind) bool {
	return kind == decrypt.SealedElsewhere || kind == decrypt.Damaged || kind == decrypt.Placeholder
}
