package rules

import (
	"fmt"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

var roleUnlisted = lint.Cause{Name: "role-unlisted", Advice: "Add a consumer with this key to %s, or send it to a gateway that lists it."}

// reportUnlisted reports a key of a role of which the gateway lists none. Where it has a consumer for that role, or none at all, consumer-missing tells
// what is wrong, and the key is right.
func reportUnlisted(p *lint.Pass, i *lint.Instance, u lint.Unlisted) {
	primary, g := lint.ByPlace(u.Sites)[0], u.Gateway
	if len(g.Credentials) == 0 || slices.ContainsFunc(g.Config.Consumers, func(c sources.KongConsumer) bool { return g.Config.Role(c.Name) == primary.Role }) {
		p.Affect(u.Sites...)
		for _, s := range u.Sites {
			p.Blame(s)
		}
		return
	}
	f := lint.Draft{
		Place: lint.AtSource(primary), Instance: i.Name, Trace: primary.Trace, Label: keys.Describe(primary.Value.Text(), primary.Slot),
		Message: fmt.Sprintf("%s %s %s key to %s, which lists no %s key%s", lint.Holders(u.Sites), verb(u.Sites), lint.Article(string(primary.Slot)), g.Name, primary.Role, and401(u.Sites)),
		Cause:   roleUnlisted.With(g.Name), Then: p.Afterwards(u.Sites),
	}
	f.Related = append(p.Alike(u.Sites, f.Place.Position(), func(*sites.Site) string { return "the same key" }),
		lint.Related{At: g.At, AtName: true, Holder: g.Name, Says: "lists the keys of other roles"})
	p.Report(f)
	p.Explain(u.Sites...)
}
