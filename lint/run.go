package lint

import (
	"fmt"
	"sort"
	"time"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// Options are what the user says of a run.
type Options struct {
	Now    time.Time // what the dates in keys are compared with
	Config Config
}

// Run lints what the repository deploys.
func Run(repo *sources.Repository, units []*render.Unit, o Options) *Result {
	w := &world{repo: repo, config: o.Config, units: units, entries: map[*render.Object][]render.Entry{}, production: map[string]map[string]sources.Effective{}, signed: signatures{}}
	w.collectContainers()
	w.collectCompose()
	w.collectEnvoy()
	w.collectIngressController()
	w.collectKong()
	w.markEaten()
	w.collectEnv()
	w.collectEntries()
	w.collectApps()
	w.sortSites()
	w.group()

	p := &Pass{world: w, now: o.Now, config: o.Config, explained: map[*Site]bool{}, blamed: map[*Site]bool{}, instance: map[*Site]*instance{}, written: map[sources.Position][]*Site{}}
	for _, i := range w.instances {
		for _, s := range i.sites {
			p.instance[s] = i
		}
	}
	for _, s := range w.sites {
		p.written[s.Written] = append(p.written[s.Written], s)
		if s.At != s.Written {
			p.written[s.At] = append(p.written[s.At], s)
		}
	}
	p.ignores = w.readIgnores()
	for _, rule := range Rules() {
		p.rule = rule
		if o.Config.Severities[rule.Name] != Off {
			rule.Check(p)
		}
	}
	p.suppress()
	return w.result(p)
}

// sortedSites orders sites by place, then holder.
func sortedSites(sites []*Site) []*Site {
	out := append([]*Site(nil), sites...)
	sort.SliceStable(out, func(a, b int) bool {
		if out[a].At != out[b].At {
			return out[a].At.Before(out[b].At)
		}
		return out[a].Holder < out[b].Holder
	})
	return out
}

func (w *world) sortSites() { w.sites = sortedSites(w.sites) }

// result puts together what is reported: findings that concern a selected path, and
// every site with its outcome.
func (w *world) result(p *Pass) *Result {
	r := &Result{Units: w.units}
	for _, f := range p.named() {
		switch {
		case !w.concernsSelection(f.Finding):
		case f.By == "" && matches(w.config.Ignore, f.At.File):
			f.By = ByConfiguration
			fallthrough
		case f.By != "":
			r.Suppressed = append(r.Suppressed, f)
		default:
			r.Findings = append(r.Findings, f.Finding)
		}
	}
	w.widen(r)
	for _, n := range w.repo.Notes() {
		if w.repo.Selected(n.At.File) || n.At.File == "" {
			r.Notes = append(r.Notes, n)
		}
	}
	reasons := map[string]int{}
	letters := map[[32]byte]string{}
	count := func(i *instance, s *Site) Judged {
		j := Judged{Site: s, Fingerprint: fingerprint(s, letters)}
		j.Outcome, j.Why = p.judge(i, s)
		r.Coverage.Sites++
		switch j.Outcome {
		case Agree:
			r.Coverage.Agree++
		case Disagree:
			r.Coverage.Disagree++
		case CannotTell:
			r.Coverage.Unknown++
			reasons[j.Why]++
		}
		return j
	}
	for _, i := range w.instances {
		shown := &Instance{Name: i.name}
		for _, s := range sortedSites(i.sites) {
			shown.Sites = append(shown.Sites, count(i, s))
		}
		r.Instances = append(r.Instances, shown)
	}
	for _, s := range w.sites {
		switch {
		case p.instance[s] != nil:
		case s.Unit != nil && !s.Unit.Deployed():
			// A copy that nothing deploys is checked by itself and not counted.
		default:
			count(nil, s)
		}
	}
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
	w.countUnits(r)
	w.countLocked(r)
	return r
}

// countUnits counts the units that hold a site, and the roots that built.
func (w *world) countUnits(r *Result) {
	for _, u := range w.units {
		if !u.Deployed() {
			continue
		}
		r.Coverage.Units++
		if u.Kind == render.Kustomization {
			r.Coverage.Roots++
			if u.Rendered {
				r.Coverage.Rendered++
			}
		}
	}
}

// countLocked counts what a private key that was not given would open.
func (w *world) countLocked(r *Result) {
	for _, f := range w.repo.Files() {
		if f.Example || !f.BearsKeys() {
			continue
		}
		if locked := f.Locked(); locked != nil && wantsKey(locked.Kind) {
			r.Coverage.Locked++
		}
	}
	for _, u := range w.units {
		for _, o := range u.Objects {
			if o.Kind != "Secret" {
				continue
			}
			for _, e := range w.entriesOf(o) {
				if e.Sealed && e.Locked != nil && wantsKey(e.Locked.Kind) {
					r.Coverage.Locked++
				}
			}
		}
	}
}

// concernsSelection says whether a finding's place or a related one lies under a path
// that the user named.
func (w *world) concernsSelection(f Finding) bool {
	if w.repo.Selected(f.At.File) {
		return true
	}
	for _, r := range f.Related {
		if w.repo.Selected(r.At.File) {
			return true
		}
	}
	return false
}

// fingerprint is what may be shown of a value: eight digits of its hash, or for a
// signing secret, and for what stands in a key's place and has no key's form, a letter that
// equal ones share: it may be guessable.
func fingerprint(s *Site, letters map[[32]byte]string) string {
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
func wantsKey(kind sources.LockKind) bool { return kind == sources.NoKey || kind == sources.WrongKey }
