package rules

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
)

// Of keys that are not known, the ways by which they come may tell that two are not the same: two
// variables where one is meant, a literal beside a variable, a path of another environment. None of
// it is certain, so these are warnings, and nothing disagrees. Each is told by the rule that would
// tell of the keys if they were known.

// suspicion is a group of sites of one instance whose source is probably not the right one.
type suspicion struct {
	odd     []*sites.Site
	others  []*sites.Site
	message string
	says    func(*sites.Site) string // of the others
	why     string                   // the odd ones cannot be told
	cause   lint.Cause
}

var (
	twoVariables = lint.Cause{Name: "two-variables", Advice: "Let it read ${%s}, as the others do. To compare the two as they are, give keylint the file that sets them: --env-file."}
	literalApart = lint.Cause{Name: "literal-beside-variable", Advice: "Put a placeholder there that is filled in from ${%s}, or check with --env-file that the two are the same now."}
	unsetBesides = lint.Cause{Name: "variable-unset", Advice: "Let it read ${%s}, as the others do, or set %s. If the shell has it, give keylint a file that sets it: --env-file."}
	otherStage   = lint.Cause{Name: "other-environment", Advice: "Take it from the path of the environment that this is. If it is meant, say so with \"keylint: ignore\"."}
)

// suspicions are all of an instance.
func suspicions(p *lint.Pass, i *lint.Instance) []suspicion {
	return slices.Concat(namesApart(p, i), unsetBeside(p, i), literalsApart(p, i), environmentsApart(p, i))
}

// told is the breach as which a suspicion is told. What the stack itself reads is a difference
// between its services, be it stored there or not.
func (s suspicion) told() breach {
	stack, app := false, false
	for _, o := range s.odd {
		stack = stack || o.Carrier.Backend != "" || o.Standing == sites.Accepted || o.Standing == sites.Verifying
		app = app || o.Standing == sites.Presented && o.Carrier.Backend == ""
	}
	switch odd := s.odd[0]; {
	case odd.Standing == sites.Accepted && odd.Value.IsKnown():
		return storedRefused
	case stack || !app:
		return servicesDiffer
	case odd.Role == keys.Public:
		return publicRefused
	}
	return serverRefused
}

// reportSuspicions tells of those of one kind.
func reportSuspicions(p *lint.Pass, i *lint.Instance, broken breach) {
	for _, s := range suspicions(p, i) {
		if s.told() != broken {
			continue
		}
		first := s.odd[0]
		at := lint.AtName(first.Written, "")
		if first.Value.IsKnown() {
			at = lint.AtValue(first.Written, "")
		}
		f := lint.Draft{Place: at, Instance: i.Name, Trace: first.Trace, Severity: lint.Warning, Message: s.message, Cause: s.cause}
		for _, o := range lint.ByPlace(s.odd) {
			if o.Written != first.Written {
				f.Related = append(f.Related, lint.Related{At: o.Written, AtName: !o.Value.IsKnown(), Holder: o.Holder, Says: "likewise", Alike: o.Identity()})
			}
		}
		for _, o := range lint.ByPlace(s.others) {
			f.Related = append(f.Related, lint.Related{At: o.Written, AtName: true, Holder: o.Holder, Says: s.says(o)})
		}
		p.Report(f)
		p.Doubt(s.why, s.odd...)
	}
}

// suspected are the sites of a slot that are still compared.
func suspected(p *lint.Pass, i *lint.Instance, slot keys.Slot) []*sites.Site {
	var out []*sites.Site
	for _, s := range sites.Sorted(i.Sites) {
		if s.Slot == slot && !p.SetAside(s) && !p.IsDoubted(s) {
			out = append(out, s)
		}
	}
	return out
}

// apiSlots are the slots of keys that are presented.
var apiSlots = []keys.Slot{keys.Anon, keys.ServiceRole, keys.Publishable, keys.Secret}

// readersOf are the sites that read one of compose's variables, by its source.
func readersOf(group []*sites.Site) [][]*sites.Site {
	bySource := map[string][]*sites.Site{}
	var order []string
	for _, s := range group {
		source := s.Value.Source()
		if s.Unset == "" || source == "" || s.Value.IsKnown() {
			continue
		}
		if bySource[source] == nil {
			order = append(order, source)
		}
		bySource[source] = append(bySource[source], s)
	}
	out := make([][]*sites.Site, 0, len(order))
	for _, source := range order {
		out = append(out, bySource[source])
	}
	return out
}

// accepts says whether one of the sites is a gateway's credential.
func accepts(group []*sites.Site) bool {
	return slices.ContainsFunc(group, func(s *sites.Site) bool { return s.Standing == sites.Accepted })
}

// namesApart finds two variables of a compose project that feed one slot: what the gateway takes is
// right, else what most read.
func namesApart(p *lint.Pass, i *lint.Instance) []suspicion {
	var out []suspicion
	for _, slot := range apiSlots {
		groups := readersOf(suspected(p, i, slot))
		if len(groups) < 2 {
			continue
		}
		sort.SliceStable(groups, func(a, b int) bool {
			if x, y := accepts(groups[a]), accepts(groups[b]); x != y {
				return x
			}
			return len(groups[a]) > len(groups[b])
		})
		right := groups[0]
		for _, odd := range groups[1:] {
			of, than := odd[0], right[0]
			if accepts(odd) || of.Unit != than.Unit || keys.OnlyEnvironment(of.Unset) != keys.OnlyEnvironment(than.Unset) || p.Names.Of(of.Unset).Of != p.Names.Of(than.Unset).Of {
				continue
			}
			out = append(out, suspicion{
				odd: odd, others: right,
				message: fmt.Sprintf("%s reads the variable %s for its %s key where %s %s %s: whether the two are the same cannot be told",
					lint.Holders(odd), of.Unset, slot, lint.Holders(right), plural(right, "reads", "read"), than.Unset),
				says:  func(s *sites.Site) string { return "reads " + s.Unset },
				why:   fmt.Sprintf("it reads %s where %s reads %s, and neither is known", of.Unset, than.Holder, than.Unset),
				cause: twoVariables.With(than.Unset),
			})
		}
	}
	return out
}

// unsetBeside finds a variable that the file lacks which holds the project's keys, where the others of
// the slot have theirs by another name: a name of another stack, or one with a slip.
func unsetBeside(p *lint.Pass, i *lint.Instance) []suspicion {
	var out []suspicion
	for _, slot := range apiSlots {
		var odd, others []*sites.Site
		name := ""
		for _, s := range sites.Sorted(i.Sites) {
			switch {
			case s.Slot != slot:
			case s.Value.IsKnown() && (s.Standing == sites.Stored || s.Standing == sites.Accepted):
				if others = append(others, s); name == "" && s.Standing == sites.Stored {
					name = s.Variable
				}
			case s.Unset != "" && s.Value.Source() == "" && !p.IsDoubted(s) && (len(odd) == 0 || s.Unset == odd[0].Unset):
				odd = append(odd, s)
			}
		}
		if len(odd) == 0 || name == "" || odd[0].Unit != others[0].Unit {
			continue
		}
		out = append(out, suspicion{
			odd: odd, others: others,
			message: fmt.Sprintf("%s %s the variable %s for its %s key, which is not set where %s is: unless the shell has it, nothing takes its place",
				lint.Holders(odd), plural(odd, "reads", "read"), odd[0].Unset, slot, name),
			says:  func(s *sites.Site) string { return "has it" },
			why:   odd[0].Value.Reason(),
			cause: unsetBesides.With(name, odd[0].Unset),
		})
	}
	return out
}

// plural chooses the verb of a list of holders.
func plural(group []*sites.Site, one, several string) string {
	if strings.Contains(lint.Holders(group), " and ") {
		return several
	}
	return one
}

// literalsApart finds the gateway's own literal where all else reads a variable.
func literalsApart(p *lint.Pass, i *lint.Instance) []suspicion {
	var out []suspicion
	for _, slot := range apiSlots {
		var literals []*sites.Site
		group := suspected(p, i, slot)
		for _, s := range group {
			if s.Standing == sites.Accepted && s.Value.IsKnown() && s.At == s.Written {
				literals = append(literals, s)
			}
		}
		read := readersOf(group)
		if len(literals) != 1 || len(read) != 1 || len(read[0])+1 != len(group) {
			continue
		}
		variable := read[0][0].Unset
		out = append(out, suspicion{
			odd: literals, others: read[0],
			message: fmt.Sprintf("%s accepts the %s key that stands here, and %s %s the variable %s: whether the two are the same cannot be told, and a rotation of the variable misses this one",
				literals[0].Holder, slot, lint.Holders(read[0]), plural(read[0], "reads", "read"), variable),
			says:  func(s *sites.Site) string { return "reads " + s.Unset },
			why:   fmt.Sprintf("it stands here as it is, and all else reads %s, which is not known", variable),
			cause: literalApart.With(variable),
		})
	}
	return out
}

// environmentsApart finds paths of stores that differ in nothing but the word for an environment.
// The instance's own name tells which is right, else most of its sites do; where neither does
// nothing can be told.
func environmentsApart(p *lint.Pass, i *lint.Instance) []suspicion {
	frames := map[string]map[string][]*sites.Site{}
	var order []string
	for _, s := range sites.Sorted(i.Sites) {
		if s.Value.IsKnown() || s.Value.Source() == "" || s.Unset != "" || p.SetAside(s) || p.IsDoubted(s) {
			continue
		}
		path, _, _ := strings.Cut(s.Value.Source(), "#")
		if strings.HasPrefix(path, "Secret ") || strings.HasPrefix(path, "ConfigMap ") {
			continue // an object, and no path of a store
		}
		for _, v := range lint.Variants(path) {
			if frames[v.Frame] == nil {
				frames[v.Frame] = map[string][]*sites.Site{}
				order = append(order, v.Frame)
			}
			frames[v.Frame][v.Environment] = append(frames[v.Frame][v.Environment], s)
		}
	}
	var out []suspicion
	for _, frame := range order {
		byEnvironment := frames[frame]
		own := ownEnvironment(i, byEnvironment)
		if own == "" || len(byEnvironment) < 2 {
			continue
		}
		for _, environment := range slices.Sorted(maps.Keys(byEnvironment)) {
			if environment == own {
				continue
			}
			for _, odd := range bySourceOf(byEnvironment[environment]) {
				than := byEnvironment[own]
				path, _, _ := strings.Cut(odd[0].Value.Source(), "#")
				right, _, _ := strings.Cut(than[0].Value.Source(), "#")
				out = append(out, suspicion{
					odd: odd, others: than,
					message: fmt.Sprintf("%s %s %s key from %s: by its path it is %s's, and this is %s, where the others take theirs from %s",
						lint.Holders(odd), plural(odd, "takes its", "take their"), odd[0].Slot, path, environment, own, right),
					says:  func(s *sites.Site) string { return "takes it from " + s.Value.Source() },
					why:   fmt.Sprintf("it comes from %s, by whose path it is %s's", path, environment),
					cause: otherStage,
				})
			}
		}
	}
	return out
}

// ownEnvironment is which of the environments the instance is: the one that its name, namespace or
// path tells, else the one of most places; empty where that cannot be told.
func ownEnvironment(i *lint.Instance, groups map[string][]*sites.Site) string {
	named := i.Name + " " + i.Namespace
	if i.Unit != nil {
		named += " " + i.Unit.Path
	}
	if e := keys.OnlyEnvironment(named); e != "" {
		if groups[e] == nil {
			return ""
		}
		return e
	}
	best, most, tied := "", 0, false
	for _, e := range slices.Sorted(maps.Keys(groups)) {
		switch n := lint.Places(groups[e]); {
		case n > most:
			best, most, tied = e, n, false
		case n == most:
			tied = true
		}
	}
	if tied {
		return ""
	}
	return best
}

// bySourceOf groups sites by their source.
func bySourceOf(group []*sites.Site) [][]*sites.Site {
	var out [][]*sites.Site
	for _, s := range group {
		at := slices.IndexFunc(out, func(g []*sites.Site) bool { return g[0].Value.Same(s.Value) })
		if at < 0 {
			out = append(out, []*sites.Site{s})
		} else {
			out[at] = append(out[at], s)
		}
	}
	return out
}
