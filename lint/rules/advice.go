package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

// differenceOf says how what is named differs from the others: whose it is, where another
// instance holds it, or else what was done to it. whose stands for the others' key.
func differenceOf(p *lint.Pass, i *lint.Instance, blame lint.Blame, whose string) keys.Difference {
	named := blame.Named[0]
	if other := p.HeldElsewhere(i, named); other != nil {
		return keys.Difference{Class: keys.OtherInstance, Words: fmt.Sprintf("it is the %s key of %s", other.Slot, p.NameOf(other))}
	}
	if other := p.Misdirected(i, named); other != nil {
		return keys.Difference{Class: keys.OtherGateway, Words: fmt.Sprintf("it is the %s key of %s", other.Slot, other.CarrierName())}
	}
	if len(blame.Others) == 0 {
		return keys.Difference{}
	}
	differs := p.Compare(named.Value.Text(), blame.Others[0].Value.Text(), whose, i.Secrets()...)
	if differs.Class == keys.OtherIssue {
		differs.Words += alsoWrong(p, i, blame)
	}
	return differs
}

// alsoWrong says what else ails a key of another issue than the others: whoever puts it in their
// place as well would meet that next. That the instance's JWT secret signed only the others is what
// decides between the two, and said as such.
func alsoWrong(p *lint.Pass, i *lint.Instance, blame lint.Blame) string {
	t, ok := blame.Named[0].Token()
	switch {
	case !ok:
		return ""
	case p.Verifies(i, blame.Named[0]) == lint.No && p.Verifies(i, blame.Others[0]) != lint.Yes:
		return "; it was signed with another JWT secret than the instance's"
	case p.Now.Ended(t.Expires):
		return "; and it expired on " + t.Expires.Format(time.DateOnly)
	}
	return ""
}

// store is what the stack keeps its keys in, where a unit is deployed.
func store(u *render.Unit) string {
	if u != nil && u.Kind == render.ComposeFile {
		return "the .env"
	}
	return "the Secret"
}

// mend is the sentence that says what to change at the primary place, which afterwards goes on
// with. right says what belongs there: "the key that the gateway accepts".
func mend(class keys.Class, right string) string {
	switch class {
	case keys.Whitespace, keys.Quotes:
		return "Take the white space or the quotes off the value itself (printf '%s', and not echo, where it is encoded by hand)"
	case keys.LetterCase, keys.Mistyped:
		return "It was changed on the way: put there, copied as a whole, " + right
	case keys.Edited:
		return "A token whose claims are edited by hand is signed by nobody: put there " + right
	case keys.Cut:
		return "Copy the whole key: put there " + right
	case keys.Encoded:
		return "Write it encoded once: data of a Secret takes the base64 of the key, everything else the key itself"
	case keys.RolesSwapped:
		return "Put each key where its role belongs: there, " + right
	case keys.DemoKey:
		return "Put a key of your own in both places, minted with a JWT secret of your own"
	case keys.OtherSignature:
		return "A key counts as long as the JWT secret that signed it is the one that is deployed: put there " + right
	case keys.OtherIssue:
		return "Carry the rotation over: put there " + right
	case keys.OtherKind:
		return "Put there " + right + ", or let the gateway list this one beside it"
	case keys.OtherGateway:
		return "That one is another gateway's, and the URL beside it leads to this one: let the two match, or put there " + right
	case keys.OtherInstance, keys.OtherProject:
		return "That one is another instance's: put there " + right
	}
	return "Put there " + right
}

// afterwards says what must be restarted or rebuilt for a change at the site to count, by name where
// that is known.
func afterwards(p *lint.Pass, s *sites.Site) string {
	c := s.Carrier
	switch {
	case c.Kind == inventory.InDatabase:
		return ", in a migration of its own: one that has run is not run again."
	case c.ByHand && !s.BuiltIn():
		return "."
	case c.Kind == inventory.InText:
		if users := p.Repo.Dependents(c.App); c.App != "" && len(users) > 0 {
			return ", and build and deploy " + list(firstWords(users)) + " anew, into which " + c.App + " is built."
		}
		return ", and build and deploy " + appOf(c) + " anew" + delivery(p, c.App) + ": the key is part of its text."
	case c.Kind == inventory.InWorkflow && !s.BuiltIn():
		return ", and run the job again."
	case s.BuiltIn():
		return ", and rebuild " + appOf(c) + delivery(p, c.App) + ": the key is built into it."
	case s.Standing == sites.Accepted && isCompose(s.Unit):
		return ", and restart the gateway: it reads its configuration when it starts."
	case s.Standing == sites.Accepted:
		return ", and roll the gateway out: it reads its configuration when it starts."
	case s.Standing == sites.Stored && (isCompose(s.Unit) || c.Stack):
		return ". Then " + composeUp(p, s) + ", which makes the containers anew that read it" + rebuilds(p, s) + "."
	case s.Standing == sites.Stored && slices.ContainsFunc(p.Sites, func(o *sites.Site) bool { return o.Written == s.Written && ofIngressController(o) }):
		return ". The Ingress Controller takes it without a restart."
	case s.Standing == sites.Stored:
		return ". Then " + rollOut(p, s) + "."
	case c.App != "":
		return ", and restart " + appOf(c) + "."
	case c.Backend == "Postgres":
		return ". The database takes it only when it is made (initdb): in one that exists, set app.settings.jwt_secret with ALTER DATABASE."
	case isCompose(s.Unit):
		return ", and " + composeUp(p, s) + ": a container keeps the environment that it was made with."
	case strings.HasPrefix(c.Name, "CronJob "):
		return "; its next run takes it."
	case c.Name == "":
		return ", and roll the workload out: a container reads its environment when it starts."
	}
	return ", and roll " + c.Name + " out: a container reads its environment when it starts."
}

// composeUp says by which command compose takes a change at the site: that of each project which reads it.
func composeUp(p *lint.Pass, s *sites.Site) string {
	var commands []string
	for _, o := range append([]*sites.Site{s}, p.Readers(s)...) {
		if isCompose(o.Unit) {
			if up := lint.ComposeUp(o.Unit); !slices.Contains(commands, up) {
				commands = append(commands, up)
			}
		}
	}
	switch len(commands) {
	case 0:
		return "run docker compose up -d"
	case 1:
		return "run " + commands[0]
	}
	return "start each of the " + lint.Number(len(commands)) + " compose projects that read it anew"
}

// isCompose says whether compose deploys the unit.
func isCompose(u *render.Unit) bool { return u != nil && u.Kind == render.ComposeFile }

// appOf is what an app is called.
func appOf(c *inventory.Carrier) string {
	if c.App == "" || c.App == "." {
		return "the app"
	}
	return c.App
}

// delivery says in brackets who builds an app, and as what it runs; empty where neither is known.
func delivery(p *lint.Pass, app string) string {
	d := p.DeliveryOf(app)
	var parts []string
	if len(d.By) > 0 {
		parts = append(parts, "built by "+list(firstWords(d.By)))
	}
	if len(d.Run) > 0 {
		parts = append(parts, "runs as "+list(firstWords(d.Run)))
	}
	if parts == nil {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// firstWords are the first of many names, and how many there are besides.
func firstWords(names []string) []string {
	const most = 3
	if len(names) <= most {
		return names
	}
	return append(slices.Clone(names[:most-1]), lint.Number(len(names)-most+1)+" more")
}

// readers are the names of those that take the key which the site stores: of what is rolled out,
// and of what is built.
func readers(p *lint.Pass, s *sites.Site) (rolled, built []string) {
	for _, o := range p.Readers(s) {
		if o == s || o.Standing == sites.Stored || ofIngressController(o) {
			continue
		}
		to, name := &rolled, o.Carrier.Name
		switch {
		case o.BuiltIn():
			to, name = &built, appOf(o.Carrier)
		case o.Standing == sites.Accepted:
			name = "the gateway"
		}
		if name != "" && !slices.Contains(*to, name) {
			*to = append(*to, name)
		}
	}
	return rolled, built
}

// ofIngressController says whether Kong's Ingress Controller takes the key from a Secret, which it watches.
func ofIngressController(s *sites.Site) bool {
	return s.Standing == sites.Accepted && strings.HasPrefix(s.Holder, "KongConsumer ")
}

// rollOut says what must be rolled out or rebuilt for a change of what the site stores to count.
func rollOut(p *lint.Pass, s *sites.Site) string {
	rolled, _ := readers(p, s)
	switch n := len(rolled); {
	case n == 0:
		return "roll out what reads it" + rebuilds(p, s)
	case n > 3:
		return "roll out the " + lint.Number(n) + " that read it" + rebuilds(p, s)
	}
	return "roll out " + list(rolled) + rebuilds(p, s)
}

// rebuilds says what has to be built anew besides.
func rebuilds(p *lint.Pass, s *sites.Site) string {
	if _, built := readers(p, s); len(built) > 0 {
		return ", and rebuild " + list(built)
	}
	return ""
}

// differs is the cause of a value that is another than the right one.
func differs(class keys.Class, advice string) lint.Cause {
	if class == keys.Same {
		class = keys.Unrelated
	}
	return lint.Cause{Name: strings.ReplaceAll(string(class), " ", "-"), Advice: advice}
}

// formerSecret is the cause of a reference to a Secret that another has taken the place of.
func formerSecret(p *lint.Pass, s *sites.Site) lint.Cause {
	return lint.Cause{Name: "former-secret", Advice: fmt.Sprintf("Let it refer to %s, from which the stack takes its keys%s The Secret that it refers to now is right as it is.", s.InForce, afterwards(p, s))}
}

// causeOf is why a key is not accepted.
func causeOf(p *lint.Pass, d lint.Disagreement, difference keys.Difference, primary *sites.Site) lint.Cause {
	if primary.InForce != "" {
		return formerSecret(p, primary)
	}
	class, right := difference.Class, "the key that the gateway accepts"
	if !d.Gateway {
		right = "the key that " + d.Store + " holds"
	}
	switch {
	case lint.IsMade(primary):
		return causeBuilt(p, primary, right)
	case difference.Later:
		return lint.Cause{Name: "not-carried-over", Advice: "This one is the newer: carry the rotation over to where the other stands, and restart the gateway. To take it back, put there " + right + afterwards(p, primary)}
	case class == keys.DemoKey && keys.Published(d.Right[0].Value.Text()) == "":
		return differs(class, "The demo key is everybody's: put there "+right+afterwards(p, primary))
	case class == keys.OtherKind && !d.Gateway:
		return differs(class, "Put there "+right+afterwards(p, primary))
	}
	return differs(class, mend(class, right)+afterwards(p, primary))
}

// causeRight is why the key that is accepted is held by nothing else.
func causeRight(p *lint.Pass, d lint.Disagreement, class keys.Class, blame lint.Blame, primary *sites.Site) lint.Cause {
	right := fmt.Sprintf("the %s key that the others hold", d.Slot)
	switch {
	case class == keys.Whitespace || class == keys.Quotes || class == keys.Encoded:
		return differs(class, mend(class, right)+afterwards(p, primary))
	case primary.Standing == sites.Accepted && primary.At == primary.Written:
		return differs(class, fmt.Sprintf("%s, or better a placeholder that is filled in from %s%s", mend(class, right), store(primary.Unit), afterwards(p, primary)))
	case primary.Standing == sites.Accepted:
		return differs(class, fmt.Sprintf("%s, or better take it from %s%s", mend(class, right), store(primary.Unit), afterwards(p, primary)))
	}
	advice := mend(class, right) + afterwards(p, primary)
	if !blame.Settled {
		advice += " If this one is new and right, put it in all other places."
	}
	return differs(class, advice)
}
