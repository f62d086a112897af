package render

import (
	"slices"

	"github.com/keylint/keylint/keys"
)

// Deployer is what carries a unit to where it runs, as far as it matters for what has to be decrypted or
// resolved on the way.
type Deployer string

// The deployers. The zero Deployer is somebody at a shell, who may do anything first.
const (
	FluxDecrypting Deployer = "Flux with decryption"
	Flux           Deployer = "Flux"
	ArgoCD         Deployer = "Argo CD"
	ArgoCDPlugin   Deployer = "Argo CD with a plugin"
	Helmfile       Deployer = "helmfile"
)

// Opening is what becomes, on the way to where it runs, of what is written in a form.
type Opening int

// The openings. The zero Opening is that of a key which is written as it is.
const (
	Opens    Opening = iota // something makes a key of it
	Unseen                  // something may, of which nothing in the repository has to tell
	HandedOn                // nothing does: what is written is used as it is
)

// openings are, for each deployer, the forms that it does not open for certain. 1Password's injector and Bank-Vaults'
// webhook work in the cluster, whoever deploys.
//
//   - Flux decrypts SOPS where the Kustomization says so (fluxcd.io/flux/components/kustomize/kustomizations: Decryption), and
//     nothing else; nor does helm-controller.
//   - Argo CD decrypts nothing (argo-cd.readthedocs.io/en/stable/operator-manual/secret-management), unless a plugin does, and
//     argocd-vault-plugin may find its applications without a word in the repository.
//   - helmfile decrypts what stands below secrets:, and runs vals.
var openings = map[Deployer]map[keys.Form]Opening{
	"": {keys.OfOnePassword: Unseen, keys.OfBankVaults: Unseen},
	FluxDecrypting: {
		keys.ByDotenvx: HandedOn, keys.ByAnsibleVault: HandedOn, keys.ByGitCrypt: HandedOn, keys.ByAge: HandedOn,
		keys.OfVals: HandedOn, keys.OfVaultPlugin: HandedOn, keys.OfOnePassword: Unseen, keys.OfBankVaults: Unseen,
	},
	Flux: {
		keys.BySOPS: HandedOn, keys.ByDotenvx: HandedOn, keys.ByAnsibleVault: HandedOn, keys.ByGitCrypt: HandedOn, keys.ByAge: HandedOn,
		keys.OfVals: HandedOn, keys.OfVaultPlugin: HandedOn, keys.OfOnePassword: Unseen, keys.OfBankVaults: Unseen,
	},
	ArgoCD: {
		keys.BySOPS: HandedOn, keys.ByDotenvx: HandedOn, keys.ByAnsibleVault: HandedOn, keys.ByGitCrypt: HandedOn, keys.ByAge: HandedOn,
		keys.OfVals: HandedOn, keys.OfVaultPlugin: Unseen, keys.OfOnePassword: Unseen, keys.OfBankVaults: Unseen,
	},
	ArgoCDPlugin: {
		keys.BySOPS: Unseen, keys.ByDotenvx: Unseen, keys.ByAnsibleVault: Unseen, keys.ByGitCrypt: Unseen, keys.ByAge: Unseen,
		keys.OfVals: Unseen, keys.OfOnePassword: Unseen, keys.OfBankVaults: Unseen,
	},
	Helmfile: {
		keys.BySOPS: HandedOn, keys.ByDotenvx: HandedOn, keys.ByAnsibleVault: HandedOn, keys.ByGitCrypt: HandedOn, keys.ByAge: HandedOn,
		keys.OfVaultPlugin: HandedOn, keys.OfOnePassword: Unseen, keys.OfBankVaults: Unseen,
	},
}

// Opening is what becomes of what is written in a form in the file.
func (u *Unit) Opening(form keys.Form, file string) Opening {
	if slices.Contains(u.Opened, file) {
		return Opens
	}
	return openings[u.By][form]
}
