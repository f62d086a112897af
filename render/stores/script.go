package stores

import (
	"fmt"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
)

// ScriptSecrets are the Secrets that the repository's scripts make with kubectl. A variable is what the
// dotenv file says that the script reads; another is the same value wherever the script uses it.
func ScriptSecrets(repo *sources.Repository) []*manifest.Object {
	var out []*manifest.Object
	for _, s := range repo.ScriptSecrets() {
		where := fmt.Sprintf("%s:%d", s.At.File, s.At.Line)
		e := &external{}
		for _, k := range s.Keys {
			why := "kubectl creates it in " + where
			v := keys.Unknown(why)
			via := []string{"kubectl create secret in " + where}
			if k.Variable != "" && k.At.File != s.At.File {
				via = append(via, "the variable "+k.Variable)
			}
			switch {
			case k.Kept.IsKnown():
				v = k.Kept
			case !k.Kept.IsAbsent():
				v = keys.Unknown(why + ": " + k.Kept.Reason()).From(k.Kept.Source())
			case k.Locked != nil:
				v = keys.UnknownFrom(k.At.File+"#"+k.Variable, k.Locked.Reason)
			case !k.Text.IsAbsent():
				v = keys.Known(k.Text)
			case k.Variable != "":
				v = keys.UnknownFrom(s.At.File+"#"+k.Variable, why+" from the variable "+k.Variable)
			}
			e.listed = append(e.listed, manifest.Entry{Key: k.Name, Value: v, At: k.At, Via: via})
		}
		if s.Open {
			e.rest = &external{why: "is created by kubectl in " + where + ", from a file that is not followed"}
		}
		out = append(out, made(repo, "Secret", s.Namespace, s.Name, s.At, e))
	}
	return out
}
