package rules

import (
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// doubtUnopened takes back what is said of keys of which it cannot be told that something makes them of what is
// written.
func doubtUnopened(p *lint.Pass) {
	for _, s := range p.Sites {
		if why := whyUnopened(p, s); why != "" {
			p.Doubt(why, s)
		}
	}
}

// whyUnopened is why it cannot be told that something makes a key of what is written in a form; empty where that
// is known, or nothing has to.
func whyUnopened(p *lint.Pass, s *sites.Site) string {
	u, file := s.DeployedIn(), s.Written.File
	if s.Form == "" || u == nil || s.HandedOn() || p.Repo.Opens(s.Form, file) {
		return ""
	}
	if u.Opening(s.Form, file) == render.Unseen {
		switch {
		case s.Form == keys.OfOnePassword:
			return "nothing here resolves what 1Password has: no pod is given to its injector (operator.1password.io/inject), no command runs op"
		case s.Form == keys.OfBankVaults:
			return "nothing here says that the cluster has Bank-Vaults' webhook, which would resolve it"
		case s.Form == keys.OfVaultPlugin:
			return "nothing here says that Argo CD has argocd-vault-plugin, which would resolve it"
		}
		return "Argo CD makes nothing of " + string(s.Form) + " by itself, and whether a plugin of it does cannot be told"
	}
	if u.By != "" || slices.Contains(u.Opened, file) {
		return ""
	}
	switch u.Kind {
	case render.ComposeFile:
		if s.Form == keys.BySOPS && !fromShell(s) {
			return file + " is encrypted with SOPS, and nothing here decrypts it before compose reads it (sops exec-env, or sops decrypt into what it reads)"
		}
	case render.Kustomization, render.Directory:
		at, ok := p.Repo.KubectlApplies(u.Path)
		switch {
		case ok && s.Form == keys.BySOPS:
			return file + " is encrypted with SOPS, and kubectl, to which " + at.String() + " gives it, decrypts nothing"
		case ok && s.Form.IsReference():
			return "only " + string(s.Form) + " resolves what stands in " + file + ", and kubectl, to which " + at.String() + " gives it, does not run it"
		}
	}
	return ""
}

// fromShell says whether the site's value is one that the shell has when it starts compose.
func fromShell(s *sites.Site) bool {
	env := s.Unit.Env
	return env != nil && (env.Given || slices.ContainsFunc(env.Shell, func(v sources.ShellVariable) bool { return v.At == s.Written }))
}
