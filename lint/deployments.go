package lint

import (
	"slices"
	"strings"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
)

// deployments are the commands by which what the sites read gets to where it runs: before that there is nothing new to read.
func deployments(reads []*sites.Site) (out []Command) {
	for _, s := range reads {
		if c := deployment(s.Unit); c.Do != "" && !slices.ContainsFunc(out, func(o Command) bool { return o.Do == c.Do }) {
			out = append(out, c)
		}
	}
	return out
}

// deployment is the command that deploys a unit at once, where its deployer has one; else what has to be done, in words. It is empty for what is started
// where it lies: a compose file is read by the command that makes its containers anew.
func deployment(u *render.Unit) Command {
	if u == nil || !u.Deployed() {
		return Command{}
	}
	switch byFlux := u.By == render.Flux || u.By == render.FluxDecrypting; {
	case u.Kind == render.Application:
		return Command{Do: "argocd app sync " + InShell(u.Order.Name)}
	case byFlux && u.Order.Kind != "HelmChart":
		of := ""
		if u.Order.Namespace != "" {
			of = " -n " + InShell(u.Order.Namespace)
		}
		return Command{Do: "flux" + of + " reconcile " + strings.ToLower(u.Order.Kind) + " " + InShell(u.Order.Name) + " --with-source"}
	case slices.Contains([]render.Kind{render.Kustomization, render.Directory, render.Release, render.Terraform}, u.Kind):
		return Command{Do: "# deploy " + InShell(u.Name)}
	}
	return Command{}
}
