package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites"
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

var (
	sealedForAnother = lint.Cause{Name: "sealed-for-another", Advice: "Seal it again with kubeseal for the name and namespace that are rendered, or with a wider --scope."}
	neverSealed      = lint.Cause{Name: "never-sealed", Advice: "Seal the key with kubeseal, and put the ciphertext there."}
	sealedDamaged    = lint.Cause{Name: "ciphertext-damaged", Advice: "Seal the key anew with kubeseal, or take the ciphertext from the last commit that had it whole: it cannot be mended."}
)

var annotationMissing = lint.Cause{Name: "annotation-missing", Advice: "Put the annotation %s: \"true\" into the metadata of the SealedSecret itself (kubeseal --raw does not write it). What is sealed can stay."}

func checkSealedSecretUnsealable(p *lint.Pass) {
	for _, u := range p.Units {
		if !u.Deployed() {
			continue // a template that nothing lists, say
		}
		for _, o := range u.Objects {
			if o.Kind != "Secret" || !bearsKey(p, o) {
				continue
			}
			var f *lint.Draft
			annotation, kind := "", decrypt.SealedElsewhere
			for _, e := range p.Entries(o) {
				if e.Locked == nil || !certain(e.Locked.Kind) || !e.Sealed {
					continue
				}
				if f == nil {
					annotation, kind = e.Locked.Annotation, e.Locked.Kind
					f = &lint.Draft{Place: lint.AtValue(e.At, inventory.ObjectName("SealedSecret", o.Namespace, o.ShownName())+" "+e.Key), Message: e.Locked.Reason}
					continue
				}
				says := "likewise"
				if e.Locked.Reason != f.Message {
					says = e.Locked.Reason
				}
				f.Related = append(f.Related, lint.Related{At: e.At, Holder: e.Key, Says: says, Alike: inventory.ObjectName("SealedSecret", o.Namespace, o.ShownName()) + " " + e.Key})
			}
			if f == nil {
				continue
			}
			f.Message = fmt.Sprintf("SealedSecret %s cannot be unsealed, so that its Secret is not made, or stays as it was: %s",
				strings.TrimPrefix(inventory.ObjectName("", o.Namespace, o.ShownName()), " "), f.Message)
			switch f.Cause = sealedForAnother; {
			case annotation != "":
				f.Cause = annotationMissing.With(annotation)
			case kind == decrypt.Placeholder:
				f.Cause = neverSealed
			case kind == decrypt.Damaged:
				f.Cause = sealedDamaged
			}
			p.Report(*f)
		}
	}
}

// bearsKey says whether an object holds a key of Supabase: by the name of an entry, or because a site takes
// one from there.
func bearsKey(p *lint.Pass, o *manifest.Object) bool {
	named := slices.ContainsFunc(p.Entries(o), func(e manifest.Entry) bool { return p.Names.Of(e.Key).Slot != "" })
	return named || slices.ContainsFunc(p.Sites, func(s *sites.Site) bool { return s.Entry != nil && s.Entry.Object == o })
}

// certain says whether the controller is bound to fail. That none of the keys given
// here opens the secret proves nothing: they may be another cluster's.
func certain(kind decrypt.LockKind) bool {
	return kind == decrypt.SealedElsewhere || kind == decrypt.Damaged || kind == decrypt.Placeholder
}
