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

// handsOn are, for each deployer, the forms that it certainly hands on as they are. What a webhook in the
// cluster may resolve (1Password's injector, Bank-Vaults'), or a plugin of Argo CD that finds its
// applications by itself, is not among them.
//
//   - Flux decrypts SOPS where the Kustomization says so (fluxcd.io/flux/components/kustomize/kustomizations: Decryption), and
//     nothing else; nor does helm-controller.
//   - Argo CD decrypts nothing (argo-cd.readthedocs.io/en/stable/operator-manual/secret-management).
//   - helmfile decrypts what stands below secrets:, and runs vals.
var handsOn = map[Deployer][]keys.Form{
	FluxDecrypting: {keys.ByDotenvx, keys.ByAnsibleVault, keys.ByGitCrypt, keys.ByAge, keys.OfVals, keys.OfVaultPlugin},
	Flux:           {keys.BySOPS, keys.ByDotenvx, keys.ByAnsibleVault, keys.ByGitCrypt, keys.ByAge, keys.OfVals, keys.OfVaultPlugin},
	ArgoCD:         {keys.BySOPS, keys.ByDotenvx, keys.ByAnsibleVault, keys.ByGitCrypt, keys.ByAge, keys.OfVals},
	Helmfile:       {keys.BySOPS, keys.ByDotenvx, keys.ByAnsibleVault, keys.ByGitCrypt, keys.ByAge, keys.OfVaultPlugin},
}

// HandsOn says whether what is written in a form in the file is certainly used as it is written, since
// nothing makes a key of it where the unit is deployed.
func (u *Unit) HandsOn(form keys.Form, file string) bool {
	return slices.Contains(handsOn[u.By], form) && !slices.Contains(u.Opened, file)
}

// MayOpen says why it cannot be told whether something makes a key of what is written in a form in the file; empty
// where that is known. A plugin of Argo CD may do anything, and argocd-vault-plugin may find its applications
// without a word in the repository.
func (u *Unit) MayOpen(form keys.Form, file string) string {
	switch {
	case form == "" || slices.Contains(u.Opened, file):
	case u.By == ArgoCDPlugin && form != keys.OfVaultPlugin:
		return "Argo CD makes nothing of " + string(form) + " by itself, and whether a plugin of it does cannot be told"
	case u.By == ArgoCD && form == keys.OfVaultPlugin:
		return "nothing here says that Argo CD has " + string(form) + ", which would resolve it"
	}
	return ""
}
