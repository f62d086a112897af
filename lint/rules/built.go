package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

// What was built is looked into by the command artifact. Nobody edits it: what is wrong in it is built anew, once what it was built
// from is right.

var (
	builtIn     = lint.Cause{Name: "built-in", Advice: "Take it out of what the app is built from, and build it anew. It must be taken as published: rotate the key."}
	keptInLayer = lint.Cause{Name: "kept-in-layer", Advice: "Give it to the container when it runs (a Secret, env_file), or to the build as a secret (RUN --mount=type=secret), and build the image anew. Rotate the key: whoever has this image has it."}
)

// isArtifact says whether a site stands in what was built.
func isArtifact(s *sites.Site) bool { return s.Carrier != nil && s.Carrier.Artifact != nil }

// eachBuiltSecret visits the server keys and JWT secrets in what was built, each with all places of one kind that hold it. What
// everybody has is none.
func eachBuiltSecret(p *lint.Pass, is func(*sites.Site) bool, visit func(group []*sites.Site, what string)) {
	type key struct {
		artifact string
		sum      [32]byte
	}
	groups := map[key][]*sites.Site{}
	var order []key
	for _, s := range p.Sites {
		if !isArtifact(s) || !s.Value.IsKnown() || !is(s) || secretHeld(s) == "" || keys.Published(s.Value.Text()) != "" {
			continue
		}
		k := key{s.Carrier.Artifact.Name, s.Value.Text().Sum()}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], s)
	}
	for _, k := range order {
		group := lint.ByPlace(groups[k])
		visit(group, secretHeld(group[0]))
	}
}

// secretHeld names the secret that stands at a site; empty where none does.
func secretHeld(s *sites.Site) string {
	switch slot := keys.Recognize(s.Value.Text()); {
	case slot.Role() == keys.Server:
		return fmt.Sprintf("the %s key", slot)
	case slot == "" && s.Slot == keys.JWTSecret && !keys.LooksLikePlaceholder(s.Value.Text()):
		return "what signs every key and every user's session"
	}
	return ""
}

// isServed says whether everybody gets what the site stands in.
func isServed(s *sites.Site) bool { return s.Carrier.Artifact.Served && s.Carrier.Artifact.Kept == "" }

// checkServedSecrets reports what every browser gets.
func checkServedSecrets(p *lint.Pass) {
	eachBuiltSecret(p, isServed, func(group []*sites.Site, what string) {
		first := group[0]
		p.Report(lint.Draft{
			Place: lint.AtValue(first.At, ""), Instance: p.NameOf(first), Cause: builtIn,
			Message: fmt.Sprintf("%s %s %s, and everybody gets the file who loads the page or installs the app", lint.Holders(group), hold(group), what),
			Related: p.Alike(group, first.Written, func(*sites.Site) string { return "the same key" }),
			Label:   keys.Describe(first.Value.Text(), first.Slot),
		})
		p.Explain(group...)
	})
}

// checkKeptSecrets reports what whoever has an image, or what else was built, reads in it.
func checkKeptSecrets(p *lint.Pass) {
	eachBuiltSecret(p, func(s *sites.Site) bool { return !isServed(s) }, func(group []*sites.Site, what string) {
		first := group[0]
		of := first.Carrier.Artifact
		where := of.Name
		if of.Kept != "" {
			where = of.Name + ", in " + of.Kept
		}
		p.Report(lint.Draft{
			Place: lint.AtValue(first.At, ""), Instance: p.NameOf(first), Cause: keptInLayer,
			Message: fmt.Sprintf("%s %s %s in the open in %s: whoever gets that has it", lint.Holders(group), hold(group), what, where),
			Related: p.Alike(group, first.Written, func(*sites.Site) string { return "the same key" }),
			Label:   label(first),
		})
		p.Explain(slices.DeleteFunc(group, func(s *sites.Site) bool { return s.Carrier.Artifact.Kept == "" })...) // the others are compared
	})
}

// label describes a key; a secret, which may be guessable, it does not.
func label(s *sites.Site) string {
	if s.Role == keys.Signing {
		return ""
	}
	return keys.Describe(s.Value.Text(), s.Slot)
}

// causeBuilt is why what was built presents a key that is not accepted: nothing that was compared holds it any more.
func causeBuilt(p *lint.Pass, primary *sites.Site, right string) lint.Cause {
	var still []string
	for _, s := range p.Sites {
		if !lint.IsMade(s) && s.Value.Equal(primary.Value) && !slices.Contains(still, s.Written.String()) {
			still = append(still, s.Written.String())
		}
	}
	app := appOf(primary.Carrier)
	if len(still) == 0 {
		return lint.Cause{Name: "built-before", Advice: fmt.Sprintf("Nothing in the repository holds this key any more: build %s anew with %s, and deploy that.", app, right)}
	}
	return lint.Cause{Name: "source-of-build", Advice: fmt.Sprintf("%s still holds this key: put there %s, build %s anew, and deploy that.", strings.Join(still[:min(len(still), 3)], ", "), right, app)}
}
