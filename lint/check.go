package lint

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
)

// Check lets the rules speak of the instances, causes before what follows from them. Dates in
// keys are compared with now. A rule that is off runs all the same, and explains: only its
// findings are dropped.
func Check(g *Grouping, rules []*Rule, now keys.Clock) *Result {
	order, err := InOrder(rules)
	if err != nil {
		panic(err) // a mistake in the rules themselves, whatever is linted
	}
	p := newPass(g, rules, now)
	for _, rule := range order {
		p.rule = rule
		rule.Check(p)
	}
	return p.result()
}

// result puts together what is reported: findings that concern a selected path, and
// every site with its outcome.
func (p *Pass) result() *Result {
	r := &Result{Units: p.Units}
	for _, f := range p.inOrder() {
		switch {
		case !p.concernsSelection(f.Finding):
		case f.By == "" && sources.Matches(p.Config.Ignore, f.At.File):
			f.By = ByConfiguration
			fallthrough
		case f.By != "":
			f.Finding = p.withheld(f.Finding)
			r.Suppressed = append(r.Suppressed, f)
		default:
			r.Findings = append(r.Findings, p.withheld(f.Finding))
		}
	}
	p.widen(r)
	p.noteUntold(r)
	for _, n := range p.Repo.Notes() {
		if p.Repo.Selected(n.At.File) || n.At.File == "" || n.Kind == sources.NoteBound {
			r.Notes = append(r.Notes, n)
		}
	}
	r.countUnread()
	reasons := map[string]int{}
	unset := map[string]bool{}
	wrong, broken := map[sources.Position]bool{}, map[sources.Position]bool{}
	letters := map[[32]byte]string{}
	count := func(i *Instance, s *sites.Site) Judged {
		j := Judged{Site: s, Joined: p.joined[s], Fingerprint: fingerprint(s, letters)}
		j.Outcome, j.Why = p.judge(i, s)
		r.Coverage.Sites++
		switch j.Outcome {
		case Agree:
			r.Coverage.Agree++
		case ByConstruction:
			r.Coverage.ByConstruction++
			if s.Unset != "" && !s.Value.IsKnown() {
				r.Coverage.FromUnset++
				unset[s.Unset] = true
			}
		case Disagree:
			r.Coverage.Disagree++
			if j.Culprit = !p.affected[s]; j.Culprit {
				r.Coverage.Wrong++
				wrong[s.Written] = true
			} else {
				broken[s.Written] = true
			}
		case CannotTell:
			r.Coverage.Unknown++
			switch {
			case i == nil:
				r.Coverage.NotCompared++
			case s.Value.IsKnown():
				r.Coverage.Unproven++
			}
			reasons[j.Why]++
		}
		return j
	}
	for _, i := range p.Instances {
		shown := &JudgedInstance{Name: i.Name}
		for _, s := range sites.Sorted(i.Sites) {
			shown.Sites = append(shown.Sites, count(i, s))
		}
		r.Instances = append(r.Instances, shown)
	}
	for _, s := range p.Sites {
		switch {
		case p.InstanceOf(s) != nil:
		case isPast(s):
			// It is checked by itself, and counted apart.
		default:
			r.Unplaced = append(r.Unplaced, count(nil, s))
		}
	}
	r.Coverage.WrongPlaces, r.Coverage.BrokenPlaces = len(wrong), len(broken)
	r.Coverage.Unset = slices.Sorted(maps.Keys(unset))
	for text, n := range reasons {
		r.Coverage.Reasons = append(r.Coverage.Reasons, Reason{text, n})
	}
	sort.Slice(r.Coverage.Reasons, func(a, b int) bool {
		x, y := r.Coverage.Reasons[a], r.Coverage.Reasons[b]
		if x.Count != y.Count {
			return x.Count > y.Count
		}
		return x.Text < y.Text
	})
	p.findFixes(r)
	if p.Config.App != nil {
		r.App, r.NoApp = p.appEnv(*p.Config.App)
	}
	p.countUnits(r)
	p.countLocked(r)
	p.countElsewhere(r)
	return r
}

// countUnits counts the units that hold a site, and the roots that built.
func (p *Pass) countUnits(r *Result) {
	for _, u := range p.Units {
		if !u.Deployed() {
			continue
		}
		r.Coverage.Units++
		if u.Failed != "" {
			r.Coverage.Failed++
		}
		if u.Kind == render.Kustomization {
			r.Coverage.Roots++
			if u.Rendered {
				r.Coverage.Rendered++
			}
		}
	}
}

// countElsewhere counts the keys that stand where nothing is truth, and nothing wrong, and those of copies that nothing deploys.
func (p *Pass) countElsewhere(r *Result) {
	all := slices.Clone(p.Counted)
	seen := map[sources.Position]bool{}
	for _, s := range p.Sites {
		if isPast(s) && keys.HasForm(s.Value.Text()) && p.InstanceOf(s) == nil && !seen[s.Written] {
			seen[s.Written] = true
			all = append(all, sites.Counted{At: s.Written, Place: cmp.Or(s.Carrier.Past, sources.Undeployed), Key: s.Value.Text()})
		}
	}
	sort.SliceStable(all, func(a, b int) bool { return all[a].At.Before(all[b].At) })
	for _, k := range all {
		if !p.Repo.Selected(k.At.File) {
			continue
		}
		if n := len(r.Coverage.Elsewhere); n > 0 && r.Coverage.Elsewhere[n-1].File == k.At.File && r.Coverage.Elsewhere[n-1].Place == k.Place {
			r.Coverage.Elsewhere[n-1].Keys++
			continue
		}
		r.Coverage.Elsewhere = append(r.Coverage.Elsewhere, KeysIn{k.At.File, k.Place, 1})
	}
}

// isPast says whether nothing deploys what the site stands in, or something has taken its place.
func isPast(s *sites.Site) bool { return IsCopy(s) || s.Carrier.Past != "" }

// countLocked counts what a private key that was not given would open.
func (p *Pass) countLocked(r *Result) {
	for _, f := range p.Repo.Files() {
		if f.Example || !f.BearsKeys() {
			continue
		}
		if locked := f.Locked(); locked != nil && wantsKey(locked.Kind) {
			r.Coverage.Locked++
		}
	}
	for _, u := range p.Units {
		for _, o := range u.Objects {
			if o.Kind != "Secret" {
				continue
			}
			for _, e := range p.Entries(o) {
				if e.Sealed && e.Locked != nil && wantsKey(e.Locked.Kind) {
					r.Coverage.Locked++
				}
			}
		}
	}
}

// concernsSelection says whether a finding's place or a related one lies under a path
// that the user named. What was built right is not concerned by what is wrong in the repository.
func (p *Pass) concernsSelection(f Finding) bool {
	if p.Repo.Selected(f.At.File) {
		return true
	}
	for _, r := range f.Related {
		if p.Repo.Selected(r.At.File) && (r.Is != IsRight || len(p.Repo.Built()) == 0) {
			return true
		}
	}
	return false
}

// fingerprint is what may be shown of a value: eight digits of its hash, or for a
// signing secret, and for what stands in a key's place and has no key's form, a letter that
// equal ones share: it may be guessable.
func fingerprint(s *sites.Site, letters map[[32]byte]string) string {
	if !s.Value.IsKnown() {
		return ""
	}
	if s.Role != keys.Signing && keys.HasForm(s.Value.Text()) {
		return s.Value.Text().Fingerprint()
	}
	sum := s.Value.Text().Sum()
	if letters[sum] == "" {
		n := len(letters)
		letters[sum] = string(rune('A' + n%26))
		if n >= 26 {
			letters[sum] += fmt.Sprint(n / 26)
		}
	}
	return letters[sum]
}

// wantsKey says whether a private key would open it.
func wantsKey(kind decrypt.LockKind) bool { return kind == decrypt.NoKey || kind == decrypt.WrongKey }
