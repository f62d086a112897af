package lint

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
)

var stillEncrypted = &Rule{
	Name:     "still-encrypted",
	Summary:  "ciphertext reaches the cluster, because nothing decrypts it on the way",
	Severity: Error,
	Doc: "Ciphertext that was copied to where nothing decrypts it, such as a container's environment or a gateway's configuration, is the key there, letter by " +
		"letter. SOPS decrypts the files that it encrypted, by the metadata at their end, and a SealedSecret is opened under its own name only.\n\n" +
		"Flux decrypts what SOPS encrypted only where the Kustomization says so. Without `spec.decryption` it applies the file as it is: " +
		"the API server refuses the Secret, or a consumer gets `ENC[AES256_GCM,…]` as its key.\n\n" +
		"Add `decryption: {provider: sops, secretRef: {name: sops-age}}` to the Kustomization that deploys the file.",
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
func checkStillEncrypted(p *Pass) {
	p.eachPlace(func(sites []*Site) {
		if !keys.IsCiphertext(sites[0].Value.Text()) {
			return
		}
		first := principal(sites)
		p.report(Finding{
			At: first.Written, Instance: p.instanceName(first), Trace: first.Trace,
			Message: first.Holder + " is ciphertext, and nothing decrypts it here: its text is what is used for a key",
			Help:    "Let it take the key from the Secret that is decrypted (secretKeyRef), or keep the whole file encrypted, with SOPS' metadata at its end.",
		})
		p.explain(sites...)
	})
	stored := map[*render.Object][]*Site{}
	for _, s := range p.sites {
		if s.entry != nil && s.Standing == Stored {
			stored[s.entry.object] = append(stored[s.entry.object], s)
		}
	}
	for _, u := range p.units {
		if !u.Undecrypted {
			continue
		}
		for _, o := range u.Objects {
			if o.Kind != "Secret" || stored[o] == nil && !o.GivesValues {
				continue
			}
			for _, e := range p.entriesOf(o) {
				if !e.SOPS {
					continue
				}
				p.report(Finding{
					At: e.At, Bearer: labelOf(o) + " " + e.Key, Instance: p.instanceIn(u, o.Namespace),
					Message: fmt.Sprintf("%s reaches the cluster as SOPS ciphertext: %s has no spec.decryption, so Flux applies the file as it is",
						labelOf(o), u.Name),
					Help:    "Add decryption: {provider: sops, secretRef: {name: …}} to that Kustomization.",
					Related: []Related{{At: u.Declared, Message: u.Name, atName: true}},
				})
				p.explain(stored[o]...)
				break
			}
		}
	}
}
