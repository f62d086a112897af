package rules

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

var stillEncrypted = &lint.Rule{
	Name:     "still-encrypted",
	Summary:  "ciphertext reaches the cluster, because nothing decrypts it on the way",
	Severity: lint.Error,
	Doc: "Ciphertext that was copied to where nothing decrypts it, such as a container's environment or a gateway's configuration, is the key there, letter by " +
		"letter. SOPS decrypts the files that it encrypted, by the metadata at their end, and a SealedSecret is opened under its own name only.\n\n" +
		"Flux decrypts what SOPS encrypted only where the Kustomization says so. Without `spec.decryption` it applies the file as it is: " +
		"the API server refuses the Secret, or a consumer gets `ENC[AES256_GCM,…]` as its key. Argo CD decrypts nothing by itself: a generator has to " +
		"(ksops), or helm-secrets, for a values file that is listed as `secrets://…`. helmfile decrypts what stands below `secrets:`. None of them " +
		"opens what dotenvx, ansible-vault, git-crypt or age encrypted.\n\n" +
		"For Flux add `decryption: {provider: sops, secretRef: {name: sops-age}}` to the Kustomization that deploys the file; for Argo CD list the file " +
		"in a ksops generator and not below `resources`.",
	Bad: `
-- clusters/home/supabase.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: supabase, namespace: flux-system}
spec:
  path: ./supabase
  sourceRef: {kind: GitRepository, name: flux-system}
-- supabase/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: ENC[AES256_GCM,data:IzSgDM7nlD0kMg==,iv:8wtJTrVbdXVMtSkDwSzSjpUAjSWUVJbQO+cOWGAoxVM=,tag:pVjCkgVoZCUEpnjOGfy5Fw==,type:str] # HERE
` + sopsMetadata,
	Good: `
-- clusters/home/supabase.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: supabase, namespace: flux-system}
spec:
  path: ./supabase
  decryption: {provider: sops, secretRef: {name: sops-age}}
  sourceRef: {kind: GitRepository, name: flux-system}
-- supabase/secret.yaml --
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData:
  ANON_KEY: ENC[AES256_GCM,data:IzSgDM7nlD0kMg==,iv:8wtJTrVbdXVMtSkDwSzSjpUAjSWUVJbQO+cOWGAoxVM=,tag:pVjCkgVoZCUEpnjOGfy5Fw==,type:str]
` + sopsMetadata,
	Check: checkStillEncrypted,
}

var (
	fileNotDecrypted = lint.Cause{Name: "file-not-decrypted", Advice: "Decrypt the file before it is read (sops exec-file, sops exec-env), or put the key there."}
	ciphertextCopied = lint.Cause{Name: "ciphertext-copied", Advice: "Let it take the key from the Secret that is decrypted (secretKeyRef), or keep the whole file encrypted, with SOPS' metadata at its end."}
)

// sopsMetadata is that of a file whose key is not at hand.
const sopsMetadata = `sops:
  age:
    - recipient: age1vhs2uu7mh9c47snv2lq3ewaxr0hxqt59ga5mtx4gq6jpx4ew2p9qjk0g5l
      enc: |
        -----BEGIN AGE ENCRYPTED FILE-----
        -----END AGE ENCRYPTED FILE-----
  lastmodified: "2026-01-02T03:04:05Z"
  mac: ENC[AES256_GCM,data:IzSgDM7nlD0kMg==,iv:8wtJTrVbdXVMtSkDwSzSjpUAjSWUVJbQO+cOWGAoxVM=,tag:pVjCkgVoZCUEpnjOGfy5Fw==,type:str]
  version: 3.9.0
`

// checkStillEncrypted reports each such value, and each such Secret once, if it holds a key
// or the values of a chart.
func checkStillEncrypted(p *lint.Pass) {
	p.EachPlace(func(group []*sites.Site) {
		if !keys.IsCiphertext(group[0].Value.Text()) {
			return
		}
		first, cause := lint.Principal(group), ciphertextCopied
		if isCompose(first.Unit) || first.Carrier.App != "" || first.Carrier.Stack {
			cause = fileNotDecrypted
		}
		p.Report(lint.Draft{
			Place: lint.AtValue(first.Written, ""), Instance: p.NameOf(first), Trace: first.Trace,
			Message: first.Holder + " is ciphertext, and nothing decrypts it here: its text is what is used for a key",
			Cause:   cause,
		})
		p.Explain(group...)
	})
	checkHandedOn(p)
	checkDotenvx(p)
	doubtUnopened(p)
}

var dotenvxNotRun = lint.Cause{Name: "dotenvx-not-run", Advice: "Start the build with it (dotenvx run -- next build), and give it DOTENV_PRIVATE_KEY_… as a secret; or let CI write the file with the keys."}

// checkDotenvx reports each key in an app's env file that dotenvx encrypted, where nothing runs dotenvx.
func checkDotenvx(p *lint.Pass) {
	encrypted := func(s *sites.Site) bool {
		return s.Form == keys.ByDotenvx && s.Unit == nil && s.Carrier.App != "" && !p.Repo.RunsDotenvx(s.Carrier.App)
	}
	p.EachPlaceOf(encrypted, func(group []*sites.Site) {
		first := lint.Principal(group)
		p.Report(lint.Draft{
			Place: lint.AtValue(first.Written, ""), Instance: p.NameOf(first),
			Message: first.Holder + " is encrypted by dotenvx, and nothing here runs dotenvx: " + appOf(first.Carrier) + " takes the ciphertext for its key",
			Cause:   dotenvxNotRun,
		})
		p.Explain(group...)
	})
}
