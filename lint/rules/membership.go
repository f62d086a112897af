package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
)

// breach is which of the four membership rules a disagreement breaks.
type breach int

const (
	storedRefused  breach = iota // the stack's own Secret holds what the gateway does not accept
	publicRefused                // an app presents such a public key
	serverRefused                // an app presents such a server key
	servicesDiffer               // none but Supabase's own services do
)

func breachOf(i *lint.Instance, d lint.Disagreement) breach {
	if i.Stores(d.Wrong) {
		return storedRefused
	}
	for _, s := range d.Wrong {
		if s.Carrier.Backend == "" {
			if d.Role == keys.Public {
				return publicRefused
			}
			return serverRefused
		}
	}
	return servicesDiffer
}

// checkMembership reports the disagreements of one kind.
func checkMembership(broken breach) func(*lint.Pass) {
	return func(p *lint.Pass) {
		reportJobs(p, broken)
		for _, i := range p.Instances {
			for _, d := range p.Disagreements(i) {
				if breachOf(i, d) == broken {
					reportDisagreement(p, i, d, broken)
				}
			}
			for _, d := range p.Impossible(i) {
				if breachOf(i, d) == broken {
					reportImpossible(p, i, d)
				}
			}
			for _, u := range p.Unlisted(i) {
				if breachOf(i, lint.Disagreement{Role: u.Sites[0].Role, Wrong: u.Sites}) == broken {
					reportUnlisted(p, i, u)
				}
			}
			reportSuspicions(p, i, broken)
		}
	}
}

// reportDisagreement makes one finding of one wrong value, however many places hold
// it, and lists every place on either side.
func reportDisagreement(p *lint.Pass, i *lint.Instance, d lint.Disagreement, broken breach) {
	blame := p.Culprits(i, d.Wrong, d.Right)
	named, others := blame.Named, blame.Others
	primary := primaryOf(i, named, broken == storedRefused && named[0] == d.Wrong[0])
	f := lint.Draft{Place: lint.AtSource(primary), Instance: i.Name, Trace: primary.Trace}
	retired := isRetired(i, d, primary)
	if retired {
		f.Place = lint.AtUse(primary)
	}
	for _, s := range named { // the whole way, from what the gateway accepts to where that is stored
		if s.Standing == sites.Accepted && len(s.Trace) > len(f.Trace) {
			f.Trace = s.Trace
		}
	}
	var difference keys.Difference
	theirs := whose(d)
	if named[0] == d.Wrong[0] {
		difference = differenceOf(p, i, blame, whose(d))
		f.Message, f.Cause = blameWrong(d, primary, difference), causeOf(p, d, difference, primary)
	} else {
		theirs = theOthers(d.Wrong)
		difference = differenceOf(p, i, blame, theirs)
		f.Message, f.Cause = blameRight(d, primary, difference), causeRight(p, d, difference.Class, blame, primary)
	}
	if decides(d, difference.Class, blame) {
		f.Message += "; " + strings.Replace(blame.Decided, lint.OtherKey, theirs, 1)
	}
	if primary.IsDefault {
		f.Cause = chartDefault
		f.Cause.Advice += " What the others hold is right as it is."
	}
	if primary.Copied.File != "" && p.HeldElsewhere(i, primary) != nil {
		f.Place = lint.AtName(primary.Copied, primary.Identity())
		f.Cause = copiedFromElsewhere.With(inventory.Label(primary.Entry.Object), whose(d), afterwards(p, primary))
	}
	alike := p.Alike(named, f.Place.Position(), func(s *sites.Site) string { return "the same key" })
	if retired {
		f.Cause = keyRetired.With(mend(difference.Class, "a reference to the key that the gateway accepts") + afterwards(p, primary))
		alike = referrers(named, primary)
	}
	right := p.Related(others, f.Place.Position(), func(s *sites.Site) string { return held(d, blame) + ", " + keys.Describe(s.Value.Text(), s.Slot) })
	for i := range right {
		if right[i].Is = lint.IsRight; named[0] != d.Wrong[0] {
			right[i].Is = lint.IsBroken
		}
	}
	f.Related = append(alike, right...)
	for _, s := range p.ListedInVain(i, d.Wrong[0]) { // whoever finds it there would take the finding for a mistake
		f.Related = append(f.Related, lint.Related{At: s.At, Holder: s.Holder, Says: "lists it in vain: " + p.WhyIdle(s)})
	}
	f.Label = keys.Describe(primary.Value.Text(), primary.Slot)
	if p.Verifies(i, primary) == lint.No {
		f.Label += ", not signed by the JWT secret"
	}
	f.Then = p.Afterwards(named)
	p.Report(f)
	p.Explain(d.Wrong...)
	p.Affect(others...)
	for _, s := range named {
		p.Blame(s)
	}
}

// primaryOf is the site of the wrong side that the finding points at: where the stack stores the key,
// if that is what the gateway refuses; else the gateway's own literal, which is what lets nobody in;
// else the first that is not stored.
func primaryOf(i *lint.Instance, named []*sites.Site, stored bool) *sites.Site {
	places := firstOf(lint.ByPlace(named), func(s *sites.Site) bool { return !lint.IsMade(s) }) // what people write, before what was built from it
	isStored := func(s *sites.Site) bool { return s.Standing == sites.Stored && i.Nucleus(s) }
	isLiteral := func(s *sites.Site) bool { return s.Standing == sites.Accepted && s.At == s.Written }
	isElse := func(s *sites.Site) bool { return !isStored(s) }
	wanted := []func(*sites.Site) bool{isLiteral, isElse}
	if stored {
		wanted = []func(*sites.Site) bool{isStored}
	}
	for _, want := range wanted {
		if at := slices.IndexFunc(places, want); at >= 0 {
			return places[at]
		}
	}
	return places[0]
}

// decides says whether the message has to say what decided who is named: two keys that differ as keys of
// two rotations do may each be the right one. The message names what stores the other where no gateway
// is in sight.
func decides(d lint.Disagreement, class keys.Class, blame lint.Blame) bool {
	switch class {
	case keys.OtherIssue, keys.OtherSignature, keys.OtherKind, keys.Unrelated:
		return blame.Decided != "" && (d.Gateway || blame.Decided != lint.DecidedByStore)
	}
	return false
}

// isRetired says whether the site takes its key from where the stack rightly keeps it, and the
// gateway lists it no more: the reference is wrong then, and not what it refers to.
func isRetired(i *lint.Instance, d lint.Disagreement, s *sites.Site) bool {
	return d.Gateway && s.At != s.Written && slices.ContainsFunc(i.Sites, func(o *sites.Site) bool {
		return o.Standing == sites.Stored && i.Nucleus(o) && o.Written == s.Written && !slices.Contains(d.Wrong, o)
	})
}

// referrers are the further places at which the same key is referred to.
func referrers(named []*sites.Site, but *sites.Site) []lint.Related {
	var out []lint.Related
	for _, s := range named {
		if s != but {
			out = append(out, lint.Related{At: s.At, AtName: true, Holder: s.Holder, Says: "refers to the same key", Alike: s.Identity()})
		}
	}
	return out
}

var keyRetired = lint.Cause{Name: "key-retired", Advice: "The gateway lists this key no more, and the stack keeps it for its own services. %s"}

// copiedFromElsewhere is why an app has the key of another instance, where a controller brings it.
var copiedFromElsewhere = lint.Cause{Name: "copied-from-elsewhere", Advice: "What the annotation copies, %s, is another stack's: name the Secret there that holds %s key%s"}

// held says what the others hold, who are not to blame.
func held(d lint.Disagreement, blame lint.Blame) string {
	switch {
	case !d.Gateway:
		return "the right one"
	case blame.Named[0] == d.Wrong[0]:
		return "the gateway's"
	}
	return "refused"
}

// blameWrong says who presents or stores what is not accepted, and how it differs.
func blameWrong(d lint.Disagreement, primary *sites.Site, differs keys.Difference) string {
	difference := ""
	if differs.Words != "" {
		difference = ": " + differs.Words
	}
	wrong := firstOf(lint.ByPlace(d.Wrong), func(s *sites.Site) bool { return s == primary })
	refusal := "that the gateway does not accept" + and401(wrong)
	if d.Door != "" {
		refusal = fmt.Sprintf("that %s, to which the URL beside it leads, does not accept%s", d.Door, and401(wrong))
	}
	if !d.Gateway {
		refusal = "other than that of " + d.Store
	}
	return fmt.Sprintf("%s %s %s key %s%s", lint.Holders(wrong), verb(wrong), lint.Article(string(d.Slot)), refusal, difference)
}

// and401 says what an app meets that presents the key. Supabase's own services have theirs for one
// another, and meet the gateway with it or not.
func and401(wrong []*sites.Site) string {
	switch isApp := func(s *sites.Site) bool { return s.Carrier.Backend == "" }; {
	case !slices.ContainsFunc(wrong, isApp):
		return ""
	case strings.HasPrefix(verb(wrong), "hold"):
		return " (401)"
	case verb(wrong) == "present":
		return ", and get a 401"
	}
	return ", and gets a 401"
}

// firstOf puts those first of which it is true.
func firstOf(group []*sites.Site, is func(*sites.Site) bool) []*sites.Site {
	out := slices.Clone(group)
	slices.SortStableFunc(out, func(a, b *sites.Site) int {
		switch {
		case is(a) == is(b):
			return 0
		case is(a):
			return -1
		}
		return 1
	})
	return out
}

// theOthers stands for the key of those that hold another.
func theOthers(group []*sites.Site) string {
	switch first := group[0]; {
	case hold(lint.ByPlace(group)) != "holds":
		return "theirs"
	case first.Standing == sites.Stored:
		return store(first.Unit) + "'s"
	case first.Carrier.Backend != "":
		return "the service's"
	}
	return "the app's"
}

func isStored(s *sites.Site) bool { return s.Standing == sites.Stored }

// blameRight says that what is accepted is what differs from all else.
func blameRight(d lint.Disagreement, primary *sites.Site, differs keys.Difference) string {
	accepts := "accepts"
	if primary.Standing != sites.Accepted {
		accepts = "gives the gateway"
		if !d.Gateway {
			accepts = "holds"
		}
	}
	refused := ""
	if d.Gateway {
		refused = ", and " + theOthers(d.Wrong) + " gets a 401"
	}
	wrong := firstOf(lint.ByPlace(d.Wrong), isStored)
	return fmt.Sprintf("%s %s another %s key than %s %s%s: %s", primary.Holder, accepts, d.Slot, lint.Holders(wrong), verb(wrong), refused, differs.Words)
}

// hold is the verb behind holders.
func hold(group []*sites.Site) string {
	names := map[string]bool{}
	for _, s := range group {
		names[s.Holder] = true
	}
	if len(names) == 1 {
		return "holds"
	}
	return "hold"
}

// verb is what the sites do with their key.
func verb(group []*sites.Site) string {
	word := "present"
	for _, s := range group {
		if s.Standing == sites.Stored {
			word = "hold"
		}
	}
	if hold(group) == "holds" {
		word += "s"
	}
	return word
}

func whose(d lint.Disagreement) string {
	if d.Gateway {
		return "the gateway's"
	}
	return store(d.Right[0].Unit) + "'s"
}
