package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
)

// differenceOf says how what is named differs from the others: whose it is, where another
// instance holds it, or else what was done to it. whose stands for the others' key.
func differenceOf(p *lint.Pass, i *lint.Instance, blame lint.Blame, whose string) keys.Difference {
	named := blame.Named[0]
	if other := p.HeldElsewhere(i, named); other != nil {
		return keys.Difference{Class: keys.OtherInstance, Words: fmt.Sprintf("it is the %s key of %s", other.Slot, p.NameOf(other))}
	}
	if len(blame.Others) == 0 {
		return keys.Difference{}
	}
	differs := keys.Compare(named.Value.Text(), blame.Others[0].Value.Text(), whose, i.Secrets()...)
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
	case !t.Expires.IsZero() && !t.Expires.Add(leeway).After(p.Now):
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

// mend is the sentence that says what to change at the primary place. right says what
// belongs there: "the key that the gateway accepts".
func mend(class keys.Class, right string) string {
	switch class {
	case keys.Whitespace, keys.Quotes:
		return "Take the white space or the quotes off the value itself (printf '%s', and not echo, where it is encoded by hand)"
	case keys.LetterCase, keys.Mistyped:
		return "Copy it again as a whole, it was changed on the way: put there " + right
	case keys.Edited:
		return "Put there " + right + "; a token whose claims are edited by hand is signed by nobody"
	case keys.Cut:
		return "Copy the whole key: put there " + right
	case keys.Encoded:
		return "Write it encoded once: data of a Secret takes the base64 of the key, everything else the key itself"
	case keys.RolesSwapped:
		return "Put each key where its role belongs: there, " + right
	case keys.DemoKey:
		return "Put a key of your own in both places, minted with a JWT secret of your own"
	case keys.OtherSignature:
		return "Put there " + right + "; a key counts as long as the JWT secret that signed it is the one that is deployed"
	case keys.OtherIssue:
		return "Carry the rotation over: put there " + right
	case keys.OtherKind:
		return "Put there " + right + ", or let the gateway list this one beside it"
	case keys.OtherInstance, keys.OtherProject:
		return "That one is another instance's; put there " + right
	}
	return "Put there " + right
}

// afterwards says what must be restarted or rebuilt for a change at the site to count.
func afterwards(s *sites.Site) string {
	switch {
	case s.Carrier.BuiltIn(s.Name):
		return ", and rebuild the app: the key is built into it."
	case s.Carrier.App != "":
		return ", and restart the app."
	case s.Standing == sites.Accepted:
		return ", and roll the gateway out: it reads its configuration when it starts."
	case s.Standing == sites.Stored:
		return ". Then roll out what reads it (a gateway reads its configuration when it starts), and rebuild the apps that have it built in."
	case s.Carrier.Backend == "Postgres":
		return ". The database takes it only when it is made (initdb): in one that exists, set app.settings.jwt_secret with ALTER DATABASE."
	}
	return ", and roll the workload out: a container reads its environment when it starts."
}

// differs is the cause of a value that is another than the right one.
func differs(class keys.Class, advice string) lint.Cause {
	if class == keys.Same {
		class = keys.Unrelated
	}
	return lint.Cause{Name: strings.ReplaceAll(string(class), " ", "-"), Advice: advice}
}

// formerSecret is the cause of a reference to a Secret that another has taken the place of.
func formerSecret(s *sites.Site) lint.Cause {
	return lint.Cause{Name: "former-secret", Advice: fmt.Sprintf("Let it refer to %s, from which the stack takes its keys%s The Secret that it refers to now is right as it is.", s.InForce, afterwards(s))}
}

// causeOf is why a key is not accepted.
func causeOf(d lint.Disagreement, difference keys.Difference, primary *sites.Site) lint.Cause {
	if primary.InForce != "" {
		return formerSecret(primary)
	}
	class, right := difference.Class, "the key that the gateway accepts"
	if !d.Gateway {
		right = "the key that " + d.Store + " holds"
	}
	switch {
	case difference.Later:
		return lint.Cause{Name: "not-carried-over", Advice: "This one is the newer: carry the rotation over to where the other stands, and roll the gateway out. To take it back, put there " + right + afterwards(primary)}
	case class == keys.DemoKey && keys.Published(d.Right[0].Value.Text()) == "":
		return differs(class, "Put there "+right+"; the demo key is everybody's"+afterwards(primary))
	}
	return differs(class, mend(class, right)+afterwards(primary))
}

// causeRight is why the key that is accepted is held by nothing else.
func causeRight(d lint.Disagreement, class keys.Class, primary *sites.Site) lint.Cause {
	right := fmt.Sprintf("the %s key that the others hold", d.Slot)
	switch {
	case class == keys.Whitespace || class == keys.Quotes || class == keys.Encoded:
		return differs(class, mend(class, right)+afterwards(primary))
	case primary.Standing == sites.Accepted:
		return differs(class, fmt.Sprintf("%s, or better a placeholder that is filled in from %s%s", mend(class, right), store(primary.Unit), afterwards(primary)))
	}
	return differs(class, mend(class, right)+afterwards(primary)+" If this one is new and right, put it in all other places.")
}
